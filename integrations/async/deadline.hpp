// A limit on an awaited operation, and blocking work off the loop.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway {

/// Runs `operation` for at most `limit`; errc::timed_out with `what` in its sentence when the limit strikes first.
/// Failure must be a value: an exception thrown by `operation` would only surface after `limit` (Asio's || waits for
/// the first success).
template <class T>
task<result<T>> with_deadline(milliseconds limit, std::string what, task<result<T>> operation) {
    using namespace asio::experimental::awaitable_operators;
    const auto loop = co_await asio::this_coro::executor;
    asio::steady_timer timer{loop, limit};
    auto outcome = co_await (std::move(operation) || timer.async_wait(asio::use_awaitable));
    if (auto* finished = std::get_if<0>(&outcome)) co_return std::move(*finished);
    co_return failure{errc::timed_out, what + " gave no answer within " + to_words(limit)};
}

namespace detail {
template <class Work>
task<std::invoke_result_t<Work&>> call(Work work) {
    co_return work();
}
}  // namespace detail

/// Runs blocking `work` on `pool`; the caller resumes on its own executor. Exceptions of `work` pass through.
template <class Work>
task<std::invoke_result_t<Work&>> offload(asio::thread_pool& pool, Work work) {
    co_return co_await asio::co_spawn(pool, detail::call(std::move(work)), asio::use_awaitable);
}

}  // namespace slipway
