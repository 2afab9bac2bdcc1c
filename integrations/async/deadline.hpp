// A limit on an awaited operation, and blocking work off the loop. What Asio instantiates for either is compiled once,
// in deadline.cpp: a template of its own for each T cost every caller seconds of compile time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "integrations/async/timers.hpp"

namespace boost::asio {
class thread_pool;
}

namespace slipway {

namespace detail {

/// False when `limit` struck first; `operation` was then cancelled and has ended.
task<bool> ends_within(timers& clock, milliseconds limit, task<> operation);
/// Runs `work` on `pool` and resumes on the caller's executor, with what `work` threw.
task<> run_on_pool(asio::thread_pool& pool, std::function<void()> work);

/// `into` outlives the task: it lives in the frame that awaits it.
template <class T>
task<> keep(task<T> operation, std::optional<T>& into) {
    into.emplace(co_await std::move(operation));
}

}  // namespace detail

/// Runs `operation` for at most `limit` of `clock`; errc::timed_out with `what` in its sentence when the limit strikes
/// first. Failure must be a value: an exception thrown by `operation` would only surface after `limit` (Asio's || waits
/// for the first success).
template <class T>
task<result<T>> with_deadline(timers& clock, milliseconds limit, std::string what, task<result<T>> operation) {
    std::optional<result<T>> outcome;
    const bool in_time = co_await detail::ends_within(clock, limit, detail::keep(std::move(operation), outcome));
    if (in_time && outcome) co_return std::move(*outcome);
    co_return failure{errc::timed_out, what + " gave no answer within " + to_words(limit)};
}

/// Runs blocking `work` on `pool`; the caller resumes on its own executor. Exceptions of `work` pass through.
template <class Work>
task<std::invoke_result_t<Work&>> offload(asio::thread_pool& pool, Work work) {
    using answer = std::invoke_result_t<Work&>;
    // Shared with the pool: the caller's frame may go while the work still runs.
    if constexpr (std::is_void_v<answer>) {
        const auto job = std::make_shared<Work>(std::move(work));
        co_await detail::run_on_pool(pool, [job] { (*job)(); });
    } else {
        const auto job = std::make_shared<std::pair<Work, std::optional<answer>>>(std::move(work), std::nullopt);
        co_await detail::run_on_pool(pool, [job] { job->second.emplace(job->first()); });
        co_return std::move(*job->second);
    }
}

}  // namespace slipway
