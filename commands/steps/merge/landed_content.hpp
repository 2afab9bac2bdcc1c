// Inside this story only: changes compared by what they do, where words and ids do not tell.
#pragma once

#include "commands/steps/merge/landed_set.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

/// Gives the commits of claimed reverts their marks, in `range` and in `around->before`; true when there were any.
task<result<bool>> mark_reverts(git::repository* repository, std::vector<changelog::known_request> known,
                                changelog::attribution_settings settings, std::vector<changelog::range_landing>* range,
                                changelog::range_surroundings* around);

/// Merged requests of the milestone that did not land, beside commits that nobody explains: gives those commits of
/// `range` their marks, and answers the marks of the requests' commits by number. Nothing when one side is empty.
task<result<std::map<std::int64_t, std::vector<std::string>>>> mark_repeats(
    context here, git::repository* repository, const landed_set& found, std::vector<changelog::range_landing>* range);

}  // namespace slipway::steps
