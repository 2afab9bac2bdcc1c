// Trees: reading and writing files, merging in memory, differences.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "deploy/sandbox/gitlab/git_handles.hpp"
#include "deploy/sandbox/gitlab/repository.hpp"

namespace slipway::sandbox {

namespace {

std::optional<std::string> blob_text(git_repository* in, const git_oid& id) {
    git_blob* raw = nullptr;
    if (git_blob_lookup(&raw, in, &id) != 0) return std::nullopt;
    const blob_handle blob{raw};
    const auto* bytes = static_cast<const char*>(git_blob_rawcontent(blob.get()));
    return std::string{bytes, static_cast<std::size_t>(git_blob_rawsize(blob.get()))};
}

std::string conflicting_paths(git_index* index) {
    std::set<std::string> paths;
    git_index_conflict_iterator* each = nullptr;
    if (git_index_conflict_iterator_new(&each, index) != 0) return "";
    const git_index_entry* base = nullptr;
    const git_index_entry* ours = nullptr;
    const git_index_entry* theirs = nullptr;
    while (git_index_conflict_next(&base, &ours, &theirs, each) == 0) {
        for (const auto* side : {base, ours, theirs}) {
            if (side) paths.insert(side->path);
        }
    }
    git_index_conflict_iterator_free(each);
    std::string all;
    for (const auto& path : paths) all += (all.empty() ? "" : ", ") + path;
    return all;
}

std::string octal(std::uint16_t mode) {
    char text[16];
    std::snprintf(text, sizeof text, "%o", static_cast<unsigned>(mode));
    return text;
}

file_diff read_delta(git_diff* diff, std::size_t position) {
    const auto* delta = git_diff_get_delta(diff, position);
    file_diff read;
    read.old_path = delta->old_file.path;
    read.new_path = delta->new_file.path;
    read.old_mode = octal(delta->old_file.mode);
    read.new_mode = octal(delta->new_file.mode);
    read.is_new = delta->status == GIT_DELTA_ADDED;
    read.is_deleted = delta->status == GIT_DELTA_DELETED;
    read.is_renamed = delta->status == GIT_DELTA_RENAMED;
    git_patch* raw = nullptr;
    if (git_patch_from_diff(&raw, diff, position) != 0 || !raw) return read;
    const patch_handle patch{raw};
    git_buf text = GIT_BUF_INIT;
    if (git_patch_to_buf(&text, patch.get()) == 0) {
        const std::string whole{text.ptr, text.size};
        const auto start = whole.find("\n@@");
        if (start != std::string::npos) read.hunks = whole.substr(start + 1);
    }
    git_buf_dispose(&text);
    std::size_t added = 0;
    std::size_t removed = 0;
    git_patch_line_stats(nullptr, &added, &removed, patch.get());
    read.added = static_cast<int>(added);
    read.removed = static_cast<int>(removed);
    return read;
}

struct listing {
    std::vector<std::string> paths;
};

int list_entry(const char* folder, const git_tree_entry* entry, void* into) {
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
        static_cast<listing*>(into)->paths.push_back(std::string{folder} + git_tree_entry_name(entry));
    }
    return 0;
}

}  // namespace

std::optional<std::string> repository::read(const std::string& commit, const std::string& path) const {
    const auto tree = find_tree(raw_.get(), commit);
    if (!tree || !*tree) return std::nullopt;
    git_tree_entry* entry = nullptr;
    if (git_tree_entry_bypath(&entry, tree->get(), path.c_str()) != 0) return std::nullopt;
    auto text = blob_text(raw_.get(), *git_tree_entry_id(entry));
    git_tree_entry_free(entry);
    return text;
}

std::vector<std::string> repository::files(const std::string& commit) const {
    listing found;
    const auto tree = find_tree(raw_.get(), commit);
    if (tree && *tree) git_tree_walk(tree->get(), GIT_TREEWALK_PRE, &list_entry, &found);
    return found.paths;
}

result<std::vector<file_diff>> repository::diff(const std::string& from, const std::string& to) const {
    const auto old_tree = find_tree(raw_.get(), from);
    if (!old_tree) return old_tree.error();
    const auto new_tree = find_tree(raw_.get(), to);
    if (!new_tree) return new_tree.error();
    git_diff* raw = nullptr;
    if (git_diff_tree_to_tree(&raw, raw_.get(), old_tree->get(), new_tree->get(), nullptr) != 0) {
        return git_failure("comparing " + from + " with " + to);
    }
    const diff_handle found{raw};
    git_diff_find_similar(found.get(), nullptr);
    std::vector<file_diff> all;
    for (std::size_t each = 0; each < git_diff_num_deltas(found.get()); ++each) {
        all.push_back(read_delta(found.get(), each));
    }
    return all;
}

