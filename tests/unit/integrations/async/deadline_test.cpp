// Limits, in whatever time the caller lives in.
#include "integrations/async/deadline.hpp"

#include <catch2/catch.hpp>
#include <optional>

#include "integrations/async/task_group.hpp"
#include "tests/fakes/for_ever.hpp"
#include "tests/fakes/hand_timers.hpp"

using namespace slipway;

namespace {

task<result<int>> never_answered() {
    co_await fakes::for_ever();
    co_return 1;
}

task<> ask(timers& clock, std::optional<result<int>>& heard) {
    heard.emplace(co_await with_deadline(clock, milliseconds{10'000}, "the oracle", never_answered()));
}

}  // namespace

TEST_CASE("a limit is one of the clock it is given", "[async]") {
    asio::io_context loop;
    fakes::hand_timers clock;
    task_group tasks{loop.get_executor()};
    std::optional<result<int>> heard;
    tasks.spawn("ask", ask(clock, heard));
    clock.pass(loop, milliseconds{9'999});
    CHECK_FALSE(heard);
    clock.pass(loop, milliseconds{1});
    REQUIRE(heard);
    REQUIRE_FALSE(*heard);
    CHECK(heard->error() == errc::timed_out);
    CHECK(heard->error().sentence() == "the oracle gave no answer within 10s");
}
