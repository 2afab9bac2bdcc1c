// Something that happens once, and the coroutines that wait for it.
#pragma once

#include "integrations/async/bell.hpp"

namespace slipway {

/// Loop thread only; must outlive its waiters. Unlike a bell it cannot be missed: waiting after fire() returns.
class one_shot {
public:
    explicit one_shot(const executor& loop) : bell_{loop} {}

    void fire() {
        fired_ = true;
        bell_.ring();
    }
    /// Makes it wait again.
    void rearm() noexcept { fired_ = false; }
    bool fired() const noexcept { return fired_; }
    /// Resumes once fired. Cancelling the waiter ends the wait with an exception, as everywhere.
    task<> wait() {
        while (!fired_) co_await bell_.wait();
    }

private:
    bell bell_;
    bool fired_ = false;
};

}  // namespace slipway
