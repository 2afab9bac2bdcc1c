#include "commands/release/project.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::release;
using namespace std::chrono_literals;

namespace {

constexpr auto smallest = R"(
name: shop
channel: C012ABC
gitlab: {project: cig/shop}
repository: {url: "https://gitlab.example/cig/shop.git"}
version: {file: app/version.properties}
roles: {release-manager: [U1ANNA]}
)";

std::vector<std::string> problems(std::string_view yaml) {
    std::vector<std::string> all;
    for (const auto& each : read_project(yaml, "shop.yaml").problems) all.push_back(each.text());
    return all;
}

std::vector<std::string> problems_with(std::string_view more) {
    return problems(std::string{smallest} + std::string{more});
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a small project file is enough, the rest has the defaults of the checklist", "[release][project]") {
    const auto checked = read_project(smallest, "shop.yaml");
    CHECK(checked.problems.empty());
    const auto& shop = checked.settings;
    CHECK(shop.name == "shop");
    CHECK(shop.title == "shop");
    CHECK(shop.repository.trunk == "master");
    CHECK(shop.repository.stable == "stable");
    CHECK(shop.version.key == "centrifuge.project.version");
    CHECK(shop.version.grammar == "X.Y.Z");
    CHECK(shop.milestone_title("1.4.0") == "1.4.0");
    CHECK(shop.stable_differs == lines{"make.conf"});
    CHECK(shop.head_counts() == std::map<std::string, int>{{"release-manager", 1}});
    CHECK(shop.roles_of("U1ANNA").contains("release-manager"));
    CHECK(shop.roles_of("U2BEN").empty());
    CHECK(shop.rights.at("start") == lines{"release-manager"});
}

TEST_CASE("R3.10 a role is a list, a Slack group or a GitLab group, each with a lead", "[release][project]") {
    const auto base = std::string{smallest}.substr(0, std::string{smallest}.find("roles:"));
    const auto shop = read_project(base + R"(
roles:
  release-manager: [U1ANNA, U2BEN]
  dba: {slack_group: S0DBA, lead: U3DEVI}
  ops: {gitlab_group: cig/ops}
  qa: {members: [U4QUINN, U5EVE], lead: U5EVE}
)",
                                   "shop.yaml");
    CHECK(shop.problems.empty());
    const auto& made = shop.settings;
    CHECK(made.role_sources.at("dba").slack_group == "S0DBA");
    CHECK(made.role_sources.at("ops").gitlab_group == "cig/ops");
    CHECK(made.roles.at("dba").empty());
    CHECK(made.head_counts().at("dba") > 1000);  // only a click can tell
    CHECK(made.head_counts().at("qa") == 2);
    CHECK(made.leads ==
          std::map<std::string, std::string>{{"release-manager", "U1ANNA"}, {"dba", "U3DEVI"}, {"qa", "U5EVE"}});
    const auto wrong = [&](const std::string& role) {
        return read_project(base + "roles: {dba: " + role + "}", "shop.yaml").problems.size();
    };
    CHECK(wrong("{}") == 1);
    CHECK(wrong("{slack_group: S0DBA, gitlab_group: cig/dba}") == 1);
    CHECK(wrong("{slack_group: U0DBA}") == 1);
    CHECK(wrong("{group: S0DBA}") >= 1);
}

TEST_CASE("every key of a project file is read", "[release][project]") {
    const auto checked = read_project(R"(
name: core
title: RSI website
channel: C1
milestone: Platform-{version}
checklist: ../checklists/core.yaml
drift_poll: 30s
gitlab: {project: cig/rsi, labels: {migrations: sql, dependencies: deps, errors: oops}}
repository: {url: git@gitlab.example:cig/rsi.git, trunk: main, stable: live, author: {name: Bot, email: bot@example.org}}
version: {file: a/b.conf, key: app.version, grammar: X.Y, format: ini}
changelog: {file: docs/CHANGES.md, groups: {feature: Added, bug: Fixed}}
assets: {command: [substance, run, build], environment: [HOME], timeout: 10m, idle_timeout: 1m, paths: [public/assets/]}
tests: {command: [make, test]}
stable_diff_allowed: [make.conf, deploy.conf]
salt: {program: [sudo, salt], target: "p-prod* and G@roles:rsi", state: cig.build, minimum_hosts: 3, reply_timeout: 20s, run_limit: 2h}
home_page: {urls: ["https://example.org/"], marker: Welcome, version_marker: "v{version}", good_in_a_row: 5, pause: 2s, patience: 1m}
restarts:
  restart-workers: {command: [docker, restart, workers], probe: [docker, inspect, workers], patience: 30s}
  restart-queues: {salt: {function: service.restart, arguments: [redis], target: "redis*"}}
ingest: {project: 42, key: 0123456789abcdef0123456789abcdef, environment: live, strip_prefixes: [/srv/app/]}
watch: {before: 30m, looks: [1m, 2m], settle: 10s, most_issues: 3}
roles: {release-manager: [U1, U2], dba: [U3]}
rights: {hold: [dba]}
people: [{slack: U1, gitlab: anna, name: Anna, emails: [Anna@Example.org]}]
)",
                                      "core.yaml");
    CHECK(checked.problems.empty());
    const auto& core = checked.settings;
    CHECK(core.milestone_title("1.4") == "Platform-1.4");
    CHECK(core.gitlab.migration_label == "sql");
    CHECK(core.repository.stable == "live");
    CHECK(core.changelog.groups ==
          std::vector<std::pair<std::string, std::string>>{{"feature", "Added"}, {"bug", "Fixed"}});
    CHECK(core.assets.argv == lines{"substance", "run", "build"});
    CHECK(core.assets.timeout == 10min);
    CHECK(core.salt.program == lines{"sudo", "salt"});
    CHECK(core.salt.reply_timeout_s == 20);
    CHECK(core.home_page.good == 5);
    CHECK(core.home_page.of == 5);
    CHECK(core.restarts.at("restart-workers").command.front() == "docker");
    CHECK(core.restarts.at("restart-queues").salt_function == "service.restart");
    CHECK(core.ingest.project_number == "42");
    CHECK(core.watch.looks == std::vector<milliseconds>{1min, 2min});
    CHECK(core.rights.at("hold") == lines{"dba"});
    CHECK(core.rights.at("note") == lines{"*"});
    REQUIRE(core.by_email("anna@example.ORG") != nullptr);
    CHECK(core.by_email("anna@example.ORG")->slack == "U1");
    CHECK(core.by_gitlab("nobody") == nullptr);
}

