// What demonstrations and checks may do to the sandbox's GitLab behind its back.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/server.hpp"

namespace slipway::sandbox::gitlab {

struct controlled {
    instance& of;
    fault_list& faults;
    std::deque<seen_call>& calls;
    instant now;
};

/// `path` is below /control/gitlab. JSON in and out; {"ok": false, "error": sentence} with 400 when it cannot be done.
net::server_response run_control(controlled on, const std::string& method, const std::vector<std::string>& path,
                                 const std::string& body);

}  // namespace slipway::sandbox::gitlab
