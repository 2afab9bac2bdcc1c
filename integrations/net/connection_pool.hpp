// Idle keep-alive connections, per place (scheme, host, port). Internal to this room.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "integrations/net/stream.hpp"

namespace slipway::net {

/// Loop thread only.
class connection_pool {
public:
    connection_pool() = default;
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;
    ~connection_pool();

    /// The connection used last, when it is still fit; null when there is none.
    stream_ptr take(const std::string& place);
    void keep(const std::string& place, stream_ptr link);

private:
    struct idle {
        stream_ptr link;
        std::chrono::steady_clock::time_point since;
    };
    void drop_old();
    std::map<std::string, std::deque<idle>> places_;
};

}  // namespace slipway::net
