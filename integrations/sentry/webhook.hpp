// What Sentry's webhooks say (internal integrations). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "integrations/base/json.hpp"
#include "integrations/base/result.hpp"
#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::sentry {

/// As the request brought it. `body` are the bytes as they came: the signature is over them, not over some JSON.
struct hook_request {
    std::string resource;   ///< Sentry-Hook-Resource: issue, event_alert, metric_alert, error, comment, installation …
    std::string signature;  ///< Sentry-Hook-Signature: lower-case hex HMAC-SHA256 of the body with the client secret
    std::string id;         ///< Request-ID: the timestamp is not signed, so a repeat is recognised by this
    std::string body;
};

/// errc::unauthorised when the signature does not fit, errc::invalid when there is no Request-ID.
result<> check_hook(const hook_request& asked, std::string_view client_secret);

/// What happened, as far as it matters here.
struct hook {
    std::string resource, action;  ///< "issue" "resolved", "event_alert" "triggered", "error" "created"
    std::string issue_id;          ///< "" when it is about no issue
    std::string project;           ///< slug; "" when the hook does not say
    std::optional<telemetry::event> event;
};

/// Lenient: a hook of an unknown kind is one without issue and event. errc::invalid when the body is no JSON object.
result<hook> read_hook(std::string_view resource, std::string_view body, instant now);

}  // namespace slipway::sentry
