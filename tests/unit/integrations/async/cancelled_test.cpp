// Being told to stop is no bug, however many coroutines were told at once.
#include "integrations/async/cancelled.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/fakes/for_ever.hpp"

using namespace slipway;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

task<> both() {
    co_await (fakes::for_ever() || fakes::for_ever());
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
    CHECK(is_cancellation(cancelled(fakes::for_ever())));
    CHECK(is_cancellation(cancelled(both())));
}

TEST_CASE("a bug, another error and nothing at all are no cancellation", "[async]") {
    CHECK_FALSE(is_cancellation(nullptr));
    CHECK_FALSE(is_cancellation(std::make_exception_ptr(std::logic_error{"index out of range"})));
    const boost::system::system_error refused{asio::error::connection_refused};
    CHECK_FALSE(is_cancellation(std::make_exception_ptr(refused)));
}
