// The milestone against what landed, as rows that people decide. Pure.
#pragma once

#include "commands/changelog/submodules.hpp"
#include "commands/steps/merge/landed_set.hpp"

namespace slipway::steps {

/// Where a row stands: three lists that have to be empty or decided (R2.8), and the rest.
enum class row_list { not_in_diff, not_in_milestone, reverted, other };
std::string_view to_words(row_list which) noexcept;

enum class row_class {
    missing,          ///< in the milestone, merged, no live landing
    wrong_target,     ///< in the milestone, merged into another branch, and not landed through another request
    not_merged,       ///< in the milestone, open
    closed,           ///< in the milestone, closed unmerged
    already_shipped,  ///< in the milestone, landed before the previous tag
    no_milestone,     ///< landed, in no milestone
    other_milestone,  ///< landed, in another milestone
    orphan,           ///< a commit without a merge request
    foreign,          ///< a merge request of another project
    unproven,         ///< several fit, or only its title speaks for it, or GitLab does not show it
    reverted,         ///< in the milestone, landed and taken back
    dead_pair,        ///< landed and taken back, in no need of anything
    partly_reverted,  ///< landed; some of its commits were taken back
    removes_shipped,  ///< takes back what an earlier release shipped
    lost,             ///< shipped with the previous tag, in no branch any more
    backport_twin,    ///< landed as a pick, beside its own merge or of what shipped before: both are shown
    submodule,        ///< a landing moved a submodule: its change is in another project
    no_code,          ///< an issue of the milestone that no merge request or commit speaks of
};
/// "missing", "wrong target": the same word in Slack, data and log.
std::string_view to_words(row_class what) noexcept;

struct reconcile_row {
    row_class what = row_class::missing;
    row_list list = row_list::other;
    std::string id;        ///< "!12", or the first digits of a commit
    std::int64_t iid = 0;  ///< 0 = a commit or an issue
    std::string commit;    ///< where it landed; "" = nowhere
    std::string url;       ///< "" = that of the merge request or commit
    untrusted title;
    std::vector<std::string> evidence;  ///< our words, one fact each; may hold names from outside
    bool blocking = true;
};

struct reconciled {
    std::vector<reconcile_row> rows;  ///< list by list, blocking ones first in each
    std::size_t agreed = 0;           ///< merge requests in the milestone and in the range
};

/// "landed with 0123456789, which names it in its message, inside !7"
std::string landing_words(const changelog::landed_request& landed);

reconciled reconcile_rows(const landed_set& found, std::int64_t milestone_id, const std::string& project_path,
                          const std::string& trunk);

/// Rows that ask nothing, with what the submodules of the range bring as their evidence.
std::vector<reconcile_row> submodule_rows(const std::vector<changelog::submodule_change>& moved);

}  // namespace slipway::steps
