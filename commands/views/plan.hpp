// The checklist as it would run: for `slipway plan`, for the dry run, before anything is started.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/release/checklist.hpp"
#include "commands/views/parts.hpp"

namespace slipway::views {

/// What a step would do, by step id, in the kind's own words.
using plan_words = std::map<std::string, std::string>;

/// One line a step, in columns: place, id, kind, gate, side effect, what it would do. Ends with a line end.
std::string plan_text(const release::checklist& plan, const plan_words& what);

/// The same for people in Slack. Starts nothing, offers nothing.
rendered plan_message(const std::string& title, const release::checklist& plan, const plan_words& what);

/// "release-manager, 2 × dba" or "-"
std::string gate_words(const release::step_rule& rule);

}  // namespace slipway::views
