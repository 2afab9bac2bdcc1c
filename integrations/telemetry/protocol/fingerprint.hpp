// Fingerprints that the product sets itself: fixed words, "{{ default }}", and variables. Room-internal.
#pragma once

#include <string>
#include <string_view>

#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::telemetry {

/// False for none, and for the lone "{{ default }}" that means the same.
bool has_own_fingerprint(const event& of) noexcept;
/// "{{ default }}", whatever its blanks.
bool is_default_variable(std::string_view part) noexcept;
/// "{{ transaction }}", "{{ type }}", "{{ tags.x }}" … by their values; unknown ones stay as written.
std::string replace_variables(std::string_view part, const event& of);

}  // namespace slipway::telemetry
