// A store for whoever has begun something outside: while the database is away it waits instead of saying so (R5.10).
#pragma once

#include <memory>

#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::store {

/// Loop thread only; borrows the store and the clock it is made of.
class patience {
public:
    virtual ~patience() = default;
    /// What is refused as surely not done (errc::unavailable) is asked again each second until it is answered; every
    /// other answer passes. A call ends when its caller is cancelled, or has run out of its time. Leases and closing
    /// are passed on as they are: whoever waits for those does not wait for them alone.
    virtual store& memory() = 0;
    /// A clock for the limits of those who call that store. Its sleeps do not count the time in which anybody waits
    /// there: a step is given its minutes for what it does outside, not for our own database. `now` is wall time.
    virtual timers& clock() = 0;
};

std::unique_ptr<patience> create_patience(store& memory, timers& time);

}  // namespace slipway::store
