// Inside this room only: Sentry's answers understood. Pure.
#pragma once

#include <boost/json.hpp>
#include <optional>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"
#include "integrations/net/http.hpp"

namespace slipway::sentry::detail {

enum class call_kind { read, write };

/// The URL of the next page; "" at the end. Both links are always there: results="false" is the end.
std::string next_page(const net::response& answer);

/// When the rate window of this answer opens again; nullopt while calls are left.
std::optional<instant> window_ends(const net::response& answer);

/// A status outside 2xx as a failure; `now` turns the end of a rate window into a time to wait.
failure explain(std::string_view what, const net::response& answer, call_kind kind, instant now);

/// errc::lost when a successful answer is no JSON.
result<boost::json::value> body_of(std::string_view what, const net::response& answer);

/// Same scheme, host and port.
bool same_origin(std::string_view a, std::string_view b);

/// A release's version in a path: "/" and blanks encoded, "@" as it is.
std::string version_in_path(std::string_view version);

}  // namespace slipway::sentry::detail
