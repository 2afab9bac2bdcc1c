#include "commands/migrations/collection.hpp"

#include <catch2/catch.hpp>

#include "commands/migrations/client_error.hpp"
#include "commands/migrations/section.hpp"

using namespace slipway;
using namespace slipway::migrations;

namespace {

std::string sql(const std::string& text) {
    return "Please load:\n\n```sql\n" + text + "\n```\n";
}

source issue(const std::string& id, const std::string& author, const std::string& description,
             std::vector<std::string> labels = {"migration", "before"}) {
    source made;
    made.id = id;
    made.title = "Title of " + id;
    made.author = author;
    made.labels = std::move(labels);
    made.texts = {{0, author, description, false}};
    return made;
}

std::vector<migration> two() {
    auto second = issue("#6", "leo", sql("ALTER TABLE ships DROP COLUMN visits;"), {"migration", "after"});
    second.merge_request = "!8";
    second.merge_request_author = "ben";
    second.head = "abc";
    return collect({issue("#2", "chi", sql("SELECT 1;")), second}, {});
}

}  // namespace

TEST_CASE("the SQL of description and notes is collected in order, each block with its source", "[migrations]") {
    auto from = issue("#2", "chi", sql("SELECT 1;") + sql("SELECT 2;"));
    from.texts.push_back({11, "ben", "and this\n" + sql("SELECT 3;"), false});
    from.texts.push_back({12, "devi", "> ```sql\n> SELECT 4;\n> ```\nlooks good", false});
    from.texts.push_back({13, "chi", sql("DROP TABLE changed_the_description;"), true});
    const auto all = collect({from}, {});
    REQUIRE(all.size() == 1);
    CHECK(sql_of(all.front()) ==
          "-- #2 Title of #2 | description by chi\nSELECT 1;\n\n"
          "-- #2 Title of #2 | description by chi\nSELECT 2;\n\n"
          "-- #2 Title of #2 | note 11 by ben\nSELECT 3;\n");
    CHECK(all.front().problems.empty());
}

TEST_CASE("who wrote the merge request answers for a migration, else who opened the issue", "[migrations]") {
    const auto all = two();
    CHECK(all[0].author == "chi");
    CHECK(all[1].author == "ben");
    CHECK(all[1].issue_author == "leo");
    CHECK(sql_of(all[1]).starts_with("-- #6 Title of #6 | description by leo | merge request !8 by ben\n"));
}

TEST_CASE("before or after the build is what the labels say, and what they do not say is said", "[migrations]") {
    CHECK(two()[0].when == moment::before);
    CHECK(two()[1].when == moment::after);
    const auto silent = collect({issue("#1", "a", sql("SELECT 1;"), {"migration"})}, {}).front();
    CHECK(silent.when == moment::before);
    CHECK_FALSE(silent.says_when);
    CHECK(silent.remarks.front().find("it counts as before") != std::string::npos);
    const auto both = collect({issue("#1", "a", sql("SELECT 1;"), {"before", "after"})}, {}).front();
    REQUIRE(both.problems.size() == 1);
    CHECK(both.problems.front().find("#1 has both labels") != std::string::npos);
}

TEST_CASE("a text that cannot be read for certain is a problem that names issue and line", "[migrations]") {
    const auto open = collect({issue("#3", "a", "x\n```sql\nSELECT 1;")}, {}).front();
    CHECK(open.pieces.empty());
    REQUIRE(open.problems.size() == 1);
    CHECK(open.problems.front().starts_with("#3 (description by a), line 2: this code block is never closed"));
    const auto marked = collect({issue("#3", "a", sql("-- <!-- slipway:migrations:end -->"))}, {}).front();
    CHECK(marked.problems.size() == 1);
    CHECK(marked.pieces.empty());
}

TEST_CASE("blocks without a language are SQL only where the project says so", "[migrations]") {
    const auto from = issue("#3", "a", "```\nSELECT 1;\n```");
    reading_rules rules;
    CHECK(collect({from}, rules).front().pieces.empty());
    CHECK(collect({from}, rules).front().remarks.front().find("left out") != std::string::npos);
    rules.untagged = true;
    CHECK(collect({from}, rules).front().pieces.size() == 1);
}

TEST_CASE("R2.6 a tick holds for one SQL and one head: either moving makes another, the rest stay", "[migrations]") {
    const auto before = two();
    auto edited = issue("#2", "chi", sql("SELECT 1; "));
    const auto after = collect({edited}, {}).front();
    CHECK(tick_of(after) != tick_of(before[0]));
    auto pushed = before[1];
    pushed.head = "abd";
    CHECK(tick_of(pushed) != tick_of(before[1]));
    CHECK(pushed.hash == before[1].hash);
    CHECK(tick_of(two()[1]) == tick_of(before[1]));
    // Prose around the SQL is not what was confirmed.
    auto talk = issue("#2", "chi", "Hello.\n" + sql("SELECT 1;") + "Tested again today.");
    CHECK(tick_of(collect({talk}, {}).front()) == tick_of(before[0]));
    CHECK(hash_of(before) == hash_of(two()));
    CHECK(hash_of({before[1], before[0]}) != hash_of(before));
}

