// Locks, starts and resources when several people and several releases want something at once.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "tests/fakes/rounds.hpp"
#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;

namespace {

result<house_pointer> ask(bench& house, journal& releases, release::project_command asked,
                          const release::actor& who = ana()) {
    return house.run(releases.ask_project("shop", std::move(asked), who, "test", {}));
}

release::take_lock for_an_hour(const std::string& reason = "database move") {
    return {reason, milliseconds{3'600'000}};
}

void play_to_push(bench& house, journal& releases) {
    const auto ended = [&](const std::string& step) {
        release::step_finished told;
        told.step = step;
        REQUIRE(house.ask(releases, told, release::machine()));
    };
    ended("announce");
    release::look_finished seen;
    seen.step = "merges";
    seen.complete = true;
    REQUIRE(house.ask(releases, seen, release::machine()));
    ended("tests");
    const auto fingerprint = house.stored().step("read")->gate->fingerprint;
    REQUIRE(house.ask(releases, release::approve{"read", fingerprint}, dee()));
    ended("commit");
}

void approve_push(bench& house, journal& releases) {
    const auto fingerprint = house.stored().step("push")->gate->fingerprint;
    REQUIRE(house.ask(releases, release::approve{"push", fingerprint}, dee()));
    REQUIRE(house.ask(releases, release::approve{"push", fingerprint}, quinn()));
}

release::start rollback_of(const std::string& parent) {
    auto wish = small_wish();
    wish.kind = "rollback";
    wish.version = "1.3.0";
    wish.id = "shop-1.3.0-rollback-1";
    wish.parent = parent;
    wish.facts["why"] = "carts are empty";
    return wish;
}

}  // namespace

TEST_CASE("R4.2 a lock that was committed before a start wins, whoever looked first", "[conductor][locks]") {
    int begun = 0;
    int refused = 0;
    for (int round = 0; round < 40; ++round) {
        bench house;
        auto one = house.new_journal();
        auto two = house.new_journal();
        std::optional<result<state_pointer>> start;
        std::optional<result<house_pointer>> lock;
        task_group pair{house.loop.get_executor()};
        const auto keep = []<class T>(task<T> work, std::optional<T>& into) -> task<> {
            into.emplace(co_await std::move(work));
        };
        auto starting = one.begin(small_wish(), ana(), "start", {});
        auto locking = two.ask_project("shop", for_an_hour(), ana(), "lock", {});
        if (round % 2 == 0) pair.spawn("start", keep(std::move(starting), start));
        pair.spawn("lock", keep(std::move(locking), lock));
        if (round % 2 == 1) pair.spawn("start", keep(std::move(starting), start));
        house.run(pair.join());
        REQUIRE(*lock);
        auto fresh = house.new_journal();
        const auto live = *house.run(fresh.live("shop"));
        CHECK(start->has_value() == live.has_value());
        // Either the lock came first and nothing runs, or the release knows of the lock: never a third.
        if (live) {
            CHECK(house.stored().locked.has_value());
            ++begun;
        } else {
            CHECK(says(start->error().sentence(), "database move"));
            ++refused;
        }
    }
    CHECK(begun + refused == 40);
}

TEST_CASE("R4.3 a lock stops the running release before its next step that cannot be undone, and warns it",
          "[conductor][locks]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    play_to_push(house, releases);
    const auto held = ask(house, releases, for_an_hour());
    REQUIRE(held);
    const auto notice =
        *house.run(house.memory->outbox_row_of("shop-1.4.0-1/lock/" + std::to_string((*held)->lock->number)));
    REQUIRE(notice);
    CHECK(says(json::serialize(notice->body), "database move"));
    approve_push(house, releases);
    CHECK(house.stored().step("push")->status == release::step_status::asking);
    REQUIRE(ask(house, releases, release::remove_lock{(*held)->lock->number}));
    CHECK(house.stored().step("push")->status == release::step_status::running);
}

