// Stack frames in and out of JSON. Room-internal.
#pragma once

#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::telemetry {

/// `{"frames":[…]}`; empty for everything else. Of a longer trace than 250 frames the ones nearest the crash stay.
std::vector<frame> read_frames(const json::value* stacktrace);
json::object write_frames(const std::vector<frame>& frames);

/// "/srv/app/vendor/…", "…/node_modules/…": somebody else's code, where the SDK did not say.
bool looks_vendored(std::string_view path) noexcept;

}  // namespace slipway::telemetry
