#include "bot/settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "bot/policy.hpp"
#include "bot/settings_table.hpp"
#include "commands/changelog/version.hpp"
#include "commands/changelog/version_key.hpp"
#include "commands/release/setting_checks.hpp"
#include "commands/release/yaml.hpp"
#include "commands/windows/calendar.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/result.hpp"
#include "integrations/store/address.hpp"

namespace slipway::bot {

std::string trimmed(std::string text) {
    constexpr std::string_view blank = " \t\r\n";
    text.erase(0, std::min(text.find_first_not_of(blank), text.size()));
    text.erase(text.find_last_not_of(blank) + 1);
    return text;
}

namespace {

namespace files = std::filesystem;

result<std::string> read_text(const std::string& file) {
    std::error_code problem;
    if (files::is_directory(file, problem)) return failure{errc::invalid, file + " is a folder, not a file"};
    std::ifstream in{file, std::ios::binary};
    std::stringstream text;
    if (!in || !(text << in.rdbuf()) || in.bad())
        if (!in.is_open() || files::file_size(file, problem) != 0 || problem)
            return failure{errc::not_found, "the file " + file +
                                                " cannot be read: check its name and that the user the bot runs as "
                                                "may read it"};
    return text.str();
}

yaml_value walk(yaml_value here, std::string_view path) {
    while (true) {
        const auto dot = path.find('.');
        here = here.at(path.substr(0, dot));
        if (dot == std::string_view::npos) return here;
        path.remove_prefix(dot + 1);
    }
}

/// Unknown keys at every level that the table knows: "" and each prefix before a dot.
void check_keys(const yaml_value& root) {
    std::map<std::string_view, std::vector<std::string_view>> levels;
    for (const auto& key : file_keys()) {
        const auto dot = key.path.find('.');
        auto& top = levels[""];
        const auto first = key.path.substr(0, dot);
        if (std::ranges::find(top, first) == top.end()) top.push_back(first);
        if (dot != std::string_view::npos) levels[first].push_back(key.path.substr(dot + 1));
    }
    for (const auto& [level, known] : levels) (level.empty() ? root : root.at(level)).only(known);
}

void read_bot_file(checked_settings& made, const std::string& file) {
    const auto text = read_text(file);
    if (!text) {
        made.problems.push_back({file, 0, text.error().sentence()});
        return;
    }
    yaml_reader reader{file};
    const auto root = reader.parse(*text);
    if (reader.good()) {
        check_keys(root);
        checks::refuse_secrets(root);
        root.required("state_directory");
        if (!root.at("policy").present())
            root.required("projects");
        else if (root.at("projects").present())
            root.at("projects")
                .problem(
                    "`projects` names files of this machine, and `policy` says that they are read from "
                    "a branch: keep one of them");
        if (root.at("policy").present()) root.at("policy").required("repository");
        const auto folder = files::absolute(file).parent_path();
        for (const auto& key : file_keys()) key.take(made.value, walk(root, key.path), folder);
    }
    const auto found = reader.problems();
    made.problems.insert(made.problems.end(), found.begin(), found.end());
}

/// The variable itself, or the content of the file that NAME_FILE names; "" = neither.
result<std::string> environment_value(const environment& of, const std::string& name) {
    const auto direct = of(name);
    const auto named = of(name + "_FILE");
    const bool has_direct = direct && !direct->empty();
    if (!named || named->empty()) return has_direct ? trimmed(*direct) : std::string{};
    if (has_direct) return failure{errc::invalid, name + " and " + name + "_FILE are both set: keep one of them"};
    auto text = read_text(*named);
    if (!text) return text.error().within(name + "_FILE");
    auto value = trimmed(std::move(*text));
    if (value.empty()) return failure{errc::invalid, name + "_FILE: the file " + *named + " is empty"};
    return value;
}

void read_environment(checked_settings& made, const environment& of) {
    for (const auto& key : environment_keys()) {
        const std::string name{key.name};
        auto value = environment_value(of, name);
        if (!value) {
            made.problems.push_back({"environment", 0, value.error().sentence()});
            continue;
        }
        if (value->empty()) continue;
        const auto wrong = key.take(made.value, std::move(*value));
        if (wrong.empty()) continue;
        auto sentence = name;
        sentence.append(" ").append(wrong);
        made.problems.push_back({"environment", 0, std::move(sentence)});
    }
}

/// What the pure reader cannot judge, because grammars and formats live in a room beside it.
void check_version(loaded_project& project, const std::string& text) {
    const auto& version = project.settings.version;
    yaml_reader reader{project.file};
    const auto place = reader.parse(text).at("version");
    const auto grammar = changelog::version_grammar::create(version.grammar);
    if (!grammar) place.at("grammar").problem(grammar.error().sentence());
    if (version.format.empty() && !version.file.empty()) {
        const auto format = changelog::key_format_of(version.file);
        if (!format) place.at("file").problem(format.error().sentence());
    }
    const auto found = reader.problems();
    project.problems.insert(project.problems.end(), found.begin(), found.end());
}

/// Where the files of a branch are named as if they lay in a folder of this machine.
void take_branch(checked_settings& made, const std::string& file) {
    auto& value = made.value;
    const auto home = files::absolute(file).parent_path();
    const auto folder = files::path{policy_folder(value)};
    value.checklist = (folder / files::path{value.checklist}.lexically_relative(home)).lexically_normal().string();
    value.projects.clear();
    if (!value.policy_files) return;
    for (const auto& [path, text] : value.policy_files->files)
        if (files::path{path}.parent_path() == files::path{value.policy.path})
            value.projects.push_back({.file = (folder / path).string()});
    if (value.projects.empty())
        made.value.policy_problem = policy_words(value) + " has no project file (*.yaml) under `" + value.policy.path +
                                    "`, which `policy.path` names.";
}

result<std::string> read_project_text(const settings& from, const std::string& file) {
    if (!from.policy.is_configured()) return read_text(file);
    auto text = read_plan_text(from.policy_files.get(), file);
    if (text) return std::move(*text);
    return failure{errc::not_found, file + " is not in " + policy_words(from)};
}

void read_project_file(loaded_project& project, const settings& from) {
    const auto text = read_project_text(from, project.file);
    if (!text) {
        project.problems.push_back({project.file, 0, text.error().sentence()});
        return;
    }
    auto checked = release::read_project(*text, project.file);
    project.settings = std::move(checked.settings);
    project.problems = std::move(checked.problems);
    if (project.usable()) check_version(project, *text);
    for (auto& each : windows::check_zones(project.settings)) project.problems.push_back(std::move(each));
    auto& made = project.settings;
    for (auto* checklist : {&made.checklist_file, &made.rollback_checklist_file, &made.hotfix_checklist_file})
        if (!checklist->empty())
            *checklist = (files::path{project.file}.parent_path() / *checklist).lexically_normal().string();
}

/// A project with a token of its own (R9.1); without it that project is off, the others are not.
void read_token(loaded_project& project, const environment& of) {
    const auto& name = project.settings.gitlab.token_from;
    if (!project.usable() || name.empty()) return;
    auto value = environment_value(of, name);
    if (!value)
        project.problems.push_back({project.file, 0, value.error().sentence()});
    else if (value->empty())
        project.problems.push_back({project.file, 0,
                                    name + " (or " + name +
                                        "_FILE) is not set: `gitlab.token_from` "
                                        "names it as the token of this project"});
    else
        project.gitlab_token = std::move(*value);
}

/// The second of two usable projects that people or errors could not tell apart is switched off.
void check_twins(std::vector<loaded_project>& projects) {
    for (auto each = projects.begin(); each != projects.end(); ++each)
        for (auto other = projects.begin(); other != each; ++other) {
            if (!other->usable()) continue;
            const auto& mine = each->settings;
            const auto& theirs = other->settings;
            if (!mine.name.empty() && mine.name == theirs.name)
                each->problems.push_back({each->file, 0, "the name `" + mine.name + "` is taken by " + other->file});
            if (!mine.ingest.project_number.empty() && mine.ingest.project_number == theirs.ingest.project_number)
                each->problems.push_back(
                    {each->file, 0,
                     "the ingest project " + mine.ingest.project_number + " is taken by " + other->file});
        }
}

}  // namespace

environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read once, at the start
        return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
    };
}

