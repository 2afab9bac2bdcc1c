// Full disks, read-only files and deaths in mid-commit: the bot is told in words, and the file stays whole.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integrations/store/sqlite/job_queue.hpp"
#include "integrations/store/sqlite/schema.hpp"
#include "tests/unit/integrations/store/sqlite_desk.hpp"

namespace slipway::store {
namespace {

/// While it lives no file of this process may grow beyond `bytes`: a quota.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = ::signal(SIGXFSZ, SIG_IGN);
        rlimit now = before_;
        now.rlim_cur = bytes;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &now) == 0);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = SIG_DFL;
};

failure failure_of(sqlite::connection& db, const char* sql) {
    try {
        db.run(sql);
    } catch (const sqlite::trouble& problem) {
        return problem.reason();
    }
    return {};
}

/// The child of a fork: commits an event and its document again and again, and tells after each, until it is killed.
[[noreturn]] void commit_for_ever(const std::string& file, int tell) {
    boost::asio::io_context loop;
    const auto opened = open_sqlite(loop.get_executor(), file, [] { return instant{}; });
    for (std::int64_t version = 0; opened; ++version) {
        batch changes;
        new_event event{"e", {{"text", std::string(3000, 'x')}}, "a", "c", from_unix_ms(version)};
        changes.appends.push_back({"s", version, {std::move(event)}});
        changes.documents.push_back({"c", std::to_string(version + 1), {}});
        bool stored = false;
        asio::co_spawn(loop, (*opened)->commit(std::move(changes)),
                       [&stored](const std::exception_ptr&, const result<>& outcome) { stored = outcome.has_value(); });
        loop.restart();
        loop.run();
        if (!stored || ::write(tell, "x", 1) != 1) break;
    }
    ::_exit(1);
}

}  // namespace

TEST_CASE("R5.14 a full disk is said in words, changes nothing, and is over when there is room again",
          "[store][trouble]") {
    sqlite_desk at;
    REQUIRE(at.open());
    REQUIRE(at.append_one("s", 0, "small"));
    {
        const file_size_limit quota{64 * 1024};
        const auto refused = at.append_one("s", 1, "large", std::string(500'000, 'x'));
        REQUIRE(refused.has_error());
        CHECK(refused.error() == errc::unavailable);
        CHECK_THAT(refused.error().sentence(), Catch::Contains(at.file()) && Catch::Contains("check the disk"));
        CHECK(at.run(at->read("s")).value().size() == 1);
    }
    CHECK(at.append_one("s", 1, "large", std::string(500'000, 'x')));
    CHECK(at.run(at->verify("s")));
}

TEST_CASE("each of SQLite's refusals names the file and the way out", "[store][trouble]") {
    fakes::temporary_folder folder;
    const auto opened = sqlite::connection::open(folder.file("slipway.db"));
    REQUIRE(opened.has_value());
    auto& db = **opened;
    REQUIRE(sqlite::bring_up_to_date(db));
    const auto* insert =
        "INSERT INTO document (collection, id, body) VALUES ('c', hex(randomblob(9)), hex(randomblob(90000)))";

    db.script("PRAGMA max_page_count = 40");
    const auto full = failure_of(db, insert);
    CHECK(full == errc::unavailable);
    CHECK_THAT(full.sentence(), Catch::Contains("writing to the database " + folder.file("slipway.db")) &&
                                    Catch::Contains("the disk is full: free some space"));
    db.script("PRAGMA max_page_count = 100000; PRAGMA query_only = 1");
    const auto read_only = failure_of(db, insert);
    CHECK(read_only == errc::unavailable);
    CHECK_THAT(read_only.sentence(), Catch::Contains("it is read-only: let the user"));
    db.script("PRAGMA query_only = 0; PRAGMA busy_timeout = 0");

    const auto second = sqlite::connection::open(folder.file("slipway.db"));
    REQUIRE(second.has_value());
    (*second)->run("BEGIN IMMEDIATE");
    const auto locked = failure_of(db, insert);
    CHECK(locked == errc::unavailable);
    CHECK_THAT(locked.sentence(), Catch::Contains("look for a second bot"));
}

TEST_CASE("a wrong statement is a bug, not something for people", "[store][trouble]") {
    const auto opened = sqlite::connection::open(":memory:");
    REQUIRE(opened.has_value());
    CHECK_THROWS_AS((*opened)->run("SELECT nothing FROM nowhere"), std::logic_error);
}

TEST_CASE("a bug in one job is its caller's alone", "[store][trouble]") {
    boost::asio::io_context loop;
    sqlite::job_queue queue{loop.get_executor(), sqlite::connection::open(":memory:").value()};
    std::function<result<int>(sqlite::connection&)> bug = [](sqlite::connection& db) -> result<int> {
        db.run("CREATE TABLE half (x)");
        throw std::runtime_error{"a bug"};
    };
    std::function<result<int>(sqlite::connection&)> good = [](sqlite::connection& db) -> result<int> {
        sqlite::query tables{db, "SELECT count(*) FROM sqlite_schema"};
        return tables.next() ? static_cast<int>(tables.number(0)) : -1;
    };
    CHECK_THROWS_WITH(fakes::run_on(loop, queue.perform<int>(sqlite::access::write, bug)), "a bug");
    CHECK(fakes::run_on(loop, queue.perform<int>(sqlite::access::read, good)).value() == 0);
    fakes::run_on(loop, queue.close());
}

TEST_CASE("R5.8 a bot that is killed in mid-commit loses nothing that it was told is stored", "[store][trouble]") {
    sqlite_desk at;
    for (int round = 1; round <= 5; ++round) {
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const fakes::temporary_folder folder;
        const auto file = folder.file("slipway.db");
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) commit_for_ever(file, pipe[1]);
        ::close(pipe[1]);
        std::size_t told = 0;
        char byte = 0;
        while (told < static_cast<std::size_t>(round * 37) && ::read(pipe[0], &byte, 1) == 1) ++told;
        ::kill(child, SIGKILL);
        while (::read(pipe[0], &byte, 1) == 1) ++told;
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);

        boost::asio::io_context loop;
        const auto opened = open_sqlite(loop.get_executor(), file, [] { return instant{}; });
        REQUIRE(opened.has_value());
        const auto events = fakes::run_on(loop, (*opened)->read("s")).value();
        const auto documents = fakes::run_on(loop, (*opened)->documents_in("c")).value();
        CHECK(told >= static_cast<std::size_t>(round * 37));
        CHECK(events.size() >= told);
        CHECK(events.size() <= told + 1);
        CHECK(documents.size() == events.size());
        CHECK(fakes::run_on(loop, (*opened)->verify("s")));
    }
}

}  // namespace slipway::store
