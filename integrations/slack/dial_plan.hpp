// When the next Socket Mode link may be begun: backoff, the token bucket of apps.connections.open, what Slack or a
// person makes us wait for. Pure; times are the link session's own.
#pragma once

#include <optional>

#include "integrations/async/backoff.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::slack {

struct dial_settings {
    backoff::settings redial{milliseconds{1'000}, milliseconds{60'000}};
    milliseconds limited_wait{30'000};    ///< a 429 without Retry-After
    milliseconds disabled_wait{300'000};  ///< link_disabled: somebody has to switch Socket Mode on again
    milliseconds crowded_wait{30'000};    ///< too_many_websockets: doubles, plus as much again by chance
    milliseconds crowded_cap{600'000};
    milliseconds fetch_every{5'000};  ///< token bucket of apps.connections.open …
    int fetch_burst = 5;              ///< … and its depth
};

/// At most one begin is planned at a time.
class dial_plan {
public:
    dial_plan(dial_settings settings, chance roll);

    /// A begin after `wait`, or earlier when an earlier one is planned; never before what hold() said.
    void plan(milliseconds now, milliseconds wait);
    /// No begin within `wait` from now, whatever is planned or comes.
    void hold(milliseconds now, milliseconds wait);
    /// When the planned begin comes; nullopt = none is planned.
    std::optional<milliseconds> planned() const noexcept { return at_; }
    /// True once the planned begin is due and the bucket has a token; takes both.
    bool take(milliseconds now);
    void forget() noexcept { at_.reset(); }

    milliseconds after_failure(milliseconds at_least = milliseconds{0}) { return redial_.next(at_least); }
    milliseconds after_crowding();
    /// After too_many_websockets the old link is closed before the next is asked for, until one was proven.
    bool overlaps() const noexcept { return crowded_ == 0; }
    /// A link was live for long enough: waits begin from the beginning.
    void settle();

private:
    dial_settings settings_;
    chance roll_;
    backoff redial_;
    std::optional<milliseconds> at_;
    milliseconds not_before_{0};
    milliseconds bucket_full_at_{0};
    int crowded_ = 0;
};

}  // namespace slipway::slack
