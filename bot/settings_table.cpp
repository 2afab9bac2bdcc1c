#include "bot/settings_table.hpp"

#include <algorithm>
#include <array>

#include "commands/release/setting_checks.hpp"
#include "integrations/store/address.hpp"

namespace slipway::bot {
namespace {

using place = yaml_value;
using folder = std::filesystem::path;

std::string path_at(const place& at, const folder& from, const std::string& otherwise = {}) {
    const auto written = at.name(otherwise);
    return written.empty() ? written : (from / written).lexically_normal().string();
}

std::string url_at(const place& at, const std::string& otherwise) {
    return checks::text_that(at, checks::is_web_url, "an http or https address without a password", otherwise);
}

std::string with_slash(std::string url) {
    if (!url.empty() && url.back() != '/') url += '/';
    return url;
}

/// sqlite:PATH (from `folder`) or postgresql://…; "" when it was taken, else what is wrong with it, without the value.
std::string take_database(settings& s, std::string value, const folder& from) {
    if (value.starts_with("postgresql://") || value.starts_with("postgres://")) {
        const auto read = store::read_postgres_address(value);
        if (!read) return "names a database, and " + read.error().sentence();
        s.database_address = std::move(value);
        return {};
    }
    if (!value.starts_with("sqlite:"))
        return "must be sqlite:PATH, the file to keep the state in, or postgresql://USER@HOST/NAME, a server that "
               "several bots may share";
    value.erase(0, value.starts_with("sqlite://") ? 9 : 7);
    if (value.empty()) return "names no file: write sqlite:PATH";
    s.database = (from / value).lexically_normal().string();
    s.database_address.clear();  // the environment goes before the file
    return {};
}

/// "127.0.0.1:8080" or "[::1]:8080"
std::optional<listen_address> listen_at(const place& at) {
    if (!at.present()) return std::nullopt;
    const auto written = at.text();
    const auto colon = written.rfind(':');
    std::int64_t port = -1;
    if (colon != std::string::npos && colon != 0 && colon + 1 < written.size() && written.size() - colon <= 6 &&
        written.find_first_not_of("0123456789", colon + 1) == std::string::npos)
        port = std::stoll(written.substr(colon + 1));
    if (port < 0 || port > 65535) {
        if (at.is_text())
            at.problem("`" + at.path() + "` must be an address and a port, such as 127.0.0.1:8080, not `" + written +
                       "`");
        return std::nullopt;
    }
    auto address = written.substr(0, colon);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
        address = address.substr(1, address.size() - 2);
    return listen_address{std::move(address), static_cast<std::uint16_t>(port)};
}

/// A file; or of a folder every *.yaml, by name, so that a new project is one file more (R9.6).
void add_projects(settings& s, const folder& path) {
    std::error_code problem;
    if (!std::filesystem::is_directory(path, problem)) {
        s.projects.push_back({.file = path.string()});
        return;
    }
    std::vector<std::string> found;
    for (const auto& each : std::filesystem::directory_iterator{path, problem})
        if (each.path().extension() == ".yaml") found.push_back(each.path().string());
    std::ranges::sort(found);
    for (auto& each : found) s.projects.push_back({.file = std::move(each)});
}

constexpr std::array keys{
    file_key{"state_directory", "folder of the database and the work trees; must exist",
             [](settings& s, const place& at, const folder& from) { s.state_directory = path_at(at, from); }},
    file_key{"database",
             "sqlite:PATH (default slipway.db in the state directory) or postgresql://USER@HOST/NAME without its "
             "password; DATABASE_URL goes before it",
             [](settings& s, const place& at, const folder& from) {
                 const auto written = at.name();
                 if (written.empty()) return;
                 const auto wrong = take_database(s, written, from);
                 if (!wrong.empty()) return at.problem("`database` " + wrong);
                 if (!s.shares_database()) return;
                 const auto read = store::read_postgres_address(s.database_address);
                 if (read && !read->password.empty())
                     at.problem(
                         "`database` holds a password, which does not belong into this file: set DATABASE_URL "
                         "(or DATABASE_URL_FILE), PGPASSWORD or PGPASSFILE, and replace the password, since it "
                         "has been written down");
             }},
    file_key{"checklist", "checklist of projects that name none; default checklists/default.yaml beside this file",
             [](settings& s, const place& at, const folder& from) {
                 s.checklist = path_at(at, from, "checklists/default.yaml");
             }},
    file_key{"log_level", "trace, debug, info, warning or error; default info",
             [](settings& s, const place& at, const folder&) {
                 s.log_level = at.one_of({"trace", "debug", "info", "warning", "error"}, s.log_level);
             }},
    file_key{
        "slack.api_url", "default https://slack.com/api/; SLACK_API_URL goes before it",
        [](settings& s, const place& at, const folder&) { s.slack.api_url = with_slash(url_at(at, s.slack.api_url)); }},
    file_key{"slack.ca_file", "PEM certificates that are trusted beside the system's",
             [](settings& s, const place& at, const folder& from) { s.slack.ca_file = path_at(at, from); }},
    file_key{"slack.acknowledge_within", "how soon an envelope is stored and acknowledged; default 1s",
             [](settings& s, const place& at, const folder&) {
                 s.slack.acknowledge_within = at.duration(s.slack.acknowledge_within);
                 if (s.slack.acknowledge_within < milliseconds{50} || s.slack.acknowledge_within > milliseconds{2900})
                     at.problem("`slack.acknowledge_within` must lie between 50ms and 2900ms: Slack gives up after 3s");
             }},
    file_key{"slack.links", "Socket Mode links held at the same time, 1 to 4; default 1",
             [](settings& s, const place& at, const folder&) {
                 s.slack.links = static_cast<int>(at.number(s.slack.links, 1, 4));
             }},
    file_key{"slack.listen", "address:port at which Slack's signed requests are received, in place of Socket Mode",
             [](settings& s, const place& at, const folder&) { s.slack.listen = listen_at(at); }},
    file_key{"gitlab.url", "https://gitlab.example; GITLAB_URL goes before it",
             [](settings& s, const place& at, const folder&) { s.gitlab.url = url_at(at, s.gitlab.url); }},
    file_key{"gitlab.ca_file", "PEM certificates that are trusted beside the system's",
             [](settings& s, const place& at, const folder& from) { s.gitlab.ca_file = path_at(at, from); }},
    file_key{"sentry.url", "https://sentry.example, or of GlitchTip; SENTRY_URL goes before it",
             [](settings& s, const place& at, const folder&) { s.sentry.url = url_at(at, s.sentry.url); }},
    file_key{"sentry.ca_file", "PEM certificates that are trusted beside the system's",
             [](settings& s, const place& at, const folder& from) { s.sentry.ca_file = path_at(at, from); }},
    file_key{"webhooks.listen", "address:port at which Sentry's webhooks are received",
             [](settings& s, const place& at, const folder&) { s.webhooks = listen_at(at); }},
    file_key{"ingest.listen", "address:port at which the website's errors are received",
             [](settings& s, const place& at, const folder&) { s.ingest = listen_at(at); }},
    file_key{"health.listen", "address:port of health and metrics",
             [](settings& s, const place& at, const folder&) { s.health = listen_at(at); }},
    file_key{"policy.repository",
             "address or folder of the git repository whose branch holds project files and checklists, in place of "
             "`projects`",
             [](settings& s, const place& at, const folder&) {
                 s.policy.repository =
                     checks::text_that(at, checks::is_repository_url, "an address that git takes, without a password");
             }},
    file_key{"policy.branch", "the protected branch; default main",
             [](settings& s, const place& at, const folder&) {
                 s.policy.branch = checks::text_that(at, checks::is_branch, checks::branch_words, s.policy.branch);
             }},
    file_key{"policy.path", "folder of the project files in that repository; default its top",
             [](settings& s, const place& at, const folder&) {
                 s.policy.path = std::filesystem::path{at.name()}.lexically_normal().string();
                 while (s.policy.path.ends_with('/')) s.policy.path.pop_back();
                 if (s.policy.path == ".") s.policy.path.clear();
                 if (!s.policy.path.empty() && !checks::is_path_inside(s.policy.path))
                     at.problem("`policy.path` must be a folder inside the repository");
             }},
    file_key{"policy.project",
             "group/name of that repository in GitLab, which is asked whether the branch is protected",
             [](settings& s, const place& at, const folder&) {
                 s.policy.project = at.name();
                 auto address = s.policy.repository;
                 if (address.ends_with(".git")) address.resize(address.size() - 4);
                 if (!s.policy.project.empty() && !address.ends_with("/" + s.policy.project))
                     at.problem(
                         "`policy.project` is another repository than `policy.repository`: its address has to "
                         "end with it");
             }},
    file_key{"projects", "list of project files, one per product, or of folders that hold such files",
             [](settings& s, const place& at, const folder& from) {
                 for (const auto& path : at.texts()) add_projects(s, (from / path).lexically_normal());
                 if (at.is_list() && s.projects.empty()) at.problem("`projects` needs at least one project file");
             }},
};

/// Proxies are named in capitals or not; where both are, the small ones win, as in curl.
std::string take_proxy(settings& s, std::string value) {
    const auto read = net::parse_proxy(value, "");
    if (!read) return read.error().sentence();
    s.https_proxy = std::move(value);
    return {};
}
std::string take_no_proxy(settings& s, std::string value) {
    s.no_proxy = std::move(value);
    return {};
}

constexpr std::array variables{
    environment_key{"HTTPS_PROXY", take_proxy},
    environment_key{"https_proxy", take_proxy},
    environment_key{"NO_PROXY", take_no_proxy},
    environment_key{"no_proxy", take_no_proxy},
    environment_key{"SLACK_APP_TOKEN",
                    [](settings& s, std::string value) -> std::string {
                        if (value.starts_with("xoxb-"))
                            return "holds a bot token (xoxb-…): the app-level token begins with xapp-";
                        s.slack.app_token = std::move(value);
                        return {};
                    }},
    environment_key{"SLACK_BOT_TOKEN",
                    [](settings& s, std::string value) -> std::string {
                        if (value.starts_with("xapp-"))
                            return "holds an app-level token (xapp-…): the bot token begins with xoxb-";
                        s.slack.bot_token = std::move(value);
                        return {};
                    }},
    environment_key{"SLACK_SIGNING_SECRET",
                    [](settings& s, std::string value) -> std::string {
                        s.slack.signing_secret = std::move(value);
                        return {};
                    }},
    environment_key{"SLACK_API_URL",
                    [](settings& s, std::string value) -> std::string {
                        if (!checks::is_web_url(value)) return "must be an http or https address";
                        s.slack.api_url = with_slash(std::move(value));
                        return {};
                    }},
    environment_key{"GITLAB_URL",
                    [](settings& s, std::string value) -> std::string {
                        if (!checks::is_web_url(value)) return "must be an http or https address";
                        s.gitlab.url = std::move(value);
                        return {};
                    }},
    environment_key{"GITLAB_TOKEN",
                    [](settings& s, std::string value) -> std::string {
                        s.gitlab.token = std::move(value);
                        return {};
                    }},
    environment_key{"SENTRY_URL",
                    [](settings& s, std::string value) -> std::string {
                        if (!checks::is_web_url(value)) return "must be an http or https address";
                        s.sentry.url = std::move(value);
                        return {};
                    }},
    environment_key{"SENTRY_AUTH_TOKEN",
                    [](settings& s, std::string value) -> std::string {
                        s.sentry.token = std::move(value);
                        return {};
                    }},
    environment_key{"SENTRY_CLIENT_SECRET",
                    [](settings& s, std::string value) -> std::string {
                        s.sentry.client_secret = std::move(value);
                        return {};
                    }},
    environment_key{"SALT_API_URL",
                    [](settings& s, std::string value) -> std::string {
                        if (!checks::is_web_url(value)) return "must be an https address";
                        s.salt.url = std::move(value);
                        return {};
                    }},
    environment_key{"SALT_API_USER",
                    [](settings& s, std::string value) -> std::string {
                        s.salt.username = std::move(value);
                        return {};
                    }},
    environment_key{"SALT_API_PASSWORD",
                    [](settings& s, std::string value) -> std::string {
                        s.salt.password = std::move(value);
                        return {};
                    }},
    environment_key{"SALT_API_EAUTH",
                    [](settings& s, std::string value) -> std::string {
                        s.salt.eauth = std::move(value);
                        return {};
                    }},
    environment_key{
        "DATABASE_URL",
        [](settings& s, std::string value) -> std::string { return take_database(s, std::move(value), folder{}); }},
    environment_key{"PGPASSWORD",
                    [](settings& s, std::string value) -> std::string {
                        s.database_password = std::move(value);
                        return {};
                    }},
};

}  // namespace

std::span<const file_key> file_keys() {
    return keys;
}
std::span<const environment_key> environment_keys() {
    return variables;
}

}  // namespace slipway::bot
