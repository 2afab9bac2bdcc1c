// Who has to talk to whom when trunk and stable do not merge.
#pragma once

#include "commands/steps/common.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

/// For each path that conflicts: the merge requests (or commits) of both sides since they parted that touched it, with
/// their authors; one line each. Names and titles are text of others.
task<result<std::string>> explain_conflict(context here, git::repository* repository, std::string stable,
                                           std::string trunk, std::vector<std::string> paths);

}  // namespace slipway::steps
