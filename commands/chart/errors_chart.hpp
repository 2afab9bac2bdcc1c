// Errors per minute as a picture, with the deploy marked: what a person wants to see before deciding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"

namespace slipway::chart {

/// One group that is drawn on its own; the rest is one grey bar. `label` may be text from outside.
struct layer {
    std::string label;
    std::vector<std::uint32_t> per_minute;  ///< from `from` on, as long as `total`
};

struct errors_picture {
    std::string title;  ///< "1.4.0: 42 errors in 15 minutes after the deploy, 3 in 60 minutes before"
    instant from;       ///< of the first minute
    instant deployed;   ///< the new code began to arrive
    instant settled;    ///< the restarts were over; between the two nothing counts
    instant until;
    std::string marker;                ///< "deploy of 1.4.0"
    std::vector<std::uint32_t> total;  ///< all errors, one element a minute
    std::vector<layer> layers;         ///< the worst groups, at most four are drawn
};

/// A PNG of 1200 × 420, or errc::unavailable with cairo's words. Times are those of the machine's zone, named on the
/// axis.
result<std::string> draw(const errors_picture& what);

}  // namespace slipway::chart
