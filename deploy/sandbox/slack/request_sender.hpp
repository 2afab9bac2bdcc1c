// HTTP mode, Slack's side: what people do goes to the app's request URL as signed requests in place of envelopes.
#pragma once

#include <memory>
#include <string>

#include "deploy/sandbox/slack/delivery.hpp"
#include "deploy/sandbox/slack/world.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/net/http.hpp"

namespace slipway::sandbox::slack {

/// Off until a request URL was verified. One URL for commands, interactivity and events alike, as most apps have it.
class request_sender {
public:
    request_sender(executor loop, std::string signing_secret, slipway::timers& timers);

    std::chrono::seconds clock_ahead{0};  ///< a fault: Slack's clock, as the requests tell it; negative = behind

    /// Asks the app for the challenge, as Slack does when a request URL is entered; "" goes back to Socket Mode. The
    /// failure says what came back instead.
    task<result<>> use(std::string url);
    bool is_on() const noexcept { return !url_.empty(); }

    /// One request; waits three seconds at most. `reason` of a retry as Slack's header has it: "http_timeout".
    task<delivery> deliver(std::string type, json::object payload, int attempt, std::string reason);

    /// {"url","sent":[{"type","attempt","status","ms"}]}: the last 500 requests, oldest first.
    json::object to_json() const;

private:
    net::request signed_request(std::string url, std::string content_type, std::string body) const;

    std::unique_ptr<net::http_client> client_;
    std::string secret_;
    slipway::timers& timers_;
    std::string url_;
    json::array sent_;
};

}  // namespace slipway::sandbox::slack
