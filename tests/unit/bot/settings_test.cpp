#include "bot/settings.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/fakes/temporary_folder.hpp"

using namespace slipway;
using namespace slipway::bot;
using namespace std::chrono_literals;

namespace {

constexpr auto shop = R"(
name: shop
channel: C012ABC
gitlab: {project: cig/shop}
repository: {url: "https://gitlab.example/cig/shop.git"}
version: {file: version.properties}
roles: {release-manager: [U1ANNA]}
)";

/// A configuration folder and an environment of its own.
struct machine {
    fakes::temporary_folder folder;
    std::map<std::string, std::string> variables;

    std::string write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories(std::filesystem::path{folder.file(name)}.parent_path());
        std::ofstream{folder.file(name)} << text;
        return folder.file(name);
    }
    checked_settings load(std::string_view text) const {
        return load_settings(write("slipway.yaml", text), [this](const std::string& name) {
            const auto found = variables.find(name);
            return found != variables.end() ? std::optional{found->second} : std::nullopt;
        });
    }
};

/// Without the folder, which differs from run to run.
std::vector<std::string> sentences(const machine& on, const std::vector<yaml_problem>& problems) {
    std::vector<std::string> all;
    for (const auto& each : problems) {
        auto text = each.text();
        for (auto at = text.find(on.folder.file("")); at != std::string::npos; at = text.find(on.folder.file("")))
            text.erase(at, on.folder.file("").size());
        all.push_back(text);
    }
    return all;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a small file and four variables are enough to run", "[bot][settings]") {
    machine on;
    on.write("shop.yaml", shop);
    on.variables = {{"SLACK_APP_TOKEN", "xapp-1"},
                    {"SLACK_BOT_TOKEN", "xoxb-1"},
                    {"GITLAB_URL", "https://gitlab.example"},
                    {"GITLAB_TOKEN", "glpat-1"}};
    const auto loaded = on.load("state_directory: state\nprojects: [shop.yaml]\n");
    CHECK(sentences(on, loaded.problems).empty());
    CHECK(loaded.value.missing_for_run().empty());
    CHECK(loaded.value.slack.api_url == "https://slack.com/api/");
    CHECK(loaded.value.database == on.folder.file("state/slipway.db"));
    CHECK(loaded.value.checklist == on.folder.file("checklists/default.yaml"));
    CHECK_FALSE(loaded.value.ingest);
    REQUIRE(loaded.value.project("shop") != nullptr);
    CHECK(loaded.value.project("other") == nullptr);
    CHECK(loaded.value.secrets() == lines{"xapp-1", "xoxb-1", "glpat-1"});
}

TEST_CASE("R8.1 with slack.listen the signing secret is needed, and the app-level token is not", "[bot][settings]") {
    machine on;
    on.write("shop.yaml", shop);
    on.variables = {{"SLACK_BOT_TOKEN", "xoxb-1"},
                    {"GITLAB_URL", "https://gitlab.example"},
                    {"GITLAB_TOKEN", "glpat-1"},
                    {"SLACK_SIGNING_SECRET", "  "}};
    const std::string file =
        "state_directory: state\nprojects: [shop.yaml]\nslack: {listen: '127.0.0.1:9103', links: 2}\n";
    const auto empty = on.load(file);
    CHECK(sentences(on, empty.problems).empty());
    REQUIRE(empty.value.missing_for_run().size() == 1);
    CHECK(empty.value.missing_for_run()[0].find("SLACK_SIGNING_SECRET") != std::string::npos);
    on.variables["SLACK_SIGNING_SECRET"] = "s3cret";
    const auto loaded = on.load(file);
    CHECK(loaded.value.missing_for_run().empty());
    CHECK(loaded.value.slack.listen->port == 9103);
    CHECK(loaded.value.slack.links == 2);
}

