// `slipway audit`: the journal of every release, readable; --verify proves that nothing was edited.
#pragma once

#include <iosfwd>

#include "bot/settings.hpp"

namespace slipway::bot {

/// Exit code 1 when a chain does not verify, 2 when the store cannot be opened.
int audit(const settings& from, bool verify, std::ostream& out);

}  // namespace slipway::bot
