// So many a second in the long run, so many at once. Time is given.
#pragma once

#include <algorithm>

#include "integrations/base/clock.hpp"

namespace slipway::bot {

class token_bucket {
public:
    token_bucket(double per_second, double burst) : per_second_{per_second}, burst_{burst}, tokens_{burst} {}

    /// Takes one token; false when there is none.
    bool take(instant now) {
        fill(now);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    /// True when the next take() would fail: the time to ask for less.
    bool is_empty() const noexcept { return tokens_ < 1; }

private:
    void fill(instant now) {
        if (now > filled_) {
            const auto seconds = std::chrono::duration<double>(now - filled_).count();
            tokens_ = std::min(burst_, tokens_ + seconds * per_second_);
            filled_ = now;
        }
    }
    double per_second_, burst_, tokens_;
    instant filled_{};
};

}  // namespace slipway::bot
