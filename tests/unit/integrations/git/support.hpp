// Real repositories in temporary folders, made with the git program, and a loop that runs one task to its end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "integrations/async/task.hpp"
#include "integrations/git/repository.hpp"
#include "tests/fakes/run_task.hpp"

namespace slipway::git::test {

/// Runs the task to its end; one that waits for ever fails the test. All tests share a loop, because a pool thread may
/// still let go of it after the answer is there: a loop must outlive every pool that works for it.
template <class T>
T run(task<T> work) {
    static asio::io_context loop;
    return fakes::run_on(loop, std::move(work));
}

/// A folder that is gone with the test.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();
    std::string path(const std::string& inside = "") const;

private:
    std::filesystem::path folder_;
};

/// Output and exit code of a program.
struct ran {
    int code = 0;
    std::string out;  ///< both streams
};
ran run_program(const std::vector<std::string>& argv, const std::string& directory,
                const std::map<std::string, std::string>& environment);

/// A repository that grows by small commits, a minute apart.
class history {
public:
    explicit history(std::string directory, bool bare = false);

    /// Fails the test when git does; the output without its last newline.
    std::string git(const std::vector<std::string>& arguments);
    ran try_git(const std::vector<std::string>& arguments);
    void write(const std::string& path, const std::string& content) const;
    /// Writes the files, adds everything, commits; the commit id.
    std::string commit(const std::string& message, const std::map<std::string, std::string>& files);
    /// `git merge --no-ff`; the merge's id.
    std::string merge(const std::string& branch, const std::string& message);
    std::string id(const std::string& revision);
    const std::string& directory() const { return directory_; }

private:
    std::string directory_;
    std::int64_t time_ = 1'700'000'000;
};

/// A pool, and a repository opened on it.
class opened {
public:
    explicit opened(const std::string& directory);
    repository& operator*() { return *repository_; }
    repository* operator->() { return repository_.get(); }

private:
    asio::thread_pool pool_{2};
    std::unique_ptr<repository> repository_;
};

signature pinned();

}  // namespace slipway::git::test
