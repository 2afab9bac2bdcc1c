// What the risk rules find, and what they leave alone.
#include <catch2/catch.hpp>

#include "commands/release/yaml.hpp"
#include "commands/risk/findings.hpp"
#include "tests/unit/commands/risk/parts.hpp"

using namespace slipway;
using namespace slipway::risk;
using namespace slipway::risk::test;

namespace {

rule of_kind(rule_kind kind) {
    rule made;
    made.id = "r";
    made.kind = kind;
    made.message = "why";
    return made;
}

/// The whole difference is one file, brought by !11 of chi.
material one(const file_part& file) {
    return {{file}, {from(origin_kind::request, 11, {file})}};
}

std::vector<finding> found(const material& of, const rule& by, const surroundings& around = {}) {
    static material kept;  // findings point into what they were found in
    kept = of;
    return findings(kept, around, {by});
}

}  // namespace

TEST_CASE("P14 a debug leftover is found with file, line, merge request and author", "[risk]") {
    auto by = of_kind(rule_kind::line);
    by.any = {"console.log(", "debugger"};
    by.paths = {"*.js"};
    const auto all = found(one(changed("src/menu.js", {{7, "  console.log('here')"}, {8, "fine()"}})), by);
    REQUIRE(all.size() == 1);
    CHECK(all[0].path == "src/menu.js");
    CHECK(all[0].line == 7);
    CHECK(all[0].excerpt == "console.log('here')");
    REQUIRE(all[0].from != nullptr);
    CHECK(name_of(*all[0].from) == "!11");
    CHECK(all[0].from->author == "chi");
    CHECK(found(one(changed("src/menu.php", {{7, "console.log(1)"}})), by).empty());
    CHECK(found(one(changed("src/menu.js", {{7, "my_console.log(1)"}, {8, "debuggers()"}})), by).empty());
    CHECK(found(one(changed("src/menu.js", {}, {{7, "console.log(1)"}})), by).empty());
}

TEST_CASE("P14 each line is told to the merge request that brought it", "[risk]") {
    auto by = of_kind(rule_kind::line);
    by.any = {"dd("};
    material of;
    of.whole = {changed("a.php", {{3, "dd($one);"}, {9, "dd($two);"}})};
    of.parts = {from(origin_kind::request, 6, {changed("a.php", {{3, "dd($one);"}})}),
                from(origin_kind::request, 9, {changed("a.php", {{9, "dd($two);"}})})};
    const auto all = found(of, by);
    REQUIRE(all.size() == 2);
    CHECK(all[0].from->iid == 6);
    CHECK(all[1].from->iid == 9);
}

TEST_CASE("R8.6 P14 secrets are found by their shape or by their name, and shown masked", "[risk][secrets]") {
    const auto by = of_kind(rule_kind::secret);
    struct sample {
        std::string text, hidden;
    };
    const std::string tail = "IOSFODNN7ABCDEFG";
    for (const auto& each : std::vector<sample>{
             {"aws = AKIA" + tail, tail},
             {"token: glpat-" + std::string("a1b2c3d4e5f6g7h8i9j0"), "a1b2c3d4e5f6g7h8i9j0"},
             {R"('db_password' => 'S3cure!horse-battery')", "S3cure!horse-battery"},
             {R"(const apiKey = "9f8e7d6c5b4a3f2e1d0c";)", "9f8e7d6c5b4a3f2e1d0c"},
             {"-----BEGIN RSA " + std::string("PRIVATE KEY-----"), "RSA PRIVATE"},
         }) {
        INFO(each.text);
        const auto all = found(one(changed("config/app.php", {{4, each.text}})), by);
        REQUIRE(all.size() == 1);
        CHECK(all[0].excerpt.find("[masked]") != std::string::npos);
        CHECK(all[0].excerpt.find(each.hidden) == std::string::npos);
    }
}

TEST_CASE("P14 what stands where a secret would stand, and is none, is left alone", "[risk][secrets]") {
    const auto by = of_kind(rule_kind::secret);
    for (const auto* text :
         {"password = getenv('DB_PASSWORD')", "password: \"${DB_PASSWORD}\"", "password = \"changeme\"",
          "$password = '';", "the password is \"long enough to remember\"", "label = 'Password'", "AKIA",
          "sha = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'", "secret = \"{{ vault.secret }}\""}) {
        INFO(text);
        CHECK(found(one(changed("a.php", {{1, text}})), by).empty());
    }
}

