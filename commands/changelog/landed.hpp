// Which merge requests landed in a range of commits, and how we know. Pure: commits and merge requests in, findings
// out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/untrusted.hpp"

namespace slipway::changelog {

/// A commit as far as this room looks at it.
struct range_commit {
    std::string id;
    std::vector<std::string> parents;
    untrusted message;
    std::string author_email;
    std::vector<std::string> paths;  ///< touched against the first parent; needed for housekeeping only
};

/// One first-parent step of the branch with what it brought (newest first), as git::landing.
struct range_landing {
    range_commit tip;
    std::vector<range_commit> brought;
};

/// A merge request as far as this room looks at it: those of the milestone, and merged ones of the period.
struct known_request {
    std::int64_t iid = 0;
    untrusted title;
    std::vector<std::string> labels;
    std::string author;  ///< user name
    bool merged = false;
    std::string target_branch;
    std::string head;
    std::string merge_commit;          ///< "" = none
    std::string squash_commit;         ///< "" = none
    std::vector<std::string> commits;  ///< its own commits, when known (fast-forward projects need them)
    std::int64_t milestone_id = 0;
};

/// Strongest first.
enum class evidence {
    merge_id,     ///< the commit is the merge or squash commit GitLab recorded
    head,         ///< the commits contain the merge request's head or its commits
    trailer,      ///< "See merge request …!12", a whole line
    part_of,      ///< "Part-of: <…/merge_requests/12>"
    subject,      ///< "Title (!12)"
    cherry_pick,  ///< "(cherry picked from commit …)" of a commit of the merge request
    title,        ///< same subject as exactly one merged request: suspected, a person must confirm
    none,         ///< committed directly
};
std::string_view to_string(evidence how) noexcept;

struct attribution {
    std::int64_t iid = 0;
    evidence how = evidence::none;
    std::string commit;    ///< where it was seen
    bool through = false;  ///< merged into another request's branch and landed with it
};

enum class landed_kind { request, direct, housekeeping, revert };

struct landed_change {
    std::string commit;  ///< the first-parent commit
    untrusted subject;
    untrusted title;  ///< what people would call it: GitLab's title inside a merge message, else the subject
    landed_kind kind = landed_kind::direct;
    std::vector<attribution> requests;  ///< the first is the outer one; several when requests were nested
    std::vector<std::string> foreign;   ///< references to other projects' requests, as written
    std::string reverts;                ///< the landing of this range that it takes back; "" = none
    std::string reverts_outside;        ///< a commit id or "!12" that it takes back and that is not in the range
    std::string reverted_by;            ///< a landing that is itself alive; "" = this one is alive
    bool partly_reverted = false;       ///< only one of the brought commits was taken back
    bool alive() const noexcept { return reverted_by.empty(); }
};

struct attribution_settings {
    std::string project_path;          ///< "group/app": references to it are ours
    std::vector<std::string> aliases;  ///< earlier paths and mirrors with the same numbering
    std::string target_branch;         ///< requests into other branches land only through another one; "" = any
    std::vector<std::string> housekeeping_subjects;  ///< exact beginnings: "Build and increment version to "
    std::vector<std::string> housekeeping_paths;     ///< a housekeeping commit touches nothing else
};

/// Newest first, one per landing. A landing names each request once, by its strongest evidence; a request that landed
/// commit by commit (fast-forward) is named by each of them.
std::vector<landed_change> landed_changes(const std::vector<range_landing>& newest_first,
                                          const std::vector<known_request>& known,
                                          const attribution_settings& settings);

/// References to merge requests in one message, in order.
struct request_reference {
    std::string project;  ///< "" = this project
    std::int64_t iid = 0;
    evidence how = evidence::none;  ///< trailer, part_of or subject
};
std::vector<request_reference> references_in(std::string_view message);

/// Milestone against range: what each side lacks. All but `agreed` and `reverted` need a person.
struct reconciliation {
    std::vector<std::int64_t> agreed;
    std::vector<std::int64_t> not_landed;       ///< in the milestone and merged, but nowhere in the range
    std::vector<std::int64_t> not_merged;       ///< in the milestone, still open or closed unmerged
    std::vector<std::int64_t> other_milestone;  ///< alive in the range, in another milestone or none
    std::vector<std::int64_t> reverted;         ///< landed in the range and taken back in it
    std::vector<std::string> unexplained;       ///< commits without a request that are no housekeeping
};
reconciliation reconcile(const std::vector<landed_change>& landed, const std::vector<known_request>& known,
                         std::int64_t milestone_id);

}  // namespace slipway::changelog
