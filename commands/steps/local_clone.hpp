// The bot's own bare clones: of a project's repository, and of those it depends on. Made when they are first needed,
// then only fetched into.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "commands/steps/shared_refs.hpp"
#include "integrations/async/task.hpp"
#include "integrations/git/clone_lock.hpp"
#include "integrations/git/repository.hpp"
#include "integrations/git/transport.hpp"

namespace slipway::steps {

class local_clone {
public:
    /// With an agreement other bots have clones of the same repository: whatever steps move in one is where it is in
    /// all.
    local_clone(asio::thread_pool& pool, git::transport& transport, std::string url, std::string directory,
                std::optional<ref_agreement> with_others = std::nullopt);

    /// Opens it, cloning first when it is not there, and follows the other bots. Failures are those of the clone or of
    /// opening; errc::refused when another process works in it; errc::unavailable while a git that an earlier process
    /// left is still busy there.
    task<result<git::repository*>> ready();
    /// ready(), then everything new from the remote. Moved tags are errc::refused: somebody rewrote history.
    task<result<git::fetched>> fetch();

    const std::string& directory() const noexcept { return directory_; }
    const std::string& url() const noexcept { return url_; }

private:
    task<result<>> open();
    /// This process alone works in the clone from the first use to its own end.
    result<> own();
    /// What killed gits left behind, older than anything of ours that may be running.
    task<result<>> clear_locks(std::filesystem::file_time_type older_than);

    asio::thread_pool& pool_;
    git::transport& transport_;
    std::string url_;
    std::string directory_;
    std::optional<git::clone_lock> owned_;
    std::unique_ptr<git::repository> opened_;
    std::unique_ptr<shared_refs> shared_;
    std::unique_ptr<git::repository> ungated_;  ///< the same clone, for what the bots have agreed on already
};

/// Clones of other repositories that a project depends on, each made when it is first asked for. Loop thread only.
class clone_shelf {
public:
    /// `folder` is private to one project; each clone is <folder>/<path>.git.
    clone_shelf(asio::thread_pool& pool, git::transport& transport, std::string folder,
                std::optional<ref_agreement> with_others = std::nullopt);

    /// The clone of the project at `path` ("group/name"), from `url`. The reference stays valid. errc::invalid for a
    /// path that would lead out of the folder.
    result<local_clone*> at(const std::string& path, const std::string& url);

private:
    asio::thread_pool& pool_;
    git::transport& transport_;
    std::string folder_;
    std::optional<ref_agreement> with_others_;
    std::map<std::string, std::unique_ptr<local_clone>> clones_;
};

}  // namespace slipway::steps
