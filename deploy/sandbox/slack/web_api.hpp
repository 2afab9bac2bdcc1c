// The Web API over HTTP: who may call, in which form, how often; faults on demand; a log of every call.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "deploy/sandbox/slack/methods.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/server.hpp"

namespace slipway::sandbox::slack {

/// What to do with the next calls of one method instead of (or after) the normal thing.
struct api_fault {
    /// "error:<code>" (refused, nothing done) · "ratelimited" · "http_500" · "html" (nothing done) · "lost" (done, but
    /// the answer is a gateway's HTML) · "hang" (done, answered after `wait`) · "drip" (done; the answer leaves a byte
    /// at a time, `wait` apart).
    std::string answer;
    int times = 1;
    milliseconds wait{1000};  ///< Retry-After of "ratelimited", delay of "hang", pause of "drip"
};

class web_api {
public:
    web_api(world& all, slipway::timers& timers) : all_{all}, timers_{timers} {}

    /// POST or GET /slack/api/<method>
    task<net::server_response> answer(net::server_request asked);
    /// POST /slack/response/<id>: what response_url accepts.
    net::server_response respond(const net::server_request& asked, const std::string& id);
    /// POST /slack/upload/<file id>, raw or multipart.
    net::server_response upload(const net::server_request& asked, const std::string& id);

    void add_fault(const std::string& method, api_fault what) { faults_[method].push_back(std::move(what)); }
    void clear_faults() { faults_.clear(); }
    /// {"method","args","ok","error","status","at"} of every call, oldest first; tokens are never among them.
    const json::array& calls() const noexcept { return calls_; }
    void clear_calls() { calls_.clear(); }

private:
    struct outcome {
        int status = 200;
        json::object body;
        int retry_after = 0;  ///< seconds; with 429
    };
    outcome run(const method& rule, const net::server_request& asked, json::object& args);
    net::server_response written(const method* rule, outcome what) const;
    api_fault* next_fault(const std::string& method);
    void remember(const std::string& method, const json::object& args, const outcome& what);

    world& all_;
    slipway::timers& timers_;
    std::map<std::string, std::deque<api_fault>> faults_;
    json::array calls_;
};

/// Why `authorization` does not entitle to `rule`; an empty object when it does. Pure.
json::object refuse_token(const world& all, const method& rule, const std::string& authorization);

/// The arguments of a request by its content type; `refusal` is filled when the form is not accepted. Pure.
json::object read_arguments(const method& rule, const net::server_request& asked, json::object& refusal,
                            std::vector<std::string>& warnings);

net::server_response json_response(const json::value& body, int status = 200);
net::server_response text_response(std::string body, int status = 200, std::string type = "text/plain; charset=utf-8");

}  // namespace slipway::sandbox::slack
