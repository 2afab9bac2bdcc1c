// Stored envelope → typed payload → the one function that acts on it.
#pragma once

#include <functional>
#include <string>

#include "bot/gateway/inbox.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::gateway {

/// Acts on a payload. `inbox_id` is what it may commit as document_key{inbox_source, inbox_id} in `batch::handled`.
/// `origin::received` tells how old the click is: after a restart its trigger_id is dead.
using payload_handler = std::function<task<>(slack::payload what, std::string inbox_id)>;

/// True for what nobody asked us: messages of bots (ours too), joins and edits that arrive as messages, payloads we do
/// not understand. These are logged at most, never acted upon. Pure.
bool is_noise(const slack::payload& what);

/// The envelope_handler for an inbox.
envelope_handler dispatch_to(payload_handler handle);

}  // namespace slipway::gateway
