// Slack's Web API: one method call, made with the right body, token, pace and retries. The typed calls are in
// methods.hpp.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "integrations/async/backoff.hpp"
#include "integrations/async/task.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::net {
class http_client;
}

namespace slipway::slack {

namespace json = boost::json;

struct web_api_settings {
    std::string api_url = "https://slack.com/api/";  ///< with the trailing slash; the sandbox replaces this
    std::string bot_token;                           ///< xoxb-…; travels in the Authorization header only
    std::string app_token;                           ///< xapp-…; for apps.connections.open alone
    int attempts = 4;                                ///< tries per call where repeating is safe; 1 = no retry
    milliseconds timeout{15'000};                    ///< for one try
    milliseconds longest_wait{10'000};  ///< a 429 that asks for more is handed to the caller as errc::limited
    backoff::settings between{milliseconds{500}, milliseconds{8'000}};
};

/// Loop thread only. Failures carry Slack's own code in `failure::code` ("not_in_channel") and a sentence with the way
/// out:
///   unauthorised  the token or its scopes (stop, never loop)      invalid    we sent something Slack cannot take
///   not_found     missing or not visible to the bot               refused    a rule of the workspace or channel
///   moved         view hash no longer the newest                  exists     it is already there
///   limited       429 longer than `longest_wait`; `retry_after`   unavailable  surely not sent
///   timed_out, lost  an unsafe write whose outcome is unknown: look it up, never repeat blindly (slack.md §3.6)
class web_api {
public:
    virtual ~web_api() = default;

    /// Calls e.g. "chat.postMessage". Body kind, token, pace and what may be repeated come from method_table.hpp. The
    /// answer is the whole object with ok:true.
    virtual task<result<json::object>> call(std::string method, json::object arguments) = 0;
    /// Step two of a file upload: raw bytes to the URL of files.getUploadURLExternal; no token travels.
    virtual task<result<>> upload(std::string upload_url, std::string bytes) = 0;
    /// Posts to the response_url of a command or click; no token travels. Tried again only when surely not sent.
    virtual task<result<>> respond(std::string response_url, json::object message) = 0;
};

/// `http`, `clock` outlive the client.
std::unique_ptr<web_api> create_web_api(net::http_client& http, timers& clock, web_api_settings settings, chance roll);

}  // namespace slipway::slack
