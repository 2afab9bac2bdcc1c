#include "commands/views/board.hpp"

#include <catch2/catch.hpp>

#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

slack::rendered shown(const release::release_state& state) {
    const auto settings = project();
    std::vector<release::button> buttons;
    return views::board(state, views::names{settings}, buttons);
}

}  // namespace

TEST_CASE("the board says what is released, in which state, and what it waits for", "[views][board]") {
    const auto board = shown(at_gate());
    const auto words = words_of(board);
    CHECK(has(words, "Demo shop 1.4.0 · awaiting gate"));
    CHECK(has(words, "Deploy 1.4.0 to production?"));
    CHECK(has(words, "0 of 6 done · 1 waits for people"));
    CHECK(has(words, "<https://git.example/shop/-/commit/0123456789abcdef0123456789abcdef01234567|0123456789>"));
    CHECK(has(words, "shop-1.4.0-1"));
    CHECK(slack::check_limits(slack::to_json(board)) == problems{});
    CHECK(board.blocks.size() <= 20);
}

TEST_CASE("R3.14 the board says why the gate is closed, with names and without calling anybody", "[views][board]") {
    const auto board = shown(at_gate());
    CHECK(has(words_of(board), "needs 1 more from dba and 1 more from release-manager"));
    CHECK(has(words_of(board), "Dee asked for this release and cannot fill a seat"));
    CHECK(slack::mentions_in(slack::to_json(board)) == problems{});
}

TEST_CASE("the board's buttons are those that can work now", "[views][board]") {
    CHECK(buttons_of(shown(started())) == problems{"Hold", "Add a note", "Abort"});
    CHECK(buttons_of(shown(at_gate())) == problems{"Approve", "Reject", "Hold", "Add a note", "Abort"});
    const auto failed = ended_step("tests", release::step_status::failed, "exit code 1");
    CHECK(buttons_of(shown(failed)) == problems{"Retry what failed", "Hold", "Add a note", "Abort"});
    const auto held = release::apply(started(), release::release_held{{person("UBO"), untrusted{"db move"}, noon}});
    CHECK(buttons_of(shown(held)) == problems{"Resume", "Add a note", "Abort"});
    const auto aborting = release::apply(at_gate(), release::abort_started{{person("UBO"), untrusted{"bug"}, noon}});
    CHECK(buttons_of(shown(aborting)) == problems{"Add a note"});
}

TEST_CASE("with two gates open the board offers no Approve: which one would it be?", "[views][board]") {
    const auto two = release::apply(
        at_gate(), release::gate_opened{"first-read", open_gate("Read the diff?", {{"developer", std::nullopt, {}}})});
    CHECK(buttons_of(shown(two)) == problems{"Hold", "Add a note", "Abort"});
}

TEST_CASE("R7.4 a release that is over has no buttons, and says how it ended", "[views][board]") {
    for (const auto how : {release::ending::done, release::ending::cancelled, release::ending::failed}) {
        const auto board = shown(over(at_gate(), how, "aborted by @UBO: bug found"));
        CHECK(buttons_of(board).empty());
        CHECK(has(words_of(board), "aborted by Bo: bug found"));
        CHECK(has(words_of(board), "1h 00m"));
    }
}

TEST_CASE("R1.7 failed and errored are different words on the board", "[views][board]") {
    const auto failed = words_of(shown(ended_step("tests", release::step_status::failed, "exit code 1")));
    const auto errored = words_of(shown(ended_step("tests", release::step_status::errored, "no answer")));
    CHECK(has(failed, "failed"));
    CHECK_FALSE(has(failed, "could not know"));
    CHECK(has(errored, "errored: we could not know"));
    CHECK(has(failed, "/release retry tests"));
}

TEST_CASE("done steps fold together when they are many", "[views][board]") {
    auto long_plan = plan();
    for (int i = 0; i < 12; ++i)
        long_plan.steps.push_back(rule("extra-" + std::to_string(i), "P" + std::to_string(30 + i), "prepare", "run",
                                       "Extra " + std::to_string(i)));
    release::release_started begun;
    begun.id = "shop-1.4.0-1";
    begun.version = "1.4.0";
    begun.plan = release::to_json(long_plan);
    begun.at = noon;
    auto state = release::apply({}, begun);
    for (int i = 0; i < 9; ++i) {
        release::step_ended ended;
        ended.step = "extra-" + std::to_string(i);
        ended.at = noon;
        state = release::apply(std::move(state), ended);
    }
    const auto words = words_of(shown(state));
    CHECK(has(words, "✅ 9 of "));
    CHECK_FALSE(has(words, "Extra 3"));
    CHECK(has(words, "more waiting"));
}

TEST_CASE("the last three decisions stand on the board with person and time", "[views][board]") {
    auto state = at_gate();
    for (const auto* user : {"UBO", "UCHI", "UANA", "UEVE"})
        state = release::apply(std::move(state), release::release_held{{person(user), untrusted{"wait"}, noon}});
    const auto words = words_of(shown(state));
    CHECK(has(words, "Eve held the release"));
    CHECK(has(words, "Chi held the release"));
    CHECK_FALSE(has(words, "Bo held the release"));
}
