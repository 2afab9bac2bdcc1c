// The sandbox's GitLab: REST API v4 under /gitlab/api/v4, pages for people under /gitlab/, trouble under
// /control/gitlab.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "deploy/sandbox/gitlab/faults.hpp"
#include "deploy/sandbox/gitlab/model.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::gitlab {

/// One API call that was made, for checks and for the curious.
struct seen_call {
    std::string method;
    std::string path;  ///< below /api/v4
    std::string user;  ///< "" = not recognised
    int status = 0;    ///< 0 = the connection was closed instead
};

/// Loop thread only; `of` and `clock` outlive it.
class server {
public:
    server(instance& of, timers& clock) : of_{of}, clock_{clock} {}

    task<net::server_response> handle(net::server_request asked);
    /// GET the calls so far; PUT/DELETE faults, refuse, merge_requests/:iid, flags; POST commits. See README.md.
    task<net::server_response> control(net::server_request asked);

    const std::deque<seen_call>& calls() const { return calls_; }

private:
    net::server_response api(const net::server_request& asked, seen_call& seen);
    net::server_response page(const net::server_request& asked);

    instance& of_;
    timers& clock_;
    fault_list faults_;
    std::deque<seen_call> calls_;
};

}  // namespace slipway::sandbox::gitlab