result<std::string> repository::tree_with(const std::string& base, const std::vector<file_content>& files) {
    const auto tree = find_tree(raw_.get(), base);
    if (!tree) return tree.error();
    git_index* raw = nullptr;
    if (git_index_new(&raw) != 0) return git_failure("starting an index");
    const index_handle index{raw};
    if (*tree && git_index_read_tree(index.get(), tree->get()) != 0) return git_failure("reading the tree of " + base);
    for (const auto& file : files) {
        git_index_entry entry{};
        if (git_blob_create_from_buffer(&entry.id, raw_.get(), file.bytes.data(), file.bytes.size()) != 0) {
            return git_failure("storing " + file.path);
        }
        const auto* before = git_index_get_bypath(index.get(), file.path.c_str(), 0);
        const bool was_executable = before && before->mode == GIT_FILEMODE_BLOB_EXECUTABLE;
        entry.mode = file.executable || was_executable ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
        entry.path = file.path.c_str();
        if (git_index_add(index.get(), &entry) != 0) return git_failure("adding " + file.path);
    }
    git_oid made;
    if (git_index_write_tree_to(&made, index.get(), raw_.get()) != 0) return git_failure("writing a tree");
    return to_text(made);
}

result<std::string> repository::merged_tree(const std::string& ours, const std::string& theirs) const {
    const auto first = find_commit(raw_.get(), ours);
    if (!first) return first.error();
    const auto second = find_commit(raw_.get(), theirs);
    if (!second) return second.error();
    git_merge_options options = GIT_MERGE_OPTIONS_INIT;
    git_index* raw = nullptr;
    if (git_merge_commits(&raw, raw_.get(), first->get(), second->get(), &options) != 0) {
        return git_failure("merging " + theirs + " into " + ours);
    }
    const index_handle index{raw};
    if (git_index_has_conflicts(index.get())) {
        return failure{errc::refused, "both sides changed " + conflicting_paths(index.get())};
    }
    git_oid made;
    if (git_index_write_tree_to(&made, index.get(), raw_.get()) != 0) return git_failure("writing the merged tree");
    return to_text(made);
}

result<std::string> repository::create_commit(const std::string& tree, const std::vector<std::string>& parents,
                                              const signature& author, const signature& committer,
                                              const std::string& message) {
    const auto tree_id = to_oid(tree);
    if (!tree_id) return tree_id.error();
    git_tree* raw_tree = nullptr;
    if (git_tree_lookup(&raw_tree, raw_.get(), &*tree_id) != 0) return git_failure("reading the tree " + tree);
    const tree_handle content{raw_tree};
    std::vector<commit_handle> owners;
    std::vector<const git_commit*> before;
    for (const auto& parent : parents) {
        auto found = find_commit(raw_.get(), parent);
        if (!found) return found.error();
        before.push_back(found->get());
        owners.push_back(std::move(*found));
    }
    const auto wrote = to_git(author);
    if (!wrote) return wrote.error();
    const auto committed = to_git(committer);
    if (!committed) return committed.error();
    git_oid made;
    if (git_commit_create(&made, raw_.get(), nullptr, wrote->get(), committed->get(), "UTF-8", message.c_str(),
                          content.get(), before.size(), before.data()) != 0) {
        return git_failure("making the commit '" + message.substr(0, message.find('\n')) + "'");
    }
    return to_text(made);
}

result<> repository::export_to(const std::string& commit, const std::string& target) const {
    const auto tree = find_tree(raw_.get(), commit);
    if (!tree) return tree.error();
    std::error_code problem;
    if (!std::filesystem::create_directories(target, problem)) {
        return failure{errc::exists, target + " cannot be made: " + (problem ? problem.message() : "it is there")};
    }
    for (const auto& path : files(commit)) {
        git_tree_entry* entry = nullptr;
        if (git_tree_entry_bypath(&entry, tree->get(), path.c_str()) != 0) return git_failure("reading " + path);
        const bool executable = git_tree_entry_filemode(entry) == GIT_FILEMODE_BLOB_EXECUTABLE;
        const auto text = blob_text(raw_.get(), *git_tree_entry_id(entry));
        git_tree_entry_free(entry);
        const auto file = std::filesystem::path{target} / path;
        std::filesystem::create_directories(file.parent_path(), problem);
        std::ofstream out{file, std::ios::binary};
        out << text.value_or("");
        out.close();
        if (!text || !out) return failure{errc::unavailable, file.string() + " cannot be written"};
        if (executable) ::chmod(file.c_str(), 0755);
    }
    return {};
}

}  // namespace slipway::sandbox