TEST_CASE("P14 a conflict marker is found, a heading of equal signs is not", "[risk]") {
    const auto all =
        found(one(changed("a.md", {{1, "<<<<<<< HEAD"}, {2, "======="}, {3, ">>>>>>> feature"}, {4, "a <<<<<<< b"}})),
              of_kind(rule_kind::conflict));
    REQUIRE(all.size() == 2);
    CHECK(all[0].line == 1);
    CHECK(all[1].line == 3);
}

TEST_CASE("P14 permission bits and links are told in words", "[risk]") {
    const auto by = of_kind(rule_kind::mode);
    auto file = changed("bin/run", {});
    file.new_mode = 0100755;
    CHECK(found(one(file), by).at(0).message == "why (became executable)");
    std::swap(file.old_mode, file.new_mode);
    CHECK(found(one(file), by).at(0).message == "why (is no longer executable)");
    file.new_mode = 0120000;
    CHECK(found(one(file), by).at(0).message == "why (100755 → 120000)");
    CHECK(found(one(changed("a", {{1, "x"}})), by).empty());
}

TEST_CASE("P14 a lock file and its manifest change together, in each folder", "[risk]") {
    auto by = of_kind(rule_kind::lock_file);
    by.pairs = {{"package-lock.json", "package.json"}};
    const auto lock = changed("web/package-lock.json", {{1, "a"}});
    const auto manifest = changed("web/package.json", {{1, "a"}});
    CHECK(found(one(lock), by).at(0).message == "why (package.json beside it did not change)");
    surroundings around;
    CHECK(found(one(manifest), by, around).empty());  // there is no lock file
    around.paths = {"web/package-lock.json"};
    CHECK(found(one(manifest), by, around).at(0).message == "why (package-lock.json beside it did not change)");
    CHECK(found({{lock, manifest}, {}}, by, around).empty());
    CHECK(found({{lock, changed("package.json", {{1, "a"}})}, {}}, by, around).size() == 1);
}

TEST_CASE("P14 a schema change is found unless the DBA gets the same statement, however it is laid out", "[risk]") {
    const auto by = of_kind(rule_kind::schema);
    const auto of = one(changed("migrations/2.sql", {{1, "-- the berth"},
                                                     {2, "ALTER TABLE hangars"},
                                                     {3, "  ADD COLUMN last_berth SMALLINT; UPDATE hangars SET a = 1;"},
                                                     {4, "DROP TABLE visits;"}}));
    const auto all = found(of, by);
    REQUIRE(all.size() == 2);
    CHECK(all[0].line == 2);
    CHECK(all[1].line == 4);
    surroundings around;
    around.collected_sql = "Words.\n```sql\nalter table hangars add column last_berth smallint;\n```\n";
    const auto left = found(of, by, around);
    REQUIRE(left.size() == 1);
    CHECK(left[0].line == 4);
    CHECK(found(one(changed("a.php", {{1, "echo 'create table of contents'"}})), by).empty());
}

TEST_CASE("P14 a function that went away and is still called is found with the places of its calls", "[risk]") {
    const auto by = of_kind(rule_kind::removed_function);
    material of;
    of.whole = {changed("lib/money.php", {{2, "function show_price($a) {"}},
                        {{2, "public static function format_price($a) {"}, {9, "function show_price($b) {"}})};
    CHECK(lost_functions(of, {by}) == std::vector<std::string>{"format_price"});
    surroundings around;
    around.uses = {{"format_price", "a.php", 3, "echo format_price(1);"},
                   {"format_price", "b.md", 1, "format_price is gone"},
                   {"format_price", "c.php", 8, "function format_price($x) {"}};
    const auto all = found(of, by, around);
    REQUIRE(all.size() == 1);
    CHECK(all[0].message == "why (`format_price` is still called in a.php:3)");
    around.uses.erase(around.uses.begin());
    CHECK(found(of, by, around).empty());
}

TEST_CASE("P14 functions are recognised in the usual languages", "[risk]") {
    for (const auto* text : {"def price(a):", "function price() {", "func (s *shop) price(a int) int {",
                             "pub fn price(a: i32) -> i32 {", "export async function price(a) {", "sub price {"}) {
        INFO(text);
        CHECK(lost_functions(one(changed("x", {}, {{1, text}})), {of_kind(rule_kind::removed_function)}) ==
              std::vector<std::string>{"price"});
    }
}

