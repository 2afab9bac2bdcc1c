// Reading and writing the objects of one local repository. libgit2 stays behind this interface.
#pragma once

#include <memory>

#include "integrations/async/task.hpp"
#include "integrations/git/objects.hpp"

namespace boost::asio {
class thread_pool;
}

namespace slipway::git {

/// Every call opens its own handle on a pool thread, so calls may run side by side. Nothing here speaks to a network
/// (transport.hpp does) and nothing but `move_ref`/`remove_ref` changes what a name means: new objects are invisible
/// until a reference or a push names them, so a repeated call is harmless.
///
/// Failures: not_found (no such reference, object or path), invalid (names that git or we refuse), moved (a reference
/// is not where the caller last saw it), refused (damaged or unusable repository, a lock held by somebody).
class repository {
public:
    virtual ~repository() = default;

    /// Folder of the repository (with bare ones the git folder itself).
    virtual const std::string& directory() const noexcept = 0;

    /// Full or short reference name, full id or an unambiguous prefix of 7 or more digits → commit id.
    virtual task<result<object_id>> resolve(std::string revision) = 0;
    /// References whose full name starts with `prefix` ("refs/heads/", "refs/tags/", "refs/remotes/origin/"), by name.
    virtual task<result<std::vector<reference>>> references(std::string prefix) = 0;
    virtual task<result<commit>> read_commit(object_id id) = 0;
    /// True also when both are the same commit.
    virtual task<result<bool>> is_ancestor(object_id ancestor, object_id descendant) = 0;
    /// not_found when the histories are unrelated.
    virtual task<result<object_id>> merge_base(object_id a, object_id b) = 0;
    /// ahead: commits only in `local`; behind: commits only in `upstream`.
    virtual task<result<distance>> compare(object_id local, object_id upstream) = 0;
    /// Bytes of a file at a commit or tree; not_found names path and commit.
    virtual task<result<std::string>> read_file(object_id commit_or_tree, std::string path) = 0;
    /// Every file of a commit or tree, submodules left out, in tree order.
    virtual task<result<std::vector<std::string>>> paths(object_id commit_or_tree) = 0;

    /// Two-dot: what differs between the trees of `from` and `to` (commits or trees), by path.
    virtual task<result<std::vector<delta>>> diff(object_id from, object_id to, diff_options options) = 0;
    /// The same as a patch that people read, for one path ("" = everything), at most `most_bytes` of it.
    virtual task<result<patch_text>> patch(object_id from, object_id to, std::string path, std::size_t most_bytes) = 0;
    /// Two-dot again, with every line that differs; by path.
    virtual task<result<std::vector<file_lines>>> changed_lines(object_id from, object_id to, line_limits limits) = 0;
    /// Where the words stand in the files of a commit or tree, in tree order.
    virtual task<result<std::vector<word_use>>> find_words(object_id commit_or_tree, word_search what) = 0;

    /// Commits reachable from `head` and not from `base` ("" = all), newest first, children before parents.
    virtual task<result<std::vector<commit>>> range(object_id base, object_id head) = 0;
    /// First-parent steps of that range, newest first, each with what it brought.
    virtual task<result<std::vector<landing>>> landings(object_id base, object_id head) = 0;
    /// Every step of that range that moved a submodule, newest first, read from the trees. A submodule that stands in
    /// `head` where it stood in `base` is left out, whatever happened in between.
    virtual task<result<std::vector<submodule_move>>> submodule_moves(object_id base, object_id head) = 0;
    /// What a commit itself changes: against its parent; of a merge, what differs from every parent. Sorted.
    virtual task<result<std::vector<std::string>>> touched_paths(object_id commit) = 0;
    /// The first-parent commit of `branch_head` through which `id` became part of the branch (often a merge request's
    /// merge commit; `id` itself when it was committed directly). not_found when the branch does not contain it.
    virtual task<result<object_id>> landing_of(object_id id, object_id branch_head) = 0;
    virtual task<result<std::vector<blamed_line>>> blame(blame_question question) = 0;
    /// One answer a window, in their order; empty for a file or a line that is not there.
    virtual task<result<std::vector<std::vector<blamed_line>>>> blame_all(blame_questions questions) = 0;
    /// For each path the commits of the range that changed it themselves (a merge: against every parent), newest first.
    virtual task<result<std::vector<std::vector<object_id>>>> commits_touching(std::vector<std::string> paths,
                                                                               object_id base, object_id head) = 0;
    /// How many files each commit changes by itself.
    virtual task<result<std::vector<std::size_t>>> files_changed(std::vector<object_id> commits) = 0;
    /// Names and addresses as the `.mailmap` of that commit corrects them; unchanged when it has none.
    virtual task<result<std::vector<signature>>> proper_names(object_id commit, std::vector<signature> people) = 0;

    /// Merges in memory; no work tree, no reference is touched. The files `keep_ours` (exact paths) come out as `ours`
    /// has them, absent ones absent, whatever the merge would make of them; they never conflict.
    virtual task<result<merge_outcome>> merge(object_id ours, object_id theirs,
                                              std::vector<std::string> keep_ours = {}) = 0;
    /// What `commit` changed against its first parent, applied to `onto` in memory: a cherry-pick.
    virtual task<result<merge_outcome>> pick(object_id commit, object_id onto) = 0;
    /// Same input, same id: time and identity come from the caller.
    virtual task<result<object_id>> create_commit(new_commit wanted) = 0;
    /// The annotated tag object alone, same input, same id. `move_ref("refs/tags/…", id, "")` gives it its name.
    virtual task<result<object_id>> create_tag(new_tag wanted) = 0;
    /// Points `name` at `to`, only while it is at `expected` ("" = must not exist yet): errc::moved or errc::exists
    /// with the id that was found. Already at `to` is success.
    virtual task<result<>> move_ref(std::string name, object_id to, object_id expected) = 0;
    virtual task<result<>> remove_ref(std::string name, object_id expected) = 0;

    /// What differs between a tree (or commit) and the files of `work_tree`, untracked ones included, ignored ones not.
    /// `work_tree` is a checkout made by transport::checkout, or this repository's own. Empty = clean.
    virtual task<result<std::vector<work_tree_change>>> work_tree_changes(std::string work_tree,
                                                                          object_id commit_or_tree) = 0;
    /// The present state of `paths` in `work_tree` as edits for create_commit: bytes as `git add` would store them,
    /// modes and symbolic links kept, missing files as removals.
    virtual task<result<edits>> read_work_tree(std::string work_tree, std::vector<std::string> paths) = 0;
};

/// Opens a repository, bare or not. Refuses shallow ones (their history ends early, so every answer about ranges
/// would be wrong). `pool` outlives the repository.
task<result<std::unique_ptr<repository>>> open_repository(asio::thread_pool& pool, std::string directory);

}  // namespace slipway::git
