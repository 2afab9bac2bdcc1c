// The small items beside errors: what a client had to discard, and that people use the product at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::telemetry {

struct discarded {
    std::string reason;    ///< "ratelimit_backoff", "queue_overflow" …
    std::string category;  ///< "error", "transaction" …
    std::uint64_t quantity = 0;
};

struct client_report {
    std::vector<discarded> entries;
    /// Errors that happened and never reached us because of load: ratelimit_backoff, queue_overflow, network_error.
    /// What the product chose not to send (sample_rate, before_send, event_processor) does not count.
    std::uint64_t suppressed_errors() const noexcept;
};

/// errc::invalid when `payload` is no JSON object.
result<client_report> read_client_report(std::string_view payload);

/// Sessions of a "session" or "sessions" item.
struct session_count {
    std::string release, environment;
    std::uint64_t started = 0;
    std::uint64_t crashed = 0;
};
result<session_count> read_sessions(std::string_view type, std::string_view payload);

}  // namespace slipway::telemetry
