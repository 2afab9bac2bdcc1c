#include "integrations/store/event_chain.hpp"

#include "tests/unit/integrations/store/sqlite_desk.hpp"

namespace slipway::store {

TEST_CASE("R8.8 the hash of an event covers every part of it, and the one before", "[store][chain]") {
    const chain_link link{"p", "release/1", 3, "held", R"({"a":1})", "T1/U1", "click", from_unix_ms(7)};
    const auto hash = hash_of(link);
    // printf '1:p9:release/11:34:held7:{"a":1}5:T1/U15:click1:7' | sha256sum
    CHECK(hash == "c8fe4c6bc862276b315e94ba1e05755eae3f7999b903f9bdc89e26b4e81964ee");
    auto other = link;
    other.previous = "q";
    CHECK(hash_of(other) != hash);
    other = link;
    other.version = 4;
    CHECK(hash_of(other) != hash);
    other = link;
    other.at += milliseconds{1};
    CHECK(hash_of(other) != hash);
    other = link;
    other.type = "hel";
    other.data = R"(d{"a":1})";
    CHECK(hash_of(other) != hash);
}

TEST_CASE("R8.8 verify names the first event that somebody edited, deleted, reordered or cut off", "[store][chain]") {
    sqlite_desk at;
    REQUIRE(at.open());
    for (int version = 0; version < 5; ++version)
        REQUIRE(at.append_one("release/1", version, "e" + std::to_string(version + 1)));
    REQUIRE(at.append_one("release/2", 0, "other"));
    REQUIRE(at.run(at->verify("release/1")));

    const auto [sql, says] = GENERATE(table<std::string, std::string>({
        {"UPDATE event SET data = '{\"text\":\"y\"}' WHERE stream = 1 AND version = 3", "event 3"},
        {"UPDATE event SET actor = 'T1/U2' WHERE stream = 1 AND version = 2", "event 2"},
        {"UPDATE event SET cause = '' WHERE stream = 1 AND version = 2", "event 2"},
        {"UPDATE event SET type = 'e9' WHERE stream = 1 AND version = 1", "event 1"},
        {"UPDATE event SET at = at + 1 WHERE stream = 1 AND version = 4", "event 4"},
        {"UPDATE event SET hash = '' WHERE stream = 1 AND version = 4", "event 4"},
        {"DELETE FROM event WHERE stream = 1 AND version = 2", "event 2"},
        {"DELETE FROM event WHERE stream = 1 AND version = 5", "event 5"},
        {"DELETE FROM event WHERE stream = 1", "event 1"},
        {"UPDATE event SET version = version * 10 WHERE stream = 1 AND version > 3; UPDATE event SET version = 4 WHERE "
         "stream = 1 AND version = 50; UPDATE event SET version = 5 WHERE stream = 1 AND version = 40",
         "event 4"},
        {"INSERT INTO event SELECT stream, 6, type, data, actor, cause, at, hash FROM event WHERE stream = 1 AND "
         "version = 5",
         "event 6"},
    }));
    INFO(sql);
    raw_sql(at.file(), sql);
    const auto verified = at.run(at->verify("release/1"));
    REQUIRE(verified.has_error());
    CHECK(verified.error() == errc::refused);
    CHECK_THAT(verified.error().sentence(), Catch::Contains(says + " of the journal release/1"));
    CHECK(at.run(at->verify("release/2")));
}

TEST_CASE("a journal that does not exist has nothing to hide", "[store][chain]") {
    sqlite_desk at;
    REQUIRE(at.open());
    CHECK(at.run(at->verify("release/9")));
}

}  // namespace slipway::store
