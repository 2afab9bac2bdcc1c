// The board: the one living message of a release, a pure function of its state (R7.1).
#pragma once

#include <vector>

#include "commands/views/parts.hpp"

namespace slipway::views {

/// Header, facts, progress, a lane a stage, what it waits for now, buttons while they can work, the last decisions.
/// At most 20 blocks. `shown` takes the action row of every button.
rendered board(const release::release_state& state, const names& people, std::vector<release::button>& shown);

/// What the release waits for now, who can act and why it does not move; also `/release status`.
std::vector<markup> what_is_going_on(const release::release_state& state, const names& people);

/// "9 of 36 done · 1 running · 2 wait for people"
markup progress(const release::release_state& state);

}  // namespace slipway::views
