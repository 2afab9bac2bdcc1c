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

TEST_CASE("every key of home page, restarts, runbook and loading is read", "[release][project]") {
    const auto checked = read_with(R"(
migrations:
  load: {host: db1, user: slipway, password_from: LOAD_WORD, database: website, timeout: 2h}
home_page:
  urls: ["https://shop.example/"]
  status: 203
  forbidden: [Oops, "Something broke"]
  redirects: same-host
  certificate_days: 30
  good: 4 of 5
  per_host: {hosts: [10.0.0.1, web2], address: "{host}:443"}
restarts:
  restart-workers:
    command: [ssh, "{host}", restart]
    hosts: [web1, web2]
    probe_url: "http://{host}/x"
    order: one-by-one
    settle: 5s
runbook:
  section: Scripts
  label: script
  languages: [SH]
  downtime: {section: "", text: "[downtime]", label: down}
  allow: [deploy-tool, [salt, -L, "*", service.*, ...]]
  environment: [DEPLOY_KEY]
  timeout: 5m
  idle_timeout: 1m
)");
    for (const auto& each : checked.problems) FAIL_CHECK(each.text());
    const auto& made = checked.settings;
    CHECK(made.migrations.load.is_configured());
    CHECK(made.migrations.load.database == "website");
    CHECK(made.migrations.load.timeout == std::chrono::hours{2});
    CHECK_FALSE(made.migrations.trial.is_configured());
    CHECK(made.home_page.good == 4);
    CHECK(made.home_page.of == 5);
    CHECK(made.home_page.redirects == redirect_policy::same_host);
    CHECK(made.home_page.per_host.address == "{host}:443");
    CHECK(made.restarts.at("restart-workers").one_by_one);
    CHECK(made.restarts.at("restart-workers").settle == milliseconds{5'000});
    CHECK(made.runbook.allow ==
          std::vector<std::vector<std::string>>{{"deploy-tool"}, {"salt", "-L", "*", "service.*", "..."}});
    CHECK(made.runbook.languages == std::vector<std::string>{"sh"});
    CHECK(made.runbook.downtime_section.empty());
    CHECK(read_with("").settings.runbook.allow.empty());
}

TEST_CASE("settings of machines that cannot work are said with their line", "[release][project]") {
    for (const std::string wrong :
         {"home_page: {urls: [\"http://a/\"], good: 5 of 4}\n", "home_page: {good: four of 5}\n",
          "home_page: {good: 4 of 5, good_in_a_row: 3}\n", "home_page: {redirects: sometimes}\n",
          "home_page: {per_host: {hosts: all, url: \"http://{host}/\"}}\n", "home_page: {per_host: {hosts: [a]}}\n",
          "home_page: {per_host: {hosts: [a], url: \"http://b/\"}}\n",
          "home_page: {per_host: {hosts: [a], address: \"{host}:443\", host_header: b}}\n",
          "home_page: {per_host: {hosts: [\"-a\"], address: \"{host}:443\"}}\n",
          "restarts: {x: {command: [a], hosts: [b]}}\n", "restarts: {x: {salt: {function: f}, hosts: [b]}}\n",
          "runbook: {allow: [\"*\"]}\n", "runbook: {allow: [[\"sal*\", x]]}\n", "runbook: {allow: [[]]}\n",
          "migrations: {load: {host: db1}}\n", "migrations: {load: {database: web}}\n",
          "migrations: {load: {host: db1, database: \"a; DROP\"}}\n"}) {
        INFO(wrong);
        CHECK(problem_of(wrong).starts_with("shop.yaml:"));
    }
}
