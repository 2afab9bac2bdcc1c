// A train of two lanes: who waits for whom, and what one decision covers.
#include <catch2/catch.hpp>

#include "commands/release/authors.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/train/train.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/base/described.hpp"
#include "integrations/store/store.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/small_release.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"

using namespace slipway;
using namespace slipway::steps;
using fakes::says;

namespace {

struct station {
    ~station() { fakes::run_on(loop, memory->close()); }

    context lane(const std::string& release, const std::string& commit, json::array authors = {}) {
        release::release_state state;
        state.id = release;
        state.facts["stable_commit"] = commit;
        if (!authors.empty()) state.facts[release::migration_authors_fact] = std::move(authors);
        state.facts[train_fact] = to_described(of);
        context here;
        here.state = std::make_shared<const release::release_state>(state);
        here.rule.id = "train";
        here.with.time = &time;
        here.with.store = memory.get();
        return here;
    }
    step_kind& gate() { return *all_kinds().at("train_gate"); }
    step_kind& arrival() { return *all_kinds().at("train_arrival"); }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    /// What the wiki's lane says of itself; it goes on waiting in the group.
    void arrive(task_group& wiki, json::array authors) {
        wiki.spawn("wiki", [](task<result<outcome>> work) -> task<> {
            static_cast<void>(co_await std::move(work));
        }(arrival().perform(lane("wiki-2.1.0-1", "w1", std::move(authors)), {})));
    }
    /// The gate's look once every lane is there.
    look_outcome complete_look() {
        for (int look = 0; look < 200; ++look) {
            auto seen = run(gate().look(lane("core-1.4.0-1", "c1", {author("#1", "ana", "UANA")})));
            REQUIRE(seen);
            if (waits_for_none(*seen)) return std::move(*seen);
        }
        FAIL("the wiki's lane does not arrive");
        return {};
    }
    static bool waits_for_none(const look_outcome& seen) {
        return std::ranges::none_of(seen.items, &release::item_state::blocking);
    }
    static json::value author(const std::string& what, const std::string& gitlab, const std::string& slack) {
        return to_described(release::change_author{what, gitlab, slack});
    }

    asio::io_context loop;
    fakes::jumping_timers time;
    std::unique_ptr<store::store> memory =
        *store::open_sqlite(loop.get_executor(), ":memory:", [this] { return time.now(); });
    train of{"train/core-1.4.0-1", {{"core", "1.4.0", "core-1.4.0-1"}, {"wiki", "2.1.0", "wiki-2.1.0-1"}}};
};

}  // namespace

TEST_CASE("R9.5 lanes keep their own steps, one gate asks for all, and the missing lane is named", "[steps][train]") {
    station all;
    const auto alone = all.run(all.gate().look(all.lane("core-1.4.0-1", "c1")));
    REQUIRE(alone);
    CHECK(says(alone->found.summary, "waits for wiki 2.1.0"));
    REQUIRE(alone->items.size() == 2);
    CHECK_FALSE(alone->items.front().blocking);
    CHECK(alone->items.back().blocking);

    std::optional<result<outcome>> arrived;
    task_group wiki{all.loop.get_executor()};
    wiki.spawn("wiki", [](task<result<outcome>> work, std::optional<result<outcome>>& into) -> task<> {
        into.emplace(co_await std::move(work));
    }(all.arrival().perform(all.lane("wiki-2.1.0-1", "w1"), {}), arrived));
    auto seen = all.run(all.gate().look(all.lane("core-1.4.0-1", "c1")));
    for (int look = 0; look < 200 && !station::waits_for_none(*seen); ++look)
        seen = all.run(all.gate().look(all.lane("core-1.4.0-1", "c1")));
    CHECK(station::waits_for_none(*seen));
    CHECK_FALSE(arrived);  // nobody has agreed yet

    auto here = all.lane("core-1.4.0-1", "c1");
    here.step.look = seen->found;
    const auto departed = all.run(all.gate().perform(here, {}));
    REQUIRE(departed);
    CHECK(departed->ok);
    all.run(wiki.join());
    REQUIRE(arrived);
    CHECK((*arrived)->ok);
    CHECK(all.run(all.arrival().probe(all.lane("wiki-2.1.0-1", "w1"), {}))->what == answer::done);
    // What was agreed to was that commit, and no other.
    CHECK(all.run(all.arrival().probe(all.lane("wiki-2.1.0-1", "w2"), {}))->what == answer::not_done);
}

TEST_CASE("R9.5 a lane that changed after people were asked makes their decision void", "[steps][train]") {
    station all;
    auto here = all.lane("core-1.4.0-1", "c1");
    here.step.look = release::look_state{};
    here.step.look->fingerprint = "of other commits";
    const auto departed = all.run(all.gate().perform(here, {}));
    REQUIRE(departed);
    CHECK_FALSE(departed->ok);
    CHECK(says(departed->text, "/release retry train"));
}

TEST_CASE("R9.5 a lane can be left behind with a reason, and does not go with the others", "[steps][train]") {
    station all;
    act leave;
    leave.item = "wiki-2.1.0-1";
    leave.choice = "leave-behind";
    leave.reason = "its tests are red";
    REQUIRE(all.run(all.gate().perform(all.lane("core-1.4.0-1", "c1"), leave)));
    const auto seen = all.run(all.gate().look(all.lane("core-1.4.0-1", "c1")));
    CHECK(station::waits_for_none(*seen));
    const auto late = all.run(all.arrival().perform(all.lane("wiki-2.1.0-1", "w1"), {}));
    REQUIRE(late);
    CHECK_FALSE(late->ok);
    CHECK(says(late->text, "its tests are red"));
}

