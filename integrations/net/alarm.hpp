// One time limit that acts: set it before an operation, clear it after. Internal to this room.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "integrations/async/task.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::net {

/// Loop thread only. When the limit strikes, `strike` runs once: it closes or cancels what is being waited for, so
/// that the waiting coroutine sees an ordinary error and asks struck(). Destroying the alarm clears it.
class alarm {
public:
    explicit alarm(executor loop) : state_{std::make_shared<state>(std::move(loop))} {}
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    ~alarm() {
        clear();
        ++state_->round;
        state_->timer.cancel();
    }

    void set(std::chrono::steady_clock::time_point at, std::function<void()> strike) {
        state_->struck = false;
        state_->strike = std::move(strike);
        state_->at = at;
        // A limit that moves on costs no timer: the one that runs looks at the new limit when it wakes.
        if (!state_->waits || at < state_->wakes) wait(state_);
    }
    void set(milliseconds limit, std::function<void()> strike) {
        set(std::chrono::steady_clock::now() + limit, std::move(strike));
    }
    void clear() { state_->strike = {}; }
    bool struck() const noexcept { return state_->struck; }

private:
    struct state {
        explicit state(executor loop) : timer{std::move(loop)} {}
        asio::steady_timer timer;
        std::chrono::steady_clock::time_point at, wakes;
        std::function<void()> strike;  ///< empty: nothing to strike
        std::size_t round = 0;
        bool waits = false;
        bool struck = false;
    };
    static void wait(const std::shared_ptr<state>& one) {
        one->waits = true;
        one->wakes = one->at;
        one->timer.expires_at(one->at);
        // A timer that has already fired cannot be cancelled: the round tells a late handler that it is too late.
        one->timer.async_wait([kept = one, round = ++one->round](boost::system::error_code) {
            if (round != kept->round) return;
            kept->waits = false;
            if (!kept->strike) return;
            if (std::chrono::steady_clock::now() < kept->at) return wait(kept);
            kept->struck = true;
            const auto act = std::exchange(kept->strike, {});
            act();
        });
    }
    std::shared_ptr<state> state_;
};

}  // namespace slipway::net
