#include "integrations/async/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway::detail {
namespace {

task<> call(std::function<void()> work) {
    work();
    co_return;
}

}  // namespace

task<bool> ends_within(timers& clock, milliseconds limit, task<> operation) {
    using namespace asio::experimental::awaitable_operators;
    const auto first = co_await (std::move(operation) || clock.sleep(limit));
    co_return first.index() == 0;
}

task<> run_on_pool(asio::thread_pool& pool, std::function<void()> work) {
    co_await asio::co_spawn(pool, call(std::move(work)), asio::use_awaitable);
}

}  // namespace slipway::detail
