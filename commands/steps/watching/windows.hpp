// Which minutes are before the deploy and which are after.
#pragma once

#include "commands/steps/step.hpp"
#include "integrations/telemetry/ledger.hpp"

namespace slipway::steps {

struct comparison_windows {
    instant deployed;          ///< when the build went out
    telemetry::window before;  ///< ends with the minute of the deploy
    telemetry::window after;   ///< begins with it
};

telemetry::place place_of(const context& here);
comparison_windows windows_of(const context& here);

}  // namespace slipway::steps
