// A small HTTP/1.1 server: loopback listeners of the bot (ingest, health) and of the sandbox.
#pragma once

#include <functional>
#include <memory>

#include "integrations/net/http.hpp"
#include "integrations/net/websocket.hpp"

namespace slipway::net {

struct server_request {
    std::string method;
    std::string path;   ///< percent-encoded as received, without query
    std::string query;  ///< without "?"
    net::headers headers;
    std::string body;    ///< de-chunked; still content-encoded
    std::string remote;  ///< "127.0.0.1:40312"
};

struct server_response {
    int status = 200;      ///< 0 = no answer: the connection is closed, as by a peer that dies
    net::headers headers;  ///< Content-Length, Date and Connection are added
    std::string body;
    milliseconds drip{0};  ///< a fault: the answer leaves a byte at a time, with such a pause between
};

using http_handler = std::function<task<server_response>(server_request)>;
/// Called for an upgrade request; owns the websocket until it returns.
using websocket_handler = std::function<task<>(std::unique_ptr<websocket>, server_request)>;
/// Looked at before an upgrade is accepted: a response refuses it (404, 408, 503 …).
using upgrade_check = std::function<std::optional<server_response>(const server_request&)>;

struct server_settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;                   ///< 0 = any free port; see http_server::port()
    std::size_t largest_body = 2U << 20U;     ///< bytes; more is answered 413
    std::size_t largest_header = 64U << 10U;  ///< bytes; more is answered 431
    milliseconds idle_timeout{60'000};        ///< between requests of one connection
    milliseconds request_timeout{20'000};     ///< from the first byte to the last of one request (slow-loris)
    std::size_t most_connections = 1024;
    std::size_t largest_message = 4U << 20U;  ///< bytes of one websocket message; more ends that link
    std::string certificate_file;             ///< PEM; with key_file set the server speaks TLS
    std::string key_file;
};

/// Serves from construction until stop(). Loop thread only. Await stop() before what the handlers use goes away.
/// A handler that throws is answered 500 and logged once; an over-slow request is answered 408.
class http_server {
public:
    virtual ~http_server() = default;
    virtual std::uint16_t port() const = 0;
    /// Stops accepting, closes idle connections, says 1001 to websockets, lets running requests and websocket
    /// handlers finish for at most `grace`, then closes and cancels.
    virtual task<> stop(milliseconds grace) = 0;
};

/// errc::unavailable with address and port in the sentence when they cannot be bound.
result<std::unique_ptr<http_server>> create_http_server(executor loop, server_settings settings, http_handler handler,
                                                        websocket_handler on_websocket = {}, upgrade_check check = {});

}  // namespace slipway::net
