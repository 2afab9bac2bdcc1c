// Inside this story only: the git half of reading what landed.
#pragma once

#include "commands/steps/merge/landed_set.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

/// Landings in the words of commands/changelog, with what housekeeping and empty merges are told by.
task<result<std::vector<changelog::range_landing>>> as_range(git::repository* repository,
                                                             std::vector<git::landing> steps,
                                                             changelog::attribution_settings settings);

/// The three releases before `base`: what a revert of the range may aim at. Newest first.
task<result<std::vector<changelog::range_landing>>> look_back(context here, git::repository* repository,
                                                              std::string base,
                                                              changelog::attribution_settings settings);

/// Where the picks of a range come from.
struct pick_sources {
    std::vector<changelog::range_landing> landings;  ///< that the sources came with, on whatever branch
    std::vector<std::string> shipped;                ///< picks whose source `base` contains
    std::vector<std::string> unknown;                ///< sources that the clone does not have
};
task<result<pick_sources>> find_pick_sources(context here, git::repository* repository, std::vector<git::landing> steps,
                                             std::string base, changelog::attribution_settings settings);

/// Does anything in the range point outside it: a revert whose target, a pick whose source is not in it?
struct loose_ends {
    bool reverts = false;
    bool picks = false;
};
loose_ends loose_ends_of(const std::vector<git::landing>& steps, const std::vector<changelog::landed_change>& changes);

}  // namespace slipway::steps
