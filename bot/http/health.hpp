// GET /livez, /readyz and /metrics: is the process alive, can it do its work, and the figures of both.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/http/metrics.hpp"
#include "integrations/net/server.hpp"

namespace slipway::bot {

/// One thing that must work. Cheap, no waiting: it tells what is known already.
struct health_check {
    std::string name;                                     ///< "store", "slack", "outbox"
    std::function<std::optional<std::string>()> problem;  ///< a sentence, or nullopt when all is well
    bool needed = true;                                   ///< false: shown, but the bot stays ready
};

/// Answers GET and HEAD of /livez (200 while the loop turns) and /readyz (200, or 503 with the problems as JSON);
/// nullopt for every other path, so that a listener may serve more.
std::optional<net::server_response> answer_health(const net::server_request& asked,
                                                  const std::vector<health_check>& checks);
/// A handler for a listener that serves health only, and /metrics when there are figures.
net::http_handler health_handler(std::vector<health_check> checks, metrics_source figures = {});

}  // namespace slipway::bot
