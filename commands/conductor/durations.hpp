// The book of how long steps took, by project: one document a step, written with the end of the step it counts.
#pragma once

#include <string>
#include <vector>

#include "commands/release/event.hpp"
#include "integrations/store/store.hpp"

namespace slipway::conductor {

/// What is usual for the steps of a project, as the fact `release::usual_fact` of a new release has it. A store that
/// does not answer gives an empty one: an estimate stops nothing.
task<boost::json::object> usual_times(store::store& memory, std::string project);

/// Adds what the steps that these events end took, from their intent, to the batch: successes that the machine saw. A
/// decision of a person says nothing of the work.
task<store::batch> with_durations(store::store& memory, store::batch changes, release::release_state before,
                                  std::vector<release::event> events);

}  // namespace slipway::conductor
