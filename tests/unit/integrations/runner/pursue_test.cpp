// What survives the bot, over a driver of the test and a clock that jumps.
#include <catch2/catch.hpp>
#include <deque>

#include "tests/fakes/jumping_timers.hpp"
#include "tests/unit/integrations/runner/bench.hpp"

using namespace slipway;
using namespace slipway::runner;
using Catch::Contains;

namespace {

/// A tool that remembers what was started, and answers polls from a script; the last answer repeats.
struct fake_tool final : driver {
    std::vector<std::string> log;
    std::set<std::string> began;
    std::deque<result<progress>> polls;
    std::optional<failure> start_fails, find_fails;
    bool begins_anyway = false;
    cancel_answer can_cancel = cancel_answer::requested;

    result<planned> plan(const order&) const override { return planned{}; }
    task<result<std::string>> start(order what) override {
        log.push_back("start");
        if (!start_fails || begins_anyway) began.insert(what.key);
        if (start_fails) co_return *start_fails;
        co_return "ref";
    }
    task<result<std::optional<std::string>>> find(order what) override {
        log.push_back("find");
        if (find_fails) co_return *find_fails;
        co_return began.contains(what.key) ? std::optional<std::string>{"ref"} : std::optional<std::string>{};
    }
    task<result<progress>> poll(std::string, std::string) override {
        auto next = polls.front();
        if (polls.size() > 1) polls.pop_front();
        co_return next;
    }
    task<result<cancel_answer>> cancel(std::string, pressure how) override {
        log.push_back("cancel " + std::to_string(static_cast<int>(how)));
        co_return can_cancel;
    }
    task<result<attachment>> attach(std::string) override { co_return attachment::running; }

    void running(std::vector<std::string> lines = {}, std::string cursor = "") {
        progress seen;
        seen.lines = std::move(lines);
        seen.cursor = std::move(cursor);
        polls.push_back(seen);
    }
    void ended(state how) {
        progress seen;
        seen.state = how;
        polls.push_back(seen);
    }
    int count(const std::string& what) const { return static_cast<int>(std::ranges::count(log, what)); }
};

struct desk {
    fake_tool tool;
    test::paper notes;
    fakes::jumping_timers time;
    result<ended> pursue(limits within = {}, hooks told = {}, const std::string& log_file = "") {
        order what;
        what.key = test::key;
        what.log_file = log_file;
        return fakes::run(runner::pursue(tool, what, notes, time, within, std::move(told)));
    }
};

}  // namespace

TEST_CASE("R5.1 nothing is started before its note is kept", "[runner]") {
    desk on;
    on.tool.ended(state::succeeded);
    on.notes.away = true;
    CHECK(on.pursue().error() == errc::unavailable);
    CHECK(on.tool.count("start") == 0);
}

TEST_CASE("R5.14 what a tool says and the disk does not take makes a failure with the reason", "[runner]") {
    desk on;
    on.tool.running({"line one", "line two"}, "2");
    on.tool.ended(state::succeeded);
    const auto ended = on.pursue({}, {}, "/dev/full");
    REQUIRE(ended);
    CHECK(ended->state == state::failed);
    CHECK_THAT(ended->text, Contains("it succeeded") && Contains("/dev/full could not be written (No space left"));
    CHECK(on.notes.all.at(test::key).ref == "ref");  // what is known of it is whole

    SECTION("nor does a log that cannot be opened") {
        on.notes.all.clear();
        CHECK(on.pursue({}, {}, "/no/such/folder/log")->state == state::failed);
    }
    SECTION("negative control: without anything to write there is nothing to miss") {
        on.notes.all.clear();
        CHECK(on.pursue({}, {}, "")->state == state::succeeded);
    }
}

TEST_CASE("R5.4 a start that may have happened is looked for, never repeated on a guess", "[runner]") {
    desk on;
    on.tool.ended(state::succeeded);
    on.tool.start_fails = failure{errc::lost, "the line broke"};
    SECTION("it had happened") {
        on.tool.begins_anyway = true;
        CHECK(on.pursue()->state == state::succeeded);
    }
    SECTION("it had not: a definite no, so that it may be tried again") {
        CHECK(on.pursue().error() == errc::unavailable);
    }
    SECTION("the tool cannot tell: lost, which people decide") {
        on.tool.find_fails = failure{errc::unavailable, "no answer"};
        CHECK(on.pursue().error() == errc::lost);
    }
    CHECK(on.tool.count("start") == 1);
}

TEST_CASE("R5.2 a bot that died between start and reference asks the tool for the key", "[runner]") {
    desk on;
    on.tool.ended(state::succeeded);
    on.notes.all[test::key] = note{test::key, "", on.time.now(), "", false, ""};
    SECTION("begun") {
        on.tool.began.insert(test::key);
        CHECK(on.pursue()->state == state::succeeded);
        CHECK(on.tool.count("start") == 0);
    }
    SECTION("surely not begun") {
        CHECK(on.pursue()->state == state::succeeded);
        CHECK(on.tool.count("start") == 1);
    }
    SECTION("nobody knows") {
        on.tool.find_fails = failure{errc::unavailable, "no answer"};
        CHECK(on.pursue().error() == errc::lost);
        CHECK(on.tool.count("start") == 0);
    }
}

TEST_CASE("a job with output is not idle, however long it takes, a silent one is", "[runner]") {
    desk on;
    limits within;
    within.idle = milliseconds{3'000};
    for (int each = 0; each < 20; ++each) on.tool.running({"line"}, std::to_string(each));
    SECTION("output all the time") {
        on.tool.ended(state::succeeded);
        CHECK(on.pursue(within)->state == state::succeeded);
        CHECK(on.tool.count("cancel 0") == 0);
    }
    SECTION("then silence") {
        on.tool.running({}, "19");
        const auto how = on.pursue(within);
        REQUIRE(how);
        CHECK(how->state == state::timed_out);
        CHECK_THAT(how->text, Contains("no output for") && Contains("still runs"));
        CHECK(on.tool.log == std::vector<std::string>{"start", "cancel 0", "cancel 1", "cancel 2"});
    }
}

TEST_CASE("a tool that is away for a while is asked again, one that cannot end a job says so", "[runner]") {
    desk on;
    on.tool.polls.push_back(failure{errc::unavailable, "not reached"});
    on.tool.polls.push_back(failure{errc::timed_out, "no answer"});
    SECTION("away") {
        on.tool.ended(state::failed);
        CHECK(on.pursue()->state == state::failed);
    }
    SECTION("unsupported") {
        on.tool.can_cancel = cancel_answer::unsupported;
        limits within;
        within.total = milliseconds{5'000};
        CHECK(on.pursue(within)->state == state::timed_out);
        CHECK(on.tool.count("cancel 0") == 1);
    }
    SECTION("it no longer knows the job: lost") {
        on.tool.polls.push_back(failure{errc::not_found, "no such job"});
        CHECK(on.pursue()->state == state::lost);
    }
}

TEST_CASE("R6.3 somebody's wish to end a job is noted, so that the next bot knows it was ours", "[runner]") {
    desk on;
    on.tool.running();
    on.tool.ended(state::failed);
    hooks told;
    told.is_unwanted = []() -> task<bool> { co_return true; };
    CHECK(on.pursue({}, told)->state == state::cancelled);
    CHECK(on.notes.all.at(test::key).ending);
}
