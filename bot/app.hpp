// The composition root: builds the parts in order, starts them, stops them backwards.
#pragma once

#include "bot/settings.hpp"
#include "integrations/base/result.hpp"

namespace slipway::bot {

/// Runs until SIGINT or SIGTERM; the process's exit code. Says on the log what kept it from starting.
int run(const settings& from);

}  // namespace slipway::bot
