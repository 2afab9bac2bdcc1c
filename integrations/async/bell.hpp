// Coroutines that wait until somebody rings.
#pragma once

#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "integrations/async/task.hpp"

namespace slipway {

/// Loop thread only; must outlive its waiters. A ring that nobody waits for is lost: see one_shot for one that is not.
///
/// Not a timer that never ends: those wake the loop's reactor, and a loop without one needs no system call at all.
class bell {
public:
    explicit bell(executor loop) : waiters_{std::move(loop)} {}

    /// Wakes everybody who waits now, in the order in which they came.
    void ring() { waiters_.cancel(); }
    /// Resumes at the next ring, or when the waiter is cancelled: its next wait throws then, as everywhere.
    task<> wait() {
        boost::system::error_code rung;
        co_await waiters_.async_receive(asio::redirect_error(asio::use_awaitable, rung));
    }

private:
    asio::experimental::channel<executor, void(boost::system::error_code)> waiters_;
};

}  // namespace slipway
