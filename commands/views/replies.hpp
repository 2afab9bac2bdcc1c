// Answers to one person: refusals, status, notes, help. Shown to them alone, never edited.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/views/parts.hpp"
#include "integrations/base/result.hpp"

namespace slipway::views {

/// One sentence, and the next thing that can be done as a button when there is one (R7.3).
rendered reply(const markup& sentence, const std::optional<slack::element>& next = std::nullopt);

/// A refusal of the rules, with names for ids and things to type in code type.
rendered refusal(const failure& why, const names& people, const std::optional<slack::element>& next = std::nullopt);

/// Where the release is and what would move it, from its state alone (R1.9); the buttons are on the board.
rendered status_reply(const release::release_state& state, const names& people);

rendered notes_reply(const release::release_state& state, const names& people);

struct verb_help {
    std::string usage;  ///< "start [PROJECT] VERSION"
    std::string does;   ///< "starts a release"
};
rendered help_reply(const std::vector<verb_help>& verbs);

}  // namespace slipway::views
