// One owner for a clone, and the lock files that a killed git leaves in it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::git {

/// Holds a clone for this process until it is destroyed or the process ends, however it ends (flock). Move only.
class clone_lock {
public:
    /// Locks "<directory>.owner", made when it is not there; the clone itself need not exist yet. errc::refused when
    /// another process holds it (its number is in the sentence), errc::invalid when the file cannot be made.
    static result<clone_lock> take(const std::string& directory);
    clone_lock(clone_lock&& from) noexcept;
    clone_lock& operator=(clone_lock&& from) noexcept;
    ~clone_lock();

private:
    explicit clone_lock(int file) : file_{file} {}
    int file_ = -1;
};

/// Removes git's lock files (index.lock, packed-refs.lock, refs/**.lock …) that were last written before `older_than`,
/// and says which. The caller holds the clone_lock and has nothing running that writes there. errc::unavailable while
/// a git program works in the clone: one that an earlier process left behind may still be using its locks.
result<std::vector<std::string>> remove_stale_locks(const std::string& directory,
                                                    std::filesystem::file_time_type older_than);

}  // namespace slipway::git
