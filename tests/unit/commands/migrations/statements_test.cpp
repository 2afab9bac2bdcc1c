#include "commands/migrations/statements.hpp"

#include <catch2/catch.hpp>

using namespace slipway::migrations;

namespace {

std::vector<std::string> verbs_of(const std::string& sql) {
    std::vector<std::string> all;
    for (const auto& each : split_statements(sql).all) all.push_back(each.verb);
    return all;
}

bool can_be_tried(const std::string& sql) {
    return why_not_in_a_transaction(split_statements(sql)).empty();
}

}  // namespace

TEST_CASE("statements end at their delimiter, never inside quotes and comments", "[migrations]") {
    const std::string sql =
        "-- #2; a title\nUPDATE a SET x = 'it''s; \\'ok' WHERE y = \"a;b\";\n/* c; */ insert into `odd;name` values "
        "(1);\n# d;\n"
        "DELETE FROM a";
    const auto found = split_statements(sql);
    CHECK(found.doubt.empty());
    REQUIRE(found.all.size() == 3);
    CHECK(verbs_of(sql) == std::vector<std::string>{"UPDATE", "INSERT", "DELETE"});
    CHECK(found.all[0].line == 2);
    CHECK(found.all[1].line == 3);
    CHECK(found.all[2].line == 5);
    CHECK(found.all[1].ended);
    CHECK_FALSE(found.all[2].ended);
    CHECK(statement_at(found, 4) == 1);
    CHECK(statement_at(found, 99) == 2);
}

TEST_CASE("a border that is not certain is a doubt", "[migrations]") {
    for (const std::string sql : {"DELIMITER //\nSELECT 1//\n", "SELECT 'never", "SELECT /* never",
                                  "/*!40101 SET x=1 */;", "/*M!100000 SET x=1 */;"}) {
        INFO(sql);
        CHECK_FALSE(split_statements(sql).doubt.empty());
        CHECK_FALSE(can_be_tried(sql));
    }
}

TEST_CASE("only what a transaction takes back may be tried, and the first statement that is not is named",
          "[migrations]") {
    CHECK(can_be_tried("UPDATE a SET b = 1; INSERT INTO a VALUES (1); DELETE FROM a; REPLACE INTO a VALUES (2);"));
    CHECK(can_be_tried("SET @n = 3; SELECT @n; WITH x AS (SELECT 1) SELECT * FROM x;"));
    CHECK(can_be_tried("UPDATE a SET note = 'drop table a';"));
    for (const std::string sql :
         {"ALTER TABLE a ADD b INT", "DROP TABLE a", "TRUNCATE a", "CREATE TABLE b (i INT)", "CALL p()", "COMMIT",
          "BEGIN", "SET autocommit = 1", "SET @a = 1, autocommit = 1", "SET @@autocommit = 1", "SET GLOBAL x = 1",
          "SELECT 1 INTO OUTFILE '/tmp/x'", "LOAD DATA INFILE 'x' INTO TABLE a", "LOCK TABLES a WRITE", "USE other",
          "RENAME TABLE a TO b", "GRANT ALL ON a.* TO b"}) {
        INFO(sql);
        CHECK_FALSE(can_be_tried("UPDATE a SET b = 1;\n" + sql + ";"));
        CHECK(why_not_in_a_transaction(split_statements("UPDATE a SET b = 1;\n" + sql + ";")).find("line 2") !=
              std::string::npos);
    }
}

TEST_CASE("a table is mentioned by its whole name in any case and quoting", "[migrations]") {
    CHECK(mentions("update `Ships` set x = 1", "ships"));
    CHECK(mentions("update shop.ships set x = 1", "ships"));
    CHECK_FALSE(mentions("update ships_old set x = 1", "ships"));
    CHECK_FALSE(mentions("update a set x = 1", "ships"));
    CHECK_FALSE(mentions("update a", ""));
}
