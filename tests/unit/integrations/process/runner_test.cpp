// Real programs, real groups, real pipes.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "integrations/async/one_shot.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/process/process.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/temporary_folder.hpp"

using namespace slipway;
using namespace slipway::process;

namespace {

command shell(std::string script) {
    command what;
    what.argv = {"/bin/sh", "-c", std::move(script)};
    what.environment = inherited();
    what.grace = milliseconds{100};
    return what;
}

result<outcome> run_one(command what, line_sink sink = {}) {
    return fakes::run([&](executor loop) { return create_runner(loop)->run(std::move(what), std::move(sink)); });
}

/// False for a zombie too: who reaps orphans in a container is not ours to decide.
bool is_running(long pid) {
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text;
    std::getline(stat, text);
    const auto name_end = text.rfind(')');
    return name_end != std::string::npos && text.at(name_end + 2) != 'Z';
}

task<> until_gone(long pid) {
    const auto clock = create_system_timers();
    while (is_running(pid)) co_await clock->sleep(milliseconds{5});
}

bool has_children() {
    return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

std::string content(const std::filesystem::path& file) {
    std::ifstream in{file};
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

struct temporary_folder {
    temporary_folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "slipway-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator{"/proc/self/fd"}) ++count;
    return count;
}

}  // namespace

TEST_CASE("both streams and the exit code come back", "[process]") {
    const auto got = run_one(shell("echo out; echo err >&2; exit 3"));
    REQUIRE(got);
    CHECK(got->how == ending::exited);
    CHECK(got->code == 3);
    CHECK(got->out == "out\n");
    CHECK(got->err == "err\n");
    CHECK_FALSE(got->output_cut);
    CHECK_FALSE(has_children());
}

TEST_CASE("a program that ends by a signal says which", "[process]") {
    const auto got = run_one(shell("kill -9 $$"));
    REQUIRE(got);
    CHECK(got->how == ending::signalled);
    CHECK(got->code == SIGKILL);
}

TEST_CASE("the environment is exactly what was given", "[process]") {
    command what;
    what.argv = {"/usr/bin/env"};
    what.environment = {{"ONLY", "this = that"}};
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->out == "ONLY=this = that\n");
}

TEST_CASE("inherited variables are those named and the four that every program needs", "[process]") {
    ::setenv("SLIPWAY_TEST_VARIABLE", "yes", 1);
    CHECK_FALSE(inherited().contains("SLIPWAY_TEST_VARIABLE"));
    CHECK(inherited().contains("PATH"));
    CHECK(inherited({"SLIPWAY_TEST_VARIABLE", "SLIPWAY_NO_SUCH"}).at("SLIPWAY_TEST_VARIABLE") == "yes");
    CHECK_FALSE(inherited({"SLIPWAY_NO_SUCH"}).contains("SLIPWAY_NO_SUCH"));
}

TEST_CASE("input larger than a pipe arrives whole", "[process]") {
    command what = shell("cat");
    what.input = std::string(300'000, 'i');
    const auto sent = what.input;
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->out == sent);
}

TEST_CASE("a program that does not read its input is no trouble", "[process]") {
    command what = shell("exec true");
    what.input = std::string(300'000, 'i');
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->code == 0);
}

TEST_CASE("without input a program reads an end of file", "[process]") {
    const auto got = run_one(shell("cat; echo done"));
    REQUIRE(got);
    CHECK(got->out == "done\n");
}

TEST_CASE("it runs in the directory that was named", "[process]") {
    const temporary_folder folder;
    command what = shell("pwd -P");
    what.directory = folder.path;
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->out == std::filesystem::canonical(folder.path).string() + "\n");
}

TEST_CASE("what cannot be started is named", "[process]") {
    command missing;
    missing.argv = {"slipway-no-such-program"};
    const auto no_program = run_one(missing);
    REQUIRE_FALSE(no_program);
    CHECK(no_program.error() == errc::invalid);
    CHECK_THAT(no_program.error().sentence(), Catch::Contains("slipway-no-such-program"));

    missing.argv = {"/no/such/program"};
    const auto no_path = run_one(missing);
    REQUIRE_FALSE(no_path);
    CHECK_THAT(no_path.error().sentence(), Catch::Contains("/no/such/program"));

    command nowhere = shell("true");
    nowhere.directory = "/no/such/directory";
    const auto no_directory = run_one(nowhere);
    REQUIRE_FALSE(no_directory);
    CHECK(no_directory.error() == errc::invalid);
    CHECK_THAT(no_directory.error().sentence(), Catch::Contains("/no/such/directory"));

    const auto nothing = run_one(command{});
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error() == errc::invalid);
    CHECK_FALSE(has_children());
}

