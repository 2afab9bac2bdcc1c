// D1: the DBA loads exactly the SQL that was shown, or lets Slipway do it; against the sandbox's GitLab and a real
// MariaDB.
#include <catch2/catch.hpp>

#include "commands/steps/migrations/books.hpp"
#include "commands/steps/migrations/reach.hpp"
#include "tests/unit/commands/steps/milestone_room.hpp"
#include "tests/unit/commands/steps/throw_away_server.hpp"

namespace slipway::steps::test {
namespace {

constexpr auto load = "migrations_load";
using people = std::vector<release::person_id>;

bool has_choice(const release::item_state& item, const std::string& id) {
    return std::ranges::find(item.choices, id, &release::choice::id) != item.choices.end();
}

const release::choice& choice_of(const release::item_state& item, const std::string& id) {
    const auto found = std::ranges::find(item.choices, id, &release::choice::id);
    if (found == item.choices.end()) FAIL(item.id << " offers no " << id);
    return *found;
}

std::string details_of(const release::item_state& item) {
    std::string text;
    for (const auto& each : item.details) text += each + "\n";
    return text;
}

struct load_room : milestone_room {
    explicit load_room(const std::string& phase = "before") { with["phase"] = phase; }
    void set_sql(std::int64_t iid, const std::string& sql) { issue(iid).description = "```sql\n" + sql + "\n```\n"; }
    void look_well() {
        const auto seen = look(load);
        if (!seen) FAIL(seen.error().sentence());
    }
};

/// With a database of its own on a real server.
struct database_room : load_room {
    explicit database_room(const std::string& name) : database{name} {
        ask("DROP DATABASE IF EXISTS " + name + "; CREATE DATABASE " + name + ";", "");
        ask("CREATE TABLE hangars (name VARCHAR(40)) ENGINE=InnoDB; CREATE TABLE ledger (id INT, amount INT) "
            "ENGINE=InnoDB; INSERT INTO ledger VALUES (1, 10), (2, 20); CREATE TABLE old_log (line INT) "
            "ENGINE=MyISAM;");
        auto& how = project_.migrations.load;
        how.socket = server().socket();
        how.user = "root";
        how.database = name;
    }
    std::string ask(const std::string& sql, const std::string& in = "-") {
        process::command what;
        what.argv = {"mariadb", "--no-defaults", "--socket=" + server().socket(), "--user=root", "--batch", "-N"};
        if (!in.empty()) what.argv.push_back("--database=" + database);
        what.environment = process::inherited();
        what.input = sql;
        const auto done = run(processes->run(std::move(what)));
        REQUIRE(done);
        INFO(done->err);
        REQUIRE(done->code == 0);
        return done->out;
    }
    /// As another release, or one whose facts are gone, would see it.
    void forget() {
        std::vector<std::string> kept;
        for (const auto& each : state_.facts)
            if (each.key().starts_with("migration_loaded/")) kept.emplace_back(each.key());
        for (const auto& each : kept) state_.facts.erase(each);
    }
    std::string books() { return ask("SELECT migration, state FROM slipway_migrations ORDER BY migration;"); }
    std::string database;
};

}  // namespace

TEST_CASE("D1 what needs no new code is asked at once, the rest in a step of its own", "[steps][load]") {
    load_room before{"before"};
    before.look_well();
    REQUIRE(before.step.items.size() == 2);
    CHECK(before.item("#2").body.find("ADD COLUMN last_berth") != std::string::npos);
    CHECK(before.item("#9").body.find("ADD COLUMN currency") != std::string::npos);
    load_room after{"after"};
    after.look_well();
    REQUIRE(after.step.items.size() == 1);
    CHECK(after.item("#6").body.find("DROP COLUMN visits") != std::string::npos);
    // Text and file, for the people of the role and nobody else.
    const auto& item = before.item("#2");
    CHECK(item.file.starts_with("1.4.0-issue-2-"));
    CHECK(item.file.ends_with(".sql"));
    CHECK(item.asks == people{{"T1", "U0DEVI"}});
    CHECK(item.bound);
    for (const auto& each : item.choices) CHECK(each.roles == std::vector<std::string>{"dba"});
    CHECK_FALSE(has_choice(item, "run"));
}

TEST_CASE("D1 without migrations nobody is asked, without a DBA it is said", "[steps][load]") {
    load_room room;
    room.project_.roles["dba"].clear();
    const auto alone = room.look(load);
    REQUIRE_FALSE(alone);
    CHECK(alone.error().sentence().find("nobody has the role dba") != std::string::npos);
    room.remove_issues_labelled("migration");
    std::erase_if(room.records().merge_requests, [](const auto& each) { return each.iid == 8; });
    const auto seen = room.look(load);
    REQUIRE(seen);
    CHECK(seen->complete);
    CHECK(seen->found.summary == "no migrations to load before the build");
}

TEST_CASE("R3.2 whoever wrote a migration does not load it, also when they are the DBA", "[steps][load]") {
    load_room room;
    room.project_.roles["dba"] = {"U0DEVI", "U0BEN"};  // Ben wrote #2, Chi wrote #9
    room.look_well();
    CHECK(room.item("#2").asks == people{{"T1", "U0DEVI"}});
    CHECK(choice_of(room.item("#2"), "loaded").except == people{{"T1", "U0BEN"}});
    CHECK(room.item("#9").asks == people{{"T1", "U0DEVI"}, {"T1", "U0BEN"}});
    room.project_.roles["dba"] = {"U0BEN"};
    room.look_well();
    CHECK(room.item("#2").asks.empty());
    CHECK(details_of(room.item("#2")).find("nobody but its author has the role dba") != std::string::npos);
}

TEST_CASE("D1 the confirmation holds for exactly that SQL: another text clears that tick alone", "[steps][load]") {
    load_room room;
    room.look_well();
    for (const auto* id : {"#2", "#9"}) REQUIRE(room.choose(load, id, "loaded"));
    room.look_well();
    for (const auto& each : room.step.items) CHECK(each.status == release::item_status::done);
    CHECK(room.perform(load)->text == "2 migrations loaded before the build");

    const auto known = room.item("#2").fingerprint;
    room.set_sql(2, "ALTER TABLE hangars ADD COLUMN last_berth INT;");
    room.look_well();
    CHECK(room.item("#2").fingerprint != known);
    CHECK(room.item("#2").status == release::item_status::open);
    CHECK(room.item("#9").status == release::item_status::done);
    // What was loaded in another form is not simply loaded again.
    CHECK(choice_of(room.item("#2"), "loaded").needs_reason);
    CHECK(details_of(room.item("#2")).find("another form of it was loaded at") != std::string::npos);
    const auto moved = room.perform(load);
    CHECK(moved);  // every item is about what is there now; the rules wait for #2
    room.set_sql(9, "SELECT 1;");
    const auto late = room.perform(load);
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::moved);
}