TEST_CASE("R8.6 a proxy comes from the environment, and its password is a secret in every form it takes",
          "[bot][settings]") {
    machine on;
    on.write("shop.yaml", shop);
    on.variables = {{"HTTPS_PROXY", "http://bot:hunter%32@proxy.example:8080"}, {"NO_PROXY", "gitlab.example"}};
    const std::string file = "state_directory: state\nprojects: [shop.yaml]\n";
    const auto loaded = on.load(file);
    CHECK(sentences(on, loaded.problems).empty());
    REQUIRE(loaded.value.proxy());
    CHECK(loaded.value.proxy()->shown() == "proxy.example:8080");
    CHECK_FALSE(loaded.value.proxy()->serves("gitlab.example", 443));
    CHECK(loaded.value.secrets() == lines{"hunter2", "http://bot:hunter%32@proxy.example:8080", "Ym90Omh1bnRlcjI="});

    on.variables["https_proxy"] = "http://other.example";
    CHECK(on.load(file).value.proxy()->shown() == "other.example:3128");

    on.variables = {{"HTTPS_PROXY", "socks5://bot:hunter2@proxy.example"}};
    const auto wrong = on.load(file);
    REQUIRE(wrong.problems.size() == 1);
    CHECK(wrong.problems[0].text().find("HTTPS_PROXY is no address of a proxy") != std::string::npos);
    CHECK(wrong.problems[0].text().find("hunter2") == std::string::npos);
    CHECK_FALSE(wrong.value.proxy());
}

TEST_CASE("every key of the bot file is read, and the environment goes before it", "[bot][settings]") {
    machine on;
    on.write("products/shop.yaml", std::string{shop} + "checklist: lists/shop.yaml\n");
    on.variables = {{"SLACK_API_URL", "http://127.0.0.1:1/api"}, {"DATABASE_URL", "sqlite:/srv/bot.db"}};
    const auto loaded = on.load(
        "state_directory: /var/lib/slipway\nchecklist: mine.yaml\nlog_level: debug\n"
        "slack: {api_url: 'https://other/api/', ca_file: ca.pem, acknowledge_within: 500ms}\n"
        "gitlab: {url: 'https://gitlab.example', ca_file: /etc/ca.pem}\n"
        "ingest: {listen: '0.0.0.0:8090'}\nhealth: {listen: '[::1]:0'}\nprojects: [products/shop.yaml]\n");
    CHECK(sentences(on, loaded.problems).empty());
    CHECK(loaded.value.slack.api_url == "http://127.0.0.1:1/api/");
    CHECK(loaded.value.slack.ca_file == on.folder.file("ca.pem"));
    CHECK(loaded.value.slack.acknowledge_within == 500ms);
    CHECK(loaded.value.gitlab.ca_file == "/etc/ca.pem");
    CHECK(loaded.value.database == "/srv/bot.db");
    CHECK(loaded.value.state_directory == "/var/lib/slipway");
    REQUIRE(loaded.value.ingest);
    CHECK(loaded.value.ingest->address == "0.0.0.0");
    CHECK(loaded.value.ingest->port == 8090);
    REQUIRE(loaded.value.health);
    CHECK(loaded.value.health->address == "::1");
    CHECK(loaded.value.project("shop")->checklist_file == on.folder.file("products/lists/shop.yaml"));
}

TEST_CASE("unknown keys and wrong types are refused with file, line and the nearest key", "[bot][settings]") {
    machine on;
    const auto loaded = on.load(
        "state_directory: s\nprojets: [a]\nslack:\n  apiurl: x\n  acknowledge_within: 10s\n"
        "ingest: {listen: 8080}\nhealth: {port: 1}\nprojects: shop.yaml\n");
    CHECK(sentences(on, loaded.problems) ==
          lines{"slipway.yaml:2: `projets` is not known; did you mean `projects`?",
                "slipway.yaml:4: `slack.apiurl` is not known; did you mean `api_url`?",
                "slipway.yaml:5: `slack.acknowledge_within` must lie between 50ms and 2900ms: Slack gives up after 3s",
                "slipway.yaml:6: `ingest.listen` must be an address and a port, such as 127.0.0.1:8080, not `8080`",
                "slipway.yaml:7: `health.port` is not known", "slipway.yaml:8: `projects` must be a list, not text"});
}

