#include <catch2/catch.hpp>

#include "commands/release/project.hpp"

using namespace slipway;
using namespace slipway::release;

namespace {

checked_project read_with(const std::string& more) {
    return read_project(R"(
name: shop
channel: C012ABC
gitlab: {project: cig/web/shop}
repository: {url: "https://gitlab.example/cig/shop.git", trunk: main}
version: {file: app/version.properties}
roles: {release-manager: [U1ANNA]}
)" + more,
                        "shop.yaml");
}

std::string problem_of(const std::string& more) {
    std::string all;
    for (const auto& each : read_with(more).problems) all += each.text() + "\n";
    return all;
}

}  // namespace

TEST_CASE("nothing has to be said about migrations and dependencies", "[release][project]") {
    const auto made = read_with("").settings;
    CHECK(made.migrations.languages == std::vector<std::string>{"sql", "mysql", "mariadb"});
    CHECK_FALSE(made.migrations.untagged);
    CHECK_FALSE(made.migrations.trial.is_configured());
    CHECK(made.dependencies.group == "cig/web");
    CHECK(made.dependencies.usual.trunk == "main");
    CHECK(made.dependencies.usual.stable == "stable");
}

TEST_CASE("every key of migrations and dependencies is read", "[release][project]") {
    const auto checked = read_with(R"(
migrations:
  languages: [SQL, pgsql]
  untagged: true
  labels: {before: first, after: then}
  try: {program: [mariadb, --skip-ssl], host: db.test, port: 3307, user: tryer, password_from: TRY_WORD, setup: /etc/s.sql, timeout: 5m}
dependencies:
  group: cig
  url: file:///srv/git/{path}.git
  from: merge_request
  stable: production
  projects:
    cig/money: {from: trunk, trunk: develop, url: "ssh://git@host/cig/money.git"}
)");
    for (const auto& each : checked.problems) FAIL_CHECK(each.text());
    const auto& sql = checked.settings.migrations;
    CHECK(sql.languages == std::vector<std::string>{"sql", "pgsql"});
    CHECK(sql.untagged);
    CHECK(sql.before_label == "first");
    CHECK(sql.after_label == "then");
    CHECK(sql.trial.is_configured());
    CHECK(sql.trial.program.size() == 2);
    CHECK(sql.trial.port == 3307);
    CHECK(sql.trial.password_from == "TRY_WORD");
    CHECK(sql.trial.timeout == std::chrono::minutes{5});
    const auto& others = checked.settings.dependencies;
    CHECK(others.group == "cig");
    CHECK(others.usual.from == "merge_request");
    const auto& money = others.projects.at("cig/money");
    CHECK(money.from == "trunk");
    CHECK(money.trunk == "develop");
    CHECK(money.stable == "production");
    CHECK(money.url == "ssh://git@host/cig/money.git");
}

TEST_CASE("R8.5 R8.6 settings of migrations and dependencies hold no options, tricks or secrets",
          "[release][project]") {
    CHECK(problem_of("migrations: {try: {user: root}}").find("needs either `socket` or `host`") != std::string::npos);
    CHECK(problem_of("migrations: {try: {host: -oProxy}}").find("a host name") != std::string::npos);
    CHECK(problem_of("migrations: {try: {socket: run/s}}").find("absolute path of a socket") != std::string::npos);
    CHECK_FALSE(problem_of("migrations: {try: {socket: /run/s, password: x}}").empty());
    CHECK(problem_of("migrations: {labels: {before: x, after: x}}").find("two labels") != std::string::npos);
    CHECK(problem_of("dependencies: {url: \"https://host/x.git\"}").find("{path}") != std::string::npos);
    CHECK(problem_of("dependencies: {url: \"--upload-pack=x{path}\"}").find("file URL") != std::string::npos);
    CHECK(problem_of("dependencies: {group: ../x}").find("path of a GitLab group") != std::string::npos);
    CHECK(problem_of("dependencies: {trunk: stable}").find("two branches") != std::string::npos);
    CHECK(problem_of("dependencies: {projects: {cig/web/shop: {}}}").find("another GitLab project") !=
          std::string::npos);
}

TEST_CASE(
    "earlier paths of the project and its housekeeping are read, and a rule that would let anything in is refused",
    "[release][project]") {
    const auto made = read_with(R"(
housekeeping:
  - {subject: "Update translations", author: robot@shop.test, paths: [locale/, "*.po"]}
)");
    CHECK(made.problems.empty());
    REQUIRE(made.settings.housekeeping.size() == 1);
    CHECK(made.settings.housekeeping[0].author == "robot@shop.test");
    CHECK(made.settings.housekeeping[0].paths == std::vector<std::string>{"locale/", "*.po"});
    CHECK_THAT(problem_of("housekeeping: [{paths: [locale/]}]"), Catch::Contains("`subject` or `author`"));
    CHECK_THAT(problem_of("housekeeping: [{author: Robot}]"), Catch::Contains("needs `paths`"));
    const auto other = read_project(R"(
name: shop
channel: C012ABC
gitlab: {project: cig/web/shop, aliases: [cig/old-shop]}
repository: {url: "https://gitlab.example/cig/shop.git", trunk: main}
version: {file: app/version.properties}
roles: {release-manager: [U1ANNA]}
)",
                                    "shop.yaml");
    CHECK(other.problems.empty());
    CHECK(other.settings.gitlab.aliases == std::vector<std::string>{"cig/old-shop"});
}
