// Framing of one report: a header line, then items of a header line and a payload each.
// Protocol source: Sentry developer documentation, "Envelopes"; lenient where real SDKs are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"

namespace slipway::telemetry {

struct envelope_item {
    std::string type;          ///< "event", "session", "client_report" …; "" when the header names none
    std::string_view payload;  ///< into the bytes that were parsed: they must outlive it
};

struct envelope {
    std::string event_id;            ///< 32 lower-case hex without dashes; "" when the header has none
    std::string key;                 ///< public key of the header's `dsn`; "" when there is none
    std::optional<instant> sent_at;  ///< the sender's clock
    std::vector<envelope_item> items;
    bool cut = false;  ///< more than `most_items`: the rest was not read
};

struct envelope_limits {
    std::size_t largest_header = 16U << 10U;  ///< bytes of one header line
    std::size_t most_items = 100;
};

/// Never copies payloads. errc::invalid with the byte position for a header that is no JSON object, an item length
/// that runs past the end or is not followed by a line end, and header lines over the limit.
result<envelope> parse_envelope(std::string_view bytes, envelope_limits limits = {});

/// "4C79…-…" → 32 lower-case hex, or "" when it is neither 32 hex digits nor a UUID with dashes.
std::string normal_event_id(std::string_view text);

}  // namespace slipway::telemetry
