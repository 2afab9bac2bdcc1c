// The sandbox's hand in a bare git repository: what a GitLab server, a deploy and a scenario need of one.
// Everything blocks, for milliseconds: the repositories are small and local.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/result.hpp"

struct git_repository;

namespace slipway::sandbox {

struct signature {
    std::string name;
    std::string email;
    instant at;
};

struct commit_info {
    std::string id;
    std::vector<std::string> parents;
    signature author;
    signature committer;
    std::string message;
    std::string title() const { return message.substr(0, message.find('\n')); }
};

struct tag_info {
    std::string name;
    std::string target;  ///< the tag object when annotated, else the commit
    std::string commit;
    std::string message;  ///< "" for a lightweight tag
};

struct file_diff {
    std::string old_path;
    std::string new_path;
    std::string old_mode;  ///< "100644"; "0" when there is none
    std::string new_mode;
    bool is_new = false;
    bool is_deleted = false;
    bool is_renamed = false;
    std::string hunks;  ///< unified diff from the first "@@"
    int added = 0;
    int removed = 0;
};

/// One file of a commit to be made.
struct file_content {
    std::string path;
    std::string bytes;
    bool executable = false;
};

/// One bare repository. Not found and conflict are errc::not_found and errc::refused (with the paths in the sentence);
/// everything else libgit2 says is errc::unavailable.
class repository {
public:
    /// Makes a new bare repository at `folder`, with HEAD on master and no templates.
    static result<repository> create(const std::string& folder);
    static result<repository> open(const std::string& folder);

    const std::string& folder() const { return folder_; }

    /// The commit a full ref name ("refs/heads/master") points to, tags peeled; nullopt when there is none.
    std::optional<std::string> commit_of(const std::string& ref) const;
    std::optional<std::string> branch(const std::string& name) const { return commit_of("refs/heads/" + name); }
    /// A branch, a tag, or a (short) commit id.
    std::optional<std::string> resolve(const std::string& revision) const;
    std::vector<std::string> branches() const;
    std::vector<tag_info> tags() const;
    /// Points a full ref name at a commit, whatever it pointed to before.
    result<> set_ref(const std::string& ref, const std::string& commit);
    result<> remove_ref(const std::string& ref);
    /// An annotated tag; errc::exists when the name is taken.
    result<std::string> create_tag(const std::string& name, const std::string& commit, const signature& by,
                                   const std::string& message);

    result<commit_info> commit(const std::string& id) const;
    /// Commits reachable from `head` and not from `base` ("" = from the beginning), newest first, at most `most`.
    result<std::vector<commit_info>> log(const std::string& base, const std::string& head, std::size_t most) const;
    bool contains(const std::string& head, const std::string& commit) const;  ///< equal, or an ancestor
    std::optional<std::string> merge_base(const std::string& one, const std::string& two) const;

    std::optional<std::string> read(const std::string& commit, const std::string& path) const;
    std::vector<std::string> files(const std::string& commit) const;
    /// Between two commits' trees; `from` "" = the empty tree.
    result<std::vector<file_diff>> diff(const std::string& from, const std::string& to) const;

    /// The tree of `base` ("" = empty) with `files` put in.
    result<std::string> tree_with(const std::string& base, const std::vector<file_content>& files);
    /// The tree of merging two commits in memory.
    result<std::string> merged_tree(const std::string& ours, const std::string& theirs) const;
    /// Makes the commit; no ref moves.
    result<std::string> create_commit(const std::string& tree, const std::vector<std::string>& parents,
                                      const signature& author, const signature& committer, const std::string& message);

    /// Writes the commit's files below `target`, which must not exist.
    result<> export_to(const std::string& commit, const std::string& target) const;

private:
    struct closer {
        void operator()(git_repository* raw) const noexcept;
    };
    explicit repository(git_repository* raw, std::string folder) : raw_{raw}, folder_{std::move(folder)} {}
    std::unique_ptr<git_repository, closer> raw_;
    std::string folder_;
};

}  // namespace slipway::sandbox
