// Which minutes are before the deploy and which are after, and when they are looked at. Absolute from the first look
// on: a bot that comes back late, or a step that is repeated, compares the same minutes.
#pragma once

#include <optional>
#include <vector>

#include "commands/steps/step.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::steps {

/// Everything a watch needs to know about time; kept in facts.error_watch.
struct watch_plan {
    instant deployed;            ///< the minute in which the build began: what is older is "before"
    instant before_from;         ///< where the window before begins
    instant settled;             ///< restarts are over: only errors from here on are evidence
    std::vector<instant> looks;  ///< when it is judged
    bool operator==(const watch_plan&) const = default;
    std::size_t due(instant now) const;  ///< how many looks lie behind
};

struct comparison_windows {
    instant deployed;
    telemetry::window before;  ///< ends with the minute of the deploy
    telemetry::window after;   ///< begins with it
};

telemetry::place place_of(const context& here);
/// The plan the first look made, or the one it would make now.
watch_plan plan_of(const context& here);
json::object to_json(const watch_plan& plan);
std::optional<watch_plan> plan_from(const json::value& kept);
/// Up to now; for what comes after the watch.
comparison_windows windows_of(const context& here);

}  // namespace slipway::steps
