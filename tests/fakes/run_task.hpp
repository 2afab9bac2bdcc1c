// Runs a task to its end on the test's own thread, with a cap: a task that waits for ever fails the test.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "integrations/async/task.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::fakes {

/// Generous, because it is not a measurement: only a task that hangs ever meets it.
inline constexpr std::chrono::seconds run_cap{60};

/// Runs `work` on `loop` until it ends; what else lives on the loop keeps running meanwhile. Rethrows what it threw.
void drive(asio::io_context& loop, task<> work);

namespace detail {

template <class T>
using stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
task<> keep(task<T> work, std::optional<stored<T>>& outcome) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        outcome.emplace();
    } else {
        outcome.emplace(co_await std::move(work));
    }
}

}  // namespace detail

/// drive() for a task that answers.
template <class T>
T run_on(asio::io_context& loop, task<T> work) {
    std::optional<detail::stored<T>> outcome;
    drive(loop, detail::keep<T>(std::move(work), outcome));
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

/// A loop of its own for one task: `run(client.send(asked))` for what needs no executor beforehand.
template <class T>
T run(task<T> work) {
    asio::io_context loop;
    return run_on(loop, std::move(work));
}

/// The same for a lambda that wants the executor: `run([](executor loop) -> task<int> { … })`.
/// Captures are safe here: the lambda lives until the loop is gone.
template <class Make>
    requires std::is_invocable_v<Make&, executor>
auto run(Make make) {
    asio::io_context loop;
    return run_on(loop, make(loop.get_executor()));
}

}  // namespace slipway::fakes
