// What the thread says about one step: why it stopped and what can be done about it, or what it left.
#pragma once

#include <string>
#include <vector>

#include "commands/views/parts.hpp"

namespace slipway::views {

/// For failed, errored and unknown_outcome: what it tried, what came back, the end of its output, and the buttons that
/// lead on. "Failed" (a check said no) and "errored" (we could not know) stay different words (R1.7).
rendered failure_card(const release::release_state& state, const release::step_state& step, const names& people,
                      std::vector<release::button>& shown);

/// For done steps that left more than a line: their evidence, without buttons.
rendered result_card(const release::release_state& state, const release::step_state& step, const names& people,
                     std::vector<release::button>& shown);

/// True when result_card has something to say that the board does not.
bool has_result(const release::step_state& step);

}  // namespace slipway::views
