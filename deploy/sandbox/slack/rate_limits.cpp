#include "deploy/sandbox/slack/rate_limits.hpp"

#include <algorithm>
#include <cmath>

namespace slipway::sandbox::slack {

std::optional<int> rate_limits::take_from(const std::string& name, double size, double per_second, instant now) {
    const auto [place, is_new] = buckets_.try_emplace(name, bucket{size, now});
    auto& here = place->second;
    const double passed = std::chrono::duration<double>(now - here.filled).count();
    here.tokens = std::min(size, here.tokens + std::max(0.0, passed) * per_second);
    here.filled = now;
    if (here.tokens < 1) return std::max(1, static_cast<int>(std::ceil((1 - here.tokens) / per_second)));
    here.tokens -= 1;
    return {};
}

std::optional<int> rate_limits::take(const std::string& method, int per_minute, instant now) {
    const double quota = per_minute * generosity;
    return take_from(method, quota, quota / 60, now);
}

std::optional<int> rate_limits::take_post(const std::string& channel, instant now) {
    return take_from("chat.postMessage in " + channel, post_burst, 1, now);
}

}  // namespace slipway::sandbox::slack