TEST_CASE("R4.3 a lock that runs out wakes the release", "[conductor][locks]") {
    bench house;
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    REQUIRE(ask(house, one.releases, release::take_lock{"short", milliseconds{60'000}}));
    house.outside.lists["merges"] = {};
    house.until([](const release::release_state& state) { return state.step("read")->gate.has_value(); });
    const auto fingerprint = house.stored().step("read")->gate->fingerprint;
    REQUIRE(house.ask(one.releases, release::approve{"read", fingerprint}, dee()));
    house.until([](const release::release_state& state) { return state.step("push")->gate.has_value(); });
    approve_push(house, one.releases);
    if (house.stored().locked) CHECK(house.stored().step("push")->status == release::step_status::asking);
    house.until([](const release::release_state& state) { return state.ended == release::ending::done; });
}

TEST_CASE("R4.8 after a rollback the release it took back ends so, and the project is locked",
          "[conductor][ways_back]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    play_to_push(house, releases);
    REQUIRE_FALSE(house.run(releases.begin(rollback_of("shop-1.4.0-1"), ana(), "test", {})));  // nothing deployed yet
    approve_push(house, releases);
    release::step_finished pushed;
    pushed.step = "push";
    REQUIRE(house.ask(releases, pushed, release::machine()));
    REQUIRE(house.run(releases.begin(rollback_of("shop-1.4.0-1"), ana(), "test", {})));
    CHECK(release::status_of(house.stored()) == release::release_status::rolling_back);
    CHECK(*house.run(releases.live("shop")) == "shop-1.3.0-rollback-1");

    // The way back itself, by hand.
    const std::string id = "shop-1.3.0-rollback-1";
    for (int guard = 0; guard < 40 && house.stored(id).is_live(); ++guard)
        for (const auto& step : house.stored(id).steps) {
            if (step.status == release::step_status::running) {
                release::step_finished told;
                told.step = step.id;
                told.attempt = step.attempt;
                REQUIRE(house.ask(releases, told, release::machine(), id));
            } else if (step.status == release::step_status::looking) {
                release::look_finished seen;
                seen.step = step.id;
                seen.complete = true;
                REQUIRE(house.ask(releases, seen, release::machine(), id));
            } else if (step.gate && step.gate->status == release::gate_status::open) {
                for (const auto& who : {dee(), quinn()})
                    static_cast<void>(house.ask(releases, release::approve{step.id, step.gate->fingerprint}, who, id));
            }
        }
    CHECK(house.stored(id).ended == release::ending::done);
    CHECK(house.stored().ended == release::ending::rolled_back);
    const auto project = *house.run(releases.load_project("shop"));
    REQUIRE(project->lock);
    CHECK(project->lock->automatic);
    CHECK(says(project->lock->reason, "1.4.0 was rolled back to 1.3.0: carts are empty"));
    CHECK_FALSE(house.run(releases.live("shop"))->has_value());
    auto next = small_wish();
    next.version = "1.5.0";
    next.id = "shop-1.5.0-1";
    const auto begun = house.run(releases.begin(next, ana(), "test", {}));
    REQUIRE_FALSE(begun);
    CHECK(says(begun.error().sentence(), "carts are empty"));
    REQUIRE(ask(house, releases, release::remove_lock{project->lock->number}));
    CHECK(house.run(releases.begin(next, ana(), "test", {})));
}

TEST_CASE("R6.8 a rollback that is aborted ends the release as failed and locks the project, and begins nothing",
          "[conductor][ways_back]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    play_to_push(house, releases);
    approve_push(house, releases);
    release::step_finished pushed;
    pushed.step = "push";
    REQUIRE(house.ask(releases, pushed, release::machine()));
    REQUIRE(house.run(releases.begin(rollback_of("shop-1.4.0-1"), ana(), "test", {})));
    const std::string id = "shop-1.3.0-rollback-1";
    release::step_finished announced;
    announced.step = "announce";
    announced.status = release::step_status::failed;
    REQUIRE(house.ask(releases, announced, release::machine(), id));
    REQUIRE(house.ask(releases, release::abort{"1.3.0", "does not work"}, ana(), id));
    CHECK(house.stored(id).ended == release::ending::cancelled);
    CHECK(house.stored().ended == release::ending::failed);
    CHECK((*house.run(releases.load_project("shop")))->lock);
    CHECK(house.run(house.memory->streams("release/"))->size() == 2);
}

namespace {

/// Plans whose steps declare random sets of a few resources, in random order.
release::checklist random_plan(std::mt19937& chance, const std::vector<std::string>& names) {
    release::checklist made;
    made.name = "random";
    made.stages = {{"only", "Only"}};
    const int steps = 2 + static_cast<int>(chance() % 4);
    for (int i = 0; i < steps; ++i) {
        std::vector<std::string> needs;
        if (i > 0 && chance() % 2 == 0) needs = {"s" + std::to_string(chance() % static_cast<unsigned>(i))};
        auto step = small_step("s" + std::to_string(i), "only", "act", needs);
        step.effect = release::side_effect::reversible;
        for (const auto& each : names)
            if (chance() % 2 == 0) step.resources.push_back(each);
        made.steps.push_back(std::move(step));
    }
    return made;
}

/// Uses its resources for a while, and notes when somebody else uses one of them meanwhile.
class busy_kind final : public steps::step_kind {
public:
    struct ledger {
        std::multiset<std::string> used;
        int clashes = 0;
        int acts = 0;
    };
    explicit busy_kind(ledger& seen) : seen_{seen} {}
    release::kind_facts facts() const override { return small_kinds().at("act"); }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "be busy";
    }
    task<result<steps::probe_outcome>> probe(steps::context, steps::act) override { co_return steps::probe_outcome{}; }
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        for (const auto& each : here.rule.resources) {
            seen_.clashes += seen_.used.contains(each) ? 1 : 0;
            seen_.used.insert(each);
        }
        co_await here.with.time->sleep(milliseconds{700});
        for (const auto& each : here.rule.resources) seen_.used.erase(seen_.used.find(each));
        ++seen_.acts;
        co_return steps::outcome{};
    }

private:
    ledger& seen_;
};

/// Four releases with plans of this seed, to their end.
busy_kind::ledger play(unsigned seed, const std::vector<std::string>& names) {
    busy_kind::ledger seen;
    bench house;
    house.drift_poll = milliseconds{3'600'000};
    house.kinds["act"] = std::make_unique<busy_kind>(seen);
    std::mt19937 chance{seed};
    bot one{house, "one"};
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) {
        auto wish = small_wish(random_plan(chance, names));
        wish.project = "shop" + std::to_string(i);
        wish.id = wish.project + "-1.4.0-1";
        ids.push_back(wish.id);
        REQUIRE(house.run(one.releases.begin(std::move(wish), ana(), "test", {})));
    }
    for (const auto& id : ids)
        house.until([](const release::release_state& state) { return state.ended == release::ending::done; }, id);
    return seen;
}

}  // namespace

TEST_CASE("R4.10 random plans that share resources all come to their end, and nothing is ever used twice at once",
          "[conductor][locks]") {
    int acts = 0;
    const int seeds = fakes::sanitized ? 3 : 12;
    for (int seed = 1; seed <= seeds; ++seed) {
        INFO("seed " << seed);
        const auto seen = play(static_cast<unsigned>(seed), {"cdn", "database", "queue"});
        CHECK(seen.clashes == 0);
        CHECK(seen.used.empty());
        acts += seen.acts;
    }
    CHECK(acts >= seeds * 4 * 2);
}

namespace {

/// The same plans in a world where a step takes its resources one by one and keeps them while it waits for the next:
/// what Slipway does not do. True when everybody waits for somebody.
bool gets_stuck(unsigned seed, const std::vector<std::string>& names, bool in_one_order) {
    struct taker {
        std::vector<std::string> wants;
        std::size_t has = 0;
        std::vector<std::size_t> after;  ///< takers that must be over before
        bool over = false;
    };
    std::mt19937 chance{seed};
    std::vector<taker> all;
    for (int release = 0; release < 4; ++release) {
        const auto plan = random_plan(chance, names);
        const auto first = all.size();
        for (const auto& step : plan.steps) {
            taker made{step.resources, 0, {}, false};
            std::ranges::shuffle(made.wants, chance);
            if (in_one_order) std::ranges::sort(made.wants);
            for (const auto& need : step.needs) made.after.push_back(first + std::stoul(need.substr(1)));
            all.push_back(std::move(made));
        }
    }
    std::map<std::string, const taker*> holders;
    for (bool moved = true; moved;) {
        moved = false;
        for (auto& each : all) {
            const bool is_ready = std::ranges::all_of(each.after, [&](std::size_t one) { return all[one].over; });
            if (each.over || !is_ready) continue;
            if (each.has == each.wants.size()) {
                for (const auto& name : each.wants) holders.erase(name);
                each.over = moved = true;
            } else if (holders.try_emplace(each.wants[each.has], &each).second) {
                ++each.has;
                moved = true;
            }
        }
    }
    return std::ranges::any_of(all, [](const taker& each) { return !each.over; });
}

}  // namespace

TEST_CASE("R4.10 negative control: taken one by one in any order, the same plans wait for each other for ever",
          "[conductor][locks]") {
    int stuck = 0;
    for (unsigned seed = 1; seed <= 12; ++seed) {
        stuck += gets_stuck(seed, {"cdn", "database", "queue"}, /*in_one_order=*/false) ? 1 : 0;
        CHECK_FALSE(gets_stuck(seed, {"cdn", "database", "queue"}, /*in_one_order=*/true));
    }
    CHECK(stuck > 0);
}
