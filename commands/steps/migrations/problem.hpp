// Inside this story only: a problem that somebody reported about a migration is brought to those who can do something.
#pragma once

#include <vector>

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// When a problem was reported about exactly what `item` shows now (its fingerprint), release managers and `more` are
/// asked by direct message too, until it is settled or shows something else. Call it on a fresh item.
void bring_problem_to_people(const context& here, release::item_state& item,
                             const std::vector<release::person_id>& more = {});

}  // namespace slipway::steps
