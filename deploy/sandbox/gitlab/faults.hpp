// Trouble on demand: the next matching calls are answered wrongly, late, or not at all.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "integrations/base/clock.hpp"
#include "integrations/base/json.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::gitlab {

struct fault {
    std::string method;     ///< "" = any
    std::string path_ends;  ///< end of the path: "/merge"; "" = any
    std::int64_t times = 1;
    milliseconds delay{0};
    bool does_effect = false;  ///< the call is carried out, then answered wrongly
    bool answers = true;       ///< false: only the delay
    int status = 0;            ///< 0 = the connection is closed without an answer
    std::string content_type = "application/json";
    std::string body;
    std::string retry_after;
};

class fault_list {
public:
    /// `wanted`: {"kind": "moved", "method", "path_ends", "times", "delay_ms", "status", "body", "content_type",
    /// "retry_after", "does_effect"}. A kind is a preset that the other members may change; errc::invalid names the
    /// kinds.
    result<> add(const json::object& wanted);
    void clear() { faults_.clear(); }
    std::size_t size() const { return faults_.size(); }

    /// The fault that strikes this call, used up by one.
    std::optional<fault> take(const std::string& method, const std::string& path);

private:
    std::list<fault> faults_;
};

net::server_response to_response(const fault& what);

}  // namespace slipway::sandbox::gitlab
