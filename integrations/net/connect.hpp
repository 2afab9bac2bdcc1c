// Getting a byte stream: connecting as a client, taking over an accepted socket as a server. Internal to this room.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>

#include "integrations/net/http.hpp"
#include "integrations/net/proxy.hpp"
#include "integrations/net/stream.hpp"
#include "integrations/net/target.hpp"

namespace slipway::net {

using time_point = std::chrono::steady_clock::time_point;

/// DNS, TCP and, for a TLS target, the way through a proxy and the handshake with chain and host verified, all before
/// `until`. A target that is dialled elsewhere goes there directly.
/// Every failure is definite: errc::unavailable, errc::invalid (ca_file), errc::cancelled.
task<result<stream_ptr>> connect_stream(target to, client_settings settings, std::optional<proxy> through,
                                        time_point until);

/// Asks a proxy, over a socket connected to it, for a way to the target; afterwards the socket carries what the target
/// says. errc::unavailable with the proxy's status, which never holds its credentials.
task<result<asio::ip::tcp::socket>> open_tunnel(asio::ip::tcp::socket socket, target to, proxy through,
                                                time_point until);

/// A connected socket as a stream, without TLS.
stream_ptr plain_stream(asio::ip::tcp::socket socket);

/// TLS over a connected socket, as the client: SNI, chain and host name verified, TLS 1.2 at least.
task<result<stream_ptr>> secure_stream(asio::ip::tcp::socket socket, std::string host, std::string ca_file,
                                       time_point until);

/// A server's certificate and key, loaded once.
class identity;
/// errc::invalid naming the file that could not be used.
result<std::shared_ptr<identity>> load_identity(std::string certificate_file, std::string key_file);
/// TLS over an accepted socket, as the server.
task<result<stream_ptr>> accept_secure_stream(asio::ip::tcp::socket socket, std::shared_ptr<identity> who,
                                              time_point until);

}  // namespace slipway::net
