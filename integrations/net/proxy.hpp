// The HTTP proxy between this machine and the world, as HTTPS_PROXY and NO_PROXY name it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"
#include "integrations/net/http.hpp"
#include "integrations/net/websocket.hpp"

namespace slipway::net {

struct proxy {
    std::string host;
    std::uint16_t port = 0;
    std::string user;
    std::string password;             ///< a secret: sent to the proxy alone, in no sentence and no log line
    std::vector<std::string> except;  ///< of NO_PROXY: "host", ".domain", "host:port", an address, "10.0.0.0/8", "*"

    /// False when NO_PROXY leaves the host out: the name itself, or a domain it lies in, as curl reads it.
    bool serves(std::string_view to_host, std::uint16_t to_port) const;
    /// What may be logged: "proxy.example:3128".
    std::string shown() const;
};

/// "http://user:password@proxy.example:3128", or without scheme; the default port is 3128, user and password are
/// percent-decoded. errc::invalid for https and socks proxies, and for what is no address; the sentence never repeats
/// the text, which may hold a password.
result<proxy> parse_proxy(std::string_view address, std::string_view no_proxy);

class page_probe;

// The clients of http.hpp, page_probe.hpp and websocket.hpp, with https and wss going through a proxy: CONNECT, then
// TLS with the host itself, so that the proxy reads nothing. nullopt = directly. What is not encrypted, and pages that
// are looked at on a certain machine, never go through it.
std::unique_ptr<http_client> create_http_client(executor loop, client_settings settings, std::optional<proxy> through);
std::unique_ptr<page_probe> create_page_probe(executor loop, client_settings settings, std::optional<proxy> through);
task<result<std::unique_ptr<websocket>>> connect_websocket(std::string url, websocket_settings settings,
                                                           std::optional<proxy> through);

}  // namespace slipway::net
