// Token buckets per method, and per channel for chat.postMessage. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "integrations/base/clock.hpp"

namespace slipway::sandbox::slack {

class rate_limits {
public:
    /// Multiplies every quota; 1 is Slack's documented pace, the default leaves room for a demonstration.
    double generosity = 5;
    /// chat.postMessage: one a second in each channel, with this many at once.
    double post_burst = 10;

    /// Takes one call of `method` (`per_minute` is its tier); the whole seconds to wait when there is none left.
    std::optional<int> take(const std::string& method, int per_minute, instant now);
    /// The same for posting into one channel.
    std::optional<int> take_post(const std::string& channel, instant now);

private:
    struct bucket {
        double tokens = 0;
        instant filled;
    };
    std::optional<int> take_from(const std::string& name, double size, double per_second, instant now);
    std::map<std::string, bucket> buckets_;
};

}  // namespace slipway::sandbox::slack
