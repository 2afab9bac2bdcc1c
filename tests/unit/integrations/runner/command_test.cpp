// A program that survives its bot.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/unit/integrations/runner/bench.hpp"

using namespace slipway;
using namespace slipway::runner;
using namespace slipway::runner::test;
using Catch::Contains;

TEST_CASE("a program runs once under its key, with its words filled in, and its output is kept", "[runner][command]") {
    bench on;
    const auto with = on.command({"printf", "%s\\n%s\\n", "version {version}", "a b; rm -rf /"});
    CHECK(with->plan(on.what())->words == "run `printf '%s\\n%s\\n' 'version 1.4.0' 'a b; rm -rf /'`");
    const auto first = on.pursue(*with);
    REQUIRE(first);
    CHECK(first->state == state::succeeded);
    CHECK(on.has("version 1.4.0"));
    CHECK(on.has("a b; rm -rf /"));
    CHECK(on.text_of("log") == "version 1.4.0\na b; rm -rf /\n");

    SECTION("R5.1 the note was there before the start, and the reference right after it") {
        REQUIRE(on.notes.written.size() >= 2);
        CHECK(on.notes.written[0].ref.empty());
        CHECK(on.notes.written[1].ref == key);
    }
    SECTION("R5.5 the same key again starts nothing") {
        on.notes.all.clear();  // even a bot that has forgotten everything
        const auto again = on.pursue(*with);
        REQUIRE(again);
        CHECK(again->state == state::succeeded);
        CHECK(on.text_of("log") == "version 1.4.0\na b; rm -rf /\n");
    }
    SECTION("negative control: another key starts it again") {
        const auto other = fakes::run_on(on.loop, with->start(on.what("fedcba9876543210")));
        REQUIRE(other);
        fakes::run_until(on.loop, [&] { return on.text_of("log").size() > 40; });
    }
}

TEST_CASE("R5.13 a program goes on when its bot is gone, and the next bot takes it up", "[runner][command]") {
    bench on;
    const auto go = on.folder.file("go");
    const auto slow = on.script("slow", R"(
import os, sys, time
print("begun", os.getpid(), flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.02)
print("over", flush=True)
sys.exit(3)
)");
    on.pursue_until(*on.command({slow, go}), [&] { return !on.lines.empty(); });
    CHECK(on.notes.all.at(key).ref == key);

    // Another bot: another driver, the same notes.
    const auto next = on.command({slow, go}, {{0}, {3}, {}});
    const auto seen = fakes::run_on(on.loop, next->attach(key));
    REQUIRE(seen);
    CHECK(*seen == attachment::running);
    std::ofstream{go} << "now";
    const auto ended = on.pursue(*next);
    REQUIRE(ended);
    CHECK(ended->state == state::succeeded);
    CHECK(ended->warned);
    CHECK_THAT(ended->text, Contains("exit code 3"));
    CHECK(on.text_of("log").find("begun") == on.text_of("log").rfind("begun"));  // it ran once
    CHECK(fakes::run_on(on.loop, next->attach(key)).value() == attachment::finished);
}

TEST_CASE("R5.2 a start whose answer was never written down is found again by its key", "[runner][command]") {
    bench on;
    const auto with = on.command({"printf", "once\\n"});
    REQUIRE(fakes::run_on(on.loop, with->start(on.what())));
    note begun;
    begun.key = key;
    begun.started = on.time->now();
    on.notes.all[key] = begun;  // the crash came between the start and the reference
    const auto ended = on.pursue(*with);
    REQUIRE(ended);
    CHECK(ended->state == state::succeeded);
    CHECK(on.text_of("log") == "once\n");
}

TEST_CASE("R5.14 a kept program whose log meets a full disk fails with the reason, and says that it ended well",
          "[runner][command]") {
    bench on;
    const auto with = on.command({"printf", "much\\n"});
    auto what = on.what();
    what.log_file = "/dev/full";
    const auto ended = fakes::run_on(
        on.loop, slipway::runner::pursue(*with, what, on.notes, *on.time, bench::quick(), on.listening()));
    REQUIRE(ended);
    CHECK(ended->state == state::failed);
    CHECK_THAT(ended->text, Contains("exit code 0") && Contains("No space left on device"));
    // Whoever comes later hears the same.
    const auto again = fakes::run_on(on.loop, look_up(*with, what, on.notes));
    REQUIRE(again);
    CHECK((*again)->state == state::failed);

    // Tried again, with room for its log, it is another job: it runs, and the one before is what it was.
    auto next = on.what("fedcba9876543210");
    const auto retried = fakes::run_on(
        on.loop, slipway::runner::pursue(*with, next, on.notes, *on.time, bench::quick(), on.listening()));
    REQUIRE(retried);
    CHECK(retried->state == state::succeeded);
    CHECK_THAT(on.text_of("log"), Contains("much"));
    CHECK((*fakes::run_on(on.loop, look_up(*with, what, on.notes)))->state == state::failed);
}

