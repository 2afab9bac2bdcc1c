// Backups of a SQLite store, and databases of older programs.
#include <sys/stat.h>

#include "tests/unit/integrations/store/sqlite_desk.hpp"

namespace slipway::store {

TEST_CASE("a backup that is made while the bot writes is whole, private and verifies", "[store][backup]") {
    sqlite_desk at;
    REQUIRE(at.open());
    fakes::temporary_folder elsewhere;
    const auto copy = elsewhere.file("backup.db");
    for (int version = 0; version < 10; ++version) REQUIRE(at.append_one("release/1", version, "started"));
    REQUIRE(back_up_sqlite(at.file(), copy));
    REQUIRE(at.append_one("release/1", 10, "after"));
    struct stat seen{};
    REQUIRE(::stat(copy.c_str(), &seen) == 0);
    CHECK((seen.st_mode & 0777) == 0600);

    boost::asio::io_context loop;
    const auto restored = open_sqlite(loop.get_executor(), copy, [] { return instant{}; }).value();
    CHECK(fakes::run_on(loop, restored->read("release/1")).value().size() == 10);
    CHECK(fakes::run_on(loop, restored->verify("release/1")));
    const auto twice = back_up_sqlite(at.file(), copy);
    REQUIRE(twice.has_error());
    CHECK(twice.error() == errc::exists);
    CHECK(back_up_sqlite(elsewhere.file("never"), elsewhere.file("x")).error() == errc::not_found);
    CHECK(back_up_sqlite(at.file(), elsewhere.file("no/such/folder")).error() == errc::unavailable);
}

TEST_CASE("R5.12 a database of the first schema is brought up to date with what was under way in it",
          "[store][opening]") {
    sqlite_desk at;
    REQUIRE(at.open());
    REQUIRE(at.append_one("release/1", 0, "started"));
    batch changes;
    changes.work.push_back({"w", "step", {}, from_unix_ms(5)});
    changes.claims.push_back({"live/core", "1"});
    REQUIRE(at.run(at->commit(std::move(changes))));
    REQUIRE(at.run(at->receive({"e1", "slack", {}, from_unix_ms(5)})));
    at.close();
    // What the second script added, taken away again: the file as the first program left it.
    raw_sql(at.file(),
            "DROP TABLE member; DROP TABLE lane; DROP INDEX outbox_held; ALTER TABLE inbox DROP COLUMN owner; "
            "PRAGMA user_version = 1");
    REQUIRE(at.open());
    CHECK(at.run(at->verify("release/1")));
    CHECK(at.run(at->holder_of("live/core")).value() == "1");
    CHECK(at.run(at->lease_work("me", {}, 1, milliseconds{5})).value().size() == 1);
    CHECK(at.run(at->adopt("slack", "me")).value().size() == 1);
    CHECK(at.append_one("release/1", 1, "resumed"));
}

}  // namespace slipway::store
