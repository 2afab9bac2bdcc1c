// What git knows about the places an error came from: the facts that errors::suspects_of judges.
#pragma once

#include "commands/errors/suspects.hpp"
#include "commands/steps/common.hpp"

namespace slipway::steps {

/// Blame, range and removed-line facts for one error, bounded to this release's range (previous tag..deployed). Only
/// when nothing of this release is near the crash, its one line is blamed further back, so that people learn who knew
/// it once. Costs about what `git blame` of the files in the stack trace costs.
task<result<errors::suspect_input>> collect_evidence(context here, git::repository* repository,
                                                     telemetry::event sample);

}  // namespace slipway::steps
