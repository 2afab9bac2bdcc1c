// How something that was sent to the app ended, on whichever way it went.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "integrations/base/clock.hpp"

namespace slipway::sandbox::slack {

namespace json = boost::json;

struct delivery {
    bool acked = false;
    std::string problem;  ///< "no_link", "timeout", "link_gone"; over HTTP also "http_error" and "connection_failed"
    json::value answer;   ///< payload of the ack, or null
    milliseconds latency{0};
    bool no_retry = false;  ///< over HTTP: the app said X-Slack-No-Retry
};

}  // namespace slipway::sandbox::slack
