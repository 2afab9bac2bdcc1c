// The card of one gate: what is asked, on which evidence, who has answered, and the buttons while it is open.
#pragma once

#include <vector>

#include "commands/views/parts.hpp"

namespace slipway::views {

/// For a step whose gate is set. Buttons only while the gate is open and the step asks.
rendered gate_card(const release::release_state& state, const release::step_state& step, const names& people,
                   std::vector<release::button>& shown);

/// The same question, while it is open, to one person of its roles by direct message.
rendered gate_direct_message(const release::release_state& state, const release::step_state& step, const names& people,
                             std::vector<release::button>& shown);

/// Primary, with Slack's own "are you sure" when something follows that cannot be undone, unless a form opens anyway.
slack::button approve_button(const release::release_state& state, const release::step_state& step, button_row& row);

/// Danger; opens the window that asks for the reason.
slack::button reject_button(const release::release_state& state, const release::step_state& step, button_row& row);

/// While what was approved runs: nothing new begins after it (R3.8).
slack::button request_stop_button(const release::release_state& state, const release::step_state& step,
                                  button_row& row);

/// True while the gate takes answers: open, and the release goes on.
bool takes_answers(const release::release_state& state, const release::step_state& step);

/// True when the question is answered by saying that something was done, not by letting something happen.
bool is_confirmation(const release::step_rule& rule);

/// What a person lets happen by approving, in one sentence.
markup consequence(const release::step_rule& rule);

/// What a card shows when the release is past it: its words, without buttons, and why.
rendered without_buttons(rendered card, const markup& why);

}  // namespace slipway::views