TEST_CASE("R5.14 a kept program whose log was lost afterwards is not run again", "[runner][command]") {
    bench on;
    const auto mark = on.folder.file("runs");
    const auto with = on.command({on.script("once", "open('" + mark + "', 'a').write('x')\nprint('said')\n")});
    REQUIRE(on.pursue(*with)->state == state::succeeded);
    std::filesystem::remove(on.folder.file("log"));
    std::filesystem::remove(on.folder.file("jobs/" + key + "/log"));
    const auto again = on.pursue(*with);
    REQUIRE(again);
    CHECK(again->state == state::succeeded);
    CHECK(on.text_of("runs") == "x");
}

TEST_CASE("R5.4 a program whose keeper vanished without a word is lost, which is not failed", "[runner][command]") {
    bench on;
    const auto with = on.command({"sleep", "600"});
    REQUIRE(fakes::run_on(on.loop, with->start(on.what())));
    const auto folder = "jobs/" + key + "/";
    const int keeper = std::atoi(on.text_of(folder + "keeper").c_str());
    const int program = std::atoi(on.text_of(folder + "program").c_str());
    REQUIRE(keeper > 1);
    REQUIRE(program > 1);
    ::kill(keeper, SIGKILL);
    ::kill(program, SIGKILL);
    const auto ended = on.pursue(*with);
    REQUIRE(ended);
    CHECK(ended->state == state::lost);
    CHECK_THAT(ended->text, Contains("nobody knows how it ended"));
    const auto known = fakes::run_on(on.loop, look_up(*with, on.what(), on.notes));
    CHECK(known.error() == errc::lost);
}

TEST_CASE("R5.4 a start that a bot of another machine began is never begun again", "[runner][command]") {
    bench on;
    const auto mark = on.folder.file("ran");
    const auto with = on.command({"touch", mark});
    on.notes.all[key] = {key, "", on.time->now(), "", false, "elsewhere:/srv/slipway/jobs"};
    const auto ended = on.pursue(*with);
    REQUIRE_FALSE(ended);
    CHECK(ended.error() == errc::lost);
    CHECK_THAT(ended.error().sentence(), Contains("elsewhere:/srv/slipway/jobs"));
    CHECK(fakes::run_on(on.loop, look_up(*with, on.what(), on.notes)).error() == errc::lost);
    CHECK_FALSE(std::filesystem::exists(mark));

    // Negative control: one that was begun here and left nothing is begun.
    on.notes.all[key].place = with->place();
    CHECK(on.pursue(*with)->state == state::succeeded);
    CHECK(std::filesystem::exists(mark));
}

TEST_CASE("a process number that was given to somebody else is not our program", "[runner][command]") {
    bench on;
    const auto with = on.command({"sleep", "600"});
    const auto job = on.folder.file("jobs/" + key);
    std::filesystem::create_directories(job);
    const auto me = std::to_string(::getpid()) + " 1 another-boot\n";
    std::ofstream{job + "/keeper"} << me;
    std::ofstream{job + "/program"} << me;
    CHECK(fakes::run_on(on.loop, with->attach(key)).value() == attachment::unknown);
    // Were it taken for ours, this would end the test.
    CHECK(fakes::run_on(on.loop, with->cancel(key, pressure::kill)).has_value());
}

TEST_CASE("R6.3 a step in flight gets INT, then TERM, then KILL to its whole group", "[runner][command]") {
    bench on;
    // It shrugs off the first two and has a child that would outlive it.
    const auto stubborn = on.script("stubborn", R"(
import os, signal, subprocess, sys, time
def note(number, _): os.write(1, f"got {signal.Signals(number).name}\n".encode())  # print is not reentrant
signal.signal(signal.SIGINT, note)
signal.signal(signal.SIGTERM, note)
child = subprocess.Popen(["sleep", "600"], preexec_fn=lambda: [signal.signal(s, signal.SIG_IGN) for s in (2, 15)])
print("child", child.pid, flush=True)
while True: time.sleep(0.05)
)");
    const auto with = on.command({stubborn});
    bool unwanted = false;
    auto told = on.listening();
    told.on_line = [&](const std::string& line) {
        on.lines.push_back(line);
        unwanted = unwanted || line.starts_with("child");
    };
    const auto answer = [&unwanted]() -> task<bool> { co_return unwanted; };
    told.is_unwanted = answer;
    const auto ended = on.pursue(*with, bench::quick(), told);
    REQUIRE(ended);
    CHECK(ended->state == state::cancelled);
    CHECK_THAT(ended->text, Contains("signal 9"));
    CHECK(on.has("got SIGINT"));
    CHECK(on.has("got SIGTERM"));
    const auto said = std::ranges::find_if(on.lines, [](const auto& line) { return line.starts_with("child "); });
    REQUIRE(said != on.lines.end());
    const int child = std::atoi(said->c_str() + 6);
    fakes::run_until(on.loop, [child] { return ::kill(child, 0) != 0; });
}

