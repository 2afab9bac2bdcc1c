// The commits of a release, as far as suspects are judged by them. Of the room's watching/ alone.
#pragma once

#include <map>
#include <set>

#include "commands/errors/suspects.hpp"
#include "commands/steps/common.hpp"

namespace slipway::steps {

errors::commit_fact as_fact(const git::commit& from, bool in_range);

/// Every commit of the range by id, with the merge request that brought it.
task<result<std::map<std::string, errors::commit_fact>>> read_range(git::repository* repository, std::string base,
                                                                    std::string head);

/// What only the commits that evidence leads to are asked about: how many files they changed, whether the repository
/// says to ignore them, what they revert, who stands behind merges and robots, and everybody's proper name.
task<result<>> complete_facts(context here, git::repository* repository, errors::suspect_input& into);

/// Commits of the range that removed the missing name; those that removed its definition when there are any.
task<result<std::vector<errors::removed_fact>>> find_removals(git::repository* repository, std::string symbol,
                                                              std::string base, std::string head);

}  // namespace slipway::steps