TEST_CASE("D1 a click on a text that is no longer there records nothing", "[steps][load]") {
    load_room room;
    room.look_well();
    room.set_sql(2, "DROP TABLE hangars;");
    const auto late = room.choose(load, "#2", "loaded");
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::moved);
    room.look_well();
    CHECK(room.item("#2").status == release::item_status::open);
}

TEST_CASE("D1 a retry of the step does not ask again for SQL that is loaded, a problem stays a problem",
          "[steps][load]") {
    load_room room;
    room.look_well();
    REQUIRE(room.choose(load, "#2", "loaded"));
    const auto no = room.choose(load, "#9", "problem", "the ledger is locked until six");
    REQUIRE(no);
    CHECK_FALSE(no->ok);
    room.step = {};
    room.look_well();
    CHECK(room.item("#2").status == release::item_status::done);
    CHECK(room.item("#2").text == "loaded by hand");
    CHECK(room.item("#9").status == release::item_status::open);
}

TEST_CASE("D1 a problem of the DBA is brought to whoever wrote the SQL and to the release managers", "[steps][load]") {
    load_room room;
    room.look_well();
    CHECK(room.item("#9").asks == people{{"T1", "U0DEVI"}});
    CHECK_FALSE(room.choose(load, "#9", "problem", "the ledger is locked until six")->ok);
    for (int again = 0; again < 2; ++again) {
        room.look_well();
        CHECK(room.item("#9").asks == people{{"T1", "U0DEVI"}, {"T1", "U0CHI"}, {"T1", "U0ANA"}, {"T1", "U0LEO"}});
        CHECK(room.item("#2").asks == people{{"T1", "U0DEVI"}});
    }
    // Whoever wrote it hears of it, and still may not load it (R3.2).
    CHECK(choice_of(room.item("#9"), "loaded").except == people{{"T1", "U0CHI"}});
    room.set_sql(9, "SELECT 1;");
    room.look_well();
    CHECK(room.item("#9").asks == people{{"T1", "U0DEVI"}});
}

