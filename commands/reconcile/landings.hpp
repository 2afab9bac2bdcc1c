// Inside this room only: what git says in the words of commands/changelog.
#pragma once

#include "commands/reconcile/ranges.hpp"

namespace slipway::reconcile::detail {

/// The usual housekeeping of releases, and what was asked for; the project that most messages of `seen` name when none
/// was asked for.
changelog::attribution_settings settings_for(const question& asked, const git::history& seen);

/// Trees are compared only where housekeeping can be decided by nothing else.
result<changelog::range_landing> as_landing(const git::archive& repository, const git::history& seen,
                                            const git::range_step& step,
                                            const changelog::attribution_settings& settings);
result<std::vector<changelog::range_landing>> as_landings(const git::archive& repository, const git::history& seen,
                                                          const std::vector<git::range_step>& steps,
                                                          const changelog::attribution_settings& settings);

/// What the range says about the world outside it: a revert whose target, a pick whose source is not in the range.
struct loose_ends {
    bool reverts = false;
    bool picks = false;
};
loose_ends loose_ends_of(const std::vector<changelog::range_landing>& landings,
                         const std::vector<changelog::landed_change>& changes);

}  // namespace slipway::reconcile::detail