TEST_CASE("a title cannot break out of its comment line", "[migrations]") {
    auto from = issue("#2", "chi", sql("SELECT 1;"));
    from.title = "x\nDROP DATABASE production; --\r";
    const auto text = sql_of(collect({from}, {}).front());
    CHECK(text.find("\nDROP") == std::string::npos);
    CHECK(text.ends_with("\nSELECT 1;\n"));
}

TEST_CASE("R5.1 the section goes to the end once, and a second run changes nothing", "[migrations]") {
    const std::string old = "A release.\r\n\r\n## Salts\r\n\r\n1. purge";
    const auto once = with_section(old, two());
    REQUIRE(once);
    CHECK(once->starts_with(old + "\n\n" + std::string{begin_marker} + "\n"));
    CHECK(once->ends_with(std::string{end_marker} + "\n"));
    CHECK(with_section(*once, two()).value() == *once);
    CHECK(section_of(*once).value() == section_text(two()));
    // A browser that saved the description made every line end its own: that is no change.
    std::string browser;
    for (const char each : *once) browser += each == '\n' ? std::string{"\r\n"} : std::string{each};
    CHECK(with_section(browser, two()).value() == browser);
}

TEST_CASE("everything outside the markers stays byte for byte", "[migrations]") {
    const std::string before = "Text with ``` and <b>\r\n\tand \xC3\xA9\n\n";
    const std::string after = "\r\n## Salts \n<!-- slipway:migrations: -->\n- end without newline";
    const auto mixed = before + std::string{begin_marker} + "\nold\n" + std::string{end_marker} + after;
    const auto made = with_section(mixed, two()).value();
    CHECK(made == before + section_text(two()) + after);
    CHECK(with_section(made, {}).value() == before + section_text({}) + after);
    CHECK(section_text({}).find("None.") != std::string::npos);
}

TEST_CASE("without migrations and without a section a description is left as it is", "[migrations]") {
    CHECK(with_section("A release.", {}).value() == "A release.");
    CHECK(with_section("", {}).value().empty());
    CHECK(with_section("", two()).value() == section_text(two()) + "\n");
}

TEST_CASE("damaged markers are a question to people, never a guess", "[migrations]") {
    const std::string begin{begin_marker}, end{end_marker};
    for (const auto& text : {begin + "\nx", "x\n" + end, end + "\nx\n" + begin, begin + "\n" + begin + "\n" + end}) {
        INFO(text);
        const auto made = with_section(text, two());
        REQUIRE_FALSE(made);
        CHECK(made.error() == errc::refused);
        CHECK(made.error().sentence().find("Leave one of each") != std::string::npos);
    }
    // Words about the marker inside a line are prose.
    CHECK(with_section("see `" + begin + "` above", two()));
}

TEST_CASE("SQL with backticks of its own is fenced by more of them", "[migrations]") {
    const auto all = collect({issue("#2", "chi", "~~~sql\nSELECT '````';\n~~~")}, {});
    CHECK(section_text(all).find("\n`````sql\n") != std::string::npos);
    // What was written can be read back: the section is itself Markdown with SQL in it.
    auto again = issue("#2", "chi", section_text(all));
    CHECK(collect({again}, {}).empty() == false);
}

TEST_CASE("an error of the mariadb client is read as code, state, line and text", "[migrations]") {
    const auto found = find_client_error(
        "--------------\nALTER TABLE x\n--------------\n\nERROR 1054 (42S22) at line 2: Unknown column 'a' in 'field "
        "list'\n");
    REQUIRE(found);
    CHECK(found->code == 1054);
    CHECK(found->state == "42S22");
    CHECK(found->line == 2);
    CHECK(to_words(*found, "-- one\nUPDATE x SET a = 1;\n") ==
          "line 2, error 1054 (42S22): Unknown column 'a' in 'field list' — in “UPDATE x SET a = 1;”");
    const auto away = find_client_error("ERROR 2002 (HY000): Can't connect to local server through socket '/x' (2)");
    REQUIRE(away);
    CHECK(away->line == 0);
    CHECK(to_words(*away, "SELECT 1;") == "error 2002 (HY000): Can't connect to local server through socket '/x' (2)");
    CHECK_FALSE(find_client_error("mariadb: Deprecated program name"));
    CHECK_FALSE(find_client_error(""));
    CHECK_FALSE(find_client_error("ERROR without a number"));
}