TEST_CASE("R8.6 a secret in the file is refused, with the place where it belongs", "[bot][settings]") {
    machine on;
    const auto loaded = on.load(
        "state_directory: s\nprojects: [a]\ngitlab: {url: 'https://g', token: CANARY-1}\n"
        "log_level: xoxb-CANARY-2\n");
    std::string all;
    for (const auto& each : loaded.problems) all += each.text() + "\n";
    CHECK_THAT(all, Catch::Contains("slipway.yaml:3: `gitlab.token` is a secret") && Catch::Contains("environment"));
    CHECK_THAT(all, Catch::Contains("slipway.yaml:4: `log_level` looks like a secret"));
    CHECK_THAT(all, !Catch::Contains("CANARY-1"));
}

TEST_CASE("a secret may come from a file that NAME_FILE names", "[bot][settings]") {
    machine on;
    on.variables = {{"GITLAB_TOKEN_FILE", on.write("token", "glpat-1\n")},
                    {"SLACK_BOT_TOKEN_FILE", on.folder.file("gone")},
                    {"SLACK_APP_TOKEN", "a"},
                    {"SLACK_APP_TOKEN_FILE", "b"},
                    {"SLACK_SIGNING_SECRET_FILE", on.write("empty", "\n")}};
    const auto loaded = on.load("state_directory: s\nprojects: [a]\n");
    CHECK(loaded.value.gitlab.token == "glpat-1");
    CHECK(sentences(on, loaded.problems) ==
          lines{"environment: SLACK_APP_TOKEN and SLACK_APP_TOKEN_FILE are both set: keep one of them",
                "environment: SLACK_BOT_TOKEN_FILE: the file gone cannot be read: check its name and that the user the "
                "bot runs as may read it",
                "environment: SLACK_SIGNING_SECRET_FILE: the file empty is empty"});
}

TEST_CASE("swapped Slack tokens are recognised before Slack says invalid_auth", "[bot][settings]") {
    machine on;
    on.variables = {
        {"SLACK_APP_TOKEN", "xoxb-CANARY"}, {"SLACK_BOT_TOKEN", "xapp-CANARY"}, {"DATABASE_URL", "mysql://x"}};
    const auto loaded = on.load("state_directory: s\nprojects: [a]\n");
    CHECK(sentences(on, loaded.problems) ==
          lines{"environment: SLACK_APP_TOKEN holds a bot token (xoxb-…): the app-level token begins with xapp-",
                "environment: SLACK_BOT_TOKEN holds an app-level token (xapp-…): the bot token begins with xoxb-",
                "environment: DATABASE_URL must be sqlite:PATH, the file to keep the state in, or "
                "postgresql://USER@HOST/NAME, a server that several bots may share"});
}

TEST_CASE("the database is a file of this bot alone, or a server that several bots share", "[bot][settings]") {
    machine on;
    on.write("shop.yaml", shop);
    SECTION("a file, from the folder of the settings") {
        const auto loaded = on.load("state_directory: s\nprojects: [shop.yaml]\ndatabase: sqlite:mine.db\n");
        CHECK(sentences(on, loaded.problems).empty());
        CHECK(loaded.value.database == on.folder.file("mine.db"));
        CHECK_FALSE(loaded.value.shares_database());
    }
    SECTION("a server, by the file") {
        const auto loaded =
            on.load("state_directory: s\nprojects: [shop.yaml]\ndatabase: postgresql://bot@db.example/slipway\n");
        CHECK(sentences(on, loaded.problems).empty());
        CHECK(loaded.value.database_address == "postgresql://bot@db.example/slipway");
    }
    SECTION("and the environment goes before it") {
        on.variables = {{"DATABASE_URL", "sqlite:/srv/bot.db"}};
        const auto loaded =
            on.load("state_directory: s\nprojects: [shop.yaml]\ndatabase: postgresql://bot@db.example/slipway\n");
        CHECK(sentences(on, loaded.problems).empty());
        CHECK(loaded.value.database == "/srv/bot.db");
        CHECK_FALSE(loaded.value.shares_database());
    }
}