TEST_CASE("P14 large and binary files and paths that matter are found once", "[risk]") {
    auto file = changed("img/hero.png", {});
    file.binary = true;
    file.size = 2'000'000;
    CHECK(found(one(file), of_kind(rule_kind::binary)).size() == 1);
    CHECK(found(one(file), of_kind(rule_kind::large)).size() == 1);
    auto small = of_kind(rule_kind::large);
    small.more_than = 2'000'001;
    CHECK(found(one(file), small).empty());
    auto by = of_kind(rule_kind::path);
    by.paths = {"config/**", "**/auth/**"};
    by.except = {"*.md"};
    CHECK(found(one(changed("config/app.properties", {{1, "a"}})), by).at(0).message == "why (+1 −0 lines)");
    CHECK(found(one(changed("src/auth/login.php", {{1, "a"}})), by).size() == 1);
    CHECK(found(one(changed("config/README.md", {{1, "a"}})), by).empty());
    CHECK(found(one(changed("src/config.php", {{1, "a"}})), by).empty());
}

TEST_CASE("P14 a merge that holds more than the automatic merge is found with its author", "[risk]") {
    auto merge = from(origin_kind::merge, 0, {}, "leo");
    merge.from.commit = "0123456789abcdef";
    merge.evil_paths = {"a.php"};
    const auto all = found({{changed("a.php", {{1, "x"}})}, {merge}}, of_kind(rule_kind::evil_merge));
    REQUIRE(all.size() == 1);
    CHECK(all[0].message == "why (in merge commit 0123456789)");
    CHECK(all[0].from->author == "leo");
}

TEST_CASE("globs stay inside a folder unless they say otherwise, and cannot blow up", "[risk]") {
    CHECK(glob_fits("*.js", "deep/er/a.js"));
    CHECK(glob_fits("config/*", "config/a"));
    CHECK_FALSE(glob_fits("config/*", "config/a/b"));
    CHECK(glob_fits("config/**", "config/a/b"));
    CHECK(glob_fits("**/auth/**", "auth/x"));
    CHECK(glob_fits("config/", "config/a/b"));
    CHECK_FALSE(glob_fits("a?c", "abbc"));
    CHECK_FALSE(glob_fits(std::string(200, '*') + "b/x", std::string(5'000, 'a')));
}

TEST_CASE("R2.1 a fault in a rule is told with file and line", "[risk][rules]") {
    yaml_reader reader{"team.yaml"};
    const auto root = reader.parse(
        "with:\n  rules:\n    - {id: a, kind: lines, message: m}\n    - {id: a, kind: line, message: m}\n"
        "    - {id: b, kind: path, message: m, severty: blocking}\n    - {id: c, kind: lock_file, severity: fatal}\n");
    check_rules(root.at("with"));
    std::string all;
    for (const auto& each : reader.problems()) all += each.text() + "\n";
    INFO(all);
    CHECK(all.find("team.yaml:3: there is no kind of rule `lines`") != std::string::npos);
    CHECK(all.find("team.yaml:4: two rules are called `a`") != std::string::npos);
    CHECK(all.find("team.yaml:4: the rule `a` looks at lines and needs `any`") != std::string::npos);
    CHECK(all.find("severty") != std::string::npos);
    CHECK(all.find("needs `pairs`") != std::string::npos);
    CHECK(all.find("`fatal`") != std::string::npos);
}

TEST_CASE("rules come back from the frozen checklist as they were written, those that are off do not",
          "[risk][rules]") {
    const auto with = boost::json::parse(R"({"rules":[
        {"id":"a","kind":"lock_file","message":"m","severity":"blocking","pairs":{"x.lock":"x.json"}},
        {"id":"b","kind":"secret","message":"m","on":false},
        {"id":"c","kind":"large","message":"m","more_than":5,"except":["*.png"]}]})");
    const auto all = rules_of(with.as_object());
    REQUIRE(all.size() == 2);
    CHECK(all[0].severity == severity::blocking);
    CHECK(all[0].pairs.at("x.lock") == "x.json");
    CHECK(all[1].more_than == 5);
    CHECK(all[1].except == std::vector<std::string>{"*.png"});
    CHECK(rules_of({}).empty());
}
