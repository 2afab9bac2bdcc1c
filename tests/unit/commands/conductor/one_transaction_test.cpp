// R3.4: the approval, the gate's decision and the start of the step are one transaction. A process that is killed at
// any statement of it leaves nothing or all.
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;

namespace {

/// A journal over a database file, as a process has it.
struct bot_process {
    explicit bot_process(const std::string& file)
        : memory{*store::open_sqlite(loop.get_executor(), file, [this] { return clock.now(); })} {}
    ~bot_process() { fakes::run_on(loop, memory->close()); }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    release::release_state state() { return **run(releases.load("shop-1.4.0-1")); }
    void report(const std::string& step) {
        release::step_finished told;
        told.step = step;
        REQUIRE(run(releases.ask("shop-1.4.0-1", told, release::machine(), "work", {})));
    }
    void approve(const std::string& step, const release::actor& who) {
        const auto print = state().step(step)->gate->fingerprint;
        static_cast<void>(run(releases.ask("shop-1.4.0-1", release::approve{step, print}, who, "slack", {})));
    }

    asio::io_context loop;
    fakes::hand_clock clock;
    std::unique_ptr<store::store> memory;
    release::kinds table = fakes::small_kinds();
    journal releases{
        *memory, clock,
        [](const std::string&) { return std::make_shared<release::project_settings>(fakes::small_project()); },
        render_release, table};
};

/// A release whose push waits for its last approval.
void prepare(const std::string& file) {
    bot_process one{file};
    REQUIRE(one.run(one.releases.begin(fakes::small_wish(), fakes::ana(), "test", {})));
    one.report("announce");
    release::look_finished seen;
    seen.step = "merges";
    seen.complete = true;
    REQUIRE(one.run(one.releases.ask("shop-1.4.0-1", seen, release::machine(), "work", {})));
    one.report("tests");
    one.approve("read", fakes::dee());
    one.report("commit");
    one.approve("push", fakes::dee());
}

int statements_left = 0;

int count_down(unsigned, void*, void*, void*) {
    if (--statements_left == 0) ::kill(::getpid(), SIGKILL);
    return 0;
}

int watch(sqlite3* db, char**, const void*) {
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, count_down, nullptr);
}

/// In a process of its own: the last approval, killed at the n-th statement after the database is open and read. True
/// when it was killed.
bool dies_at(const std::string& file, int statement) {
    const auto child = ::fork();
    if (child == 0) {
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch));
        statements_left = 1'000'000;
        bot_process one{file};
        static_cast<void>(one.state());
        statements_left = statement;
        one.approve("push", fakes::quinn());
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status);
}

}  // namespace

TEST_CASE("R3.4 killed at any statement of the last approval, nothing of it is there or all of it", "[conductor]") {
    const fakes::temporary_folder folder;
    const auto fresh = folder.file("fresh.db");
    prepare(fresh);
    int nothing = 0, all = 0, statement = 1;
    for (bool died = true; died; ++statement) {
        const auto file = folder.file("killed-" + std::to_string(statement) + ".db");
        std::filesystem::copy_file(fresh, file);
        died = dies_at(file, statement);
        bot_process after{file};
        const auto state = after.state();
        const auto* push = state.step("push");
        int seats = 0, rows = 0;
        for (const auto& each : push->gate->seats) seats += each.taken_by ? 1 : 0;
        for (const auto& each : *after.run(after.memory->all_work()))
            rows += work::is_step(each.kind) && text_at(each.payload, "step") == "push" ? 1 : 0;
        INFO("killed at statement " << statement);
        const bool decided = push->gate->status == release::gate_status::approved;
        CHECK(decided == (seats == 2));
        CHECK(decided == (rows == 1));
        CHECK(decided == (push->status == release::step_status::running));
        CHECK(after.run(after.memory->verify("release/shop-1.4.0-1")));
        decided ? ++all : ++nothing;
        REQUIRE(statement < 500);
    }
    CHECK(nothing > 10);
    CHECK(all >= 1);
}
