// One error, as far as Slipway needs it. Everything in here was written by a stranger: show it only as untrusted text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/json.hpp"
#include "integrations/telemetry/protocol/essence.hpp"
#include "integrations/telemetry/protocol/trace.hpp"

namespace slipway::telemetry {

class trace_memory;

enum class severity { debug, info, warning, error, fatal };
std::string_view to_string(severity level) noexcept;

struct exception_value {
    std::string type;
    std::string value;
    std::string module;
    bool synthetic = false;  ///< the type is made up by the SDK: it must not group
    bool handled = true;
    bool is_group = false;
    int id = -1, parent = -1;  ///< mechanism.exception_id and parent_id; -1 = not given
    trace frames;
};

struct event {
    std::string id;  ///< 32 lower-case hex; "" when the sender gave none
    instant at;      ///< corrected for the sender's clock, within [-30 days, +60 s] of receiving it
    severity level = severity::error;
    std::string platform;  ///< "php", "python", "node", "javascript", "ruby", "native", "other", ""
    std::string release, dist, environment, server_name, transaction, logger;
    std::string message;                      ///< formatted, as people read it
    std::string message_template;             ///< "user %s not found"; "" when the SDK has no templates
    std::vector<exception_value> exceptions;  ///< oldest cause first, outermost last
    trace frames;  ///< of the crashed thread or the bare stack trace; only without exceptions
    std::vector<std::string> fingerprint;
    std::vector<std::pair<std::string, std::string>> tags;
    std::string sdk;  ///< "sentry.php/4.29.0"
};

/// What is known from outside the event's own bytes.
struct event_context {
    instant received;
    std::optional<instant> sent_at;  ///< of the envelope: tells how wrong the sender's clock is
    std::string event_id;            ///< of the envelope's header; wins over the payload's
};

/// Accepts every form SDKs are known to send; unknown members are skipped, texts are cut and made valid UTF-8.
/// Personal data (user, request, cookies, variables, breadcrumbs, extra, tags about people) is not read at all.
event read_event(const json::object& body, const event_context& context);
/// The same from bytes. errc::invalid when they are no JSON object.
result<event> read_event(std::string_view bytes, const event_context& context);
/// The same from what essence_of left of the bytes; traces that `known` has seen before are not read again.
result<event> read_event(const essence& from, const event_context& context, trace_memory& known);

/// For samples that outlive the process: write_event then event_from gives the same event.
json::object write_event(const event& from);
event event_from(const json::object& written);

/// The exception a person names the error after: the outermost. nullptr when there is none.
const exception_value* main_exception(const event& of) noexcept;

}  // namespace slipway::telemetry