TEST_CASE("a script whose interpreter is missing is a clear failure", "[process]") {
    const temporary_folder folder;
    const auto script = folder.path / "script";
    std::ofstream{script} << "#!/no/such/interpreter\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    command what;
    what.argv = {script};
    const auto got = run_one(std::move(what));
    REQUIRE_FALSE(got);
    CHECK(got.error() == errc::invalid);
    CHECK_THAT(got.error().sentence(), Catch::Contains("interpreter"));
}

TEST_CASE("lines are delivered as they come, each with its stream", "[process]") {
    std::vector<std::pair<std::string, bool>> lines;
    const auto sink = [&](const std::string& line, bool is_error) { lines.emplace_back(line, is_error); };
    const auto got = run_one(shell("printf 'one\\ntwo'; printf '\\033[31mbad\\n' >&2"), sink);
    REQUIRE(got);
    const auto has = [&](const std::string& line, bool is_error) {
        return std::ranges::find(lines, std::pair{line, is_error}) != lines.end();
    };
    CHECK(lines.size() == 3);
    CHECK(has("one", false));
    CHECK(has("two", false));
    CHECK(has("bad", true));
}

TEST_CASE("a listener that fails does not harm the run", "[process]") {
    const auto got =
        run_one(shell("echo one; echo two"), [](const std::string&, bool) { throw std::runtime_error{"no"}; });
    REQUIRE(got);
    CHECK(got->out == "one\ntwo\n");
}

TEST_CASE("R8.6 secrets are masked in what is kept, streamed and logged", "[process][masking]") {
    const temporary_folder folder;
    command what = shell("printf 'tok'; sleep 0.05; echo 'en-1 end'; echo token-1 >&2");
    what.secrets = {"token-1"};
    what.log_file = folder.path / "log";
    std::string streamed;
    const auto got = run_one(std::move(what), [&](const std::string& line, bool) { streamed += line + "\n"; });
    REQUIRE(got);
    CHECK(got->out == "[masked] end\n");
    CHECK(got->err == "[masked]\n");
    CHECK_THAT(streamed, !Catch::Contains("token-1"));
    const auto logged = content(folder.path / "log");
    CHECK_THAT(logged, Catch::Contains("[masked] end"));
    CHECK_THAT(logged, !Catch::Contains("token-1"));
}

TEST_CASE("R7.7 the kept output is the tail, the log file has all of it", "[process]") {
    const temporary_folder folder;
    const auto log = folder.path / "log";
    std::ofstream{log} << "before\n";
    command what = shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done");
    what.most_output = 100;
    what.log_file = log;
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->output_cut);
    CHECK(got->out.size() <= 100);
    CHECK(got->out.ends_with("line 1999\n"));
    const auto all = content(log);
    CHECK(all.starts_with("before\nline 0\n"));
    CHECK(all.ends_with("line 1999\n"));
}

TEST_CASE("a log file that cannot be written is said before anything runs", "[process]") {
    command what = shell("true");
    what.log_file = "/no/such/folder/log";
    const auto got = run_one(std::move(what));
    REQUIRE_FALSE(got);
    CHECK(got.error() == errc::invalid);
    CHECK_THAT(got.error().sentence(), Catch::Contains("/no/such/folder/log"));
}

TEST_CASE("R5.14 a program whose log meets a full disk runs to its end, and does not count as done", "[process]") {
    fakes::temporary_folder folder;
    command what = shell("echo one; touch " + folder.file("ran") + "; echo two");
    what.log_file = "/dev/full";
    const auto got = run_one(what);
    REQUIRE_FALSE(got);
    CHECK(got.error() == errc::lost);
    CHECK_THAT(got.error().sentence(), Catch::Contains("exit code 0"));
    CHECK_THAT(got.error().sentence(), Catch::Contains("/dev/full could not be written (No space left on device)"));
    CHECK(std::filesystem::exists(folder.file("ran")));
    // Negative control: with room it is an ordinary outcome.
    what.log_file = folder.file("log");
    CHECK(run_one(what)->code == 0);
}

TEST_CASE("R6.3 a program that takes too long is asked to stop", "[process][ending]") {
    command what = shell("trap 'echo interrupted; exit 7' INT; echo ready; while :; do sleep 0.02; done");
    what.total_timeout = milliseconds{400};
    what.grace = milliseconds{20'000};
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->how == ending::timed_out);
    CHECK(got->code == 7);
    CHECK_THAT(got->out, Catch::Contains("interrupted"));
    CHECK_FALSE(has_children());
}

TEST_CASE("R6.3 a program that ignores INT gets TERM", "[process][ending]") {
    command what = shell("trap '' INT; trap 'echo terminated; exit 8' TERM; while :; do sleep 0.02; done");
    what.total_timeout = milliseconds{300};
    what.grace = milliseconds{300};
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->how == ending::timed_out);
    CHECK((got->code == 8 || got->code == SIGKILL));  // KILL only if the machine was too busy to run the trap
}