TEST_CASE("R8.6 the password of the database is masked however it is written, and stands in no file",
          "[bot][settings]") {
    machine on;
    on.write("shop.yaml", shop);
    on.variables = {{"DATABASE_URL", "postgresql://bot:CANARY%2Fone@db.example/slipway"}};
    const auto fine = on.load("state_directory: s\nprojects: [shop.yaml]\n");
    CHECK(sentences(on, fine.problems).empty());
    CHECK(fine.value.secrets() == lines{"CANARY/one", "CANARY%2Fone"});
    on.variables = {};
    const auto written =
        on.load("state_directory: s\nprojects: [shop.yaml]\ndatabase: postgresql://bot:CANARY@db/slipway\n");
    std::string all;
    for (const auto& each : written.problems) all += each.text() + "\n";
    CHECK_THAT(all, Catch::Contains("slipway.yaml:3: `database` holds a password"));
    CHECK_THAT(all, !Catch::Contains("CANARY"));
    on.variables = {{"DATABASE_URL", "postgresql://bot:CANARY@db:port/x"}};
    const auto broken = on.load("state_directory: s\nprojects: [shop.yaml]\n");
    all.clear();
    for (const auto& each : broken.problems) all += each.text() + "\n";
    CHECK_THAT(all, !Catch::Contains("CANARY"));
}

TEST_CASE("a project with faults is switched off alone", "[bot][settings]") {
    machine on;
    on.write("shop.yaml", shop);
    on.write("twin.yaml", shop);
    on.write("bad.yaml", "name: bad\nchanel: C1\n");
    const auto loaded = on.load("state_directory: s\nprojects: [bad.yaml, shop.yaml, gone.yaml, twin.yaml]\n");
    CHECK(sentences(on, loaded.problems).empty());
    REQUIRE(loaded.value.projects.size() == 4);
    CHECK_FALSE(loaded.value.projects[0].usable());
    CHECK(loaded.value.projects[1].usable());
    CHECK(sentences(on, loaded.value.projects[0].problems)[0] == "bad.yaml:1: `channel` is missing");
    CHECK(sentences(on, loaded.value.projects[2].problems).at(0).starts_with("gone.yaml: the file"));
    CHECK(sentences(on, loaded.value.projects[3].problems) ==
          lines{"twin.yaml: the name `shop` is taken by shop.yaml"});
    CHECK(loaded.value.project("shop") != nullptr);
}

TEST_CASE("a missing or broken bot file is one clear problem", "[bot][settings]") {
    machine on;
    const auto none = load_settings(on.folder.file("gone.yaml"), [](const std::string&) { return std::nullopt; });
    REQUIRE(none.problems.size() == 1);
    CHECK_THAT(none.problems[0].text(), Catch::Contains("gone.yaml cannot be read"));
    CHECK(on.load("a: [").problems.size() == 1);
    CHECK(sentences(on, on.load("").problems) ==
          lines{"slipway.yaml:1: `state_directory` is missing", "slipway.yaml:1: `projects` is missing"});
}

TEST_CASE("what is missing for a start is said as the variables to set", "[bot][settings]") {
    machine on;
    const auto missing = on.load("state_directory: s\nprojects: [a.yaml]\n").value.missing_for_run();
    CHECK(missing.size() == 5);
    CHECK(missing[0].starts_with("SLACK_APP_TOKEN (or SLACK_APP_TOKEN_FILE) is not set"));
}

TEST_CASE("an unknown version grammar or file format switches the project off, with its line", "[bot][settings]") {
    machine on;
    const auto with = [](std::string_view version) {
        std::string text{shop};
        const std::string_view old = "{file: version.properties}";
        return text.replace(text.find(old), old.size(), version);
    };
    on.write("grammar.yaml", with("{file: version.properties, grammar: one.two}"));
    on.write("format.yaml", with("{file: VERSION}"));
    on.write("pattern.yaml", with("{file: VERSION, format: pattern, pattern: '^(.*)$'}"));
    const auto loaded = on.load("state_directory: s\nprojects: [grammar.yaml, format.yaml, pattern.yaml]\n");
    const auto& projects = loaded.value.projects;
    REQUIRE(projects[0].problems.size() == 1);
    CHECK_THAT(projects[0].problems[0].text(), Catch::Contains("grammar.yaml:6: ") && Catch::Contains("one.two"));
    REQUIRE(projects[1].problems.size() == 1);
    CHECK_THAT(projects[1].problems[0].text(), Catch::Contains("format.yaml:6: ") && Catch::Contains("VERSION"));
    CHECK(projects[2].usable());
}
