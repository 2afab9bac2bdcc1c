// Inside this room only: libgit2's handles with owners, and its errors as failures.
// One git_repository per job and thread; the error text is per thread, so a failure is built where the call was made.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "integrations/base/result.hpp"
#include "integrations/git/objects.hpp"

namespace slipway::git::detail {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* raw) const noexcept {
        Free(raw);
    }
};
using repository_handle = std::unique_ptr<git_repository, freed_by<&git_repository_free>>;
using object_handle = std::unique_ptr<git_object, freed_by<&git_object_free>>;
using commit_handle = std::unique_ptr<git_commit, freed_by<&git_commit_free>>;
using tree_handle = std::unique_ptr<git_tree, freed_by<&git_tree_free>>;
using tree_entry_handle = std::unique_ptr<git_tree_entry, freed_by<&git_tree_entry_free>>;
using blob_handle = std::unique_ptr<git_blob, freed_by<&git_blob_free>>;
using reference_handle = std::unique_ptr<git_reference, freed_by<&git_reference_free>>;
using reference_iterator_handle = std::unique_ptr<git_reference_iterator, freed_by<&git_reference_iterator_free>>;
using index_handle = std::unique_ptr<git_index, freed_by<&git_index_free>>;
using conflict_iterator_handle =
    std::unique_ptr<git_index_conflict_iterator, freed_by<&git_index_conflict_iterator_free>>;
using diff_handle = std::unique_ptr<git_diff, freed_by<&git_diff_free>>;
using patch_handle = std::unique_ptr<git_patch, freed_by<&git_patch_free>>;
using revwalk_handle = std::unique_ptr<git_revwalk, freed_by<&git_revwalk_free>>;
using signature_handle = std::unique_ptr<git_signature, freed_by<&git_signature_free>>;
using filter_list_handle = std::unique_ptr<git_filter_list, freed_by<&git_filter_list_free>>;

/// Bytes that libgit2 allocated.
struct buffer {
    git_buf raw = GIT_BUF_INIT;
    buffer() = default;
    buffer(const buffer&) = delete;
    buffer& operator=(const buffer&) = delete;
    ~buffer() { git_buf_dispose(&raw); }
    std::string text() const { return {raw.ptr, raw.size}; }
};

/// "<what>: <libgit2's words>", with the kind that `code` means. Call it on the thread that got `code`.
failure git_failure(int code, std::string_view what);

/// `open(&raw, given...)` as an owned handle, or its failure with `what` was tried.
template <class Handle, class Open, class... Given>
result<Handle> acquire(std::string_view what, Open open, Given... given) {
    typename Handle::pointer raw = nullptr;
    const int code = open(&raw, given...);
    if (code < 0) return git_failure(code, what);
    return Handle{raw};
}

/// The git folder that `directory` (or a folder above it) belongs to.
result<std::string> discover(const std::string& directory);

/// Opens with the room's process-wide options in place; refuses shallow repositories.
result<repository_handle> open(const std::string& directory);

std::string to_text(const git_oid& id);
/// errc::invalid when it is not 40 hex digits.
result<git_oid> to_oid(std::string_view id);
/// A commit, or what a tag points at.
result<commit_handle> find_commit(git_repository& repo, const object_id& id);
/// The tree of a commit, a tag or a tree.
result<tree_handle> find_tree(git_repository& repo, const object_id& commit_or_tree);
commit to_commit(const git_commit& raw);
file_mode to_mode(std::uint32_t raw) noexcept;
result<signature_handle> to_signature(const signature& who);
/// True when `ancestor` is `descendant` or one of its ancestors.
bool reaches(git_repository& repo, const git_oid& descendant, const git_oid& ancestor);

}  // namespace slipway::git::detail
