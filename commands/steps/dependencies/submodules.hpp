// What the submodules that a range moves bring: read from their own repositories, where the project file allows it.
#pragma once

#include "commands/changelog/submodules.hpp"
#include "commands/steps/step.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

enum class submodule_scope {
    each_step,    ///< one change for each landing that moved it
    whole_range,  ///< one for each submodule, from where it stood in `base` to where it stands in `head`
};

/// Newest step first, or by path. `.gitmodules` of `head` only says which project a path belongs to; whether and from
/// where that is cloned is up to the project file's `dependencies`. What cannot be read is a change that says why; a
/// failure is only what another try may mend (GitLab or the remote not reached). Without moved submodules nothing is
/// asked of anybody.
task<result<std::vector<changelog::submodule_change>>> read_submodules(context here, git::repository* repository,
                                                                       std::string base, std::string head,
                                                                       submodule_scope scope);

}  // namespace slipway::steps
