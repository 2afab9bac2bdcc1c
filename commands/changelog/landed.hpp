// Which merge requests landed in a range of commits, and how we know. Pure: commits and merge requests in, findings
// out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/untrusted.hpp"

namespace slipway::changelog {

/// A commit as far as this room looks at it. What is left empty is not known, and never guessed.
struct range_commit {
    std::string id;
    std::vector<std::string> parents;
    untrusted message;
    std::string author_email;
    /// What the commit itself changes: against its parent; of a merge, what differs from every parent. Needed where
    /// `needs_paths` says so.
    std::vector<std::string> paths;
    untrusted author;      ///< name, as committed
    std::string tree;      ///< tells an empty re-merge
    std::string patch_id;  ///< the same for the same change on another parent; for rank "patch" and impure reverts
    std::string inverse_patch_id;        ///< of the change that would take this one back
    std::vector<std::string> own_paths;  ///< of a merge: paths that differ from the automatic merge ("evil")
};

/// One first-parent step of the branch with what it brought (newest first), as git::landing.
struct range_landing {
    range_commit tip;
    std::vector<range_commit> brought;
    std::string first_parent_tree;  ///< "" = unknown
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
    std::int64_t merged_at = 0;  ///< Unix ms; stacked requests share commits, the first merged has them. 0 = unknown
    std::vector<std::string> patch_ids;  ///< of its commits, when computed
};

/// What GitLab answered to "which merge requests contain this commit?" (commits/:sha/merge_requests).
struct asked_commit {
    std::string commit;
    std::vector<std::int64_t> iids;  ///< as answered; unmerged ones and other targets are sorted out here
};

/// Strongest first.
enum class evidence {
    merge_id,     ///< the commit is the merge or squash commit GitLab recorded
    head,         ///< the commits contain the merge request's head or its commits
    trailer,      ///< "See merge request …!12", a whole line
    part_of,      ///< "Part-of: <…/merge_requests/12>"
    subject,      ///< "Title (!12)"
    asked,        ///< GitLab lists the commit in the merge request
    cherry_pick,  ///< "(cherry picked from commit …)" of a commit of the merge request
    patch,        ///< the same change as a commit of the merge request
    title,        ///< same subject as exactly one merged request: suspected, a person must confirm
    none,         ///< committed directly
};
/// A sentence's end for people: "the commit … names it in its message".
std::string_view to_string(evidence how) noexcept;
/// One word for machines: "merge-id", "head", "trailer", "part-of", "subject", "asked", "cherry-pick", "patch", …
std::string_view word_of(evidence how) noexcept;

/// How the change came onto the branch.
enum class arrival { merge, squash, fast_forward, cherry_pick };
/// "merge", "squash", "fast-forward", "cherry-pick"
std::string_view to_string(arrival way) noexcept;

struct attribution {
    std::int64_t iid = 0;
    evidence how = evidence::none;
    std::string commit;            ///< where it was seen
    bool through = false;          ///< merged into another request's branch and landed with it
    std::int64_t outer = 0;        ///< with `through`: the request it landed with; 0 = that one is not known
    arrival way = arrival::merge;  ///< a pick is a pick however it is attributed
    std::string project;           ///< as written; "" = ours
    std::string reverted_by;       ///< the live commit that took it (or its whole landing) back; "" = alive
    bool partly_reverted = false;  ///< alive, but some of its commits were taken back
    untrusted title;               ///< as its commit calls it
    bool alive() const noexcept { return reverted_by.empty(); }
};

enum class landed_kind { request, direct, housekeeping, revert };

/// What a revert of this range takes back, or a revert of a revert brings back, from before the range.
struct earlier_effect {
    std::string what;       ///< as it is named: a commit id, "!12" or a subject in quotes
    std::int64_t iid = 0;   ///< the request, when the look-back window knows it
    std::string commit;     ///< where that landed; "" = not in the window
    bool restores = false;  ///< false: it removes what an earlier release shipped
};

struct landed_change {
    std::string commit;  ///< the first-parent commit
    untrusted subject;
    untrusted title;  ///< what people would call it: GitLab's title inside a merge message, else the subject
    landed_kind kind = landed_kind::direct;  ///< `revert`: it does nothing but take something back
    std::vector<attribution> requests;       ///< ours; the first is the outer one; several when requests were nested
    std::vector<std::string> foreign;        ///< references to other projects' requests, as written
    std::string reverts;                     ///< the landing of this range that it takes back; "" = none
    std::string reverts_outside;             ///< a commit id or "!12" that it takes back and that is not in the range
    std::string reverted_by;                 ///< a commit that is itself alive; "" = this one is alive
    bool partly_reverted = false;            ///< only one of the brought commits was taken back
    untrusted author;
    std::vector<attribution> foreign_requests;  ///< the same as `foreign`, understood
    std::string within;          ///< landed inside this merge of a whole branch (trunk into stable); "" = by itself
    std::string picked_from;     ///< the nearest source of a cherry-pick, as written; "" = no pick
    bool empty = false;          ///< a merge that brought nothing: its commits were there already, perhaps reverted
    bool impure_revert = false;  ///< it claims to be a revert, but is not the exact inverse
    bool ambiguous = false;      ///< several requests fit equally well: a person must say which
    std::vector<std::string> own_paths;   ///< of a merge: changed beyond the automatic merge
    std::vector<earlier_effect> earlier;  ///< on what was shipped before
    bool alive() const noexcept { return reverted_by.empty(); }
    /// Whether `request` is a fact: an equal title is a suspicion, and of several that fit equally well none is.
    bool is_proven(const attribution& request) const noexcept {
        if (request.how == evidence::title) return false;
        return !(ambiguous && (request.how == evidence::asked || request.how == evidence::patch));
    }
};

/// Housekeeping by pattern AND touched paths; every part that is given must hold, `paths` always.
struct housekeeping_rule {
    std::string subject;             ///< its beginning; "" = any
    std::string author;              ///< name or address, exactly; "" = any
    std::vector<std::string> paths;  ///< files, folders with a final "/", or "*.ext" for any path ending so
};

struct attribution_settings {
    std::string project_path;          ///< "group/app": references to it are ours; "" = every reference is
    std::vector<std::string> aliases;  ///< earlier paths and mirrors with the same numbering
    std::string target_branch;         ///< requests into other branches land only through another one; "" = any
    std::vector<std::string> housekeeping_subjects;  ///< exact beginnings: "Build and increment version to "
    std::vector<std::string> housekeeping_paths;     ///< a housekeeping commit touches nothing else
    std::vector<housekeeping_rule> housekeeping;     ///< more of the kind: bots and translations by author and path
};

/// Whether housekeeping can only be decided with `paths`: the caller need not diff any other commit.
bool needs_paths(const range_commit& commit, const attribution_settings& settings);
/// Places in `brought` of those that need theirs as well: what a merge of a whole branch brings is judged by itself.
std::vector<std::size_t> brought_that_need_paths(const range_landing& landing, const attribution_settings& settings);

/// What stands around the range and explains it; all may be empty.
struct range_surroundings {
    std::vector<range_landing> before;     ///< the look-back window below base, newest first: what reverts may aim at
    std::vector<range_landing> elsewhere;  ///< other branches: where picks may come from
    std::vector<asked_commit> asked;
};

/// Newest first, one per landing; a merge of a whole branch (trunk into stable) without a request of its own is
/// followed by the landings inside it. A landing names each request once, by its strongest evidence; a request that
/// landed commit by commit (fast-forward) is named by each of them.
/// Every landing is exactly one of: a live request's, a dead request's, housekeeping, an orphan (see summary.hpp).
std::vector<landed_change> landed_changes(const std::vector<range_landing>& newest_first,
                                          const std::vector<known_request>& known, const attribution_settings& settings,
                                          const range_surroundings& around = {});

/// Two commits by id: one of the range says that it takes the other one back, which is in the range or below it.
struct revert_pair {
    std::string by;
    std::string target;
};
/// Those whose contents are worth comparing: give `by` its patch_id and `target` its inverse_patch_id, and
/// landed_changes tells an exact revert from one that does more or less.
std::vector<revert_pair> revert_pairs(const std::vector<range_landing>& newest_first,
                                      const std::vector<known_request>& known, const attribution_settings& settings,
                                      const range_surroundings& around = {});

/// References to merge requests in one message, in order.
struct request_reference {
    std::string project;  ///< "" = this project
    std::int64_t iid = 0;
    evidence how = evidence::none;  ///< trailer, part_of or subject
    std::size_t line = 0;           ///< 0 = the subject
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
