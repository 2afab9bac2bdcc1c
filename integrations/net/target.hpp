// Where a URL points to, taken apart once. Internal to this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::net {

struct target {
    bool tls = false;
    std::string host;  ///< a name or an address, without brackets
    std::uint16_t port = 0;
    std::string dialled;             ///< where the connection goes instead of `host`; "" = there
    std::uint16_t dialled_port = 0;  ///< with `dialled`
    std::string authority;           ///< for the Host header: the port only when it is not the scheme's own
    std::string resource;            ///< "/path?query"
    std::string shown;               ///< "https://host/path": all that may stand in a sentence or a log line
};

enum class url_family { http, websocket };

/// errc::invalid for other schemes, malformed text, and for credentials inside the URL: they would end in logs.
result<target> parse_target(std::string_view url, url_family family);
/// Sends the connection elsewhere; the name that is asked for stays. errc::invalid when it is not "host:port" or
/// "[v6]:port".
result<> redirect_connection(target& to, std::string_view host_and_port);

}  // namespace slipway::net
