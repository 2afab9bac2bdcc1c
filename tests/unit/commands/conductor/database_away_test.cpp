// The database goes away for minutes, for everybody or for one of two bots: nothing is begun that nobody could hear of,
// and afterwards everything goes on by itself.
#include <spdlog/spdlog.h>

#include <catch2/catch.hpp>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;
using release::step_status;

namespace {

constexpr milliseconds five_minutes{300'000};
const std::string the_release = "shop-1.4.0-1";

/// Acts like the kinds that begin something outside: a note in the store before it, one after it, and a probe that asks
/// the note. `asks` null = through what the conductor gives it.
class noting_kind final : public steps::step_kind {
public:
    noting_kind(world& outside, store::store* asks) : outside_{outside}, asks_{asks} {}
    release::kind_facts facts() const override { return small_kinds().at("act"); }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "note and act";
    }
    task<result<steps::probe_outcome>> probe(steps::context here, steps::act intent) override {
        const auto noted = co_await memory_of(here).document_of("acts", intent.key);
        if (!noted) co_return noted.error();
        const bool acted = outside_.effects.contains(intent.key);
        co_return steps::probe_outcome{acted ? steps::answer::done : steps::answer::not_done, "", {}, {}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act intent) override {
        const auto before = co_await note(here, intent.key, "begun");
        if (!before) co_return before.error();
        outside_.log.push_back("perform " + here.rule.id);
        outside_.effects.insert(intent.key);
        const auto after = co_await note(here, intent.key, "done");
        if (!after) co_return failure{errc::lost, "it was begun and could not be noted"};
        co_return steps::outcome{};
    }

private:
    store::store& memory_of(const steps::context& here) const { return asks_ != nullptr ? *asks_ : *here.with.store; }
    task<result<>> note(steps::context here, std::string key, std::string word) {
        store::batch changes;
        changes.documents.push_back({"acts", key, {{"is", word}}});
        auto kept = co_await memory_of(here).commit(std::move(changes));
        co_return kept;
    }

    world& outside_;
    store::store* asks_;
};

/// Hundreds of outages would write a line each second.
struct silence {
    silence() { spdlog::set_level(spdlog::level::off); }
    ~silence() { spdlog::set_level(spdlog::level::info); }
};

struct outage {
    bool happened = false;
    bool ended_well = false;
    std::vector<std::string> begun_meanwhile;
    std::vector<std::string> asked_people;  ///< steps that somebody had to look at
    std::vector<std::string> not_once;      ///< steps that were performed never or twice
};

/// What people press of the open gates, as often as it takes: what cannot be stored is pressed again.
void press(bench& house, journal& releases, const release::release_state& state) {
    for (const auto& step : state.steps) {
        if (!step.gate || step.gate->status != release::gate_status::open) continue;
        for (const auto& seat : step.gate->seats) {
            if (seat.taken_by) continue;
            const auto said = house.ask(releases, release::approve{step.id, step.gate->fingerprint},
                                        seat.role == "qa" ? quinn() : dee());
            if (!said) CHECK(said.error() == errc::unavailable);
            break;  // what is open now may be another card
        }
    }
}

/// One release; after so many calls to the store the database is away for five minutes.
outage go_through(int calls, bool patiently) {
    const silence here;
    outage seen;
    bench house;
    memory_books books;
    house.remember_in(books);
    house.kinds["act"] = std::make_unique<noting_kind>(house.outside, patiently ? nullptr : house.memory.get());
    auto performed = [&] {
        std::vector<std::string> all;
        for (const auto& each : house.outside.log)
            if (each.starts_with("perform ")) all.push_back(each);
        return all;
    };
    std::optional<instant> back;
    std::size_t begun = 0;
    books.calls_left = calls;
    books.when_gone = [&] {
        back = house.clock.now() + five_minutes;
        begun = performed().size();
    };
    bot one{house, "one"};
    for (int second = 0; second < 900; ++second) {
        house.pass(milliseconds{1'000});
        if (books.is_unreachable && house.clock.now() >= *back) {
            const auto all = performed();
            seen.happened = true;
            seen.begun_meanwhile.assign(all.begin() + static_cast<std::ptrdiff_t>(begun), all.end());
            books.is_unreachable = false;
        }
        const auto state = house.run(one.releases.load(the_release));
        if (!state) {
            if (state.error() == errc::not_found) static_cast<void>(house.begin(one.releases));
            continue;
        }
        for (const auto& each : (*state)->steps)
            if (each.status == step_status::unknown_outcome || each.status == step_status::errored)
                seen.asked_people.push_back(each.id);
        seen.ended_well = (*state)->ended == release::ending::done;
        if (!(*state)->is_live() || !seen.asked_people.empty()) break;
        press(house, one.releases, **state);
    }
    for (const auto* each : {"announce", "tests", "commit", "push", "home"})
        if (house.outside.count("perform " + std::string{each}) != 1) seen.not_once.emplace_back(each);
    return seen;
}

}  // namespace

TEST_CASE("R5.10 the database is away for five minutes, at whatever moment: nothing is begun, afterwards all goes on",
          "[conductor][away]") {
    int outages = 0;
    for (int calls = 1;; ++calls) {
        INFO("away after " << calls << " calls");
        const auto seen = go_through(calls, /*patiently=*/true);
        if (!seen.happened) break;
        ++outages;
        CHECK(seen.begun_meanwhile.empty());
        CHECK(seen.asked_people.empty());
        CHECK(seen.not_once.empty());
        REQUIRE(seen.ended_well);
    }
    CHECK(outages > 50);
}

TEST_CASE("R5.10 negative control: a kind that asks the database itself makes a question of the outage",
          "[conductor][away]") {
    int asked = 0;
    for (int calls = 1;; ++calls) {
        const auto seen = go_through(calls, /*patiently=*/false);
        asked += seen.asked_people.empty() ? 0 : 1;
        if (!seen.happened || asked > 0) break;
    }
    CHECK(asked > 0);
}

namespace {

struct split {
    std::optional<instant> stopped, begun_by_other;
    instant lease_ends;
};

/// Two bots, one of them in the middle of a step when its way to the database is cut.
split cut_one_off(bool shares_work) {
    split seen;
    bench house;
    memory_books books;
    house.remember_in(books);
    memory_store far{house.loop.get_executor(), books, [&] { return house.clock.now(); }, &house.clock};
    house.outside.faults["tests"] = {world::fault::hang};
    conductor_settings settings;
    settings.shares_work = shares_work;
    bot one{house, far, "one", settings};
    REQUIRE(house.begin(one.releases));
    for (int i = 0; i < 100 && house.outside.count("perform tests") == 0; ++i) house.pass(milliseconds{100});
    REQUIRE(house.outside.count("perform tests") == 1);
    house.pass(milliseconds{3'000});
    bot two{house, "two", settings};
    house.pass(milliseconds{20'000});  // while both reach it, the lease stays where it is
    CHECK(house.outside.count("perform tests") == 1);
    far.is_cut = true;
    for (const auto& [id, each] : books.works)
        if (each.row.owner == "one") seen.lease_ends = std::max(seen.lease_ends, each.row.leased_until);
    REQUIRE(seen.lease_ends > house.clock.now());
    for (int i = 0; i < 300; ++i) {
        house.pass(milliseconds{50}, milliseconds{50});
        if (!seen.stopped && house.outside.count("stopped tests") > 0) seen.stopped = house.clock.now();
        if (!seen.begun_by_other && house.outside.count("perform tests") > 1) seen.begun_by_other = house.clock.now();
    }
    house.until_status("tests", step_status::done);
    return seen;
}

}  // namespace

TEST_CASE(
    "R11.3 a bot that no longer reaches the database ends what it does before its lease does, the other begins after",
    "[conductor][away]") {
    const auto seen = cut_one_off(/*shares_work=*/true);
    REQUIRE(seen.stopped);
    REQUIRE(seen.begun_by_other);
    CHECK(*seen.stopped < seen.lease_ends);
    CHECK(*seen.begun_by_other >= seen.lease_ends);
}

TEST_CASE("R11.3 negative control: a bot that takes itself for the only one goes on while another begins the same",
          "[conductor][away]") {
    const auto seen = cut_one_off(/*shares_work=*/false);
    REQUIRE(seen.begun_by_other);
    CHECK_FALSE(seen.stopped);
}

namespace {

/// Cuts the bot off between the probe of its first act and the act itself.
class cutting_kind final : public steps::step_kind {
public:
    cutting_kind(world& outside, memory_store& way) : outside_{outside}, way_{way} {}
    release::kind_facts facts() const override { return small_kinds().at("act"); }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "act";
    }
    task<result<steps::probe_outcome>> probe(steps::context, steps::act intent) override {
        if (!std::exchange(did_cut_, true)) way_.is_cut = true;
        const bool acted = outside_.effects.contains(intent.key);
        co_return steps::probe_outcome{acted ? steps::answer::done : steps::answer::not_done, "", {}, {}};
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act intent) override {
        outside_.log.push_back("perform " + here.rule.id);
        outside_.effects.insert(intent.key);
        co_return steps::outcome{};
    }

private:
    world& outside_;
    memory_store& way_;
    bool did_cut_ = false;
};

}  // namespace

TEST_CASE("R11.3 a bot that is cut off right before an act does not begin it, and the other does, once",
          "[conductor][away]") {
    bench house;
    memory_books books;
    house.remember_in(books);
    memory_store far{house.loop.get_executor(), books, [&] { return house.clock.now(); }, &house.clock};
    house.kinds["act"] = std::make_unique<cutting_kind>(house.outside, far);
    conductor_settings settings;
    settings.shares_work = true;
    bot one{house, far, "one", settings};
    REQUIRE(house.begin(one.releases));
    house.until_status("read", step_status::asking);
    const auto shown = house.stored().step("read")->gate->fingerprint;
    REQUIRE(house.ask(one.releases, release::approve{"read", shown}, dee()));
    house.pass(milliseconds{30'000});
    REQUIRE(far.is_cut);
    CHECK(house.stored().step("commit")->status == step_status::running);
    CHECK(house.outside.count("perform commit") == 0);
    bot two{house, "two", settings};
    house.until_status("commit", step_status::done);
    CHECK(house.outside.count("perform commit") == 1);
}
