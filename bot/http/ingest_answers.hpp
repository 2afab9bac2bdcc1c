// Addresses and answers of the Sentry protocol. Room-internal, pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "integrations/net/server.hpp"

namespace slipway::bot {

enum class endpoint { envelope, store };

struct ingest_address {
    std::string project;  ///< digits; "" = the old "/api/store/", where only the key says which
    endpoint is = endpoint::envelope;
};

/// "/api/42/envelope/", "/api/42/store/", "/api/store/", with or without the last slash; nullopt for all else.
std::optional<ingest_address> read_address(std::string_view path);

/// `event_id`: hex digits; "" = the report held no error.
net::server_response accepted(const std::string& event_id);
/// JSON {"detail": sentence} and X-Sentry-Error.
net::server_response declined(int status, const std::string& sentence);
net::server_response preflight();

/// Tells clients to hold errors back while everything else keeps coming, so that client reports keep counts exact.
void ask_for_less(net::server_response& answer, std::chrono::seconds wait);

/// 400, 401, 413 or 415.
int status_of(const failure& why);

}  // namespace slipway::bot
