#include "integrations/async/backoff.hpp"

#include <algorithm>
#include <memory>
#include <random>

namespace slipway {

chance create_chance() {
    auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
    return [engine] { return std::uniform_real_distribution<double>{0.0, 1.0}(*engine); };
}

milliseconds backoff::next(milliseconds at_least) {
    const int doublings = std::min(failures_, 20);
    const auto ceiling = std::min<std::int64_t>(limits_.cap.count(), limits_.base.count() << doublings);
    ++failures_;
    const auto wait = milliseconds{static_cast<std::int64_t>(roll_() * static_cast<double>(ceiling))};
    return std::max(wait, at_least);
}

}  // namespace slipway
