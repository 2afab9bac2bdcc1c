#include "commands/errors/statistics.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <numeric>

namespace slipway::errors {
namespace {

/// Bursts come together: ten errors of one burst are one piece of evidence, not ten.
double deflated(std::uint64_t count, double burst) {
    return std::floor(static_cast<double>(count) / std::max(1.0, burst));
}

/// P(X >= x) for X ~ Binomial(n, p0).
double upper_tail(double x, double n, double p0) {
    return x <= 0 ? 1.0 : boost::math::ibeta(x, n - x + 1, p0);
}

/// Clopper-Pearson: the smallest share that is still compatible with x of n at level `alpha`.
double lower_share(double x, double n, double alpha) {
    return x <= 0 ? 0.0 : boost::math::ibeta_inv(x, n - x + 1, alpha);
}

}  // namespace

test_result compare(const comparison& what, double alpha) {
    test_result found;
    if (what.before_span <= 0 || what.after_span <= 0) return found;
    const auto x1 = std::max(static_cast<double>(what.before), 0.5);  // no division by a baseline of nothing
    found.ratio = (static_cast<double>(what.after) / what.after_span) / (x1 / what.before_span);

    const auto before = deflated(what.before, what.burst), after = deflated(what.after, what.burst);
    const auto weighted = what.tolerated * what.after_span;
    found.p = upper_tail(after, before + after, weighted / (weighted + what.before_span));
    const auto share = lower_share(after, before + after, alpha);
    found.at_least = share >= 1 ? found.ratio : share / (1 - share) * what.before_span / what.after_span;
    return found;
}

double burst_of(const std::vector<std::uint32_t>& per_minute) {
    if (per_minute.size() < 2) return 1;
    const auto size = static_cast<double>(per_minute.size());
    const auto mean = std::accumulate(per_minute.begin(), per_minute.end(), 0.0) / size;
    if (mean <= 0) return 1;
    double squares = 0;
    for (const auto each : per_minute) squares += (each - mean) * (each - mean);
    return std::max(1.0, squares / (size - 1) / mean);
}

std::uint64_t alarm_from_nothing(double before_span, double after_span, double tolerated, double alpha) {
    const auto weighted = tolerated * after_span;
    return static_cast<std::uint64_t>(std::ceil(std::log(alpha) / std::log(weighted / (weighted + before_span))));
}

std::vector<bool> holm(const std::vector<double>& p, double alpha) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&p](std::size_t i) { return p[i]; });
    std::vector<bool> significant(p.size(), false);
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        if (p[order[rank]] > alpha / static_cast<double>(p.size() - rank)) break;
        significant[order[rank]] = true;
    }
    return significant;
}

}  // namespace slipway::errors
