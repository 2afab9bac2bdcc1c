// One API call on its way through the sandbox's GitLab: who asks, with which parameters, and what is answered.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/gitlab/model.hpp"
#include "integrations/base/json.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::gitlab {

/// Query, form body or JSON body: GitLab takes all three everywhere. "iids[]=1" becomes the list "iids".
class parameters {
public:
    /// nullopt when a JSON body is not an object.
    static std::optional<parameters> of(const net::server_request& asked);

    bool has(std::string_view name) const { return all_.contains(name); }
    /// "" when missing; numbers and booleans as text.
    std::string text(std::string_view name) const;
    std::int64_t number(std::string_view name, std::int64_t otherwise) const;
    bool flag(std::string_view name) const;
    /// A list, or text separated by commas.
    std::vector<std::string> list(std::string_view name) const;
    const json::object& all() const { return all_; }

private:
    json::object all_;
};

struct call {
    std::string method;
    std::vector<std::string> path;      ///< decoded segments below /api/v4
    std::vector<std::string> captured;  ///< what the route's ":…" stood for, in order
    parameters with;
    std::string root;  ///< "http://127.0.0.1:8065/gitlab": for web_url
    std::string base;  ///< the call's own address without query: for Link
    const user* caller = nullptr;
    instant now;
};

struct answer {
    int status = 200;
    json::value body;
    bool is_list = false;  ///< `body` is the whole list; the page asked for is cut out of it
    bool is_text = false;  ///< `body` is a string that is sent as it is: a job's log
};

/// {"message": "404 … Not Found"}
answer not_found(const std::string& what);
/// {"message": …} with any status.
answer refuse(int status, json::value message);
/// {"error": …}: a parameter is missing or malformed.
answer bad_parameter(const std::string& what);
answer list_of(json::array items);

/// JSON with GitLab's headers; lists are cut to `page`/`per_page`, with X-Page …, X-Total and Link.
net::server_response to_response(const call& asked, answer made);

}  // namespace slipway::sandbox::gitlab
