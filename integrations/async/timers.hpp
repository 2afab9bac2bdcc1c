// The only way to wait, and the only source of "now": tests and simulations put a virtual one in its place.
#pragma once

#include <memory>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway {

class timers {
public:
    virtual ~timers() = default;
    /// Wall time, UTC: goes into events and is shown to people.
    virtual instant now() const = 0;
    /// Resumes after `span` of steady time, on the caller's executor. Cancellation ends it early with
    /// an exception (operation_aborted), which the owning task_group understands.
    virtual task<> sleep(milliseconds span) = 0;
};

/// The machine's clocks.
std::unique_ptr<timers> create_system_timers();

}  // namespace slipway
