#include "integrations/process/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace slipway::process {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
    return std::generic_category().message(error);
}

bool is_program(const fs::path& path) {
    std::error_code missing;
    return fs::is_regular_file(path, missing) && ::access(path.c_str(), X_OK) == 0;
}

std::string search_path(const command& what) {
    const auto theirs = what.environment.find("PATH");
    if (theirs != what.environment.end()) return theirs->second;
    const char* ours = std::getenv("PATH");  // read only, and nobody here calls setenv
    return ours != nullptr ? ours : "/usr/local/bin:/usr/bin:/bin";
}

/// Found before the fork, so that "which program" has a clear answer.
result<std::string> locate(const command& what) {
    const auto& name = what.argv.front();
    if (name.find('/') != std::string::npos) {
        const fs::path path = fs::path{name}.is_absolute() ? fs::path{name} : fs::path{what.directory} / name;
        if (is_program(path)) return fs::absolute(path).string();
        return failure{errc::invalid, "there is no program " + name + " that we may execute"};
    }
    const auto places = search_path(what);
    for (std::size_t from = 0; from <= places.size();) {
        const auto end = std::min(places.find(':', from), places.size());
        const auto path = fs::path{places.substr(from, end - from)} / name;
        if (path.is_absolute() && is_program(path)) return path.string();
        from = end + 1;
    }
    return failure{errc::invalid, "the program " + name + " is not in PATH (" + places + ")"};
}

result<> check(const command& what) {
    if (what.argv.empty() || what.argv.front().empty()) return failure{errc::invalid, "there is no program to run"};
    std::error_code missing;
    if (!what.directory.empty() && !fs::is_directory(what.directory, missing)) {
        return failure{errc::invalid, to_words(what.argv) + ": there is no directory " + what.directory};
    }
    return {};
}

struct pipe_ends {
    descriptor read;
    descriptor write;
};

/// Close-on-exec, so that no program started meanwhile inherits an end and keeps it open.
result<pipe_ends> create_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return failure{errc::unavailable, "no pipe: " + reason(errno)};
    return pipe_ends{descriptor{ends[0]}, descriptor{ends[1]}};
}

/// Pointers into `all`, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& all) {
    std::vector<char*> made;
    for (auto& each : all) made.push_back(each.data());
    made.push_back(nullptr);
    return made;
}

class spawn_plan {
public:
    spawn_plan() {
        posix_spawn_file_actions_init(&files_);
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&files_);
    }
    void give(int ours, int theirs) { posix_spawn_file_actions_adddup2(&files_, ours, theirs); }
    void give_nothing_to_read() { posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0); }
    void change_to(const std::string& directory) { posix_spawn_file_actions_addchdir_np(&files_, directory.c_str()); }
    /// Nothing else of ours, even if some library forgot close-on-exec.
    void close_the_rest() { posix_spawn_file_actions_addclosefrom_np(&files_, 3); }
    int start(pid_t& leader, const std::string& program, std::vector<std::string> argv, std::vector<std::string> env) {
        const auto arguments = pointers(argv);
        const auto variables = pointers(env);
        return ::posix_spawn(&leader, program.c_str(), &files_, &attributes_, arguments.data(), variables.data());
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> to_lines(const std::map<std::string, std::string>& environment) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : environment) lines.push_back(name + "=" + value);
    return lines;
}

failure not_started(const command& what, const std::string& program, int error) {
    const bool ours = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
    return failure{ours ? errc::unavailable : errc::invalid,
                   program + " could not be started: " + reason(error) +
                       (error == ENOENT ? " (its interpreter, or " + what.directory + ")" : "")};
}

}  // namespace

descriptor::~descriptor() {
    if (raw_ >= 0) ::close(raw_);
}

child::~child() {
    if (leader_ <= 0) return;
    signal(SIGKILL);
    reap();
}

void child::signal(int number) const noexcept {
    if (leader_ > 0) ::kill(-leader_, number);  // ESRCH: they are gone, which is what was wanted
}

int child::reap() noexcept {
    int status = 0;
    const auto leader = std::exchange(leader_, 0);
    while (leader > 0 && ::waitpid(leader, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

result<started> spawn(const command& what) {
    const auto possible = check(what);
    if (!possible) return possible.error();
    const auto program = locate(what);
    if (!program) return program.error();
    auto in = what.input.empty() ? result<pipe_ends>{pipe_ends{}} : create_pipe();
    auto out = create_pipe();
    auto err = create_pipe();
    if (!in || !out || !err) return !in ? in.error() : !out ? out.error() : err.error();

    spawn_plan plan;
    if (what.input.empty()) {
        plan.give_nothing_to_read();
    } else {
        plan.give(in->read.get(), STDIN_FILENO);
    }
    plan.give(out->write.get(), STDOUT_FILENO);
    plan.give(err->write.get(), STDERR_FILENO);
    plan.close_the_rest();
    if (!what.directory.empty()) plan.change_to(what.directory);
    pid_t leader = 0;
    const int error = plan.start(leader, *program, what.argv, to_lines(what.environment));
    if (error != 0) return not_started(what, *program, error);

    child made{leader};
    // glibc 2.36 declares pidfd_open without extern "C". A pidfd is close-on-exec by itself.
    descriptor life{static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))};
    if (life.get() < 0) return failure{errc::unavailable, *program + " cannot be watched: " + reason(errno)};
    return started{std::move(made), std::move(life), std::move(in->write), std::move(out->read), std::move(err->read)};
}

}  // namespace slipway::process
