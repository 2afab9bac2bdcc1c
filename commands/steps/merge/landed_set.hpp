// What a release brings, read once from git and from GitLab: the landed set with everything that explains it.
#pragma once

#include <map>

#include "commands/changelog/landed.hpp"
#include "commands/changelog/summary.hpp"
#include "commands/steps/step.hpp"
#include "integrations/git/objects.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway::steps {

/// Where a merged request is that did not land in the range.
enum class elsewhere {
    nowhere,   ///< in no commit that the clone has
    shipped,   ///< before the range: reachable from the previous tag
    after,     ///< on the trunk, but later than the candidate
    unmerged,  ///< its commits exist, but the trunk does not contain them
};

struct landed_set {
    std::string base;                               ///< the previous tag's commit
    std::string head;                               ///< the candidate
    std::vector<changelog::landed_change> changes;  ///< newest first
    changelog::range_summary summary;
    std::map<std::int64_t, gitlab::merge_request> requests;  ///< those of the milestone, and all that the range names
    std::map<std::int64_t, elsewhere> not_in_range;          ///< merged members of the milestone that did not land
    std::vector<git::commit> lost;     ///< shipped with the previous tag, and in no branch any more
    json::object asked;                ///< commit → numbers that GitLab answered; remembered from look to look
    std::vector<std::string> unasked;  ///< commits that nobody explained and GitLab was not asked about this time
};

changelog::attribution_settings attribution_for(const release::project_settings& project);
changelog::range_commit as_range_commit(const git::commit& from);
changelog::known_request as_known_request(const gitlab::merge_request& from);

/// Reads it for the candidate of `here` (facts "candidate", "previous_commit"). `asked`: what earlier looks asked
/// GitLab. Beside the pages of two lists at most one call for a hundred requests that only commits name, and
/// most_questions single ones about commits that nothing else explains.
task<result<landed_set>> read_landed(context here, json::object asked);

inline constexpr std::size_t most_questions = 16;

}  // namespace slipway::steps
