#include "bot/projects.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "bot/project_checklists.hpp"
#include "bot/runners.hpp"
#include "integrations/git/transport.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/salt/jobs.hpp"
#include "integrations/salt/salt.hpp"
#include "integrations/sentry/sentry.hpp"

namespace slipway::bot {
namespace {

std::string lines(const std::vector<yaml_problem>& problems) {
    std::string text;
    for (const auto& each : problems) text += (text.empty() ? "" : "\n") + each.text();
    return text;
}

/// nullptr when the project uses none, or when the address or the token is missing, which stops `run` before this.
std::unique_ptr<sentry::api> create_sentry(const sentry_access& access, const release::project_settings& project,
                                           const shared_clients& clients) {
    if (!project.sentry.is_configured() || clients.sentry_http == nullptr) return nullptr;
    sentry::settings with;
    with.url = access.url;
    with.token = access.token;
    with.organization = project.sentry.organization;
    with.project = project.sentry.project;
    with.backend = project.sentry.backend == "glitchtip" ? sentry::backend::glitchtip : sentry::backend::sentry;
    auto made = sentry::create_api(*clients.sentry_http, clients.time, create_chance(), std::move(with));
    if (made) return std::move(*made);
    spdlog::error("project={} has no Sentry: {}", project.name, made.error().sentence());
    return nullptr;
}

salt::api_settings api_of(const settings& from, const release::project_settings& project) {
    salt::api_settings made;
    made.url = from.salt.url;
    made.username = from.salt.username;
    made.password = from.salt.password;
    if (!from.salt.eauth.empty()) made.eauth = from.salt.eauth;
    made.reply_timeout_s = project.salt.reply_timeout_s;
    return made;
}

/// The clients that follow a project's settings.
struct outside {
    std::unique_ptr<gitlab::api> gitlab;  ///< with the project's own token; null = the bot's
    std::unique_ptr<salt::job_client> salt_jobs;
    std::unique_ptr<salt::salt_client> salt;
    std::unique_ptr<sentry::api> sentry;
    runner_shelf runners;
};

}  // namespace

struct projects::entry {
    std::string name, file;
    bool listed = true;
    slash::project_pointer settings;
    std::vector<yaml_problem> problems;
    std::unique_ptr<git::transport> transport;
    std::unique_ptr<steps::local_clone> clone;
    std::unique_ptr<steps::clone_shelf> dependencies;
    std::vector<outside> retired;  ///< of earlier settings: a step may still be using them
    outside clients;
    steps::services services;
};

projects::projects(const settings& from, shared_clients clients) : clients_{clients} {
    take(from);
}

void projects::reload(const settings& from) {
    take(from);
}

/// Entries stay where they are, also those whose file is gone or broken: steps in flight use their clients.
void projects::take(const settings& from) {
    default_checklist_ = from.checklist;
    branch_ = from.policy_files;
    for (auto& each : entries_) each->listed = false;
    for (const auto& loaded : from.projects) {
        const auto name = loaded.settings.name.empty() ? loaded.file : loaded.settings.name;
        auto found = std::ranges::find_if(entries_, [&](const auto& each) {
            return each->name == name || (!loaded.usable() && each->file == loaded.file);
        });
        if (found == entries_.end()) {
            entries_.push_back(std::make_unique<entry>());
            found = std::prev(entries_.end());
            (*found)->name = name;
        }
        update(**found, from, loaded);
    }
    for (auto& each : entries_)
        if (!each->listed) each->problems = {{each->file, 0, "this file is not listed under `projects` any more"}};
}

void projects::update(entry& made, const settings& from, const loaded_project& loaded) {
    made.listed = true;
    made.file = loaded.file;
    made.problems = loaded.problems;
    if (made.problems.empty()) {
        for (const auto* kind : {"release", "rollback", "hotfix"}) {
            const auto plan = read_project_checklist(loaded.settings, default_checklist_, kind, branch_.get());
            // A way back that ships with the bot may ask roles that this project does not have: it is refused when it
            // is begun. What the project names itself has to be right.
            const bool is_own = kind == std::string_view{"release"} || names_checklist(loaded.settings, kind);
            if (!plan && is_own) made.problems.push_back({loaded.file, 0, plan.error().sentence()});
        }
    }
    if (!made.problems.empty()) {
        for (const auto& each : made.problems) spdlog::error("project={} is switched off: {}", made.name, each.text());
        return;
    }
    made.settings = std::make_shared<const release::project_settings>(loaded.settings);
    if (made.clone == nullptr)
        make_repository(made, from, loaded);
    else if (made.clone->url() != loaded.settings.repository.url)
        spdlog::warn("project={} repository.url changed; it takes effect when the bot is started again", made.name);
    make_clients(made, from, loaded);
}

void projects::make_repository(entry& made, const settings& from, const loaded_project& loaded) {
    const auto& project = loaded.settings;
    const auto home = from.state_directory + "/projects/" + project.name;
    // Of several bots one may never clone, and all of them keep Salt's log here.
    std::error_code not_made;
    std::filesystem::create_directories(home, not_made);
    if (not_made) spdlog::error("project={} folder={} cannot be made: {}", made.name, home, not_made.message());
    git::transport_settings transport;
    transport.secret = loaded.gitlab_token.empty() ? from.gitlab.token : loaded.gitlab_token;
    transport.ca_file = from.gitlab.ca_file;
    made.transport = git::create_transport(clients_.processes, transport);
    std::optional<steps::ref_agreement> with_others;
    if (from.shares_database()) with_others = steps::ref_agreement{&clients_.memory, &clients_.time, project.name};
    made.clone = std::make_unique<steps::local_clone>(clients_.pool, *made.transport, project.repository.url,
                                                      home + "/repository.git", with_others);
    made.dependencies =
        std::make_unique<steps::clone_shelf>(clients_.pool, *made.transport, home + "/dependencies", with_others);
    auto& services = made.services;
    services.time = &clients_.time;
    services.clone = made.clone.get();
    services.dependencies = made.dependencies.get();
    services.transport = made.transport.get();
    services.processes = &clients_.processes;
    services.http = &clients_.http;
    services.pages = &clients_.pages;
    services.store = &clients_.memory;
    services.errors = &clients_.errors;
    services.slack = clients_.slack;
    services.work_directory = home + "/work";
}

/// Salt over its program, or over salt-api when the bot has its address; false when neither is to be had.
bool projects::make_salt(entry& made, const settings& from, const loaded_project& loaded) {
    const auto& project = loaded.settings;
    salt::cli_settings cli;
    cli.program = project.salt.program;
    cli.environment = project.salt.environment;
    cli.reply_timeout_s = project.salt.reply_timeout_s;
    cli.run_limit = project.salt.run_limit;
    cli.log_file = from.state_directory + "/projects/" + project.name + "/salt.log";
    if (from.salt.url.empty()) {
        made.clients.salt = salt::create_salt_cli(clients_.processes, cli);
        made.clients.salt_jobs = salt::create_cli_jobs(clients_.processes, cli);
        return true;
    }
    auto jobs = salt::create_api_jobs(clients_.http, api_of(from, project));
    if (!jobs) {
        made.problems.push_back({loaded.file, 0, jobs.error().sentence()});
        spdlog::error("project={} is switched off: {}", made.name, jobs.error().sentence());
        return false;
    }
    made.clients.salt_jobs = std::move(*jobs);
    made.clients.salt = salt::create_client_over(*made.clients.salt_jobs, clients_.time, cli);
    return true;
}

void projects::make_clients(entry& made, const settings& from, const loaded_project& loaded) {
    const auto& project = loaded.settings;
    made.retired.push_back(std::exchange(made.clients, {}));
    if (!loaded.gitlab_token.empty() && clients_.gitlab_for)
        made.clients.gitlab = clients_.gitlab_for(loaded.gitlab_token);
    auto& services = made.services;
    services.gitlab = made.clients.gitlab ? made.clients.gitlab.get() : clients_.gitlab;
    made.clients.sentry = create_sentry(from.sentry, project, clients_);
    services.sentry = made.clients.sentry.get();
    services.salt = nullptr;
    services.salt_jobs = nullptr;
    if (!project.salt.target.empty() && !make_salt(made, from, loaded)) return;
    services.salt = made.clients.salt.get();
    services.salt_jobs = made.clients.salt_jobs.get();
    runner_surroundings around;
    around.processes = &clients_.processes;
    around.http = &clients_.http;
    around.gitlab = services.gitlab;
    around.salt = services.salt_jobs;
    std::error_code ignored;
    around.jobs_folder =
        std::filesystem::absolute(from.state_directory + "/projects/" + project.name + "/jobs", ignored).string();
    around.secrets = from.secrets();
    made.clients.runners = create_runners(project, around);
    services.programs = machine_of(around);
    services.runners.clear();
    for (const auto& [name, driver] : made.clients.runners) services.runners[name] = driver.get();
}

projects::~projects() = default;

slash::project_pointer projects::find(const std::string& name) const {
    for (const auto& each : entries_)
        if (each->name == name && each->problems.empty()) return each->settings;
    return nullptr;
}

const steps::services* projects::services(const std::string& name) const {
    for (const auto& each : entries_)
        if (each->name == name && each->problems.empty()) return &each->services;
    return nullptr;
}

std::vector<std::string> projects::names() const {
    std::vector<std::string> all;
    for (const auto& each : entries_)
        if (each->problems.empty()) all.push_back(each->name);
    return all;
}

std::string projects::why_disabled(const std::string& name) const {
    for (const auto& each : entries_)
        if (each->name == name && !each->problems.empty()) return lines(each->problems);
    return {};
}

result<release::checklist> projects::checklist(const release::project_settings& project) const {
    return read_project_checklist(project, default_checklist_, "release", branch_.get());
}

result<release::checklist> projects::way_back(const release::project_settings& project, const std::string& kind) const {
    return read_project_checklist(project, default_checklist_, kind, branch_.get());
}

}  // namespace slipway::bot
