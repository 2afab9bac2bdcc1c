#include "commands/release/read_sql_and_dependencies.hpp"

#include <algorithm>
#include <cctype>

#include "commands/release/setting_checks.hpp"

namespace slipway::release {
namespace {

using namespace checks;
using place = yaml_value;

bool is_absolute(std::string_view text) {
    return text.size() > 1 && text.front() == '/';
}

bool is_host(std::string_view text) {
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '_';
    });
}

bool is_account(std::string_view text) {
    return !text.empty() && text.front() != '-' &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isgraph(c) && c != '\'' && c != '`'; });
}

/// "cig", "cig/libraries/money": what GitLab takes as the path of a group or project.
bool is_group_path(std::string_view text) {
    return is_path_inside(text) && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) || c == '/' || c == '.' || c == '-' || c == '_';
           });
}

bool is_database(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '$'; });
}

/// `what` is done there: for the sentence when the server is not said.
void read_server(const place& at, database_server& made, const std::string& what) {
    if (at.at("program").present()) made.program = command_at(at.at("program"));
    made.socket = text_that(at.at("socket"), is_absolute, "the absolute path of a socket");
    made.host = text_that(at.at("host"), is_host, "a host name");
    made.port = static_cast<int>(at.at("port").number(made.port, 1, 65'535));
    made.user = text_that(at.at("user"), is_account, "a user of that server", made.user);
    made.password_from = text_that(at.at("password_from"), is_variable, "the name of an environment variable");
    made.timeout = at.at("timeout").duration(made.timeout);
    if (at.present() && made.socket.empty() == made.host.empty())
        at.problem("`" + at.path() + "` needs either `socket` or `host`, to say which server migrations are " + what);
}

trial_settings read_trial(const place& at) {
    at.only({"program", "socket", "host", "port", "user", "password_from", "setup", "timeout"});
    trial_settings made;
    read_server(at, made, "tried on");
    made.setup = text_that(at.at("setup"), is_absolute, "the absolute path of a file with SQL");
    return made;
}

load_settings read_load(const place& at) {
    at.only({"program", "socket", "host", "port", "user", "password_from", "database", "timeout"});
    load_settings made;
    made.timeout = milliseconds{3'600'000};
    read_server(at, made, "loaded into");
    made.database =
        text_that(at.required("database"), is_database, "the name of a database: letters, digits, `_` and `$`");
    return made;
}

dependency_rule read_rule(const place& at, dependency_rule made) {
    const auto from = at.at("from").one_of({"trunk", "merge_request"});
    if (!from.empty()) made.from = from;
    made.trunk = text_that(at.at("trunk"), is_branch, branch_words, made.trunk);
    made.stable = text_that(at.at("stable"), is_branch, branch_words, made.stable);
    if (made.trunk == made.stable) at.problem("`" + at.path() + "`: `trunk` and `stable` must be two branches");
    return made;
}

}  // namespace

migration_settings read_migrations(const place& at) {
    at.only({"languages", "untagged", "labels", "try", "load"});
    migration_settings made;
    if (const auto languages = at.at("languages")) made.languages = languages.texts();
    for (auto& each : made.languages)
        std::ranges::transform(each, each.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    made.untagged = at.at("untagged").flag(made.untagged);
    const auto labels = at.at("labels");
    labels.only({"before", "after"});
    made.before_label = labels.at("before").name(made.before_label);
    made.after_label = labels.at("after").name(made.after_label);
    if (made.before_label == made.after_label) labels.problem("`migrations.labels` must be two labels");
    if (const auto trial = at.at("try")) made.trial = read_trial(trial);
    if (const auto load = at.at("load")) made.load = read_load(load);
    return made;
}

dependency_settings read_dependencies(const place& at, const project_settings& project) {
    at.only({"group", "url", "from", "trunk", "stable", "projects"});
    dependency_settings made;
    const auto& path = project.gitlab.project;
    made.group =
        text_that(at.at("group"), is_group_path, "the path of a GitLab group", path.substr(0, path.rfind('/')));
    made.url = at.at("url").text();
    if (!made.url.empty() && made.url.find("{path}") == std::string::npos)
        at.at("url").problem("`dependencies.url` must say where the project's path stands: {path}");
    if (!made.url.empty() && !is_repository_url(made.url.substr(0, made.url.find("{path}")) + "x"))
        at.at("url").problem("`dependencies.url` must be an https, ssh or file URL, without a password");
    made.usual.trunk = project.repository.trunk;
    made.usual.stable = project.repository.stable;
    made.usual = read_rule(at, made.usual);
    for (const auto& [name, how] : at.at("projects").entries()) {
        how.only({"from", "trunk", "stable", "url"});
        auto rule = read_rule(how, made.usual);
        rule.url = text_that(how.at("url"), is_repository_url,
                             "an https, ssh or file URL, user@host:path or an absolute path, without a password");
        if (!is_group_path(name) || name == path)
            how.problem("`" + how.path() + "` must be named by the path of another GitLab project, such as cig/money");
        made.projects[name] = std::move(rule);
    }
    return made;
}

}  // namespace slipway::release