TEST_CASE("all that is missing in a project file is said at once", "[release][project]") {
    CHECK(problems("title: x\n") ==
          lines{"shop.yaml:1: `name` is missing", "shop.yaml:1: `channel` is missing",
                "shop.yaml:1: `gitlab` is missing", "shop.yaml:1: `gitlab.project` is missing",
                "shop.yaml:1: `repository` is missing", "shop.yaml:1: `repository.url` is missing",
                "shop.yaml:1: `version` is missing", "shop.yaml:1: `version.file` is missing",
                "shop.yaml:1: `roles` is missing"});
}

TEST_CASE("R2.1 unknown keys and wrong ids are refused with file and line", "[release][project]") {
    CHECK(problems_with("chanel: C1\n") == lines{"shop.yaml:8: `chanel` is not known; did you mean `channel`?"});
    CHECK(problems_with("people: [{slack: anna}]\n") ==
          lines{"shop.yaml:8: `people[1].slack` must be a Slack user id such as U012ABC, not `anna`"});
    CHECK(problems_with("rights: {start: [boss]}\n") ==
          lines{"shop.yaml:8: `rights.start` names the role `boss`, which is not under `roles`"});
    CHECK(problems_with("milestone: Platform\n") ==
          lines{"shop.yaml:8: `milestone` must say where the version stands, such as Platform-{version}"});
}

TEST_CASE("R8.5 a command is a list of arguments, never a line for a shell", "[release][project]") {
    CHECK(problems_with("tests: {command: make test}\n") ==
          lines{"shop.yaml:8: `tests.command` must be a list of arguments such as [make, assets]: no shell reads it"});
    CHECK(problems_with("tests: {command: []}\n") ==
          lines{"shop.yaml:8: `tests.command` needs at least the name of a program"});
}

TEST_CASE("R8.5 no setting becomes an option or leaves the repository", "[release][project]") {
    for (const auto* path : {"../x", "/etc/passwd", "-x", "a/../b", "a//b", ".git/config", "a\\nb/../c"})
        CHECK(problems_with("changelog: {file: \"" + std::string{path} + "\"}\n").size() == 1);
    for (const auto* branch : {"-f", "a..b", "a b", "a~1", "x.lock", "a@{1}", "/x", "x/"}) {
        const auto file = std::string{smallest} + "drift_poll: 1s\n";
        const auto edited = std::string{file}.replace(file.find("repository: {"), 13,
                                                      "repository: {trunk: \"" + std::string{branch} + "\", ");
        INFO(branch);
        CHECK(problems(edited).size() == 1);
    }
    for (const auto* url : {"--upload-pack=x", "ext::sh -c x", "https://u:p@host/x", "host"}) {
        const auto file = std::string{smallest};
        const std::string_view old = "\"https://gitlab.example/cig/shop.git\"";
        INFO(url);
        CHECK(problems(std::string{file}.replace(file.find(old), old.size(), "\"" + std::string{url} + "\"")).size() ==
              1);
    }
}

TEST_CASE("R8.6 a secret in a project file is refused and not repeated", "[release][project]") {
    const auto found = problems_with("title: glpat-CANARY123\n");
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0], Catch::Contains("looks like a secret") && !Catch::Contains("CANARY"));
}

TEST_CASE("a restart says exactly one way", "[release][project]") {
    CHECK(problems_with("restarts: {restart-workers: {patience: 3s}}\n").size() == 1);
    CHECK(problems_with("restarts: {restart-workers: {command: [a], salt: {function: f}}}\n").size() == 1);
}

TEST_CASE("a file that is no YAML gives its line and no avalanche of missing keys", "[release][project]") {
    const auto found = problems("name: [\n");
    REQUIRE(!found.empty());
    CHECK(found.size() == 1);
}
