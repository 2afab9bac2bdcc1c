// Inside this room only: GitLab's answers understood. Pure.
#pragma once

#include <boost/json.hpp>

#include "integrations/base/result.hpp"
#include "integrations/gitlab/objects.hpp"
#include "integrations/net/http.hpp"

namespace slipway::gitlab::detail {

/// Whether a failed call may have changed something.
enum class call_kind { read, write };

/// What GitLab said was wrong, from any of its four error shapes, plain text, or HTML (its title only).
std::string error_words(const net::response& answer);
/// "Retry-After" in seconds; nullopt when GitLab did not name a time.
std::optional<milliseconds> retry_after(const net::response& answer);
/// A status outside 2xx as a failure: `what` was tried.
failure explain(std::string_view what, const net::response& answer, call_kind kind);
/// errc::lost when a successful answer is no JSON.
result<boost::json::value> body_of(std::string_view what, const net::response& answer);

/// The URL after rel="next" in a Link header; "" = last page.
std::string next_link(const net::response& answer);
/// True when both URLs lead to the same scheme, host and port.
bool same_origin(std::string_view a, std::string_view b);

}  // namespace slipway::gitlab::detail
