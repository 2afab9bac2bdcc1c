// Findings as people decide on them: what blocks is an item to accept with a reason, the rest is evidence.
#pragma once

#include "commands/risk/findings.hpp"
#include "commands/steps/common.hpp"

namespace slipway::steps {

/// "debug-leftover@assets/src/js/10-menu.js:12"
std::string finding_id(const risk::finding& of);
/// "debug leftover in assets/src/js/10-menu.js:12, !11 by chi.nakamura"
std::string finding_words(const risk::finding& of);
/// One item for each blocking finding, many of one rule in one file as one. An item that was accepted while it looked
/// the same on the same commit stays accepted.
std::vector<release::item_state> as_items(const context& here, const std::vector<risk::finding>& found,
                                          const std::string& commit);
/// A line for each finding that does not block.
std::vector<std::string> evidence_lines(const std::vector<risk::finding>& found);
/// "2 findings to accept, 3 to know"
std::string findings_words(const std::vector<risk::finding>& found);

/// "accept", with a reason, by developers, release managers and whoever may sign the step.
release::choice accept_choice(const release::step_rule& rule);
/// Open, or done when the same was accepted before.
void keep_acceptance(const context& here, release::item_state& item);

}  // namespace slipway::steps
