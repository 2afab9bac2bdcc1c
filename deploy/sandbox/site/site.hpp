// The website as its visitors see it: /site/ is the front door, /site/<host>/ one server; /control/site steers it.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "deploy/sandbox/site/report.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/http.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::site {

struct site_settings {
    std::string state;                     ///< the sandbox's folder
    std::vector<std::string> hosts;        ///< every server
    std::vector<std::string> behind_door;  ///< those that the front door sends visitors to
    std::string dsn;                       ///< "" = errors are counted, not reported
    milliseconds visit_pause{900};         ///< between two visitors
};

/// Loop thread only; everything it is given outlives it.
class website {
public:
    website(site_settings how, timers& clock, net::http_client& client, task_group& tasks);

    task<net::server_response> handle(net::server_request asked);
    /// GET what happened; PUT dsn {"dsn"}, traffic {"on", "every_ms"}, hosts/<host> {"down"}.
    task<net::server_response> control(net::server_request asked);

    /// Visitors who come every `pause` until the task is cancelled, when traffic is on. They really knock at
    /// `address` + "/site/…".
    task<> visitors(std::string address);

private:
    net::server_response serve(const std::string& host, const std::string& root, const std::string& path);
    net::server_response about(const std::string& host, const std::string& what) const;
    void report(const visit& asked, const page& shown);
    task<> send(net::request wanted);
    result<> steer(const std::vector<std::string>& path, const json::object& body);
    json::object happened() const;

    site_settings how_;
    timers& clock_;
    net::http_client& client_;
    task_group& tasks_;
    std::vector<std::string> down_;
    std::size_t next_host_ = 0;
    bool traffic_ = true;
    std::int64_t pages_ = 0;
    std::int64_t errors_ = 0;
    std::int64_t reported_ = 0;
    std::int64_t refused_ = 0;  ///< reports that the monitor did not take, or that did not reach it
    std::string last_problem_;
};

}  // namespace slipway::sandbox::site
