// Who wrote the migrations of a release by now: what GitLab says at this moment, not when a step last read it (R3.2).
#pragma once

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// The fact release::migration_authors_fact as it would be written now: of what a hotfix picks, else of the milestone.
/// As it is when the release does not carry one, or without GitLab.
task<result<json::array>> authors_now(context here);

/// A drift when people are asked whom that fact keeps from a seat, and it would be another one now; a hotfix, whose SQL
/// no other step looks at, is watched from its picks on.
task<result<std::vector<release::drift_seen>>> see_authors(context here);

}  // namespace slipway::steps
