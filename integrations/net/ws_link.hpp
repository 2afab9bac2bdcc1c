// The websocket over any byte stream. Internal to this room; websocket.hpp is what others see.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "integrations/net/server.hpp"
#include "integrations/net/stream.hpp"
#include "integrations/net/websocket.hpp"

namespace slipway::net {

struct accepted_websocket {
    std::unique_ptr<websocket> link;
    std::function<void()> say_goodbye;  ///< close handshake with 1001, while the link is alive; else nothing
};

/// Answers an upgrade request that was already read; `early` holds bytes that came right behind it.
/// errc::lost when the peer went away. `largest` is the largest message in bytes.
task<result<accepted_websocket>> accept_websocket(stream_ptr link, server_request upgrade, std::string resource,
                                                  std::string early, std::size_t largest);

}  // namespace slipway::net
