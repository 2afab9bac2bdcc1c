// The other way in: Slack sends signed requests instead of envelopes on a link. The same inbox, the same handlers.
#pragma once

#include <memory>
#include <string>

#include "bot/gateway/intake.hpp"
#include "integrations/net/server.hpp"

namespace slipway::gateway {

struct http_mode_settings {
    std::string path = "/slack/events";      ///< the request URL of commands, interactivity and events alike
    milliseconds acknowledge_within{1'000};  ///< later ones are logged and counted; Slack gives up after 3 s
};

struct request_figures {
    std::uint64_t received = 0;      ///< genuine ones
    std::uint64_t unauthorised = 0;  ///< wrong, missing or old signatures
    std::uint64_t malformed = 0;
};

/// Loop thread only; what it is given outlives it.
class http_mode {
public:
    /// errc::invalid for an empty signing secret: without one anybody could press any button.
    static result<std::unique_ptr<http_mode>> create(std::string signing_secret, inbox& envelopes, timers& clock,
                                                     answer_hook answer, http_mode_settings settings = {});

    /// The handler for net::create_http_server. 200 with what the acknowledgement carries; 401 unsigned; 400 signed
    /// and senseless; 503 not stored, so that Slack tells the person or sends it again.
    task<net::server_response> handle(net::server_request asked);

    const ack_figures& acknowledgements() const noexcept { return acks_; }
    const request_figures& requests() const noexcept { return requests_; }

private:
    http_mode(std::string signing_secret, inbox& envelopes, timers& clock, answer_hook answer,
              http_mode_settings settings);
    task<net::server_response> take(slack::envelope arrived);

    std::string secret_;
    timers& clock_;
    http_mode_settings settings_;
    intake intake_;
    ack_figures acks_;
    request_figures requests_;
};

}  // namespace slipway::gateway
