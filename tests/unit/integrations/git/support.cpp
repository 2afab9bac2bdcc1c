#include "support.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace slipway::git::test {

temporary_folder::temporary_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "slipway-git-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string temporary_folder::path(const std::string& inside) const {
    return inside.empty() ? folder_.string() : (folder_ / inside).string();
}

namespace {

std::string read_all(int from) {
    std::string text;
    std::array<char, 4096> chunk{};
    ssize_t got = 0;
    while ((got = read(from, chunk.data(), chunk.size())) > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
    return text;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& each : texts) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

ran run_program(const std::vector<std::string>& argv, const std::string& directory,
                const std::map<std::string, std::string>& environment) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    std::vector<std::string> arguments = argv;
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    pid_t child = 0;
    const int started = posix_spawnp(&child, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                                     pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    REQUIRE(started == 0);
    ran outcome;
    outcome.out = read_all(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

history::history(std::string directory, bool bare) : directory_{std::move(directory)} {
    std::filesystem::create_directories(directory_);
    if (bare)
        git({"init", "--quiet", "--bare", "--initial-branch=main"});
    else
        git({"init", "--quiet", "--initial-branch=main"});
}

ran history::try_git(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{"git"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const std::string date = std::to_string(time_) + " +0100";
    const char* path = std::getenv("PATH");
    return run_program(argv, directory_,
                       {{"PATH", path == nullptr ? "/usr/bin:/bin" : path},
                        {"LC_ALL", "C"},
                        {"GIT_CONFIG_NOSYSTEM", "1"},
                        {"GIT_CONFIG_GLOBAL", "/dev/null"},
                        {"GIT_AUTHOR_NAME", "Ada Lovelace"},
                        {"GIT_AUTHOR_EMAIL", "ada@example.org"},
                        {"GIT_AUTHOR_DATE", date},
                        {"GIT_COMMITTER_NAME", "Ada Lovelace"},
                        {"GIT_COMMITTER_EMAIL", "ada@example.org"},
                        {"GIT_COMMITTER_DATE", date}});
}

std::string history::git(const std::vector<std::string>& arguments) {
    auto outcome = try_git(arguments);
    INFO(arguments[0] << ": " << outcome.out);
    REQUIRE(outcome.code == 0);
    if (outcome.out.ends_with('\n')) outcome.out.pop_back();
    return outcome.out;
}

void history::write(const std::string& path, const std::string& content) const {
    const auto full = std::filesystem::path{directory_} / path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream{full, std::ios::binary | std::ios::trunc} << content;
}

std::string history::commit(const std::string& message, const std::map<std::string, std::string>& files) {
    time_ += 60;
    for (const auto& [path, content] : files) write(path, content);
    git({"add", "--all"});
    git({"commit", "--quiet", "--allow-empty", "--message", message});
    return id("HEAD");
}

std::string history::merge(const std::string& branch, const std::string& message) {
    time_ += 60;
    git({"merge", "--quiet", "--no-ff", "--message", message, branch});
    return id("HEAD");
}

std::string history::id(const std::string& revision) {
    return git({"rev-parse", "--verify", revision});
}

opened::opened(const std::string& directory) {
    auto made = run(open_repository(pool_, directory));
    if (!made) FAIL(made.error().sentence());
    repository_ = std::move(*made);
}

signature pinned() {
    signature who;
    who.name = "Slipway";
    who.email = "slipway@example.org";
    who.time = 1'700'100'000;
    return who;
}

}  // namespace slipway::git::test
