// Something that happens once, and the coroutines that wait for it.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "integrations/async/task.hpp"

namespace slipway {

/// Loop thread only; must outlive its waiters. Unlike a bare timer it cannot be missed: waiting after fire() returns.
class one_shot {
public:
    explicit one_shot(const executor& loop) : timer_{loop, asio::steady_timer::time_point::max()} {}

    void fire() {
        fired_ = true;
        timer_.cancel();
    }
    /// Makes it wait again.
    void rearm() noexcept { fired_ = false; }
    bool fired() const noexcept { return fired_; }
    /// Resumes once fired. Cancelling the waiter ends the wait with an exception, as everywhere.
    task<> wait() {
        while (!fired_) {
            boost::system::error_code woken;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
    }

private:
    asio::steady_timer timer_;
    bool fired_ = false;
};

}  // namespace slipway
