// What one commit changes by itself.
#include <algorithm>

#include "integrations/git/jobs.hpp"

namespace slipway::git::detail {
namespace {

/// `parent` null: everything is new.
result<diff_handle> between(git_repository& repo, git_tree* before, git_tree* after) {
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_INCLUDE_TYPECHANGE;
    options.context_lines = 0;
    return acquire<diff_handle>("Cannot compare a commit with its parent", git_diff_tree_to_tree, &repo, before, after,
                                &options);
}

result<tree_handle> parent_tree(git_repository& repo, const git_commit& of, unsigned int which) {
    return find_tree(repo, to_text(*git_commit_parent_id(&of, which)));
}

result<std::vector<std::string>> differing(git_repository& repo, git_tree* before, git_tree* after) {
    const auto differences = between(repo, before, after);
    if (!differences) return differences.error();
    std::vector<std::string> paths;
    for (std::size_t each = 0; each < git_diff_num_deltas(differences->get()); ++each)
        paths.emplace_back(git_diff_get_delta(differences->get(), each)->new_file.path);
    std::ranges::sort(paths);
    return paths;
}

}  // namespace

result<std::vector<std::string>> touched_paths(git_repository& repo, const object_id& id) {
    const auto commit = find_commit(repo, id);
    if (!commit) return commit.error();
    const auto after = find_tree(repo, id);
    if (!after) return after.error();
    const unsigned int parents = git_commit_parentcount(commit->get());
    if (parents == 0) return differing(repo, nullptr, after->get());
    std::vector<std::string> common;
    for (unsigned int each = 0; each < parents; ++each) {
        const auto before = parent_tree(repo, **commit, each);
        if (!before) return before.error();
        auto paths = differing(repo, before->get(), after->get());
        if (!paths) return paths.error();
        if (each == 0) {
            common = std::move(*paths);
            continue;
        }
        std::vector<std::string> both;
        std::ranges::set_intersection(common, *paths, std::back_inserter(both));
        common = std::move(both);
    }
    return common;
}

}  // namespace slipway::git::detail
