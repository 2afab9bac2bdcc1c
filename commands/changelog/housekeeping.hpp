// Inside this room only.
#pragma once

#include "commands/changelog/landed.hpp"

namespace slipway::changelog::detail {

/// `carrier`: a merge of a whole branch, which is housekeeping when it adds nothing of its own.
bool is_housekeeping(const range_commit& tip, bool carrier, const attribution_settings& settings);

}  // namespace slipway::changelog::detail
