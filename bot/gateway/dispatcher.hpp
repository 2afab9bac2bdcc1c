// What is worth acting on → the one function that does.
#pragma once

#include "bot/gateway/inbox.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::gateway {

/// True for what nobody asked us: messages of bots (ours too), joins and edits that arrive as messages, payloads we do
/// not understand. These are logged at most, never acted upon. Pure.
bool is_noise(const slack::payload& what);

/// For an inbox: says in the log what comes, and hands on what is no noise.
payload_handler dispatch_to(payload_handler handle);

}  // namespace slipway::gateway