TEST_CASE("D1 Slipway loads it itself, once, and the database remembers", "[steps][load][mariadb]") {
    database_room room{"load_once"};
    room.set_sql(2, "ALTER TABLE hangars ADD COLUMN last_berth INT;\nUPDATE hangars SET last_berth = 1;");
    room.look_well();
    CHECK(choice_of(room.item("#2"), "run").effect == release::side_effect::irreversible);
    CHECK(details_of(room.item("#2")).find("cannot be tried beforehand: `ALTER TABLE hangars") != std::string::npos);
    CHECK(room.probe(load, "#2", "run")->what == answer::not_done);
    const auto done = room.choose(load, "#2", "run");
    REQUIRE(done);
    CHECK(done->text == "loaded: 2 statements");
    CHECK(room.ask("SHOW COLUMNS FROM hangars LIKE 'last_berth';").find("last_berth") == 0);
    CHECK(room.books() == "#2\tdone\n");
    // R5.1: the same intent after a crash, another release, another click: never a second time.
    CHECK(room.probe(load, "#2", "run")->what == answer::done);
    const auto again = room.choose(load, "#2", "run");
    REQUIRE_FALSE(again);
    CHECK(again.error() == errc::exists);
    room.step = {};
    room.forget();
    room.state_.id = "core-1.4.0-2";
    room.look_well();
    CHECK(room.item("#2").status == release::item_status::done);
    CHECK(room.item("#2").text.find("by release core-1.4.0-1") != std::string::npos);
}

TEST_CASE("`slipway check` asks the database for its version and says why it is not let in", "[steps][load][mariadb]") {
    database_room room{"reached"};
    const release::database_server how = room.project_.migrations.load;
    const auto version = room.run(reach_database(*room.processes, how, "reached"));
    REQUIRE(version);
    CHECK(version->find("MariaDB") != std::string::npos);
    const auto gone = room.run(reach_database(*room.processes, how, "not_there"));
    REQUIRE_FALSE(gone);
    CHECK(gone.error() == errc::unavailable);
    CHECK(gone.error().sentence().find("not_there") != std::string::npos);
    auto nobody = how;
    nobody.socket = "/nowhere.sock";
    CHECK(room.run(reach_database(*room.processes, nobody, "")).error() == errc::unavailable);
}

TEST_CASE("D1 changes of rows go through whole or not at all, and can be tried beforehand", "[steps][load][mariadb]") {
    database_room room{"load_whole"};
    room.set_sql(2,
                 "UPDATE ledger SET amount = 11 WHERE id = 1;\nUPDATE ledger SET amout = 12 WHERE id = 2;\nUPDATE "
                 "ledger SET amnt = 1;");
    room.look_well();
    const auto tried = room.choose(load, "#2", "try");
    REQUIRE(tried);
    CHECK_FALSE(tried->ok);
    INFO(tried->text);
    // Each statement's own error, with its line.
    CHECK(tried->text.find("line 3, error 1054") != std::string::npos);
    CHECK(tried->text.find("'amout'") != std::string::npos);
    CHECK(tried->text.find("'amnt'") != std::string::npos);
    CHECK(room.ask("SELECT SUM(amount) FROM ledger;") == "30\n");
    const auto failed = room.choose(load, "#2", "run");
    REQUIRE(failed);
    CHECK_FALSE(failed->ok);
    CHECK(failed->text.find("nothing was changed, the transaction was taken back: line 3") == 0);
    CHECK(room.ask("SELECT SUM(amount) FROM ledger;") == "30\n");
    CHECK(room.books().empty());

    room.set_sql(2, "UPDATE ledger SET amount = 11 WHERE id = 1;\nUPDATE ledger SET amount = 21 WHERE id = 2");
    room.look_well();
    CHECK(room.choose(load, "#2", "try")->text ==
          "tried in a transaction that was taken back: 2 statements went through");
    CHECK(room.ask("SELECT SUM(amount) FROM ledger;") == "30\n");
    CHECK(room.choose(load, "#2", "run")->text == "loaded: 2 statements, in one transaction");
    CHECK(room.ask("SELECT SUM(amount) FROM ledger;") == "32\n");
    CHECK(room.books() == "#2\tdone\n");
}

TEST_CASE("D1 a table without transactions is not tried, and said so", "[steps][load][mariadb]") {
    database_room room{"load_engines"};
    room.set_sql(2, "INSERT INTO `old_log` VALUES (1);");
    room.look_well();
    const auto tried = room.choose(load, "#2", "try");
    REQUIRE_FALSE(tried);
    CHECK(tried.error().sentence().find("old_log (MyISAM)") != std::string::npos);
    CHECK(room.ask("SELECT COUNT(*) FROM old_log;") == "0\n");
}

