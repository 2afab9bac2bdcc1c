// Bots that die, bots that share a store, and people who click while they work.
#include <catch2/catch.hpp>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;
using release::step_status;

namespace {

std::string fingerprint(bench& house, const std::string& step) {
    return house.stored().step(step)->gate->fingerprint;
}

void approve(bench& house, bot& one, const std::string& step, const release::actor& who) {
    REQUIRE(house.ask(one.releases, release::approve{step, fingerprint(house, step)}, who));
}

/// A release of "shop" whose push has both approvals and waits for nothing any more.
void go_to_push(bench& house, bot& one) {
    REQUIRE(house.begin(one.releases));
    house.until_status("read", step_status::asking);
    approve(house, one, "read", dee());
    house.until_status("push", step_status::asking);
    approve(house, one, "push", dee());
    approve(house, one, "push", quinn());
}

bool is_done(const release::release_state& state) {
    return state.ended == release::ending::done;
}

release::kinds kinds_without_probe() {
    auto table = small_kinds();
    table.at("act").has_probe = false;
    return table;
}

}  // namespace

TEST_CASE("a whole release runs by itself between the answers of people, each step once", "[conductor]") {
    bench house;
    house.outside.lists["merges"] = {small_item("!1")};
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_status("merges", step_status::asking);
    REQUIRE(house.ask(one.releases, release::choose{"merges", "!1", "merge", "f1", ""}, dee()));
    house.until_status("read", step_status::asking);
    approve(house, one, "read", dee());
    house.until_status("push", step_status::asking);
    approve(house, one, "push", dee());
    approve(house, one, "push", quinn());
    house.until(is_done);
    for (const auto* each : {"announce", "merges", "tests", "commit", "push", "home"})
        CHECK(house.outside.count("perform " + std::string{each}) == 1);
    CHECK(house.outside.count("look merges") == 2);
    for (const auto& each : *house.run(house.memory->all_work())) CHECK(each.kind == work::tick);
    CHECK_FALSE(*house.run(house.memory->holder_of("live/shop")));
}

TEST_CASE("R5.1 the intent of every change is in the store before the change begins", "[conductor]") {
    bench house;
    bot one{house, "one"};
    go_to_push(house, one);
    house.until(is_done);
    CHECK(house.outside.unnoted.empty());
}

TEST_CASE("R5.2 a bot that is killed after the effect: the next one asks the probe and repeats nothing",
          "[conductor]") {
    bench house;
    house.outside.faults["push"] = {world::fault::hang_after_effect};
    {
        bot first{house, "first"};
        go_to_push(house, first);
        house.until_logged("perform push");
        first.kill();
    }
    CHECK(house.stored().step("push")->status == step_status::running);
    bot second{house, "second"};
    house.until(is_done);
    CHECK(house.outside.count("perform push") == 1);
    CHECK(house.outside.count("probe push") == 2);
    CHECK(house.stored().step("push")->attempt == 1);
}

TEST_CASE("R5.2 negative control: without a probe the same kill does it twice", "[conductor]") {
    bench house{kinds_without_probe()};
    house.outside.faults["push"] = {world::fault::hang_after_effect};
    {
        bot first{house, "first"};
        go_to_push(house, first);
        house.until_logged("perform push");
        first.kill();
    }
    bot second{house, "second"};
    house.until(is_done);
    CHECK(house.outside.count("perform push") == 2);
}

TEST_CASE("R5.2 a bot that is killed before the effect: the next one performs it, once", "[conductor]") {
    bench house;
    house.outside.faults["push"] = {world::fault::hang};
    {
        bot first{house, "first"};
        go_to_push(house, first);
        house.until_logged("perform push");
        first.kill();
    }
    CHECK(house.outside.effects.size() == 3);
    bot second{house, "second"};
    house.until(is_done);
    CHECK(house.outside.count("perform push") == 2);
    CHECK(house.outside.effects.size() == 5);
}

