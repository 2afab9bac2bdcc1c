// What tells whether the bot can do its work, from the parts themselves: for /readyz and /metrics.
#pragma once

#include <vector>

#include "bot/gateway/http_mode.hpp"
#include "bot/gateway/socket_mode.hpp"
#include "bot/http/health.hpp"
#include "bot/outbox/sender.hpp"

namespace slipway::bot {

/// The parts that are asked; they outlive what is made of them. Exactly one of `link` and `requests` is there.
struct organs {
    gateway::socket_mode* link = nullptr;
    const gateway::http_mode* requests = nullptr;
    const gateway::inbox* envelopes = nullptr;
    const outbox::sender* sender = nullptr;
    store::store* memory = nullptr;
    timers* time = nullptr;
    instant started;
};

/// The link is needed: without it no click arrives. Ghosts and a struggling outbox are shown, and it stays ready.
std::vector<health_check> vital_checks(organs of);
/// Everything about links, acknowledgements, inbox, outbox and store, as it is at this moment.
task<std::vector<metric>> vital_figures(organs of);

}  // namespace slipway::bot
