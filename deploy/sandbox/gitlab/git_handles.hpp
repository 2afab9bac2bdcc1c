// Owners for libgit2's objects, and its errors as our failures. Only the repository_*.cpp files see this.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "deploy/sandbox/gitlab/repository.hpp"

namespace slipway::sandbox {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* raw) const noexcept {
        Free(raw);
    }
};

using commit_handle = std::unique_ptr<git_commit, freed_by<&git_commit_free>>;
using tree_handle = std::unique_ptr<git_tree, freed_by<&git_tree_free>>;
using index_handle = std::unique_ptr<git_index, freed_by<&git_index_free>>;
using reference_handle = std::unique_ptr<git_reference, freed_by<&git_reference_free>>;
using object_handle = std::unique_ptr<git_object, freed_by<&git_object_free>>;
using blob_handle = std::unique_ptr<git_blob, freed_by<&git_blob_free>>;
using diff_handle = std::unique_ptr<git_diff, freed_by<&git_diff_free>>;
using patch_handle = std::unique_ptr<git_patch, freed_by<&git_patch_free>>;
using walk_handle = std::unique_ptr<git_revwalk, freed_by<&git_revwalk_free>>;
using config_handle = std::unique_ptr<git_config, freed_by<&git_config_free>>;
using signature_handle = std::unique_ptr<git_signature, freed_by<&git_signature_free>>;

/// What libgit2 said last on this thread.
failure git_failure(const std::string& tried);
std::string to_text(const git_oid& id);
result<git_oid> to_oid(const std::string& id);
result<commit_handle> find_commit(git_repository* in, const std::string& id);
result<tree_handle> find_tree(git_repository* in, const std::string& commit);  ///< "" = the empty tree as nullptr
result<signature_handle> to_git(const signature& who);

}  // namespace slipway::sandbox