checked_settings load_settings(const std::string& file, const environment& of,
                               std::shared_ptr<const policy_tree> branch) {
    checked_settings made;
    made.value.file = file;
    read_bot_file(made, file);
    read_environment(made, of);
    auto& value = made.value;
    if (value.database.empty() && !value.state_directory.empty())
        value.database = value.state_directory + "/slipway.db";
    value.policy_files = std::move(branch);
    if (value.policy.is_configured()) take_branch(made, file);
    for (auto& project : value.projects) {
        read_project_file(project, value);
        read_token(project, of);
    }
    check_twins(value.projects);
    return made;
}

std::vector<setting_key> known_settings() {
    std::vector<setting_key> all;
    for (const auto& key : file_keys()) all.push_back({key.path, key.meaning});
    return all;
}

std::optional<net::proxy> settings::proxy() const {
    if (https_proxy.empty()) return std::nullopt;
    auto through = net::parse_proxy(https_proxy, no_proxy);  // was judged when it was read
    if (!through) return std::nullopt;
    return std::move(*through);
}

std::vector<std::string> settings::secrets() const {
    std::vector<std::string> all{slack.app_token, slack.bot_token, slack.signing_secret, gitlab.token,
                                 salt.password,   sentry.token,    sentry.client_secret, database_password};
    if (shares_database()) {
        if (const auto read = store::read_postgres_address(database_address)) all.push_back(read->password);
        // And as it stands in the address, where some characters are written as %XX.
        const auto at = database_address.find('@'),
                   colon = database_address.find(':', database_address.find("://") + 3);
        if (at != std::string::npos && colon < at) all.push_back(database_address.substr(colon + 1, at - colon - 1));
    }
    for (const auto& each : projects) all.push_back(each.gitlab_token);
    if (const auto through = proxy(); through && !through->password.empty()) {
        all.push_back(through->password);
        all.push_back(https_proxy);
        all.push_back(to_base64(through->user + ":" + through->password));  // as it goes to the proxy
    }
    std::erase(all, "");
    return all;
}