TEST_CASE("R5.3 after a restart all live releases go on, without anybody", "[conductor]") {
    bench house;
    const std::vector<std::string> projects{"mail", "shop", "wiki"};
    {
        bot first{house, "first"};
        for (int i = 0; i < 3; ++i) house.outside.faults["announce"].push_back(world::fault::hang);
        for (const auto& each : projects) REQUIRE(house.begin(first.releases, each));
        house.until([&](const auto&) { return house.outside.count("perform announce") == 3; });
        first.kill();
    }
    bot second{house, "second"};
    for (const auto& each : projects) house.until_status("read", step_status::asking, each + "-1.4.0-1");
    CHECK(house.outside.count("perform tests") == 3);
}

TEST_CASE("R5.6 two bots on one store: every step has one owner, a click may go to either", "[conductor]") {
    bench house;
    bot one{house, "one"};
    bot two{house, "two"};
    REQUIRE(house.begin(one.releases));
    house.until_status("read", step_status::asking);
    approve(house, two, "read", dee());
    house.until_status("push", step_status::asking);
    approve(house, one, "push", dee());
    approve(house, two, "push", quinn());
    house.until(is_done);
    for (const auto* each : {"announce", "tests", "commit", "push", "home"})
        CHECK(house.outside.count("perform " + std::string{each}) == 1);
    CHECK(house.run(house.memory->verify("release/shop-1.4.0-1")));
}

