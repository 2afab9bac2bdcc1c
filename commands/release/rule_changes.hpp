// New gate rules hold only once people who satisfy the old ones agreed to them (R3.12).
#pragma once

#include <optional>
#include <string>

#include "commands/release/state.hpp"

namespace slipway::release {

/// The id of the step that stands before everything when the rules changed.
inline constexpr const char* rules_step = "gate-rules";

/// Whether the rules of that release were in force: nothing had changed, or people agreed to the change.
bool rules_were_accepted(const release_state& earlier);

/// What changed between two sets of gate rules and rights, a line each; empty = nothing.
std::vector<std::string> changed_rules(const checklist& old_plan,
                                       const std::map<std::string, std::vector<std::string>>& old_rights,
                                       const checklist& new_plan,
                                       const std::map<std::string, std::vector<std::string>>& new_rights);

/// The plan with a confirmation before everything else, by as many of each role as the strictest old gate asked for,
/// with four eyes. `earlier` is the last release whose rules were in force. Unchanged when nothing changed, or when
/// `earlier` had no gate at all. errc::refused when the old rules ask for a role that has too few people by now.
result<checklist> guarded(checklist plan, const std::map<std::string, std::vector<std::string>>& rights,
                          const release_state& earlier, const std::map<std::string, int>& head_counts,
                          const std::string& confirm_kind);

}  // namespace slipway::release
