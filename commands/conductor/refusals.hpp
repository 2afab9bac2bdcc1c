// Refusals of people (R8.9): a release keeps its own in its journal; what no release keeps goes into a journal for the
// audit; and who is refused again and again is told to the channel, once. Not for other rooms.
#pragma once

#include <string>
#include <vector>

#include "commands/conductor/journal.hpp"
#include "commands/release/event.hpp"

namespace slipway::conductor {

/// Where the refusals of commands to a project stand that are no release's: of locks, freezes, starts.
inline std::string refusals_of(const std::string& project) {
    return "audit/refused/" + project;
}

/// Counts the refusals among `events`. The fifth of one person within a minute adds one message to the project's
/// channel; then there is none about them for ten minutes. Counting never stops a commit.
task<store::batch> with_refusals(store::store& memory, store::batch changes, std::vector<release::event> events,
                                 std::shared_ptr<const release::project_settings> project);

/// Notes one in the project's journal of refusals, and counts it. That a note is lost is logged and stops nobody.
task<> note_refusal(store::store& memory, std::string project_name, release::refusal_noted what, std::string cause,
                    std::shared_ptr<const release::project_settings> project);

}  // namespace slipway::conductor
