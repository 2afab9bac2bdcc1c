#include "integrations/slack/dial_plan.hpp"

#include <algorithm>
#include <cmath>

namespace slipway::slack {

dial_plan::dial_plan(dial_settings settings, chance roll)
    : settings_{settings}, roll_{roll}, redial_{settings.redial, std::move(roll)} {}

void dial_plan::plan(milliseconds now, milliseconds wait) {
    const auto at = std::max(now + wait, not_before_);
    at_ = at_ ? std::min(*at_, at) : at;
}

void dial_plan::hold(milliseconds now, milliseconds wait) {
    not_before_ = std::max(not_before_, now + wait);
    if (at_) at_ = std::max(*at_, not_before_);
}

bool dial_plan::take(milliseconds now) {
    if (!at_ || now < *at_) return false;
    // Slack's tier for apps.connections.open is unclear, and quick reconnectors were throttled in the field.
    const auto free_at = bucket_full_at_ - settings_.fetch_every * (settings_.fetch_burst - 1);
    if (now < free_at) {
        at_ = free_at;
        return false;
    }
    bucket_full_at_ = std::max(bucket_full_at_, now) + settings_.fetch_every;
    at_.reset();
    return true;
}

milliseconds dial_plan::after_crowding() {
    const int doublings = std::min(crowded_++, 8);
    const auto ceiling = std::min(settings_.crowded_cap, settings_.crowded_wait * (1 << doublings));
    return ceiling + milliseconds{std::llround(static_cast<double>(ceiling.count()) * roll_())};
}

void dial_plan::settle() {
    redial_.reset();
    crowded_ = 0;
}

}  // namespace slipway::slack
