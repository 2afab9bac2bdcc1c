// Full disks, read-only files and deaths in mid-commit: the bot is told in words, and the file stays whole.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integrations/store/schema_state.hpp"
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

/// A file system in memory of that size, seen by this process alone.
class small_disk {
public:
    explicit small_disk(const std::string& size) {
        const bool apart =
            ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        is_there_ = apart && ::mount("tmpfs", place().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk() {
        if (is_there_) ::umount2(place().c_str(), MNT_DETACH);
    }
    bool is_there() const { return is_there_; }
    std::string place() const { return folder_.file(""); }
    void become(unsigned long flags, const std::string& size) const {
        REQUIRE(::mount(nullptr, place().c_str(), nullptr, MS_REMOUNT | flags, ("size=" + size).c_str()) == 0);
    }

private:
    fakes::temporary_folder folder_;
    bool is_there_ = false;
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

TEST_CASE("R5.14 a file system that is full, or read-only for a while: nothing is half there, and it goes on by itself",
          "[store][trouble]") {
    const small_disk disk{"1m"};
    if (!disk.is_there()) {
        WARN("nothing may be mounted here; the quota and SQLite's own limits stand in for it");
        return;
    }
    boost::asio::io_context loop;
    const auto opened = open_sqlite(loop.get_executor(), disk.place() + "/slipway.db", [] { return instant{}; });
    REQUIRE(opened);
    auto& memory = **opened;
    const auto append = [&](std::int64_t expected, std::size_t bytes) {
        batch changes;
        new_event event{"e", {{"text", std::string(bytes, 'x')}}, "a", "c", from_unix_ms(5)};
        changes.appends.push_back({"s", expected, {std::move(event)}});
        return fakes::run_on(loop, memory.commit(std::move(changes)));
    };
    REQUIRE(append(0, 10));
    const auto full = append(1, 2'000'000);
    REQUIRE(full.has_error());
    CHECK(full.error() == errc::unavailable);
    CHECK_THAT(full.error().sentence(), Catch::Contains("the disk is full: free some space"));
    disk.become(0, "16m");
    REQUIRE(append(1, 2'000'000));

    // A disk with errors is remounted read-only below the bot: reading goes on.
    const auto is_read_only = ::mount(nullptr, disk.place().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "size=16m") == 0;
    if (is_read_only) {
        CHECK(append(2, 10).error() == errc::unavailable);
        CHECK(fakes::run_on(loop, memory.read("s"))->size() == 2);
        disk.become(0, "16m");
    }
    CHECK(append(2, 10));
    CHECK(fakes::run_on(loop, memory.verify("s")));
    fakes::run_on(loop, memory.close());
}

TEST_CASE("of a lane only the message that is sent next is unpacked: what waits behind it may be broken",
          "[store][trouble]") {
    sqlite_desk at;
    REQUIRE(at.open());
    batch changes;
    for (const std::string key : {"first", "second"})
        changes.outbox.push_back({.key = key, .lane = "C1", .body = {{"text", key}}});
    REQUIRE(at.run(at->commit(std::move(changes))));
    raw_sql(at.file(), "UPDATE outbox SET body = '{\"text\"' WHERE key = 'second'");
    const auto leased = at.run(at->lease_outbox("me", 5, std::chrono::seconds{30}, {}));
    REQUIRE(leased);
    REQUIRE(leased->size() == 1);
    CHECK(leased->front().key == "first");
    // Negative control: whoever asks for the broken one hears of it.
    CHECK_THROWS_WITH(at.run(at->outbox_row_of("second")), Catch::Contains("outbox row second"));
}

TEST_CASE("whoever only looks at a file makes no tables in it and brings none up to date", "[store][opening]") {
    const fakes::temporary_folder folder;
    const auto file = folder.file("slipway.db");
    CHECK(look_at_sqlite(file).error() == errc::not_found);
    raw_sql(file, "VACUUM");
    CHECK(*look_at_sqlite(file) == schema_state::none);
    CHECK(*look_at_sqlite(file) == schema_state::none);
    boost::asio::io_context loop;
    {
        const auto opened = open_sqlite(loop.get_executor(), file, [] { return instant{}; });
        REQUIRE(opened);
        fakes::run_on(loop, (*opened)->close());
    }
    CHECK(*look_at_sqlite(file) == schema_state::current);
    const auto before = sqlite::newest_schema() - 1;
    raw_sql(file, "PRAGMA user_version = " + std::to_string(before));
    CHECK(*look_at_sqlite(file) == schema_state::older);
    CHECK(*look_at_sqlite(file) == schema_state::older);
    raw_sql(file, "PRAGMA user_version = 99");
    CHECK(look_at_sqlite(file).error() == errc::refused);
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
