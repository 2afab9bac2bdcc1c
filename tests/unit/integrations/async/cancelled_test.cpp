// Being told to stop is no bug, however many coroutines were told at once.
#include "integrations/async/cancelled.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "integrations/async/task.hpp"

using namespace slipway;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

task<> for_ever() {
    asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    co_await never.async_wait(asio::use_awaitable);
}

task<> both() {
    co_await (for_ever() || for_ever());
}

/// What the task ends with when it is told to stop in the middle.
std::exception_ptr cancelled(task<> work) {
    asio::io_context loop;
    asio::cancellation_signal stop;
    std::exception_ptr ended;
    auto keep = [&](const std::exception_ptr& thrown) { ended = thrown; };
    asio::co_spawn(loop, std::move(work), asio::bind_cancellation_slot(stop.slot(), keep));
    loop.poll();
    stop.emit(asio::cancellation_type::terminal);
    loop.restart();
    loop.poll();
    return ended;
}

}  // namespace

TEST_CASE("a cancelled wait is a cancellation, alone and in an awaited or", "[async]") {
    CHECK(is_cancellation(cancelled(for_ever())));
    CHECK(is_cancellation(cancelled(both())));
}

TEST_CASE("a bug, another error and nothing at all are no cancellation", "[async]") {
    CHECK_FALSE(is_cancellation(nullptr));
    CHECK_FALSE(is_cancellation(std::make_exception_ptr(std::logic_error{"index out of range"})));
    const boost::system::system_error refused{asio::error::connection_refused};
    CHECK_FALSE(is_cancellation(std::make_exception_ptr(refused)));
}
