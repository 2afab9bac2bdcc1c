// A project file, key by key. Defaults stand in project.hpp; what is wrong is collected, never thrown.
#include <algorithm>

#include "commands/release/project.hpp"
#include "commands/release/read_deployment.hpp"
#include "commands/release/read_errors.hpp"
#include "commands/release/read_housekeeping.hpp"
#include "commands/release/read_machines.hpp"
#include "commands/release/read_runners.hpp"
#include "commands/release/read_sql_and_dependencies.hpp"
#include "commands/release/rules.hpp"
#include "commands/release/setting_checks.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {
namespace {

using namespace checks;
using place = yaml_value;

constexpr std::string_view path_words = "a path inside the repository (relative, without `..`)";
int small_number(const place& at, int otherwise, int least, int most) {
    return static_cast<int>(at.number(otherwise, least, most));
}

/// May be empty when the key is not there; when it is, it must pass.
std::string path_at(const place& at, std::string otherwise = {}) {
    return text_that(at, is_path_inside, path_words, std::move(otherwise));
}

std::vector<std::string> variables_at(const place& at) {
    return texts_that(at, is_variable, "the name of an environment variable");
}

pipeline_run read_pipeline(const place& at) {
    at.only({"variables", "reuse_green", "poll"});
    pipeline_run made;
    made.reuse_green = at.at("reuse_green").flag(false);
    made.poll = at.at("poll").duration(made.poll);
    if (made.poll < milliseconds{100}) at.at("poll").problem("`" + at.path() + ".poll` must be 100ms or more");
    for (const auto& [name, value] : at.at("variables").entries()) {
        if (!is_variable(name) || name == "RELEASE_STEP" || name == "RELEASE_RUN")
            value.problem("`" + name + "` cannot be a variable here: letters, digits and underscores, and neither " +
                          "RELEASE_STEP nor RELEASE_RUN, which are Slipway's own");
        made.variables[name] = value.text();
    }
    return made;
}

program read_program(const place& at) {
    program made;
    made.argv = command_at(at.at("command"));
    made.environment = variables_at(at.at("environment"));
    made.timeout = at.at("timeout").duration(made.timeout);
    made.idle_timeout = at.at("idle_timeout").duration(made.idle_timeout);
    if (const auto pipeline = at.at("pipeline")) made.pipeline = read_pipeline(pipeline);
    if (made.pipeline && at.at("command").present())
        at.problem("`" + at.path() + "` has both `command` and `pipeline`; one of them decides");
    return made;
}

gitlab_settings read_gitlab(const place& at) {
    at.only({"project", "aliases", "labels", "releases", "token_from"});
    gitlab_settings made;
    made.project = at.required("project").name();
    made.aliases = texts_that(at.at("aliases"), is_path_inside, "the path of a GitLab project, such as cig/old-name");
    const auto labels = at.at("labels");
    labels.only({"migrations", "dependencies", "errors"});
    made.migration_label = labels.at("migrations").name(made.migration_label);
    made.dependency_label = labels.at("dependencies").name(made.dependency_label);
    made.error_label = labels.at("errors").name(made.error_label);
    made.releases = at.at("releases").flag(made.releases);
    made.token_from = text_that(at.at("token_from"), is_variable, "the name of an environment variable");
    return made;
}

repository_settings read_repository(const place& at) {
    at.only({"url", "trunk", "stable", "author"});
    repository_settings made;
    made.url = text_that(at.required("url"), is_repository_url,
                         "an https, ssh or file URL, user@host:path or an absolute path, without a password");
    made.trunk = text_that(at.at("trunk"), is_branch, branch_words, made.trunk);
    made.stable = text_that(at.at("stable"), is_branch, branch_words, made.stable);
    if (made.trunk == made.stable) at.problem("`repository.trunk` and `repository.stable` must be two branches");
    const auto author = at.at("author");
    author.only({"name", "email"});
    made.author_name = author.at("name").name(made.author_name);
    made.author_email = author.at("email").name(made.author_email);
    return made;
}

version_settings read_version(const place& at) {
    at.only({"grammar", "tag_prefix", "lightweight_tags", "file", "key", "format", "pattern"});
    version_settings made;
    made.grammar = at.at("grammar").name(made.grammar);
    made.tag_prefix =
        text_that(at.at("tag_prefix"), is_tag_prefix, "the beginning of a tag's name, such as v or release-");
    made.lightweight_tags = at.at("lightweight_tags").flag(made.lightweight_tags);
    made.file = path_at(at.required("file"));
    made.key = at.at("key").name(made.key);
    made.format = at.at("format").one_of({"properties", "ini", "yaml", "json", "pattern"});
    made.pattern = at.at("pattern").text();
    if (made.format == "pattern" && made.pattern.empty())
        at.at("format").problem("`version.format: pattern` needs `version.pattern`, a regular expression with one (…)");
    return made;
}

changelog_settings read_changelog(const place& at) {
    at.only({"file", "groups", "other", "notes_heading", "contributors", "links"});
    changelog_settings made;
    made.file = path_at(at.at("file"), made.file);
    for (const auto& [label, heading] : at.at("groups").entries()) made.groups.emplace_back(label, heading.name());
    made.other = at.at("other").text();
    made.notes_heading = at.at("notes_heading").text();
    made.contributors = at.at("contributors").flag(made.contributors);
    made.links = at.at("links").flag(made.links);
    return made;
}

wave_settings read_waves(const place& at) {
    at.only({"hosts", "percent", "pause"});
    wave_settings made;
    made.hosts = small_number(at.at("hosts"), 0, 1, 100'000);
    made.percent = small_number(at.at("percent"), 0, 1, 100);
    made.pause = at.at("pause").duration(made.pause);
    if (at.present() && at.at("hosts").present() == at.at("percent").present())
        at.problem("`" + at.path() + "` needs either `hosts` or `percent`, to say how big a wave is");
    return made;
}

salt_settings read_salt(const place& at) {
    at.only({"program", "environment", "target", "state", "minimum_hosts", "reply_timeout", "run_limit", "waves",
             "poll", "grace"});
    salt_settings made;
    if (at.at("program").present()) made.program = command_at(at.at("program"));
    made.environment = variables_at(at.at("environment"));
    made.target = at.at("target").name();
    made.state = at.at("state").name();
    made.minimum_hosts = small_number(at.at("minimum_hosts"), made.minimum_hosts, 1, 100'000);
    const auto reply = at.at("reply_timeout").duration(std::chrono::seconds{made.reply_timeout_s});
    made.reply_timeout_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(reply).count());
    made.run_limit = at.at("run_limit").duration(made.run_limit);
    made.waves = read_waves(at.at("waves"));
    made.poll = at.at("poll").duration(made.poll);
    if (made.poll < milliseconds{100}) at.at("poll").problem("`salt.poll` must be 100ms or more");
    made.grace = at.at("grace").duration(made.grace);
    return made;
}

constexpr std::string_view user_words = "a Slack user id such as U012ABC";

void read_members(const place& at, std::vector<std::string>& holders) {
    for (auto& user : texts_that(at, is_slack_user, user_words))
        if (std::ranges::find(holders, user) == holders.end()) holders.push_back(std::move(user));
}

/// A list of people, or {slack_group} / {gitlab_group} / {members}, with the role's `lead` beside it.
void read_role(const std::string& role, const place& at, project_settings& made) {
    auto& holders = made.roles[role];
    if (!at.is_map()) {
        read_members(at, holders);
        if (!holders.empty()) made.leads[role] = holders.front();
        return;
    }
    at.only({"slack_group", "gitlab_group", "members", "lead"});
    const int sources = (at.at("slack_group").present() ? 1 : 0) + (at.at("gitlab_group").present() ? 1 : 0) +
                        (at.at("members").present() ? 1 : 0);
    if (sources != 1)
        at.problem("`" + at.path() +
                   "` needs one of `slack_group`, `gitlab_group` and `members`, to say who has the role");
    if (at.at("members")) {
        read_members(at.at("members"), holders);
    } else if (sources == 1) {
        role_source from;
        from.slack_group =
            text_that(at.at("slack_group"), is_slack_group, "the id of a Slack user group such as S012ABC");
        from.gitlab_group = at.at("gitlab_group").text();
        made.role_sources[role] = std::move(from);
    }
    const auto lead = text_that(at.at("lead"), is_slack_user, user_words);
    if (!lead.empty()) made.leads[role] = lead;
    if (lead.empty() && !holders.empty()) made.leads[role] = holders.front();
}

void read_roles(const place& at, project_settings& made) {
    for (const auto& [role, users] : at.entries()) {
        if (!is_identifier(role))
            users.problem("the role `" + role + "` must be written in lower-case letters, digits and dashes");
        read_role(role, users, made);
    }
}

/// What the file says about a verb takes the place of the default for that verb.
std::map<std::string, std::vector<std::string>> read_rights(const place& at, const project_settings& project) {
    auto rights = default_rights();
    std::vector<std::string_view> verbs;
    verbs.reserve(rights.size());
    for (const auto& [verb, roles] : rights) verbs.emplace_back(verb);
    at.only(verbs);
    for (const auto& [verb, roles] : at.entries()) {
        if (std::ranges::find(verbs, verb) == verbs.end()) continue;
        rights[verb] = roles.texts();
        for (const auto& role : rights[verb])
            if (role != "*" && !project.roles.contains(role))
                roles.problem("`" + roles.path() + "` names the role `" + role + "`, which is not under `roles`");
    }
    return rights;
}

std::vector<person_settings> read_people(const place& at) {
    std::vector<person_settings> people;
    for (const auto& each : at.items()) {
        each.only({"slack", "gitlab", "name", "emails"});
        person_settings person;
        person.slack = text_that(each.required("slack"), is_slack_user, "a Slack user id such as U012ABC");
        person.gitlab = each.at("gitlab").text();
        person.name = each.at("name").text();
        person.emails = each.at("emails").texts();
        if (!person.slack.empty() && std::ranges::count(people, person.slack, &person_settings::slack) != 0)
            each.problem("`" + each.path() + "` is a second entry for " + person.slack);
        people.push_back(std::move(person));
    }
    return people;
}

void read_identity(const place& root, project_settings& made) {
    made.name = text_that(root.required("name"), is_identifier,
                          "a short name of lower-case letters, digits and dashes, as people type it");
    made.title = root.at("title").text(made.name);
    made.channel = text_that(root.required("channel"), is_slack_channel, "a Slack channel id such as C012ABC");
    made.milestone = root.at("milestone").name(made.milestone);
    if (made.milestone.find("{version}") == std::string::npos)
        root.at("milestone").problem("`milestone` must say where the version stands, such as Platform-{version}");
    made.checklist_file = root.at("checklist").text();
    made.rollback_checklist_file = root.at("rollback_checklist").text();
    made.hotfix_checklist_file = root.at("hotfix_checklist").text();
    made.environment = root.at("environment").name(made.environment);
    made.drift_poll = root.at("drift_poll").duration(made.drift_poll);
}

void read_commands(const place& root, project_settings& made) {
    const auto assets = root.at("assets");
    assets.only({"command", "environment", "timeout", "idle_timeout", "paths", "twice"});
    made.assets = read_program(assets);
    made.assets.twice = assets.at("twice").flag(false);
    made.asset_paths = texts_that(assets.at("paths"), is_path_inside, path_words);
    const auto tests = root.at("tests");
    tests.only({"command", "environment", "timeout", "idle_timeout", "pipeline"});
    made.tests = read_program(tests);
    if (const auto differs = root.at("stable_diff_allowed"))
        made.stable_differs = texts_that(differs, is_path_inside, path_words);
    made.protected_branches = root.at("protected_branches").flag(made.protected_branches);
    for (const auto& [step, how] : root.at("restarts").entries()) made.restarts[step] = read_restart(how);
    made.runners = read_runners(root.at("runners"));
}

}  // namespace

checked_project read_project(std::string_view yaml, const std::string& file) {
    yaml_reader reader{file};
    const auto root = reader.parse(yaml);
    if (!reader.good()) return {{.file = file}, reader.problems()};
    root.only({"name",
               "title",
               "channel",
               "gitlab",
               "repository",
               "milestone",
               "version",
               "changelog",
               "assets",
               "tests",
               "salt",
               "ingest",
               "watch",
               "suspects",
               "sentry",
               "home_page",
               "migrations",
               "dependencies",
               "housekeeping",
               "restarts",
               "runbook",
               "runners",
               "roles",
               "rights",
               "people",
               "checklist",
               "drift_poll",
               "rollback_checklist",
               "hotfix_checklist",
               "environment",
               "freeze",
               "deployed_version",
               "rollback",
               "stable_diff_allowed",
               "protected_branches"});
    refuse_secrets(root);
    checked_project checked;
    auto& made = checked.settings;
    made.file = file;
    read_identity(root, made);
    made.gitlab = read_gitlab(root.required("gitlab"));
    made.repository = read_repository(root.required("repository"));
    made.version = read_version(root.required("version"));
    made.changelog = read_changelog(root.at("changelog"));
    read_commands(root, made);
    made.salt = read_salt(root.at("salt"));
    made.home_page = read_home_page(root.at("home_page"));
    made.runbook = read_runbook(root.at("runbook"));
    if (const auto ingest = root.at("ingest")) made.ingest = read_ingest(ingest);
    made.watch = read_watch(root.at("watch"));
    made.suspects = read_suspects(root.at("suspects"));
    if (const auto sentry = root.at("sentry")) made.sentry = read_sentry(sentry);
    read_roles(root.required("roles"), made);
    made.rights = read_rights(root.at("rights"), made);
    made.people = read_people(root.at("people"));
    made.migrations = read_migrations(root.at("migrations"));
    made.freezes = read_freezes(root.at("freeze"));
    made.observed = read_observed(root.at("deployed_version"));
    made.rollback = read_rollback(root.at("rollback"));
    made.dependencies = read_dependencies(root.at("dependencies"), made);
    made.housekeeping = read_housekeeping(root.at("housekeeping"));
    checked.problems = reader.problems();
    return checked;
}

}  // namespace slipway::release
