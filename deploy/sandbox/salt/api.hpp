// The sandbox's salt-api (rest_cherrypy as of 3006): sessions, low-state calls, and the pages of HTML it answers in
// trouble. What a call does is done by the same salt program that people have in bin/.
#pragma once

#include <map>
#include <set>
#include <string>

#include "integrations/base/json.hpp"
#include "integrations/net/server.hpp"
#include "integrations/process/process.hpp"

namespace slipway::sandbox::salt {

struct api_settings {
    std::string state;    ///< the sandbox's folder
    std::string program;  ///< the salt executable
    std::string username = "slipway", password = "sandbox-salt-password", eauth = "pam";
    std::set<std::string> clients{"local", "local_async", "runner"};  ///< netapi_enable_clients
};

class api {
public:
    /// `processes` outlives it.
    api(process::runner& processes, api_settings how) : processes_{processes}, how_{std::move(how)} {}

    /// Below "/salt-api": /login, /logout, / (low state), /run, /minions, /jobs/J.
    task<net::server_response> handle(net::server_request asked);
    /// GET: calls with their status. PUT: {"forget_sessions":true} (as a restart does), {"html":2} (the next two calls
    /// are answered 500 by a page), {"lose_answers":1} (done, then the connection closes), {"clients":["runner"]}.
    task<net::server_response> control(net::server_request asked);

private:
    struct low {
        std::string client, target, target_type, function;
        std::vector<std::string> arguments;
        json::object all;
    };
    net::server_response login(const net::server_request& asked);
    task<net::server_response> run_low(json::value body, bool needs_session, net::server_request asked);
    task<json::value> run_one(low what);
    task<json::value> run_local(low what);
    json::value run_runner(const low& what) const;
    static low read_low(const json::object& from);
    task<process::outcome> salt(std::vector<std::string> argv);

    process::runner& processes_;
    api_settings how_;
    std::set<std::string> sessions_;
    json::array calls_;
    int html_ = 0, lost_ = 0;
};

}  // namespace slipway::sandbox::salt
