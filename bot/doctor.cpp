#include "bot/doctor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <ostream>
#include <set>

#include "bot/memory.hpp"
#include "bot/policy.hpp"
#include "bot/projects.hpp"
#include "commands/steps/migrations/reach.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/net/http.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/jobs.hpp"
#include "integrations/salt/salt.hpp"
#include "integrations/sentry/sentry.hpp"
#include "integrations/slack/methods.hpp"
#include "integrations/slack/web_api.hpp"

namespace slipway::bot {
namespace {

struct report {
    std::ostream& out;
    int wrong = 0;
    void fine(const std::string& what) { out << "ok    " << what << "\n"; }
    void bad(const std::string& what) {
        out << "WRONG " << what << "\n";
        ++wrong;
    }
    void hint(const std::string& what) { out << "hint  " << what << "\n"; }
    template <class T>
    bool note(const std::string& what, const result<T>& outcome) {
        if (outcome)
            fine(what);
        else
            bad(what + ": " + outcome.error().sentence());
        return outcome.has_value();
    }
};

/// Whom messages can show by no name: to name a person without calling them, the project file has to tell it (R7.10).
void check_names(const release::project_settings& project, std::set<std::string> people, report& told) {
    for (const auto& [role, listed] : project.roles) people.insert(listed.begin(), listed.end());
    std::string nameless;
    for (const auto& each : people) {
        const auto* known = project.by_slack(each);
        if (known == nullptr || known->name.empty()) (nameless += nameless.empty() ? "" : ", ") += each;
    }
    if (!nameless.empty())
        told.hint("Slack: messages of " + project.name + " show " + nameless +
                  " by the id; give them a `name` under `people`");
}

task<> check_slack(const settings& from, report& told, executor loop, timers& time, bool* reachable) {
    const auto http = net::create_http_client(loop, {.ca_file = from.slack.ca_file}, from.proxy());
    const auto api = slack::create_web_api(*http, time,
                                           {.api_url = from.slack.api_url,
                                            .bot_token = from.slack.bot_token,
                                            .app_token = from.slack.app_token,
                                            .attempts = 1},
                                           create_chance());
    const auto who = co_await slack::auth_test(*api);
    *reachable = told.note("Slack: the bot token works at " + from.slack.api_url, who);
    if (!*reachable) co_return;
    for (const auto& each : from.projects) {
        if (!each.usable()) continue;
        const auto channel = co_await slack::conversation_info(*api, each.settings.channel);
        if (!channel)
            told.bad("Slack: channel " + each.settings.channel + " of " + each.settings.name + ": " +
                     channel.error().sentence());
        else if (!channel->is_member)
            told.bad("Slack: the bot is not in #" + channel->name + " of " + each.settings.name +
                     ": type /invite @slipway there");
        else
            told.fine("Slack: the bot is in #" + channel->name + " of " + each.settings.name);
        std::set<std::string> in_groups;
        for (const auto& [role, source] : each.settings.role_sources) {
            if (source.slack_group.empty()) continue;
            const auto members = co_await slack::usergroup_members(*api, source.slack_group);
            told.note("Slack: the group " + source.slack_group + " of the role " + role, members);
            if (members) in_groups.insert(members->begin(), members->end());
        }
        check_names(each.settings, std::move(in_groups), told);
    }
}

/// Who shares the database, and who holds what there.
task<> check_memory(const settings& from, report& told, executor loop, timers& time) {
    const auto what = "Database: " + place_of(from);
    const auto memory = open_to_look(loop, from, [&time] { return time.now(); });
    if (!memory && memory.error() == errc::not_found) {
        told.fine(what + " is made at the first start");
        co_return;
    }
    if (!told.note(what, memory)) co_return;
    const auto lines = co_await holdings_of(**memory);
    if (!lines) told.bad(what + ": " + lines.error().sentence());
    if (lines)
        for (const auto& each : *lines) told.fine("Database: " + each);
    co_await (*memory)->close();
}

/// Where project files and checklists come from, and at which commit (R8.11). What is missing is said with the
/// settings.
void check_policy(const settings& from, report& told) {
    if (!from.policy.is_configured() || !from.policy_files) return;
    const auto words = policy_words(from);
    if (!from.policy_files->stale.empty())
        told.bad("Policy: it could not be found out whether anything newer counts than " + words +
                 ", which was read last: " + from.policy_files->stale);
    else if (from.policy.project.empty())
        told.fine("Policy: " + words + "; whether that branch is protected is for its host to know");
    else
        told.fine("Policy: " + words + ", which GitLab protects");
}

void check_lists(const settings& from, const release::project_settings& project, report& told) {
    for (const auto* kind : {"rollback", "hotfix"}) {
        const auto back = read_project_checklist(project, from.checklist, kind, from.policy_files.get());
        if (!back)
            told.bad("Checklist of a " + std::string{kind} + " of " + project.name + ": " + back.error().sentence());
    }
    const auto plan = read_project_checklist(project, from.checklist, "release", from.policy_files.get());
    if (told.note("Checklist of " + project.name, plan))
        told.fine("Checklist of " + project.name + ": " + std::to_string(plan->lines().size()) + " lines");
}

/// The project's own token, or the one of all.
const std::string& gitlab_token(const settings& from, const loaded_project& loaded) {
    return loaded.gitlab_token.empty() ? from.gitlab.token : loaded.gitlab_token;
}

task<> check_gitlab(const settings& from, const loaded_project& loaded, report& told, executor loop, timers& time) {
    const auto& project = loaded.settings;
    if (from.gitlab.url.empty() || project.gitlab.project.empty()) co_return;
    const auto http = net::create_http_client(loop, {.ca_file = from.gitlab.ca_file}, from.proxy());
    const auto api =
        gitlab::create_api(*http, time, create_chance(),
                           {.url = from.gitlab.url, .token = gitlab_token(from, loaded), .most_attempts = 1});
    if (!told.note("GitLab: address and token", api)) co_return;
    const auto home = co_await (*api)->project_by_path(project.gitlab.project);
    told.note("GitLab: project " + project.gitlab.project, home);
    for (const auto& [role, source] : project.role_sources) {
        if (source.gitlab_group.empty()) continue;
        const auto members = co_await (*api)->group_members(source.gitlab_group);
        told.note("GitLab: the group " + source.gitlab_group + " of the role " + role, members);
    }
}

task<> check_sentry(const settings& from, const loaded_project& loaded, report& told, executor loop, timers& time) {
    const auto& project = loaded.settings;
    if (!project.sentry.is_configured()) co_return;
    const auto http = net::create_http_client(loop, {.ca_file = from.sentry.ca_file}, from.proxy());
    sentry::settings with;
    with.url = from.sentry.url;
    with.token = from.sentry.token;
    with.organization = project.sentry.organization;
    with.project = project.sentry.project;
    with.most_attempts = 1;
    const auto api = sentry::create_api(*http, time, create_chance(), std::move(with));
    if (!told.note("Sentry: address and token", api)) co_return;
    const auto seen = co_await (*api)->check();
    told.note("Sentry: project " + project.sentry.organization + "/" + project.sentry.project, seen);
}

task<> check_git(const settings& from, const loaded_project& loaded, report& told, process::runner& runner) {
    const auto transport =
        git::create_transport(runner, {.secret = gitlab_token(from, loaded), .ca_file = from.gitlab.ca_file});
    const auto remote = co_await transport->list_remote(loaded.settings.repository.url);
    told.note("git: the repository of " + loaded.settings.name + " can be read", remote);
}

task<> check_database(std::string what, release::database_server server, std::string database, report& told,
                      process::runner& runner) {
    if (!server.is_configured()) co_return;
    const auto version = co_await steps::reach_database(runner, server, database);
    if (told.note("Migrations: " + what, version)) told.fine("Migrations: " + what + " is " + *version);
}

/// The servers that migrations are tried on and loaded into.
task<> check_databases(const release::project_settings& project, report& told, process::runner& runner) {
    const auto& load = project.migrations.load;
    co_await check_database("the server on which " + project.name + " tries them", project.migrations.trial, "", told,
                            runner);
    co_await check_database("the database " + load.database + " of " + project.name, load, load.database, told, runner);
}

task<> check_salt(const settings& from, const loaded_project& loaded, report& told, executor loop, timers& time,
                  process::runner& runner) {
    const auto& project = loaded.settings;
    if (project.salt.target.empty()) co_return;
    salt::cli_settings cli;
    cli.program = project.salt.program;
    cli.environment = project.salt.environment;
    std::unique_ptr<salt::salt_client> salt;
    const auto http = net::create_http_client(loop, {}, from.proxy());
    std::unique_ptr<salt::job_client> jobs;
    if (from.salt.url.empty()) {
        salt = salt::create_salt_cli(runner, cli);
    } else {
        salt::api_settings how{from.salt.url, from.salt.username, from.salt.password};
        if (!from.salt.eauth.empty()) how.eauth = from.salt.eauth;
        auto made = salt::create_api_jobs(*http, how);
        if (!told.note("Salt: salt-api's address and login", made)) co_return;
        jobs = std::move(*made);
        salt = salt::create_client_over(*jobs, time, cli);
    }
    const auto hosts = co_await salt->ping(project.salt.target);
    if (told.note("Salt: " + project.salt.target, hosts)) told.fine("Salt: " + hosts->summary());
}

task<> check_project(const settings& from, const loaded_project& loaded, report& told, executor loop, timers& time) {
    const auto runner = process::create_runner(loop);
    check_lists(from, loaded.settings, told);
    co_await check_gitlab(from, loaded, told, loop, time);
    co_await check_sentry(from, loaded, told, loop, time);
    co_await check_git(from, loaded, told, *runner);
    co_await check_databases(loaded.settings, told, *runner);
    co_await check_salt(from, loaded, told, loop, time, *runner);
}

}  // namespace

int check(const settings& from, std::ostream& out) {
    report told{out};
    for (const auto& each : from.missing_for_run()) told.bad(each);
    for (const auto& each : from.projects)
        for (const auto& problem : each.problems) told.bad(problem.text());
    check_policy(from, told);
    asio::io_context loop{1};
    const auto time = create_system_timers();
    auto work = [&]() -> task<> {
        bool reachable = false;
        co_await check_memory(from, told, loop.get_executor(), *time);
        co_await check_slack(from, told, loop.get_executor(), *time, &reachable);
        for (const auto& each : from.projects)
            if (each.usable()) co_await check_project(from, each, told, loop.get_executor(), *time);
    };
    asio::co_spawn(loop, work(), asio::detached);
    loop.run();
    out << (told.wrong == 0 ? "Everything works."
                            : std::to_string(told.wrong) + " of these keep the bot from working; begin with the first.")
        << "\n";
    return told.wrong == 0 ? 0 : 1;
}

}  // namespace slipway::bot
