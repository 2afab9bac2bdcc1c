// `slipway check`: tries every integration read-only and says what is wrong, in the order a person would fix it.
#pragma once

#include <iosfwd>

#include "bot/settings.hpp"

namespace slipway::bot {

/// One line a check; exit code 1 when something is wrong.
int check(const settings& from, std::ostream& out);

}  // namespace slipway::bot
