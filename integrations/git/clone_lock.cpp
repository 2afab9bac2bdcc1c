#include "integrations/git/clone_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace slipway::git {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
    std::ifstream in{file};
    std::string text;
    std::getline(in, text);
    return text;
}

/// The number of a git program that has `directory` as its working directory; "" = none. Processes of other users
/// cannot be looked at; they have no business in the bot's private clone.
std::string git_at_work_in(const fs::path& directory) {
    std::error_code problem;
    for (fs::directory_iterator each{"/proc", problem}, end; !problem && each != end; each.increment(problem)) {
        const auto name = each->path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code unreadable;
        const auto where = fs::read_symlink(each->path() / "cwd", unreadable);
        if (unreadable || where != directory) continue;
        if (text_of(each->path() / "comm").starts_with("git")) return name;
    }
    return {};
}

bool holds_objects(const fs::path& folder) {
    return folder.filename() == "objects" || folder.parent_path().filename() == "objects";
}

}  // namespace

result<clone_lock> clone_lock::take(const std::string& directory) {
    const auto name = directory + ".owner";
    std::error_code ignored;
    fs::create_directories(fs::path{name}.parent_path(), ignored);
    const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return failure{errc::invalid, "Cannot make the lock file " + name + ": " + std::strerror(errno)};
    clone_lock made{file};
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        const auto owner = text_of(name);
        return failure{errc::refused, "Another process" + (owner.empty() ? "" : " (number " + owner + ")") +
                                          " works in the clone " + directory +
                                          ". Two bots cannot share one: end that process, or give each bot a state "
                                          "directory of its own."};
    }
    // Whom to name is a courtesy; the lock itself is the kernel's.
    const auto own = std::to_string(::getpid()) + "\n";
    const bool written = ::ftruncate(file, 0) == 0 && ::pwrite(file, own.data(), own.size(), 0) > 0;
    if (!written) return failure{errc::invalid, "Cannot write the lock file " + name + ": " + std::strerror(errno)};
    return made;
}

clone_lock::clone_lock(clone_lock&& from) noexcept : file_{std::exchange(from.file_, -1)} {}

clone_lock& clone_lock::operator=(clone_lock&& from) noexcept {
    std::swap(file_, from.file_);
    return *this;
}

clone_lock::~clone_lock() {
    if (file_ >= 0) ::close(file_);
}

result<std::vector<std::string>> remove_stale_locks(const std::string& directory, fs::file_time_type older_than) {
    std::error_code problem;
    const auto home = fs::canonical(directory, problem);
    if (problem) return failure{errc::not_found, "Cannot look into the clone " + directory + ": " + problem.message()};
    std::vector<fs::path> found;
    fs::recursive_directory_iterator each{home, fs::directory_options::skip_permission_denied, problem};
    for (const fs::recursive_directory_iterator end; !problem && each != end; each.increment(problem)) {
        std::error_code gone;
        if (each->is_directory(gone)) {
            // Thousands of object folders, no locks in them but in objects/info.
            const bool skip = holds_objects(each->path()) && each->path().filename() != "objects" &&
                              each->path().filename() != "info";
            if (skip) each.disable_recursion_pending();
            continue;
        }
        if (each->path().extension() != ".lock") continue;
        const auto written = fs::last_write_time(each->path(), gone);
        if (!gone && written < older_than) found.push_back(each->path());
    }
    if (problem) return failure{errc::refused, "Cannot read the clone " + directory + ": " + problem.message()};
    std::vector<std::string> removed;
    if (found.empty()) return removed;
    if (const auto busy = git_at_work_in(home); !busy.empty())
        return failure{errc::unavailable, "A git program (process " + busy + ") still works in the clone " + directory +
                                              " and holds " + found.front().filename().string() +
                                              ". It is left alone; trying again when it has ended."};
    for (const auto& lock : found) {
        std::error_code refused;
        fs::remove(lock, refused);
        if (refused)
            return failure{errc::refused, "The lock file " + lock.string() +
                                              " was left by a git that was killed and cannot be removed: " +
                                              refused.message() + ". Remove it by hand."};
        removed.push_back(fs::relative(lock, home, refused).string());
    }
    std::ranges::sort(removed);
    return removed;
}

}  // namespace slipway::git
