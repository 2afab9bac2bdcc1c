// The lanes of the board: one stage, one line a step, what is over folded together.
#pragma once

#include "commands/views/parts.hpp"

namespace slipway::views {

/// One section, ≤ 2700 characters: done steps fold to one line when there are more than six, waiting ones after the
/// next three. What does not fit is counted.
markup lane(const release::release_state& state, const release::stage_rule& stage, const names& people);

}  // namespace slipway::views
