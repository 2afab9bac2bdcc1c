// Sentences that no rule and no step says: what the bot answers when it cannot do what was asked, and how to go on.
// Every one of them names the way out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/views/parts.hpp"

namespace slipway::views::words {

/// The button's row is not in our books (forged, another workspace, or older than our memory).
markup unknown_button();
/// The card was shown for a state that is gone.
markup outdated_card();
/// The store did not take it; nothing was changed.
markup try_again();
/// Said to the bot while it was away, and too long ago to be done without being asked again.
markup late_words();
/// A second start: there is one already (R1.1). `board_link` may be empty.
markup already_running(const release::release_state& running, const names& people, std::string_view board_link);
markup nothing_running(std::string_view project);
/// No project belongs to this channel; `known` are those that exist.
markup no_project_here(const std::vector<std::string>& known);
markup unknown_project(std::string_view typed, const std::vector<std::string>& known);
/// A project whose file has faults is off until they are gone.
markup project_disabled(std::string_view project, const std::vector<std::string>& problems);
markup unknown_verb(std::string_view typed, const std::vector<std::string>& known);
/// "Type `/release skip STEP REASON`."
markup usage(std::string_view how);
/// Started: where the board is.
markup started(const release::release_state& state, const names& people);
markup noted();
markup held();
markup resumed();
markup aborting();
markup retrying(const std::vector<std::string>& titles);
markup skipped(std::string_view title);
/// After a seat was taken and others are missing.
markup approved_waiting(const release::release_state& state, const release::step_state& step, const names& people);

}  // namespace slipway::views::words
