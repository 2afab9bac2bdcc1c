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
    ~alarm() { clear(); }

    void set(std::chrono::steady_clock::time_point at, std::function<void()> strike) {
        clear();
        state_->struck = false;
        state_->strike = std::move(strike);
        state_->timer.expires_at(at);
        // A timer that has already fired cannot be cancelled: the round tells a late handler that it is too late.
        state_->timer.async_wait([kept = state_, round = state_->round](boost::system::error_code ec) {
            if (ec || round != kept->round) return;
            kept->struck = true;
            const auto act = std::exchange(kept->strike, {});
            act();
        });
    }
    void set(milliseconds limit, std::function<void()> strike) {
        set(std::chrono::steady_clock::now() + limit, std::move(strike));
    }
    void clear() {
        ++state_->round;
        state_->strike = {};
        state_->timer.cancel();
    }
    bool struck() const noexcept { return state_->struck; }

private:
    struct state {
        explicit state(executor loop) : timer{std::move(loop)} {}
        asio::steady_timer timer;
        std::function<void()> strike;
        std::size_t round = 0;
        bool struck = false;
    };
    std::shared_ptr<state> state_;
};

}  // namespace slipway::net
