// Home tabs: shown when somebody opens theirs, kept true for a week after that. From the store alone (R7.11).
#pragma once

#include "commands/slash/desk.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slash {

/// Somebody opened their tab: it is remembered, and shown as everything stands now.
task<> show_home(desk& with, slack::origin from);

/// Shows the tabs of everybody who opened theirs in the last week and whose tab would look different now.
task<> refresh_homes(desk& with);

/// Does that every few seconds, for ever.
task<> keep_homes(desk& with);

}  // namespace slipway::slash
