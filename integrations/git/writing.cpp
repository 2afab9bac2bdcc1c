// New objects, and the only two functions that change what a name means.
#include <git2/cherrypick.h>
#include <git2/sys/commit.h>

#include <algorithm>
#include <set>

#include "integrations/git/jobs.hpp"
#include "integrations/git/names.hpp"

namespace slipway::git::detail {
namespace {

result<std::vector<std::string>> conflicts_in(git_index& index) {
    const auto all =
        acquire<conflict_iterator_handle>("Cannot list the conflicts", git_index_conflict_iterator_new, &index);
    if (!all) return all.error();
    std::set<std::string> paths;
    const git_index_entry* ancestor = nullptr;
    const git_index_entry* ours = nullptr;
    const git_index_entry* theirs = nullptr;
    int code = 0;
    while ((code = git_index_conflict_next(&ancestor, &ours, &theirs, all->get())) == 0) {
        for (const auto* each : {ancestor, ours, theirs}) {
            if (each != nullptr) paths.insert(each->path);
        }
    }
    if (code != GIT_ITEROVER) return git_failure(code, "Cannot list the conflicts");
    return std::vector<std::string>(paths.begin(), paths.end());
}

/// Makes `path` of the merge's index what `ours` has there, conflict or not.
result<> keep_path(git_index& index, git_commit& ours, const std::string& path) {
    const std::string what = "Cannot keep " + path + " as it is";
    int code = git_index_conflict_remove(&index, path.c_str());
    if (code < 0 && code != GIT_ENOTFOUND) return git_failure(code, what);
    code = git_index_remove(&index, path.c_str(), 0);
    if (code < 0 && code != GIT_ENOTFOUND) return git_failure(code, what);
    const auto tree = acquire<tree_handle>(what, git_commit_tree, &ours);
    if (!tree) return tree.error();
    git_tree_entry* raw = nullptr;
    code = git_tree_entry_bypath(&raw, tree->get(), path.c_str());
    if (code == GIT_ENOTFOUND) return {};
    if (code < 0) return git_failure(code, what);
    const std::unique_ptr<git_tree_entry, decltype(&git_tree_entry_free)> present{raw, &git_tree_entry_free};
    if (git_tree_entry_type(present.get()) == GIT_OBJECT_TREE) {
        return failure{errc::invalid, what + ": it is a folder; name its files"};
    }
    git_index_entry entry{};
    entry.path = path.c_str();
    entry.mode = static_cast<std::uint32_t>(git_tree_entry_filemode(present.get()));
    entry.id = *git_tree_entry_id(present.get());
    code = git_index_add(&index, &entry);
    if (code < 0) return git_failure(code, what);
    return {};
}

/// What git does to a message: no trailing blanks, one newline at the end. Comment lines stay.
result<std::string> tidy(const std::string& message) {
    buffer text;
    const int code = git_message_prettify(&text.raw, message.c_str(), /*strip_comments=*/0, '#');
    if (code < 0) return git_failure(code, "Cannot use the message");
    if (text.raw.size == 0) return failure{errc::invalid, "A commit or tag needs a message"};
    return text.text();
}

result<> apply_edit(git_repository& repo, git_index& index, const std::string& path, const file_edit& edit) {
    if (!is_tree_path(path)) return failure{errc::invalid, "\"" + path + "\" is not a path inside a repository"};
    const git_index_entry* present = git_index_get_bypath(&index, path.c_str(), 0);
    if (!edit.content && !edit.mode) {
        if (present == nullptr) return failure{errc::not_found, "Cannot remove " + path + ": it is not in the tree"};
        const int code = git_index_remove(&index, path.c_str(), 0);
        if (code < 0) return git_failure(code, "Cannot remove " + path);
        return {};
    }
    git_index_entry entry{};
    entry.path = path.c_str();
    entry.mode = present != nullptr ? present->mode : static_cast<std::uint32_t>(GIT_FILEMODE_BLOB);
    if (edit.mode) entry.mode = static_cast<std::uint32_t>(*edit.mode);
    if (edit.content) {
        const int code = git_blob_create_from_buffer(&entry.id, &repo, edit.content->data(), edit.content->size());
        if (code < 0) return git_failure(code, "Cannot store " + path);
    } else if (present != nullptr) {
        entry.id = present->id;
    } else {
        return failure{errc::not_found, "Cannot change the mode of " + path + ": it is not in the tree"};
    }
    const int code = git_index_add(&index, &entry);
    if (code < 0) return git_failure(code, "Cannot add " + path);
    return {};
}

/// `base` with the edits, as a tree; `base` itself when there are none.
result<git_oid> edited_tree(git_repository& repo, const object_id& base, const edits& changes) {
    const auto tree = find_tree(repo, base);
    if (!tree) return tree.error();
    if (changes.empty()) return *git_tree_id(tree->get());
    const auto index = acquire<index_handle>("Cannot make an index in memory", git_index_new);
    if (!index) return index.error();
    if (const int code = git_index_read_tree(index->get(), tree->get()); code < 0) {
        return git_failure(code, "Cannot read the tree of " + base);
    }
    for (const auto& [path, edit] : changes) {
        const auto applied = apply_edit(repo, **index, path, edit);
        if (!applied) return applied.error();
    }
    git_oid written;
    const int code = git_index_write_tree_to(&written, index->get(), &repo);
    if (code < 0) return git_failure(code, "Cannot write the tree");
    return written;
}

result<std::vector<git_oid>> parent_ids(git_repository& repo, const std::vector<object_id>& parents) {
    std::vector<git_oid> ids;
    for (const auto& each : parents) {
        const auto parent = find_commit(repo, each);
        if (!parent) return parent.error();
        ids.push_back(*git_commit_id(parent->get()));
    }
    return ids;
}

/// "" when the reference does not exist.
result<object_id> present_target(git_repository& repo, const std::string& name) {
    if (!is_full_ref_name(name)) {
        return failure{errc::invalid,
                       "\"" + name.substr(0, 80) + "\" is not a full reference name such as refs/heads/main"};
    }
    git_oid id;
    const int code = git_reference_name_to_id(&id, &repo, name.c_str());
    if (code == GIT_ENOTFOUND) return object_id{};
    if (code < 0) return git_failure(code, "Cannot read " + name);
    return to_text(id);
}

failure found_elsewhere(const std::string& name, const object_id& present, const object_id& expected) {
    if (expected.empty()) return {errc::exists, name + " exists already and points at " + present};
    if (present.empty()) return {errc::moved, name + " is gone; it was expected at " + expected};
    return {errc::moved, name + " is at " + present + " now, not at " + expected + ": somebody moved it"};
}

/// The tree of a merge made in memory, or where people have to decide.
result<merge_outcome> outcome_of(git_repository& repo, git_index& index, const std::string& what) {
    merge_outcome outcome;
    if (git_index_has_conflicts(&index) == 1) {
        auto paths = conflicts_in(index);
        if (!paths) return paths.error();
        outcome.conflicts = std::move(*paths);
        return outcome;
    }
    git_oid tree;
    const int code = git_index_write_tree_to(&tree, &index, &repo);
    if (code < 0) return git_failure(code, what);
    outcome.tree = to_text(tree);
    return outcome;
}

}  // namespace

result<merge_outcome> merge(git_repository& repo, const object_id& ours, const object_id& theirs,
                            const std::vector<std::string>& keep_ours) {
    const auto base = merge_base(repo, ours, theirs);  // git would merge unrelated histories file by file: never wanted
    if (!base) return base.error();
    const auto left = find_commit(repo, ours);
    if (!left) return left.error();
    const auto right = find_commit(repo, theirs);
    if (!right) return right.error();
    git_merge_options options = GIT_MERGE_OPTIONS_INIT;
    const std::string what = "Cannot merge " + theirs + " into " + ours;
    const auto index = acquire<index_handle>(what, git_merge_commits, &repo, left->get(), right->get(), &options);
    if (!index) return index.error();
    for (const auto& each : keep_ours) {
        const auto kept = keep_path(**index, **left, each);
        if (!kept) return kept.error();
    }
    return outcome_of(repo, **index, what);
}

result<merge_outcome> pick(git_repository& repo, const object_id& commit, const object_id& onto) {
    const auto picked = find_commit(repo, commit);
    if (!picked) return picked.error();
    const auto base = find_commit(repo, onto);
    if (!base) return base.error();
    git_merge_options options = GIT_MERGE_OPTIONS_INIT;
    const std::string what = "Cannot pick " + commit + " onto " + onto;
    const unsigned mainline = git_commit_parentcount(picked->get()) > 1 ? 1 : 0;
    const auto index =
        acquire<index_handle>(what, git_cherrypick_commit, &repo, picked->get(), base->get(), mainline, &options);
    if (!index) return index.error();
    return outcome_of(repo, **index, what);
}

result<object_id> create_commit(git_repository& repo, const new_commit& wanted) {
    if (wanted.parents.empty() && wanted.base_tree.empty()) {
        return failure{errc::invalid, "A commit needs a parent or a tree to start from"};
    }
    const auto parents = parent_ids(repo, wanted.parents);
    if (!parents) return parents.error();
    const auto tree =
        edited_tree(repo, wanted.base_tree.empty() ? wanted.parents.front() : wanted.base_tree, wanted.edits);
    if (!tree) return tree.error();
    const auto author = to_signature(wanted.author);
    if (!author) return author.error();
    const auto committer = to_signature(wanted.committer);
    if (!committer) return committer.error();
    const auto message = tidy(wanted.message);
    if (!message) return message.error();

    std::vector<const git_oid*> parent_pointers;
    for (const auto& each : *parents) parent_pointers.push_back(&each);
    git_oid id;
    const int code =
        git_commit_create_from_ids(&id, &repo, nullptr, author->get(), committer->get(), nullptr, message->c_str(),
                                   &*tree, parent_pointers.size(), parent_pointers.data());
    if (code < 0) return git_failure(code, "Cannot write the commit");
    return to_text(id);
}

result<object_id> create_tag(git_repository& repo, const new_tag& wanted) {
    if (!is_short_ref_name(wanted.name)) {
        return failure{errc::invalid, "\"" + wanted.name.substr(0, 80) + "\" cannot be the name of a tag"};
    }
    const auto target = find_commit(repo, wanted.target);
    if (!target) return target.error();
    const auto tagger = to_signature(wanted.tagger);
    if (!tagger) return tagger.error();
    const auto message = tidy(wanted.message);
    if (!message) return message.error();
    git_oid id;
    const int code =
        git_tag_annotation_create(&id, &repo, wanted.name.c_str(), reinterpret_cast<const git_object*>(target->get()),
                                  tagger->get(), message->c_str());
    if (code < 0) return git_failure(code, "Cannot write the tag " + wanted.name);
    return to_text(id);
}

result<> move_ref(git_repository& repo, const std::string& name, const object_id& to, const object_id& expected) {
    const auto target = to_oid(to);
    if (!target) return target.error();
    const auto present = present_target(repo, name);
    if (!present) return present.error();
    if (*present == to) return {};
    if (*present != expected) return found_elsewhere(name, *present, expected);
    const std::string what = "Cannot move " + name + " to " + to;
    if (expected.empty()) {
        const auto made =
            acquire<reference_handle>(what, git_reference_create, &repo, name.c_str(), &*target, /*force=*/0, nullptr);
        if (!made) return made.error();
        return {};
    }
    const auto current = to_oid(expected);
    if (!current) return current.error();
    const auto moved = acquire<reference_handle>(what, git_reference_create_matching, &repo, name.c_str(), &*target,
                                                 /*force=*/1, &*current, nullptr);
    if (!moved) return moved.error();
    return {};
}

result<> remove_ref(git_repository& repo, const std::string& name, const object_id& expected) {
    const auto present = present_target(repo, name);
    if (!present) return present.error();
    if (present->empty()) return {};
    if (*present != expected) return found_elsewhere(name, *present, expected);
    const std::string what = "Cannot remove " + name;
    const auto found = acquire<reference_handle>(what, git_reference_lookup, &repo, name.c_str());
    if (!found) return found.error();
    const int code = git_reference_delete(found->get());
    if (code < 0) return git_failure(code, what);
    return {};
}

}  // namespace slipway::git::detail
