// What a range of commits brings, read once from git and from GitLab: the landed set with everything that explains it.
// One reading for the changelog, the diff, the readings, the reconciliation and `/release why`.
#pragma once

#include <map>
#include <set>

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

/// How far a reading goes.
enum class landed_scope {
    range,      ///< what landed
    milestone,  ///< and where the milestone's other merge requests are, what would be lost, which issues have no code
};

struct landed_question {
    std::string base;  ///< "" = the beginning of the history
    std::string head;
    landed_scope scope = landed_scope::range;
};

struct landed_set {
    std::string base;                               ///< the previous tag's commit; "" = the beginning
    std::string head;                               ///< the candidate
    std::vector<git::landing> steps;                ///< first-parent steps of the range, newest first
    std::vector<changelog::landed_change> changes;  ///< newest first
    changelog::range_summary summary;
    std::map<std::int64_t, gitlab::merge_request> requests;  ///< those of the milestone, and all that the range names
    std::vector<changelog::known_request> known;             ///< the same in the words of commands/changelog
    std::map<std::int64_t, elsewhere> not_in_range;          ///< merged members of the milestone that did not land
    std::set<std::int64_t> picked_from_shipped;              ///< landed as a pick of what an earlier release shipped
    std::vector<git::commit> lost;            ///< shipped with the previous tag, and in no branch any more
    std::vector<gitlab::issue> without_code;  ///< of the milestone, and no merge request or commit speaks of them
    json::object asked;                       ///< what GitLab was asked one by one; see remembered_answers
    std::vector<std::string> unasked;  ///< commits that nobody explained and GitLab was not asked about this time
};

changelog::attribution_settings attribution_for(const release::project_settings& project);
changelog::range_commit as_range_commit(const git::commit& from);
changelog::known_request as_known_request(const gitlab::merge_request& from);

/// Trunk as this release pulled it. Fact "candidate" moves on to the release's own commit; what people read and
/// accepted was this one.
result<std::string> pulled_trunk(const context& here);
/// Previous tag to pulled trunk. errc::refused names the step that has to run first.
result<landed_question> release_range(const context& here);

/// Answers that looks of this release got from GitLab, so that none is asked twice.
json::object remembered_answers(const context& here);

/// Without GitLab: what git alone says. With it, beside the pages of two or three lists: one call for a hundred
/// requests that only commits name, and at most most_questions single ones about what nothing else explains.
task<result<landed_set>> read_landed(context here, landed_question what);

inline constexpr std::size_t most_questions = 14;

}  // namespace slipway::steps
