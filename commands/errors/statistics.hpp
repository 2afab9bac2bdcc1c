// The exact test behind "more errors than before".
#pragma once

#include <cstdint>
#include <vector>

namespace slipway::errors {

/// Two counts and how long (minutes, or requests, or servers) each was observed.
struct comparison {
    std::uint64_t before = 0;
    double before_span = 1;
    std::uint64_t after = 0;
    double after_span = 1;
    double tolerated = 1;  ///< rate ratio that is still fine (r0)
    double burst = 1;      ///< variance over mean of the counts per minute; both counts are divided by it
};

struct test_result {
    double p = 1;         ///< chance of so many or more, had nothing changed
    double ratio = 0;     ///< estimated rate after / rate before
    double at_least = 0;  ///< one-sided lower bound of the ratio at level 1 - alpha
};

/// Conditional binomial test: given n = before + after, `after` is Binomial(n, p0) with
/// p0 = tolerated * after_span / (tolerated * after_span + before_span).
test_result compare(const comparison& what, double alpha);

/// max(1, variance / mean): how much burstier than chance the counts are. 1 for fewer than two minutes.
double burst_of(const std::vector<std::uint32_t>& per_minute);

/// With no error before: from how many after it is an alarm.
std::uint64_t alarm_from_nothing(double before_span, double after_span, double tolerated, double alpha);

/// Holm's step-down: which of the p values are significant together at `alpha`. Same order as given.
std::vector<bool> holm(const std::vector<double>& p, double alpha);

}  // namespace slipway::errors
