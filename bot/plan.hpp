// `slipway plan`: the checklist as it would run, one step a line.
#pragma once

#include <iosfwd>
#include <string>

#include "bot/settings.hpp"

namespace slipway::bot {

/// Line, id, kind, gate, side effect, and what it would do. Exit code 2 when the project or its checklist is broken.
int plan(const settings& from, const std::string& project, const std::string& version, std::ostream& out);

}  // namespace slipway::bot
