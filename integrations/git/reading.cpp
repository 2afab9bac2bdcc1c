// Names, relations between commits, and files.
#include <algorithm>

#include "integrations/git/jobs.hpp"
#include "integrations/git/names.hpp"

namespace slipway::git::detail {
namespace {

bool is_id_prefix(std::string_view text) noexcept {
    return text.size() >= 7 && text.size() <= 40 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The commit an object stands for, "" when it is none (a tree or blob somebody tagged).
object_id peeled(const git_reference& raw) {
    git_object* object = nullptr;
    if (git_reference_peel(&object, &raw, GIT_OBJECT_COMMIT) < 0) return {};
    const object_handle owned{object};
    return to_text(*git_object_id(object));
}

result<reference> describe(git_repository& repo, const git_reference& raw) {
    const auto direct = acquire<reference_handle>(std::string{"Cannot follow "} + git_reference_name(&raw),
                                                  git_reference_resolve, &raw);
    if (!direct) return direct.error();
    reference found;
    found.name = git_reference_name(&raw);
    const git_oid* target = git_reference_target(direct->get());
    found.target = to_text(*target);
    found.commit = peeled(**direct);
    const auto object =
        acquire<object_handle>("Cannot read " + found.name, git_object_lookup, &repo, target, GIT_OBJECT_ANY);
    if (!object) return object.error();
    found.annotated = git_object_type(object->get()) == GIT_OBJECT_TAG;
    return found;
}

}  // namespace

result<object_id> resolve(git_repository& repo, const std::string& revision) {
    if (!is_short_ref_name(revision)) {
        return failure{errc::invalid, "\"" + revision.substr(0, 80) + "\" is not a reference name or commit id"};
    }
    git_reference* named = nullptr;
    if (git_reference_dwim(&named, &repo, revision.c_str()) == 0) {
        const reference_handle owned{named};
        auto commit = peeled(*named);
        if (!commit.empty()) return commit;
        return failure{errc::not_found, revision + " does not point at a commit"};
    }
    if (!is_id_prefix(revision)) {
        return failure{errc::not_found, "There is no branch, tag or commit \"" + revision + "\" in this repository"};
    }
    git_oid prefix;
    if (git_oid_fromstrn(&prefix, revision.data(), revision.size()) != 0) return git_failure(GIT_EINVALID, revision);
    const auto object = acquire<object_handle>("No commit " + revision, git_object_lookup_prefix, &repo, &prefix,
                                               revision.size(), GIT_OBJECT_ANY);
    if (!object) return object.error();
    const auto commit = find_commit(repo, to_text(*git_object_id(object->get())));
    if (!commit) return commit.error();
    return to_text(*git_commit_id(commit->get()));
}

result<std::vector<reference>> references(git_repository& repo, const std::string& prefix) {
    const auto all = acquire<reference_iterator_handle>("Cannot list references", git_reference_iterator_new, &repo);
    if (!all) return all.error();
    std::vector<reference> found;
    git_reference* raw = nullptr;
    int code = 0;
    while ((code = git_reference_next(&raw, all->get())) == 0) {
        const reference_handle owned{raw};
        if (!std::string_view{git_reference_name(raw)}.starts_with(prefix)) continue;
        auto each = describe(repo, *raw);
        // A symbolic name whose branch is gone (refs/remotes/origin/HEAD after a rename) names nothing.
        if (!each && each.error() == errc::not_found && git_reference_type(raw) == GIT_REFERENCE_SYMBOLIC) continue;
        if (!each) return each.error();
        found.push_back(std::move(*each));
    }
    if (code != GIT_ITEROVER) return git_failure(code, "Cannot list references");
    std::ranges::sort(found, {}, &reference::name);
    return found;
}

result<bool> is_ancestor(git_repository& repo, const object_id& ancestor, const object_id& descendant) {
    const auto older = find_commit(repo, ancestor);
    if (!older) return older.error();
    const auto newer = find_commit(repo, descendant);
    if (!newer) return newer.error();
    return reaches(repo, *git_commit_id(newer->get()), *git_commit_id(older->get()));
}

result<object_id> merge_base(git_repository& repo, const object_id& a, const object_id& b) {
    const auto first = find_commit(repo, a);
    if (!first) return first.error();
    const auto second = find_commit(repo, b);
    if (!second) return second.error();
    git_oid base;
    const int code = git_merge_base(&base, &repo, git_commit_id(first->get()), git_commit_id(second->get()));
    if (code < 0) return git_failure(code, "No common history of " + a + " and " + b);
    return to_text(base);
}

result<distance> compare(git_repository& repo, const object_id& local, const object_id& upstream) {
    const auto ours = find_commit(repo, local);
    if (!ours) return ours.error();
    const auto theirs = find_commit(repo, upstream);
    if (!theirs) return theirs.error();
    distance apart;
    const int code = git_graph_ahead_behind(&apart.ahead, &apart.behind, &repo, git_commit_id(ours->get()),
                                            git_commit_id(theirs->get()));
    if (code < 0) return git_failure(code, "Cannot compare " + local + " with " + upstream);
    return apart;
}

result<std::string> read_file(git_repository& repo, const object_id& commit_or_tree, const std::string& path) {
    if (!is_tree_path(path)) return failure{errc::invalid, "\"" + path + "\" is not a path inside a repository"};
    const auto tree = find_tree(repo, commit_or_tree);
    if (!tree) return tree.error();
    const std::string what = "No file " + path + " at " + commit_or_tree.substr(0, 12);
    const auto entry = acquire<tree_entry_handle>(what, git_tree_entry_bypath, tree->get(), path.c_str());
    if (!entry) return entry.error();
    if (git_tree_entry_type(entry->get()) != GIT_OBJECT_BLOB) {
        return failure{errc::not_found, path + " is a folder or submodule at " + commit_or_tree.substr(0, 12)};
    }
    const auto blob = acquire<blob_handle>(what, git_blob_lookup, &repo, git_tree_entry_id(entry->get()));
    if (!blob) return blob.error();
    return std::string{static_cast<const char*>(git_blob_rawcontent(blob->get())),
                       static_cast<std::size_t>(git_blob_rawsize(blob->get()))};
}

result<std::vector<std::string>> paths(git_repository& repo, const object_id& commit_or_tree) {
    const auto tree = find_tree(repo, commit_or_tree);
    if (!tree) return tree.error();
    std::vector<std::string> all;
    const auto collect = [](const char* root, const git_tree_entry* entry, void* into) {
        if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
            static_cast<std::vector<std::string>*>(into)->push_back(std::string{root} + git_tree_entry_name(entry));
        return 0;
    };
    if (git_tree_walk(tree->get(), GIT_TREEWALK_PRE, collect, &all) != 0)
        return failure{errc::refused,
                       "The files of " + commit_or_tree.substr(0, 12) + " cannot be listed; the clone is damaged"};
    return all;
}

}  // namespace slipway::git::detail
