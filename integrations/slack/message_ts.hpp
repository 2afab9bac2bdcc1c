// Slack names a message by its moment: "1764000000.123456", seconds and a running number (slack.md §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "integrations/base/clock.hpp"

namespace slipway::slack {

/// The least ts of that second: what `oldest` of a history takes.
std::string ts_at(instant moment);
/// When it was written, to the second; nullopt when it is no ts.
std::optional<instant> moment_of(std::string_view ts);

}  // namespace slipway::slack