TEST_CASE("R5.6 a long step keeps its lease: nobody else begins it meanwhile", "[conductor]") {
    bench house;
    house.outside.faults["tests"] = {world::fault::hang};
    bot one{house, "one"};
    bot two{house, "two"};
    REQUIRE(house.begin(one.releases));
    house.until_logged("perform tests");
    const auto later = house.clock.now() + milliseconds{60'000};
    house.until([&](const auto&) { return house.clock.now() >= later; });
    CHECK(house.outside.count("perform tests") == 1);
    CHECK(house.stored().step("tests")->status == step_status::running);
}

TEST_CASE("R5.6 a worker whose lease went to another cannot write", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    const auto mine = house.run(house.memory->lease_work("slow", {work::step_of("tell")}, 1, milliseconds{1'000}));
    REQUIRE(mine);
    REQUIRE(mine->size() == 1);
    house.clock.advance(milliseconds{1'001});
    const auto theirs = house.run(house.memory->lease_work("quick", {work::step_of("tell")}, 1, milliseconds{1'000}));
    REQUIRE(theirs->size() == 1);
    const auto report = [&](const store::work_row& row) {
        release::step_finished told;
        told.step = "announce";
        companions with;
        with.finished.push_back({row.id, row.fence, std::nullopt});
        return house.run(releases.ask("shop-1.4.0-1", told, release::machine(), "work", std::move(with)));
    };
    const auto late = report(mine->front());
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::moved);
    CHECK(house.stored().step("announce")->status == step_status::running);
    REQUIRE(report(theirs->front()));
    CHECK(house.stored().step("announce")->status == step_status::done);
}

TEST_CASE("R4.5 a hold wins over every start: what runs ends, and nothing begins before the resume", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    REQUIRE(house.ask(releases, release::hold{"the office is on fire"}, quinn()));
    bot one{house, "one"};
    house.until_status("announce", step_status::done);
    house.clock.advance(milliseconds{60'000});
    house.until([](const auto&) { return true; });
    CHECK(house.outside.count("look merges") + house.outside.count("perform tests") == 0);
    REQUIRE(house.ask(one.releases, release::resume{}, ana()));
    house.until_status("tests", step_status::done);
}

TEST_CASE("R6.1 an abort stops what can be stopped and ends the release", "[conductor]") {
    bench house;
    house.outside.faults["tests"] = {world::fault::hang};
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_logged("perform tests");
    REQUIRE(house.ask(one.releases, release::abort{"1.4.0", "the cart is broken"}, ana()));
    house.until([](const auto& state) { return state.ended == release::ending::cancelled; });
    CHECK(house.stored().step("tests")->status == step_status::errored);
    CHECK(says(house.stored().step("tests")->text, "aborted"));
    CHECK(house.outside.count("perform commit") == 0);
}

TEST_CASE("a bug in a kind stops its step, not the bot", "[conductor]") {
    bench house;
    house.outside.faults["tests"] = {world::fault::bug};
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_status("tests", step_status::errored);
    house.until_status("read", step_status::asking);
    REQUIRE(house.ask(one.releases, release::retry{"tests"}, ana()));
    house.until_status("tests", step_status::done);
}

TEST_CASE("R5.4 an unknown outcome waits for a person, and a bot that is restarted does not guess", "[conductor]") {
    bench house;
    house.outside.answers["push"] = {steps::answer::different};
    {
        bot first{house, "first"};
        go_to_push(house, first);
        house.until_status("push", step_status::unknown_outcome);
        first.kill();
    }
    bot second{house, "second"};
    REQUIRE(house.ask(second.releases, release::add_note{"Looking at it"}, dee()));
    house.until([](const auto& state) { return state.notes.size() == 1; });
    CHECK(house.outside.count("perform push") == 0);
    REQUIRE(house.ask(second.releases, release::treat_as_done{"push", "", "I saw the tag"}, ana()));
    house.until(is_done);
    CHECK(house.outside.count("perform push") == 0);
}

TEST_CASE("R5.7 a gate expires by its own row, whoever is alive", "[conductor]") {
    bench house;
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_status("read", step_status::asking);
    house.clock.advance(milliseconds{4 * 3'600'000});
    house.until([](const auto& state) { return state.step("read")->gate->status == release::gate_status::expired; });
}

TEST_CASE("R1.5 a moved pin is noticed by the poll and the open question is asked again", "[conductor]") {
    bench house;
    bool moved = false;
    house.drifts =
        [&moved](state_pointer, steps::services,
                 std::shared_ptr<const release::project_settings>) -> task<result<std::vector<release::drift_seen>>> {
        std::vector<release::drift_seen> seen;
        if (moved) seen.push_back({"trunk", "c0ffee", "decaf"});
        co_return seen;
    };
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_status("read", step_status::asking);
    const auto old = fingerprint(house, "read");
    moved = true;
    house.clock.advance(house.drift_poll);
    house.until([](const auto& state) { return state.step("read")->gate->number == 2; });
    const auto late = house.ask(one.releases, release::approve{"read", old}, dee());
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::moved);
}

TEST_CASE("R2.6 what changes outside withdraws exactly that answer within one poll, and nobody has to ask",
          "[conductor]") {
    bench house;
    auto first = small_item("!1");
    auto second = small_item("!2");
    first.bound = second.bound = true;
    house.outside.lists["merges"] = {first, second};
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_status("merges", step_status::asking);
    REQUIRE(house.ask(one.releases, release::choose{"merges", "!1", "merge", "f1", ""}, dee()));
    const auto is = [](const release::release_state& state, const char* item, release::item_status wanted) {
        const auto* found = state.step("merges")->item(item);
        return found != nullptr && found->status == wanted && state.step("merges")->status == step_status::asking;
    };
    house.until([&](const release::release_state& state) { return is(state, "!1", release::item_status::done); });
    const auto looks = house.outside.count("look merges");

    house.outside.effects.erase("!1");  // the list shows it again: somebody pushed to it
    house.outside.lists["merges"].front().fingerprint = "f2";
    const auto began = house.clock.now();
    house.until([&](const release::release_state& state) { return is(state, "!1", release::item_status::open); });
    // The bench's clock moves on while a slow machine writes, so the bound is counted in looks, not in seconds alone.
    CHECK(house.clock.now() - began < 2 * house.drift_poll);
    CHECK(house.outside.count("look merges") == looks + 1);
    CHECK(house.stored().step("merges")->item("!1")->round == 2);
    CHECK(house.stored().step("merges")->item("!2")->status == release::item_status::open);
}
