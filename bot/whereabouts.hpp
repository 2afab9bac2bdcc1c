// Where people talk to the bot, and what waits for them there: what catching up after a gap needs to know.
#pragma once

#include "bot/gateway/catch_up.hpp"
#include "commands/slash/desk.hpp"

namespace slipway::bot {

/// The channels of all usable projects and the thread under the board of each live release; and how to show again what
/// waits for people. `with` outlives what is returned.
gateway::surroundings whereabouts(slash::desk& with, std::function<bool()> listening);

}  // namespace slipway::bot
