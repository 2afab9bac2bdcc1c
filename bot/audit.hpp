// `slipway audit`: the journal of every release, readable; --verify proves that nothing was edited, --export gives
// all of it to other programs.
#pragma once

#include <iosfwd>

#include "bot/settings.hpp"

namespace slipway::bot {

enum class audit_wish { show, verify, json_lines };

/// Exit code 1 when a chain does not verify, 2 when the store cannot be opened or read; `problems` says why. A JSON
/// line is {"stream","version","type","at","actor","cause","data","hash"}; the hash covers the one before it in its
/// stream.
int audit(const settings& from, audit_wish wish, std::ostream& out, std::ostream& problems);

}  // namespace slipway::bot