TEST_CASE("D1 SQL that stops in the middle is never run again, a DBA finishes it by hand", "[steps][load][mariadb]") {
    database_room room{"load_stops"};
    room.set_sql(2, "ALTER TABLE hangars ADD COLUMN a INT;\nALTER TABLE hangars ADD COLUMN a INT;");
    room.look_well();
    const auto stopped = room.choose(load, "#2", "run");
    REQUIRE(stopped);
    CHECK_FALSE(stopped->ok);
    INFO(stopped->text);
    CHECK(stopped->text.find("stopped in the middle: line 3, error 1060") == 0);
    CHECK(stopped->text.find("1 statement before it took effect") != std::string::npos);
    CHECK(room.books() == "#2\tstopped\n");
    CHECK(room.probe(load, "#2", "run")->what == answer::different);
    CHECK(room.choose(load, "#2", "run").error() == errc::exists);
    room.look_well();
    CHECK_FALSE(has_choice(room.item("#2"), "run"));
    CHECK(has_choice(room.item("#2"), "loaded"));
    CHECK(details_of(room.item("#2")).find("finish or undo it by hand") != std::string::npos);

    // What failed before anything happened leaves nothing behind and may be corrected.
    room.set_sql(9, "ALTR TABLE ledger;\nALTER TABLE ledger ADD COLUMN c INT;");
    room.step = {};
    room.look_well();
    room.step.items.front().status = release::item_status::done;  // #2, by hand
    const auto wrong = room.choose(load, "#9", "run");
    REQUIRE(wrong);
    CHECK(wrong->text.find("nothing was changed: line 2, error 1064") == 0);
    CHECK(room.books() == "#2\tstopped\n");
}

TEST_CASE("R5.4 a load whose end nobody saw is a question to people, done again only when they say so",
          "[steps][load][mariadb]") {
    database_room room{"load_lost"};
    room.set_sql(2, "ALTER TABLE hangars ADD COLUMN b INT;");
    room.look_well();
    REQUIRE(room.choose(load, "#2", "run"));
    room.ask("UPDATE slipway_migrations SET state = 'running', ended = NULL, connection = 4000000000;");
    CHECK(room.probe(load, "#2", "run")->what == answer::cannot_tell);
    room.forget();
    room.step = {};
    room.look_well();
    CHECK(room.item("#2").status == release::item_status::open);
    CHECK(has_choice(room.item("#2"), "loaded"));
    CHECK_FALSE(has_choice(room.item("#2"), "run"));
    // "It did not: run again" is another act. Here it did, and the database says so itself.
    auto another = milestone_room::intent("#2", "run");
    another.key = "k2";
    CHECK(room.run(room.kind(load).probe(room.at(load), another))->what == answer::not_done);
    const auto done = room.run(room.kind(load).perform(room.at(load), another));
    REQUIRE(done);
    CHECK_FALSE(done->ok);
    CHECK(done->text.find("Duplicate column name 'b'") != std::string::npos);
}

TEST_CASE("D1 migrations are loaded in their order, and a server that is away takes nothing but its button",
          "[steps][load][mariadb]") {
    database_room room{"load_order"};
    room.set_sql(2, "UPDATE ledger SET amount = 1;");
    room.set_sql(9, "UPDATE ledger SET amount = 2;");
    room.look_well();
    CHECK(has_choice(room.item("#2"), "run"));
    CHECK_FALSE(has_choice(room.item("#9"), "run"));
    CHECK(details_of(room.item("#9")).find("Slipway can load it after #2") != std::string::npos);
    const auto early = room.choose(load, "#9", "run");
    REQUIRE_FALSE(early);
    CHECK(early.error().sentence() == "#2 stands before #9 and is not loaded yet; load it first.");
    CHECK(room.ask("SELECT SUM(amount) FROM ledger;") == "30\n");
    room.project_.migrations.load.socket = room.folder.file("nobody");
    const auto seen = room.look(load);
    REQUIRE(seen);
    CHECK_FALSE(has_choice(room.item("#2"), "run"));
    CHECK(has_choice(room.item("#2"), "loaded"));
    CHECK(seen->found.lines.front().find("error 2002") != std::string::npos);
}

TEST_CASE("R8.6 the password of the database stands in no argument and in no text", "[steps][load][mariadb]") {
    database_room room{"load_secret"};
    room.ask(
        "CREATE OR REPLACE USER loader@localhost IDENTIFIED BY 'canary-4711'; GRANT ALL ON load_secret.* TO "
        "loader@localhost;");
    ::setenv("SLIPWAY_TEST_LOAD_PASSWORD", "canary-4711", 1);
    room.project_.migrations.load.user = "loader";
    room.project_.migrations.load.password_from = "SLIPWAY_TEST_LOAD_PASSWORD";
    room.set_sql(2, "SELECT CONCAT('canary', '-4711');\nSELEC 'canary-4711';");
    room.look_well();
    const auto done = room.choose(load, "#2", "run");
    REQUIRE(done);
    CHECK(done->text.find("error 1064") != std::string::npos);
    CHECK(done->text.find("canary-4711") == std::string::npos);
    for (const auto& each : room.log) CHECK(each.find("canary-4711") == std::string::npos);
    ::unsetenv("SLIPWAY_TEST_LOAD_PASSWORD");
}

}  // namespace slipway::steps::test
