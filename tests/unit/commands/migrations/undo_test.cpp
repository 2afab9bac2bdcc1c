// Which SQL the code of before can live with.
#include <catch2/catch.hpp>

#include "commands/migrations/undo.hpp"

using slipway::migrations::judge_undo;

TEST_CASE("R6.6 SQL that only adds does not stand in the way of a rollback", "[migrations]") {
    for (const auto* sql : {
             "CREATE TABLE ships (id INT PRIMARY KEY);",
             "-- DROP TABLE old;\nALTER TABLE ships ADD COLUMN name VARCHAR(80);",
             "alter table ships add column class int not null default 0, add index by_class (class);",
             "INSERT INTO settings VALUES ('drop table', 'x;y');",
             "/* DELETE everything */ CREATE INDEX by_name ON ships (name)",
             "",
         }) {
        INFO(sql);
        CHECK(judge_undo(sql).harmless);
    }
}

TEST_CASE("R6.6 SQL that takes away, changes or is not understood cannot be undone by going back", "[migrations]") {
    for (const auto* sql : {
             "ALTER TABLE ships DROP COLUMN name;",
             "ALTER TABLE ships ADD COLUMN class INT NOT NULL;",
             "ALTER TABLE ships MODIFY name VARCHAR(20);",
             "CREATE TABLE a (id INT); DELETE FROM ships;",
             "RENAME TABLE ships TO vessels;",
             "UPDATE ships SET name = 'x';",
             "ALTER TABLE ships ADD UNIQUE KEY one (name);",
             "CALL rebuild();",
         }) {
        INFO(sql);
        const auto seen = judge_undo(sql);
        CHECK_FALSE(seen.harmless);
        CHECK_FALSE(seen.why.empty());
    }
}
