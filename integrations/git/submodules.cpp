// Which submodules a range moved, and in which first-parent steps. A submodule is one entry in a tree, so the trees
// tell everything; `.gitmodules` is not asked.
#include <algorithm>
#include <set>

#include "integrations/git/jobs.hpp"

namespace slipway::git::detail {
namespace {

/// Paths that are a submodule on one side and not the same one on the other. `before` null = an empty tree.
result<std::vector<std::string>> moved_paths(git_repository& repo, git_tree* before, git_tree* after) {
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE;
    const auto differences =
        acquire<diff_handle>("Cannot look for submodules", git_diff_tree_to_tree, &repo, before, after, &options);
    if (!differences) return differences.error();
    std::set<std::string> paths;
    for (std::size_t each = 0; each < git_diff_num_deltas(differences->get()); ++each) {
        const auto* raw = git_diff_get_delta(differences->get(), each);
        if (raw->old_file.mode == GIT_FILEMODE_COMMIT) paths.insert(raw->old_file.path);
        if (raw->new_file.mode == GIT_FILEMODE_COMMIT) paths.insert(raw->new_file.path);
    }
    return std::vector<std::string>(paths.begin(), paths.end());
}

/// The commit that a submodule stands at; "" = the path is no submodule in that tree.
result<object_id> link_at(const git_tree& tree, const std::string& path) {
    git_tree_entry* raw = nullptr;
    const int code = git_tree_entry_bypath(&raw, &tree, path.c_str());
    if (code == GIT_ENOTFOUND) return object_id{};
    if (code < 0) return git_failure(code, "Cannot look up " + path);
    const tree_entry_handle entry{raw};
    if (git_tree_entry_filemode(raw) != GIT_FILEMODE_COMMIT) return object_id{};
    return to_text(*git_tree_entry_id(raw));
}

/// In the order of `paths`; all "" when there is no such commit.
result<std::vector<object_id>> links_at(git_repository& repo, const object_id& commit,
                                        const std::vector<std::string>& paths) {
    std::vector<object_id> found(paths.size());
    if (commit.empty()) return found;
    const auto tree = find_tree(repo, commit);
    if (!tree) return tree.error();
    for (std::size_t each = 0; each < paths.size(); ++each) {
        auto link = link_at(**tree, paths[each]);
        if (!link) return link.error();
        found[each] = std::move(*link);
    }
    return found;
}

}  // namespace

result<std::vector<submodule_move>> submodule_moves(git_repository& repo, const object_id& base,
                                                    const object_id& head) {
    const auto after = find_tree(repo, head);
    if (!after) return after.error();
    tree_handle before;
    if (!base.empty()) {
        auto found = find_tree(repo, base);
        if (!found) return found.error();
        before = std::move(*found);
    }
    const auto paths = moved_paths(repo, before.get(), after->get());
    if (!paths) return paths.error();
    std::vector<submodule_move> moves;
    if (paths->empty()) return moves;
    const auto range = ids_between(repo, base, head);
    if (!range) return range.error();
    const std::set<object_id> inside(range->begin(), range->end());
    auto step = head;
    const auto in_base = links_at(repo, base, *paths);
    if (!in_base) return in_base.error();
    auto now = links_at(repo, step, *paths);
    if (!now) return now.error();
    std::vector<bool> explained(paths->size());
    while (inside.contains(step)) {
        const auto commit = find_commit(repo, step);
        if (!commit) return commit.error();
        const bool is_first = git_commit_parentcount(commit->get()) == 0;
        const auto parent = is_first ? object_id{} : to_text(*git_commit_parent_id(commit->get(), 0));
        auto then = links_at(repo, parent, *paths);
        if (!then) return then.error();
        for (std::size_t each = 0; each < paths->size(); ++each) {
            // Older steps only led to where it stood in `base`: what stable brought back into trunk is nothing new.
            if ((*now)[each] == (*in_base)[each]) explained[each] = true;
            if (!explained[each] && (*then)[each] != (*now)[each])
                moves.push_back({(*paths)[each], step, (*then)[each], (*now)[each]});
        }
        now = std::move(then);
        step = parent;
    }
    return moves;
}

}  // namespace slipway::git::detail
