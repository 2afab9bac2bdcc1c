// The end of a task_group: a gentle wait, then cancellation.
#pragma once

#include "integrations/async/deadline.hpp"
#include "integrations/async/task_group.hpp"

namespace slipway {

namespace detail {
inline task<result<>> joined(task_group& group) {
    co_await group.join();
    co_return result<>{};
}
}  // namespace detail

/// Waits for at most `grace` of `clock` for the tasks to end by themselves, then cancels and awaits them.
inline task<> join_within(timers& clock, task_group& group, milliseconds grace) {
    if (grace > milliseconds{0}) {
        const auto ended = co_await with_deadline(clock, grace, "ending the tasks", detail::joined(group));
        if (ended) co_return;
    }
    group.cancel();
    co_await group.join();
}

}  // namespace slipway
