// What is usual, and when a step is late.
#include "commands/release/usual.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using std::chrono::seconds;

TEST_CASE("R7.13 usual is what nine of ten of the last twenty successes took at most", "[release]") {
    CHECK_FALSE(usual_of({}));
    CHECK_FALSE(usual_of({seconds{1}, seconds{2}}));
    CHECK(usual_of({seconds{3}, seconds{1}, seconds{2}}) == seconds{3});
    std::vector<milliseconds> known;
    for (int i = 1; i <= 10; ++i) known = with_duration(std::move(known), seconds{i});
    CHECK(usual_of(known) == seconds{9});
    for (int i = 0; i < 20; ++i) known = with_duration(std::move(known), seconds{100});
    CHECK(known.size() == 20);
    CHECK(usual_of(known) == seconds{100});
    CHECK(with_duration({}, seconds{-5}) == std::vector<milliseconds>{milliseconds{0}});  // a clock was set back
}

TEST_CASE("R7.13 a step is late after twice its usual time, a short one not at once", "[release]") {
    release_state state;
    state.facts[usual_fact] = json::object{{"tests", 60'000}, {"pull", 200}};
    step_state step;
    step.id = "tests";
    step.status = step_status::running;
    CHECK_FALSE(late_at(state, step));
    step.intent = intent_state{"key", instant{seconds{1'000}}, {}};
    CHECK(late_at(state, step) == instant{seconds{1'120}});
    step.id = "pull";
    CHECK(late_at(state, step) == instant{milliseconds{1'010'200}});
    step.id = "push";
    CHECK_FALSE(late_at(state, step));
    step.id = "tests";
    step.status = step_status::done;
    CHECK_FALSE(late_at(state, step));
}