TEST_CASE("R9.5 the gate of the lanes moves to the train, a plan without it cannot be in one", "[steps][train]") {
    const auto first = plan_of_lane(fakes::small_plan(), "push", /*is_first=*/true);
    REQUIRE(first);
    CHECK(first->find("push")->gate.empty());
    CHECK(first->find("push")->needs == std::vector<std::string>{"train"});
    CHECK(first->find("train")->gate.front().seats.at("qa") == 1);
    CHECK(first->find("train")->needs == std::vector<std::string>{"commit"});
    const auto second = plan_of_lane(fakes::small_plan(), "push", /*is_first=*/false);
    CHECK(second->find("train")->gate.empty());
    CHECK(second->find("train")->kind == "train_arrival");
    CHECK_FALSE(plan_of_lane(fakes::small_plan(), "home", true));
    CHECK_FALSE(plan_of_lane(fakes::small_plan(), "nowhere", true));
}

TEST_CASE("R3.2 every lane says who wrote its migrations, and the gate of all of them knows", "[steps][train]") {
    station all;
    task_group wiki{all.loop.get_executor()};
    all.arrive(wiki, {station::author("#7", "eve", "UEVE"), station::author("!8", "zoe", "")});
    const auto seen = all.complete_look();
    const auto& known = seen.facts.at(release::train_authors_fact);
    // Its own are a fact of the first lane's release already.
    CHECK(known == json::value{station::author("wiki#7", "eve", "UEVE"), station::author("wiki!8", "zoe", "")});
    wiki.cancel();
    all.run(wiki.join());
}

TEST_CASE("R3.2 a lane whose migrations have other authors than those the gate kept out does not go",
          "[steps][train]") {
    station all;
    task_group wiki{all.loop.get_executor()};
    all.arrive(wiki, {station::author("#7", "eve", "UEVE")});
    auto here = all.lane("core-1.4.0-1", "c1");
    here.step.look = all.complete_look().found;
    wiki.cancel();
    all.run(wiki.join());
    // The wiki's bot was started again meanwhile, and somebody else has written into its SQL since.
    all.arrive(wiki, {station::author("#7", "eve", "UEVE"), station::author("#7", "quinn", "UQUINN")});
    all.complete_look();
    const auto departed = all.run(all.gate().perform(here, {}));
    REQUIRE(departed);
    CHECK_FALSE(departed->ok);
    here.step.look = all.complete_look().found;
    CHECK(all.run(all.gate().perform(here, {}))->ok);
    all.run(wiki.join());
}

TEST_CASE("R3.2 who wrote migrations of a lane that is left behind may sit at the gate", "[steps][train]") {
    station all;
    task_group wiki{all.loop.get_executor()};
    all.arrive(wiki, {station::author("#7", "eve", "UEVE")});
    all.complete_look();
    wiki.cancel();
    all.run(wiki.join());
    act leave;
    leave.item = "wiki-2.1.0-1";
    leave.choice = "leave-behind";
    leave.reason = "its tests are red";
    REQUIRE(all.run(all.gate().perform(all.lane("core-1.4.0-1", "c1"), leave)));
    CHECK(all.complete_look().facts.at(release::train_authors_fact) == json::value(json::array{}));
}

TEST_CASE("R3.2 while a lane waits it says who wrote its migrations by now, and the gate that looks hears of it",
          "[steps][train]") {
    test::milestone_room room;
    const auto memory = *store::open_sqlite(room.loop.get_executor(), ":memory:", [&room] { return room.time.now(); });
    room.store = memory.get();
    REQUIRE(room.look("migrations_confirm"));
    room.step = {};
    room.state_.facts["stable_commit"] = "c1";
    room.state_.facts[train_fact] = to_described(
        train{"train/wiki-2.1.0-1", {{"wiki", "2.1.0", "wiki-2.1.0-1"}, {"core", "1.4.0", "core-1.4.0-1"}}});
    auto gate = room.at("train_gate");
    {
        auto wiki = room.state_;
        wiki.id = "wiki-2.1.0-1";
        gate.state = std::make_shared<const release::release_state>(std::move(wiki));
    }
    task_group core{room.loop.get_executor()};
    core.spawn("core", [](task<result<outcome>> work) -> task<> {
        static_cast<void>(co_await std::move(work));
    }(room.kind("train_arrival").perform(room.at("train_arrival"), {})));
    const auto gate_says = [&](const std::string& words) {
        for (int look = 0; look < 2'000; ++look) {
            const auto seen = room.run(room.kind("train_gate").look(gate));
            REQUIRE(seen);
            const auto& facts = seen->facts;
            const auto known = facts.find(release::train_authors_fact);
            if (known != facts.end() && says(json::serialize(known->value()), words)) return *seen;
        }
        FAIL("the gate does not hear of " << words);
        return look_outcome{};
    };
    const auto before = gate_says("ben.carter");
    room.records().notes.push_back(
        {990, "Issue", 2, "```sql\nDROP TABLE visits;\n```", "sam.patel", false, room.time.now()});
    const auto after = gate_says("sam.patel");
    CHECK(after.found.fingerprint != before.found.fingerprint);
    core.cancel();
    room.run(core.join());
    room.run(memory->close());
}

TEST_CASE("R3.2 the gate of a train is looked at again while people decide", "[steps][train]") {
    station all;
    task_group wiki{all.loop.get_executor()};
    all.arrive(wiki, {});
    const auto seen = all.complete_look();
    wiki.cancel();
    all.run(wiki.join());
    release::step_state asking;
    asking.status = release::step_status::asking;
    asking.items = seen.items;
    CHECK(release::is_worth_watching(release::release_state{}, asking));
}
