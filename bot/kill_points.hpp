// For tests alone: the bot kills itself, once at each moment around each change of the outside world (R5.2).
#pragma once

#include "bot/settings.hpp"
#include "commands/conductor/journal.hpp"

namespace slipway::bot {

/// From SLIPWAY_KILL_POINTS, the name of a file: its first line names the moments ("after intent, after effect";
/// "all"), each further line one at which a bot has died already. At the next one that is not in it, the bot writes it
/// down and ends itself by SIGKILL. A null hook without the variable; errc::refused unless Slack is on this machine, so
/// that no real bot can be told to die.
result<conductor::moment_hook> kill_points(const settings& from);

}  // namespace slipway::bot