const release::project_settings* settings::project(std::string_view name) const noexcept {
    for (const auto& each : projects)
        if (each.usable() && each.settings.name == name) return &each.settings;
    return nullptr;
}

std::vector<std::string> settings::missing_for_run() const {
    std::vector<std::string> missing;
    const auto need = [&missing](const std::string& value, std::string sentence) {
        if (value.empty()) missing.push_back(std::move(sentence));
    };
    if (slack.listen)
        need(slack.signing_secret,
             "SLACK_SIGNING_SECRET (or SLACK_SIGNING_SECRET_FILE) is not set, and `slack.listen` is: without it no "
             "request can be told from a forged one");
    else
        need(slack.app_token,
             "SLACK_APP_TOKEN (or SLACK_APP_TOKEN_FILE) is not set: the app-level token, xapp-…, with the "
             "scope connections:write");
    need(slack.bot_token, "SLACK_BOT_TOKEN (or SLACK_BOT_TOKEN_FILE) is not set: the bot token, xoxb-…");
    need(gitlab.url, "GITLAB_URL is not set, and the file names no `gitlab.url`");
    need(gitlab.token, "GITLAB_TOKEN (or GITLAB_TOKEN_FILE) is not set: a token with the scope api");
    for (const auto& each : projects) {
        if (!each.usable() || !each.settings.sentry.is_configured()) continue;
        need(sentry.url,
             "SENTRY_URL is not set, and the file names no `sentry.url`; " + each.settings.name + " uses it");
        need(sentry.token, "SENTRY_AUTH_TOKEN (or SENTRY_AUTH_TOKEN_FILE) is not set; " + each.settings.name +
                               " uses Sentry: it needs event:read, project:read and project:releases");
        break;
    }
    if (webhooks)
        need(sentry.client_secret,
             "SENTRY_CLIENT_SECRET (or SENTRY_CLIENT_SECRET_FILE) is not set, and `webhooks.listen` "
             "is: without it no hook can be told from a forged one");
    if (!policy_problem.empty())
        missing.push_back(policy_problem);
    else if (std::ranges::none_of(projects, &loaded_project::usable))
        missing.emplace_back("no project can be used: correct what its file says, or add one under `projects`");
    return missing;
}

}  // namespace slipway::bot
