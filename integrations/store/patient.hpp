// A store for whoever has begun something outside: while the database is away it waits instead of saying so (R5.10).
#pragma once

#include <memory>

#include "integrations/async/timers.hpp"
#include "integrations/store/store.hpp"

namespace slipway::store {

/// What is refused as surely not done (errc::unavailable) is asked again each second until it is answered; every other
/// answer passes. A call ends with its caller: when that is cancelled, or runs out of the time of its step. Leases and
/// closing are passed on as they are: whoever waits for those does not wait for them alone. Borrows both.
std::unique_ptr<store> create_patient(store& memory, timers& time);

}  // namespace slipway::store
