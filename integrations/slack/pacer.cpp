#include "integrations/slack/pacer.hpp"

#include <algorithm>

namespace slipway::slack {

milliseconds pacer::slot(std::string key, const pace& limit, instant now) {
    if (limit.interval <= milliseconds{0}) return milliseconds{0};
    // A clock that was set back must not leave a queue waiting for the old time to come again.
    const auto furthest = now + limit.interval * 600;
    auto& next = next_[std::move(key)];
    if (next < now || next > furthest) next = now;
    const auto leaves_at = std::max(now, next - limit.interval * (limit.burst - 1));
    next += limit.interval;
    return leaves_at - now;
}

milliseconds pacer::reserve(const method_facts& method, std::string_view channel, instant now) {
    if (next_.size() > 1024) forget_idle(now);
    const std::string name{method.name};
    auto wait = slot(name, method.workspace, now);
    if (!channel.empty()) wait = std::max(wait, slot(name + " " + std::string{channel}, method.per_channel, now));
    return wait;
}

void pacer::forget_idle(instant now) {
    std::erase_if(next_, [now](const auto& each) { return each.second <= now; });
}

void pacer::block(std::string_view method, instant until) {
    auto& end = blocked_[std::string{method}];
    end = std::max(end, until);
}

milliseconds pacer::blocked_for(std::string_view method, instant now) const {
    const auto found = blocked_.find(method);
    return found == blocked_.end() ? milliseconds{0} : std::max(found->second - now, milliseconds{0});
}

}  // namespace slipway::slack
