// From Sentry's JSON to plain values. Pure; what is missing or of another type keeps its default.
#pragma once

#include "integrations/base/json.hpp"
#include "integrations/sentry/objects.hpp"

namespace slipway::sentry {

issue to_issue(const json::value& from);
release to_release(const json::value& from);
deploy to_deploy(const json::value& from);
/// An event as the web API shows it (entries[], camelCase, tags with key and value), read as if an SDK had sent it.
telemetry::event to_event(const json::value& from, instant now);
/// "error", "warning", …; error when unknown
telemetry::severity level_of(std::string_view word) noexcept;
/// Sentry's times: with or without a fraction, "Z" or an offset.
instant time_of(std::string_view text, instant otherwise = {});

}  // namespace slipway::sentry