TEST_CASE("R6.3 a program that ignores everything is killed with its grandchildren", "[process][ending]") {
    command what = shell("trap '' INT TERM; (trap '' INT TERM; while :; do sleep 0.05; done) & echo $!; wait; wait");
    what.total_timeout = milliseconds{300};
    const auto got = run_one(std::move(what));
    REQUIRE(got);
    CHECK(got->how == ending::timed_out);
    CHECK(got->code == SIGKILL);
    const auto grandchild = std::stol(got->out);
    fakes::run(until_gone(grandchild));
    CHECK_FALSE(has_children());
}

TEST_CASE("silence beyond the idle limit ends a program, chatter does not", "[process][ending]") {
    command silent = shell("echo begun; sleep 600");
    silent.idle_timeout = milliseconds{200};
    const auto ended = run_one(std::move(silent));
    REQUIRE(ended);
    CHECK(ended->how == ending::idle_timed_out);
    CHECK(ended->out == "begun\n");
}

TEST_CASE("R6.3 cancelling the task ends the program before the task is over", "[process][ending]") {
    long pid = 0;
    std::optional<outcome> ended;
    fakes::run([&](executor loop) -> task<> {
        const auto programs = create_runner(loop);
        one_shot begun{loop};
        task_group tasks{loop};
        auto work = [&]() -> task<> {
            auto sink = [&](const std::string& line, bool) {
                pid = std::stol(line);
                begun.fire();
            };
            auto got = co_await programs->run(shell("echo $$; exec sleep 600"), std::move(sink));
            if (got) ended = std::move(*got);
        };
        tasks.spawn("program", work());
        co_await begun.wait();
        CHECK(is_running(pid));
        tasks.cancel();
        co_await tasks.join();
    });
    REQUIRE(ended);
    CHECK(ended->how == ending::cancelled);
    CHECK_FALSE(is_running(pid));
    CHECK_FALSE(has_children());
}

TEST_CASE("a loop that goes away takes its programs with it", "[process][ending]") {
    {
        asio::io_context loop;
        const auto programs = create_runner(loop.get_executor());
        asio::co_spawn(loop, programs->run(shell("exec sleep 600")), [](std::exception_ptr, result<outcome>) {});
        loop.poll();
        CHECK(has_children());
    }
    CHECK_FALSE(has_children());
}

TEST_CASE("a background process that keeps the pipe open does not hold us up", "[process]") {
    const auto got = run_one(shell("sleep 600 & echo $!; exit 0"));
    REQUIRE(got);
    CHECK(got->how == ending::exited);
    const auto daemon = std::stol(got->out);
    CHECK(is_running(daemon));  // a restart command may leave one behind on purpose
    ::kill(static_cast<pid_t>(daemon), SIGKILL);
}

TEST_CASE("a program inherits no descriptor but its three streams", "[process]") {
    const int careless = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as some library might
    const auto got =
        run_one(shell("for f in 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$f ] && readlink /proc/$$/fd/$f; done; true"));
    ::close(careless);
    REQUIRE(got);
    CHECK(got->out.empty());
}

TEST_CASE("runs leave no descriptor and no zombie behind", "[process]") {
    const auto before = open_descriptors();
    fakes::run([](executor loop) -> task<> {
        const auto programs = create_runner(loop);
        for (int i = 0; i < 20; ++i) {
            const auto got = co_await programs->run(shell("cat; echo x"));
            REQUIRE(got);
        }
    });
    CHECK(open_descriptors() == before);
    CHECK_FALSE(has_children());
}

TEST_CASE("a program starts with the signals at their defaults", "[process]") {
    ::signal(SIGTERM, SIG_IGN);
    const auto got = run_one(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status"));
    ::signal(SIGTERM, SIG_DFL);
    REQUIRE(got);
    std::istringstream words{got->out};
    std::string name;
    std::uint64_t blocked = 1;
    std::uint64_t ignored = 1;
    words >> name >> std::hex >> blocked >> name >> ignored;
    CHECK(blocked == 0);
    CHECK((ignored & 0x7FFFFFFFU) == 0);  // 32 and 33 are glibc's own
}

TEST_CASE("a program leads a session of its own", "[process]") {
    const auto got = run_one(shell("cut -d' ' -f1,5,6 /proc/$$/stat"));
    REQUIRE(got);
    std::istringstream words{got->out};
    long pid = 0;
    long group = 0;
    long session = 0;
    words >> pid >> group >> session;
    CHECK(pid == group);
    CHECK(pid == session);
    CHECK(session != ::getsid(0));
}
