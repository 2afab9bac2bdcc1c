// slipway-keep: runs one program so that neither the bot's end nor its restart touches it. The bot starts it, reads one
// answer, and afterwards only looks at the files of the job's folder. Links no library of ours but the masking, so that
// a job costs about a megabyte while it runs.
//
//   slipway-keep FOLDER DIRECTORY LOG MOST-LOG-BYTES PROGRAM [ARGUMENT…]     secrets to mask: one a line on stdin
//
// Files in FOLDER, each written beside and renamed, so that a reader never sees half of one:
//   keeper   "pid start boot": who keeps this job; made exclusively, so that one key runs once
//   program  "pid start boot": the program, leader of its own process group
//   ending   "exit N", "signal N" or "not-started TEXT"; after the first two "; log TEXT" when the log could not be
//            written. Its room is taken at the start: on a disk that is full it still gets its word.
//   input    what the program reads from its standard input (made by the bot; optional)
//   ended-by-us   made by the bot before it signals: whatever outlives the program in its group is killed
//   out, err      the program's output when LOG is "-": masked, not cut
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/mask.hpp"
#include "integrations/process/output.hpp"
#include "integrations/runner/identity.hpp"

namespace {

using slipway::runner::identity_of;

constexpr int exit_begun = 0, exit_failed = 1, exit_taken = 3;
constexpr std::size_t longest_open_line = 64U << 10U;

struct orders {
    std::string folder, directory, log;
    std::size_t most_log = 0;
    std::vector<char*> argv;
    std::vector<std::string> secrets;
};

bool write_all(int to, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(to, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool write_file(const std::string& folder, const std::string& name, const std::string& text) {
    const auto beside = folder + "/." + name, file = folder + "/" + name;
    const int to = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (to < 0) return false;
    const bool written = write_all(to, text + "\n") && ::fsync(to) == 0;
    ::close(to);
    return written && ::rename(beside.c_str(), file.c_str()) == 0;
}

constexpr std::size_t room_of_ending = 512;

bool reserve_ending(const std::string& folder) {
    const int to = ::open((folder + "/.ending").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (to < 0) return false;
    const bool reserved = write_all(to, std::string(room_of_ending, ' ')) && ::fsync(to) == 0;
    ::close(to);
    return reserved;
}

/// Over what was reserved, in place.
bool write_ending(const std::string& folder, std::string text) {
    text.resize(std::min(text.size(), room_of_ending - 1));
    text += '\n';
    const auto beside = folder + "/.ending", file = folder + "/ending";
    const int to = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (to < 0) return false;
    const bool written =
        write_all(to, text) && ::ftruncate(to, static_cast<off_t>(text.size())) == 0 && ::fsync(to) == 0;
    ::close(to);
    return written && ::rename(beside.c_str(), file.c_str()) == 0;
}

/// Output of one stream on its way to the disk: whole lines, masked, up to a limit that is said.
class stream {
public:
    stream(int from, int to, const orders& how)
        : from_{from}, to_{to}, left_{how.most_log}, exact_{how.secrets}, looks_{how.secrets} {}
    int descriptor() const { return from_; }
    /// Why not all of it is in the log; "" = it is.
    const std::string& trouble() const { return trouble_; }
    bool is_open() const { return from_ >= 0; }
    /// False once nothing more can come.
    void take() {
        std::array<char, 64U << 10U> chunk{};
        const auto count = ::read(from_, chunk.data(), chunk.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (count <= 0) return finish();
        open_ += exact_.feed({chunk.data(), static_cast<std::size_t>(count)});
        const auto end = open_.rfind('\n');
        if (end != std::string::npos) flush(end + 1);
        if (open_.size() > longest_open_line) flush(open_.size());
    }
    void finish() {
        if (from_ < 0) return;
        ::close(from_);
        from_ = -1;
        open_ += exact_.finish();
        flush(open_.size());
    }

private:
    void flush(std::size_t upto) {
        if (upto == 0) return;
        auto text = looks_(std::string_view{open_}.substr(0, upto));
        open_.erase(0, upto);
        if (left_ == 0) return;
        if (text.size() >= left_) {
            text.resize(left_);
            text += "\n(the output is longer than the log may be; the rest is not kept)\n";
            left_ = 0;
        } else {
            left_ -= text.size();
        }
        // A full disk cuts the log; the program goes on, and its ending tells.
        if (!write_all(to_, text) && trouble_.empty()) trouble_ = std::strerror(errno);
    }

    int from_, to_;
    std::size_t left_;
    slipway::process::masker exact_;
    slipway::masker looks_;
    std::string open_, trouble_;
};

[[noreturn]] void become_program(const orders& how, int go, int trouble, int out, int err) {
    char word = 0;
    while (::read(go, &word, 1) < 0 && errno == EINTR) {
    }
    const auto input = how.folder + "/input";
    int in = ::open(input.c_str(), O_RDONLY | O_CLOEXEC);
    if (in < 0) in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    for (int each = 1; each < NSIG; ++each) ::sigaction(each, &usual, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (how.directory.empty() || ::chdir(how.directory.c_str()) == 0) ::execvp(how.argv.front(), how.argv.data());
    const int why = errno;
    const auto told = ::write(trouble, &why, sizeof why);
    ::_exit(told == sizeof why ? 127 : 126);
}

struct pipe_pair {
    int read = -1, write = -1;
};
pipe_pair make_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    return {ends[0], ends[1]};
}

/// Copies output until the program has ended and its pipes are silent. Its status is not collected here: as long as it
/// is a zombie, its group number belongs to nobody else.
void copy_output(pid_t program, stream& out, stream& err) {
    int quiet_rounds = 0;
    for (;;) {
        std::array<pollfd, 2> both{pollfd{out.descriptor(), POLLIN, 0}, pollfd{err.descriptor(), POLLIN, 0}};
        const int ready = ::poll(both.data(), both.size(), 100);
        if (ready > 0) {
            if (out.is_open() && both[0].revents != 0) out.take();
            if (err.is_open() && both[1].revents != 0) err.take();
        }
        siginfo_t info{};
        const bool over = ::waitid(P_PID, static_cast<id_t>(program), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
                          info.si_pid == program;
        if (!over) continue;
        if (!out.is_open() && !err.is_open()) return;
        // A daemon that it left behind may hold the pipes for ever: half a second of silence is enough.
        quiet_rounds = ready > 0 ? 0 : quiet_rounds + 1;
        if (quiet_rounds >= 5) return;
    }
}

int keep(const orders& how, int answer) {
    const auto tell = [answer](const std::string& text) {
        write_all(answer, text);
        ::close(answer);
    };
    const auto claim = how.folder + "/keeper";
    const auto me = identity_of(::getpid()).value_or("0 0 -");
    const auto mine = how.folder + "/.keeper-" + std::to_string(::getpid());
    const int claimed = ::open(mine.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    const bool noted = claimed >= 0 && write_all(claimed, me + "\n") && ::fsync(claimed) == 0;
    if (claimed >= 0) ::close(claimed);
    // A link appears whole or not at all, and only one of two can make it.
    const bool linked = noted && ::link(mine.c_str(), claim.c_str()) == 0;
    const int why_not = errno;
    ::unlink(mine.c_str());
    if (!linked) {
        tell(noted && why_not == EEXIST
                 ? "taken"
                 : "failed the folder " + how.folder + " cannot be written: " + std::strerror(why_not));
        return exit_taken;
    }
    if (!reserve_ending(how.folder)) {
        tell("failed the folder " + how.folder + " cannot be written: " + std::strerror(errno));
        return exit_failed;
    }
    const bool split = how.log == "-";
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    const int log = ::open((split ? how.folder + "/out" : how.log).c_str(), flags, 0640);
    const int log_of_errors = split ? ::open((how.folder + "/err").c_str(), flags, 0640) : log;
    const auto out = make_pipe(), err = make_pipe(), go = make_pipe(), trouble = make_pipe();
    if (log < 0 || log_of_errors < 0 || trouble.read < 0) {
        const std::string why = "the log " + how.log + " cannot be written";
        write_ending(how.folder, "not-started " + why);
        tell("failed " + why);
        return exit_failed;
    }
    const pid_t program = ::fork();
    if (program == 0) {
        ::setpgid(0, 0);
        ::close(go.write);
        become_program(how, go.read, trouble.write, out.write, err.write);
    }
    if (program > 0) ::setpgid(program, program);
    for (const int each : {out.write, err.write, go.read, trouble.write}) ::close(each);
    if (program < 0 || !write_file(how.folder, "program", identity_of(program).value_or("0 0 -"))) {
        const std::string why = std::string{"it could not be started: "} + std::strerror(errno);
        if (program > 0) ::kill(program, SIGKILL);
        write_ending(how.folder, "not-started " + why);
        tell("failed " + why);
        return exit_failed;
    }
    ::close(go.write);  // it is on the disk: now it may run
    int why = 0;
    ssize_t count = 0;
    while ((count = ::read(trouble.read, &why, sizeof why)) < 0 && errno == EINTR) {
    }
    if (count == sizeof why) {
        const auto text = std::string{how.argv.front()} + " cannot be run: " + std::strerror(why);
        write_ending(how.folder, "not-started " + text);
        tell("failed " + text);
        return exit_failed;
    }
    tell("begun");
    stream from_out{out.read, log, how}, from_err{err.read, log_of_errors, how};
    copy_output(program, from_out, from_err);
    from_out.finish();
    from_err.finish();
    if (::access((how.folder + "/ended-by-us").c_str(), F_OK) == 0) ::kill(-program, SIGKILL);
    int status = 0;
    while (::waitpid(program, &status, 0) < 0 && errno == EINTR) {
    }
    auto ending = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                      : "exit " + std::to_string(WEXITSTATUS(status));
    const auto& trouble_of_log = from_out.trouble().empty() ? from_err.trouble() : from_out.trouble();
    if (!trouble_of_log.empty()) ending += "; log " + trouble_of_log;
    return write_ending(how.folder, ending) ? exit_begun : exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::cerr << "slipway-keep FOLDER DIRECTORY LOG MOST-LOG-BYTES PROGRAM [ARGUMENT…]: started by slipway\n";
        return exit_failed;
    }
    orders how;
    how.folder = argv[1];
    how.directory = argv[2];
    how.log = argv[3];
    how.most_log = std::strtoull(argv[4], nullptr, 10);
    how.argv.assign(argv + 5, argv + argc);
    how.argv.push_back(nullptr);
    for (std::string line; std::getline(std::cin, line);)
        if (!line.empty()) how.secrets.push_back(line);
    const auto answer = make_pipe();
    const pid_t keeper = ::fork();
    if (keeper == 0) {
        ::setsid();
        for (const int each : {SIGHUP, SIGINT, SIGTERM, SIGPIPE}) std::signal(each, SIG_IGN);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (const int each : {0, 1, 2}) ::dup2(nowhere, each);
        ::close(answer.read);
        ::_exit(keep(how, answer.write));
    }
    ::close(answer.write);
    std::string said;
    std::array<char, 4096> chunk{};
    for (ssize_t count = 1; keeper > 0 && count != 0;) {
        count = ::read(answer.read, chunk.data(), chunk.size());
        if (count > 0) said.append(chunk.data(), static_cast<std::size_t>(count));
        if (count < 0 && errno != EINTR) break;
    }
    if (said == "begun") return exit_begun;
    if (said == "taken") return exit_taken;
    std::cerr << (said.starts_with("failed ") ? said.substr(7) : "the keeper of the program ended at once") << "\n";
    return exit_failed;
}
