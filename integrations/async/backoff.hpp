// Full jitter: wait a random time between nothing and a doubling ceiling.
#pragma once

#include <functional>

#include "integrations/base/clock.hpp"

namespace slipway {

/// A number in [0, 1). Injected, so that tests own chance.
using chance = std::function<double()>;
/// From the operating system's entropy.
chance create_chance();

class backoff {
public:
    struct settings {
        milliseconds base{1000};
        milliseconds cap{60'000};
    };
    backoff(settings limits, chance roll) : limits_{limits}, roll_{std::move(roll)} {}

    /// The next wait; never below `at_least` (a Retry-After).
    milliseconds next(milliseconds at_least = milliseconds{0});
    /// After a stable success only.
    void reset() noexcept { failures_ = 0; }
    int failures() const noexcept { return failures_; }

private:
    settings limits_;
    chance roll_;
    int failures_ = 0;
};

}  // namespace slipway
