// The facts of a verdict, from the ledger: counts, traffic, which servers have the new code.
#pragma once

#include "commands/errors/verdict.hpp"
#include "commands/steps/watching/marks.hpp"
#include "commands/steps/watching/windows.hpp"

namespace slipway::steps {

/// How we know that the fix of a group is in what was deployed, by group hash.
using known_fixes = std::map<std::string, std::string>;

/// Everything errors::judge wants, for the minutes up to `until`. Reads the ledger only.
errors::comparison_input measure(const context& here, const watch_plan& plan, instant until, const error_marks& marks,
                                 const known_fixes& fixes);

/// Groups of errors first seen since the build began and alive after the restarts, that are not muted. Cheap: asked
/// twice a second.
std::vector<std::string> new_groups(const context& here, const watch_plan& plan, const error_marks& marks);

/// Which groups that happened since the deploy have a fix in it: resolved in Slack, or by a closed GitLab issue whose
/// merge request is an ancestor of what was deployed. `trouble` gets a sentence when GitLab or git could not be asked.
task<known_fixes> fixes_of(context here, watch_plan plan, error_marks marks, std::shared_ptr<std::string> trouble);

}  // namespace slipway::steps
