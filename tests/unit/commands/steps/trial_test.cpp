// Migrations on a real MariaDB of Debian, tried and thrown away.

#include <catch2/catch.hpp>
#include <fstream>

#include "commands/steps/migrations/trial.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"
#include "tests/unit/commands/steps/throw_away_server.hpp"

namespace slipway::steps::test {
namespace {

struct trial_room : milestone_room {
    trial_room() {
        auto& how = project_.migrations.trial;
        how.socket = server().socket();
        how.user = "root";
        how.setup = folder.file("schema.sql");
        std::ofstream{how.setup}
            << "CREATE TABLE hangars (name VARCHAR(40));\nCREATE TABLE ships (id INT, visits INT);\n";
    }
    trial_report play(const std::vector<std::pair<std::string, std::string>>& sql) {
        std::vector<migrations::source> sources;
        for (const auto& [id, text] : sql) {
            migrations::source made;
            made.id = id;
            made.author = "ben";
            made.labels = {"before"};
            made.texts.push_back({0, "ben", "```sql\n" + text + "\n```\n", false});
            sources.push_back(std::move(made));
        }
        return run(try_migrations(at("migrations_confirm"), migrations::collect(sources, {})));
    }
    /// What an administrator is told, one line a row.
    std::string ask(const std::string& sql) {
        process::command what;
        what.argv = {"mariadb", "--no-defaults", "--socket=" + server().socket(), "--user=root", "--batch", "-N"};
        what.environment = process::inherited();
        what.input = sql;
        const auto done = run(processes->run(std::move(what)));
        REQUIRE(done);
        INFO(done->err);
        REQUIRE(done->code == 0);
        return done->out;
    }
};

}  // namespace

TEST_CASE("migrations that work go through in order on the schema, and nothing of it is left", "[steps][trial]") {
    trial_room room;
    const auto databases = room.ask("SHOW DATABASES;");
    const auto report =
        room.play({{"#2", "ALTER TABLE hangars ADD COLUMN last_berth INT;"},
                   {"#3", "UPDATE hangars SET last_berth = 1;"},
                   {"#4", "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\nCALL p();"}});
    CHECK(report.not_tried.empty());
    for (const auto& [id, text] : report.errors) FAIL_CHECK(id << ": " << text);
    CHECK(room.ask("SHOW DATABASES;") == databases);
    CHECK(room.ask("SELECT user FROM mysql.user WHERE user LIKE 'slipwaytry%';").empty());
}

TEST_CASE("what fails is said with its line, code and text", "[steps][trial]") {
    trial_room room;
    const auto report = room.play({{"#2", "SELECT 1;\nALTR TABLE hangars;"},
                                   {"#3", "SELECT 1;\nUPDATE hangars\nSET berth = 1;"},
                                   {"#4", "SELECT 1;"}});
    CHECK(report.errors.size() == 2);
    INFO(report.errors.at("#2"));
    CHECK(report.errors.at("#2").find("line 3, error 1064 (42000): You have an error in your SQL syntax") == 0);
    INFO(report.errors.at("#3"));
    CHECK(report.errors.at("#3").find("error 1054 (42S22): Unknown column 'berth'") != std::string::npos);
}

TEST_CASE("R8.5 a migration reaches nothing but its own database, and runs no programs", "[steps][trial]") {
    trial_room room;
    room.ask("CREATE DATABASE IF NOT EXISTS production; CREATE TABLE IF NOT EXISTS production.orders (id INT);");
    const auto marker = room.folder.file("escaped");
    const auto report = room.play({{"#1", "DROP DATABASE production;"},
                                   {"#2", "INSERT INTO production.orders VALUES (1);"},
                                   {"#3", "USE production;"},
                                   {"#4", "CREATE DATABASE slipwaytryelse;"},
                                   {"#5", "SELECT 1;\n\\! touch " + marker + "\nsystem touch " + marker + "\n"},
                                   {"#6", "SELECT * FROM ships INTO OUTFILE '" + marker + "';"},
                                   {"#7", "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE hangars;"},
                                   {"#8", "GRANT ALL ON *.* TO CURRENT_USER();"}});
    CHECK(report.not_tried.empty());
    for (const auto* id : {"#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8"}) {
        INFO(id);
        CHECK(report.errors.contains(id));
    }
    CHECK_FALSE(fs::exists(marker));
    CHECK(room.ask("SELECT COUNT(*) FROM production.orders;") == "0\n");
    CHECK(room.ask("SHOW DATABASES LIKE 'slipwaytry%';").empty());
}

TEST_CASE("a server that is away or a schema that does not load is said, and keeps nobody from answering",
          "[steps][trial]") {
    trial_room room;
    std::ofstream{room.project_.migrations.trial.setup} << "CREATE TABL x;\n";
    CHECK(room.play({{"#2", "SELECT 1;"}}).not_tried.find("does not load: line 1, error 1064") != std::string::npos);
    CHECK(room.ask("SHOW DATABASES LIKE 'slipwaytry%';").empty());
    room.project_.migrations.trial.socket = room.folder.file("nobody");
    const auto seen = room.look("migrations_confirm");
    REQUIRE(seen);
    REQUIRE(seen->found.lines.size() == 1);
    CHECK(seen->found.lines.front().find("error 2002") != std::string::npos);
    CHECK_FALSE(room.item("#2").choices.front().needs_reason);
}

TEST_CASE("the author reads how the trial went, and explains a failure, the same SQL is tried once", "[steps][trial]") {
    trial_room room;
    const auto details = [&](const std::string& id) {
        std::string text;
        for (const auto& each : room.item(id).details) text += each + "\n";
        return text;
    };
    room.look("migrations_confirm");
    CHECK(details("#2").find("went through on a throw-away database") != std::string::npos);
    CHECK(details("#9").find("failed on a throw-away database: ") != std::string::npos);
    CHECK(details("#9").find("error 1146 (42S02)") != std::string::npos);
    CHECK_FALSE(room.item("#2").choices.front().needs_reason);
    CHECK(room.item("#9").choices.front().needs_reason);
    // Nobody is there any more, and nobody is needed.
    room.project_.migrations.trial.socket = room.folder.file("nobody");
    room.look("migrations_confirm");
    CHECK(details("#9").find("error 1146 (42S02)") != std::string::npos);
}

}  // namespace slipway::steps::test
