// Opening: what file it may be, and what people read when it cannot be opened.
#include <sys/stat.h>
#include <fstream>

#include "tests/unit/integrations/store/sqlite_desk.hpp"

namespace slipway::store {
namespace {

result<std::unique_ptr<store>> open(const std::string& file) {
    boost::asio::io_context loop;
    return open_sqlite(loop.get_executor(), file, [] { return instant{}; });
}

}  // namespace

TEST_CASE("a new database is nobody else's to read", "[store][opening]") {
    sqlite_desk at;
    REQUIRE(at.open());
    REQUIRE(at.append_one("s", 0, "e"));
    struct stat seen{};
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        REQUIRE(::stat((at.file() + suffix).c_str(), &seen) == 0);
        CHECK((seen.st_mode & 0777) == 0600);
    }
}

TEST_CASE("a database in memory works like any other", "[store][opening]") {
    boost::asio::io_context loop;
    const auto opened = open_sqlite(loop.get_executor(), ":memory:", [] { return instant{}; });
    REQUIRE(opened.has_value());
    batch changes;
    changes.documents.push_back({"c", "1", {}});
    REQUIRE(fakes::run_on(loop, (*opened)->commit(changes)));
    CHECK(fakes::run_on(loop, (*opened)->document_of("c", "1")).value().has_value());
}

TEST_CASE("a database of a newer program is refused with the way out, and left as it is", "[store][opening]") {
    sqlite_desk at;
    REQUIRE(at.open());
    at.close();
    raw_sql(at.file(), "PRAGMA user_version = 99");
    const auto refused = at.open();
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(),
               Catch::Contains(at.file()) && Catch::Contains("schema 99") && Catch::Contains("run the newer program"));
}

TEST_CASE("a database of another program is not touched", "[store][opening]") {
    fakes::temporary_folder folder;
    raw_sql(folder.file("other.db"), "CREATE TABLE theirs (x); PRAGMA user_version = 1");
    const auto refused = open(folder.file("other.db"));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("belongs to another program"));
}

TEST_CASE("a missing folder, a folder and a file that is no database are each said in words", "[store][opening]") {
    fakes::temporary_folder folder;
    const auto missing = open(folder.file("gone/slipway.db"));
    REQUIRE(missing.has_error());
    CHECK(missing.error() == errc::unavailable);
    CHECK_THAT(missing.error().sentence(),
               Catch::Contains("gone/slipway.db") && Catch::Contains("check that its folder exists"));
    CHECK(open(folder.file("")).error() == errc::unavailable);
    std::ofstream{folder.file("text.db")} << std::string(4096, 'x');
    const auto damaged = open(folder.file("text.db"));
    REQUIRE(damaged.has_error());
    CHECK_THAT(damaged.error().sentence(), Catch::Contains("damaged or no database"));
}

TEST_CASE("two stores may open one file, and see each other's commits", "[store][opening]") {
    sqlite_desk at;
    REQUIRE(at.open());
    boost::asio::io_context loop;
    const auto other = open_sqlite(loop.get_executor(), at.file(), [] { return instant{}; });
    REQUIRE(other.has_value());
    REQUIRE(at.append_one("s", 0, "e"));
    CHECK(fakes::run_on(loop, (*other)->read("s")).value().size() == 1);
}

}  // namespace slipway::store