TEST_CASE("a script that never ends meets its total limit, and one that falls silent its idle limit",
          "[runner][command]") {
    bench on;
    auto within = bench::quick();
    SECTION("total") {
        within.total = milliseconds{300};
        const auto chatty =
            on.script("chatty", "import time\nwhile True:\n print('x', flush=True); time.sleep(0.02)\n");
        const auto ended = on.pursue(*on.command({chatty}), within);
        REQUIRE(ended);
        CHECK(ended->state == state::timed_out);
        CHECK_THAT(ended->text, Contains("longer than"));
    }
    SECTION("idle") {
        within.idle = milliseconds{300};
        const auto ended = on.pursue(*on.command({"sleep", "600"}), within);
        REQUIRE(ended);
        CHECK(ended->state == state::timed_out);
        CHECK_THAT(ended->text, Contains("no output for"));
    }
}

TEST_CASE("what an exit code means is data: ok, look at it, or the way there broke", "[runner][command]") {
    const auto of = [](int code) {
        progress seen;
        judge_exit({{0, 2}, {3}, {255}}, code, seen);
        return seen;
    };
    CHECK(of(0).state == state::succeeded);
    CHECK(of(2).state == state::succeeded);
    CHECK(of(3).warned);
    CHECK(of(1).state == state::failed);
    CHECK(of(255).state == state::lost);
}

TEST_CASE("R8.6 secrets are masked before anything is written, also split between two writes", "[runner][command]") {
    bench on;
    const auto leaky = on.script("leaky", R"(
import sys, time
print("token canary-secret-1 and xoxb-123-abc", flush=True)
sys.stdout.write("half canary-sec"); sys.stdout.flush(); time.sleep(0.05)
print("ret-1", flush=True)
)");
    REQUIRE(on.pursue(*on.command({leaky})));
    const auto log = on.text_of("log");
    CHECK_THAT(log, Contains("token [masked] and [masked]"));
    CHECK_THAT(log, Contains("half [masked]"));
    CHECK_THAT(log, !Contains("canary"));
    for (const auto& line : on.lines) CHECK_THAT(line, !Contains("canary"));
}

TEST_CASE("an output of 100 MB stays on the disk, people get its end", "[runner][command]") {
    bench on;
    const auto ended = on.pursue(*on.command({"seq", "1", "12400000"}));
    REQUIRE(ended);
    CHECK(ended->state == state::succeeded);
    CHECK(std::filesystem::file_size(on.folder.file("log")) > 100'000'000);
    CHECK_THAT(ended->tail, Contains("12400000"));
    CHECK(ended->tail.size() < 5'000);

    SECTION("and a log may be limited: the rest is not kept, which is said") {
        on.notes.all.clear();
        const auto other = on.command({"seq", "1", "100000"}, {}, 1000);
        auto what = on.what("fedcba9876543210");
        what.log_file = on.folder.file("short");
        REQUIRE(fakes::run_on(on.loop, other->start(what)));
        fakes::run_until(
            on.loop, [&] { return fakes::run_on(on.loop, other->attach(what.key)).value() == attachment::finished; });
        CHECK(std::filesystem::file_size(what.log_file) < 1200);
        CHECK_THAT(on.text_of("short"), Contains("longer than the log may be"));
    }
}

TEST_CASE("a program that cannot be run is named, and nothing was begun", "[runner][command]") {
    bench on;
    const auto ended = on.pursue(*on.command({"/no/such/program"}));
    REQUIRE_FALSE(ended);
    CHECK(ended.error() == errc::invalid);
    CHECK_THAT(ended.error().sentence(), Contains("/no/such/program") && Contains("No such file"));
}

TEST_CASE("R8.7 a program sees the variables that are named, and nothing else of ours", "[runner][command]") {
    bench on;
    ::setenv("SLIPWAY_TEST_CANARY", "canary-secret-2", 1);
    REQUIRE(on.pursue(*on.command({"env"})));
    CHECK_THAT(on.text_of("log"), !Contains("SLIPWAY_TEST_CANARY") && Contains("SLIPWAY_VERSION=1.4.0"));
}
