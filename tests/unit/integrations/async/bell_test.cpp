// Waiting for somebody to ring.
#include "integrations/async/bell.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <vector>

#include "integrations/async/cancelled.hpp"
#include "integrations/async/task_group.hpp"
#include "tests/fakes/for_ever.hpp"

using namespace slipway;

namespace {

task<> note(bell& door, std::vector<int>& woken, int who) {
    co_await door.wait();
    woken.push_back(who);
}

}  // namespace

TEST_CASE("a ring wakes everybody who waits, in their order, and nobody who comes later", "[async]") {
    asio::io_context loop;
    bell door{loop.get_executor()};
    task_group tasks{loop.get_executor()};
    std::vector<int> woken;
    door.ring();  // to nobody
    for (const int who : {1, 2, 3}) tasks.spawn("guest", note(door, woken, who));
    loop.poll();
    CHECK(woken.empty());
    door.ring();
    tasks.spawn("late", note(door, woken, 4));
    loop.restart();
    loop.poll();
    CHECK(woken == std::vector{1, 2, 3});
    tasks.cancel();
    loop.restart();
    loop.poll();
    CHECK(tasks.size() == 0);
}

TEST_CASE("whoever waits at a bell can be told to stop", "[async]") {
    asio::io_context loop;
    asio::cancellation_signal stop;
    std::exception_ptr ended;
    auto keep = [&](const std::exception_ptr& thrown) { ended = thrown; };
    asio::co_spawn(loop, fakes::for_ever(), asio::bind_cancellation_slot(stop.slot(), keep));
    loop.poll();
    CHECK_FALSE(ended);
    stop.emit(asio::cancellation_type::terminal);
    loop.restart();
    loop.poll();
    CHECK(is_cancellation(ended));
}

TEST_CASE("a loop on which nobody waits for a file or for the machine's time asks the system for nothing", "[async]") {
    asio::io_context loop;
    task_group tasks{loop.get_executor()};
    tasks.spawn("waits", fakes::for_ever());
    loop.poll();
    CHECK_FALSE(asio::has_service<asio::detail::reactor>(loop));
    tasks.cancel();
    loop.restart();
    loop.poll();
    asio::steady_timer negative_control{loop};
    CHECK(asio::has_service<asio::detail::reactor>(loop));
}
