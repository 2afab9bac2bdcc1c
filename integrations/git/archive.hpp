// Reading anybody's repository, bare or not, without a loop: blocking calls over one open handle. For the command line
// and for jobs on a pool thread; the bot's own clone is read through repository.hpp.
#pragma once

#include <memory>

#include "integrations/base/result.hpp"
#include "integrations/git/history.hpp"

namespace slipway::git {

/// One thread at a time. Failures as `repository`.
class archive {
public:
    /// The folder of a repository, or any folder inside its work tree.
    static result<archive> open(const std::string& directory);
    archive(archive&&) noexcept;
    archive& operator=(archive&&) noexcept;
    ~archive();

    /// Whatever names a commit for git: branches, tags, ids and their beginnings, "HEAD~3", "v1.2^{}", "origin/main".
    result<object_id> resolve(const std::string& revision) const;
    /// Tags that stand for a commit, by name, names without "refs/tags/".
    result<std::vector<reference>> tags() const;
    /// Commits of branches, remote branches and tags, each once.
    result<std::vector<object_id>> all_heads() const;
    /// Reachable from `heads` and not from `hidden`; `most` = 0 means all of them, else the newest.
    result<history> read(const std::vector<object_id>& heads, const std::vector<object_id>& hidden = {},
                         std::size_t most = 0) const;
    /// The tree of a commit.
    result<object_id> tree_of(const object_id& commit) const;
    /// What the commit itself changes: against its parent; of a merge, what differs from every parent. Sorted.
    result<std::vector<std::string>> touched_paths(const object_id& id) const;

private:
    struct handle;
    explicit archive(std::unique_ptr<handle> opened);
    std::unique_ptr<handle> handle_;
};

}  // namespace slipway::git
