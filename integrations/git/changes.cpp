// What one commit changes by itself.
#include <algorithm>
#include <unordered_map>

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

using mailmap_handle = std::unique_ptr<git_mailmap, freed_by<&git_mailmap_free>>;

/// The blob of a path in a commit, looked up once a commit; zero = no such file.
class blobs_of_path {
public:
    blobs_of_path(git_repository& repo, const std::string& path) : repo_{repo}, path_{path} {}

    result<git_oid> at(const git_oid& commit) {
        const auto key = to_text(commit);
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        const auto tree = find_tree(repo_, key);
        if (!tree) return tree.error();
        git_oid blob{};
        git_tree_entry* raw = nullptr;
        const int code = git_tree_entry_bypath(&raw, tree->get(), path_.c_str());
        if (code < 0 && code != GIT_ENOTFOUND) return git_failure(code, "Cannot look up " + path_);
        if (code == 0) {
            const tree_entry_handle entry{raw};
            blob = *git_tree_entry_id(raw);
        }
        known_.emplace(key, blob);
        return blob;
    }

private:
    git_repository& repo_;
    const std::string& path_;
    std::unordered_map<object_id, git_oid> known_;
};

result<bool> touches(git_repository& repo, const object_id& id, blobs_of_path& blobs) {
    const auto commit = find_commit(repo, id);
    if (!commit) return commit.error();
    const auto here = blobs.at(*git_commit_id(commit->get()));
    if (!here) return here.error();
    const unsigned int parents = git_commit_parentcount(commit->get());
    if (parents == 0) return git_oid_is_zero(&*here) == 0;
    for (unsigned int each = 0; each < parents; ++each) {
        const auto before = blobs.at(*git_commit_parent_id(commit->get(), each));
        if (!before) return before.error();
        if (git_oid_equal(&*before, &*here) == 1) return false;
    }
    return true;
}

}  // namespace

result<std::vector<std::size_t>> files_changed(git_repository& repo, const std::vector<object_id>& commits) {
    std::vector<std::size_t> counts;
    for (const auto& each : commits) {
        const auto paths = touched_paths(repo, each);
        if (!paths) return paths.error();
        counts.push_back(paths->size());
    }
    return counts;
}

result<std::vector<std::vector<object_id>>> commits_touching(git_repository& repo,
                                                             const std::vector<std::string>& paths,
                                                             const object_id& base, const object_id& head) {
    const auto range = ids_between(repo, base, head);
    if (!range) return range.error();
    std::vector<std::vector<object_id>> found;
    for (const auto& path : paths) {
        blobs_of_path blobs{repo, path};
        auto& commits = found.emplace_back();
        for (const auto& id : *range) {
            const auto changed = touches(repo, id, blobs);
            if (!changed) return changed.error();
            if (*changed) commits.push_back(id);
        }
    }
    return found;
}

result<std::vector<signature>> proper_names(git_repository& repo, const object_id& commit,
                                            std::vector<signature> people) {
    const auto text = read_file(repo, commit, ".mailmap");
    if (!text && text.error() == errc::not_found) return people;
    if (!text) return text.error();
    const auto map =
        acquire<mailmap_handle>("Cannot read .mailmap", git_mailmap_from_buffer, text->data(), text->size());
    if (!map) return map.error();
    for (auto& each : people) {
        const char* name = nullptr;
        const char* email = nullptr;
        const int code = git_mailmap_resolve(&name, &email, map->get(), each.name.c_str(), each.email.c_str());
        if (code < 0) return git_failure(code, "Cannot look up " + each.email + " in .mailmap");
        each.name = std::string{name};  // may point into `each`
        each.email = std::string{email};
    }
    return people;
}

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
