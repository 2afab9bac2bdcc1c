// This process among those that share the database: it says that it lives, and goes.
#pragma once

#include <string>

#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::bot {

struct membership_settings {
    milliseconds lease{6'000};  ///< a dead bot's envelopes are adopted after this (R5.3)
    milliseconds every{2'000};
};

/// Loop thread only; the store and the clock outlive it.
class membership {
public:
    membership(store::store& memory, timers& clock, std::string name, membership_settings settings = {});

    const std::string& name() const noexcept { return name_; }
    /// Once, before anything else is asked of the store.
    task<result<>> join();
    /// Again and again, for a task_group.
    task<> run();
    task<> leave();

    /// May what dead bots left be taken now? Only who was heard of without a break for a whole lease: when the database
    /// comes back, everybody seems dead for a moment.
    bool may_adopt() const;

private:
    store::store& memory_;
    timers& clock_;
    std::string name_;
    membership_settings settings_;
    std::chrono::steady_clock::time_point last_{}, unbroken_since_{};
};

}  // namespace slipway::bot
