#include "bot/projects.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/thread_pool.hpp>
#include <fstream>
#include <sstream>

#include "commands/release/checklist.hpp"
#include "integrations/git/transport.hpp"
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

}  // namespace

struct projects::entry {
    std::string name;
    slash::project_pointer settings;
    std::vector<yaml_problem> problems;
    std::unique_ptr<git::transport> transport;
    std::unique_ptr<steps::local_clone> clone;
    std::unique_ptr<steps::clone_shelf> dependencies;
    std::unique_ptr<salt::salt_client> salt;
    std::unique_ptr<sentry::api> sentry;
    steps::services services;
};

result<release::checklist> read_project_checklist(const release::project_settings& project,
                                                  const std::string& default_file) {
    const auto& file = project.checklist_file.empty() ? default_file : project.checklist_file;
    std::ifstream in{file, std::ios::binary};
    if (!in)
        return failure{errc::invalid, "The checklist file " + file + " of project " + project.name +
                                          " cannot be read. Check `checklist` in " + project.file + "."};
    std::ostringstream text;
    text << in.rdbuf();
    std::vector<release::kind_facts> kinds;
    for (const auto& [name, facts] : steps::kind_table()) kinds.push_back(facts);
    auto read = release::read_checklist(text.str(), file, kinds, project.head_counts());
    if (!read.problems.empty())
        return failure{errc::invalid, "The checklist of " + project.name + " has faults:\n" + lines(read.problems)};
    return std::move(read.list);
}

projects::projects(const settings& from, shared_clients clients) : default_checklist_{from.checklist} {
    for (const auto& loaded : from.projects) {
        auto made = std::make_unique<entry>();
        made->name = loaded.settings.name.empty() ? loaded.file : loaded.settings.name;
        made->settings = std::make_shared<const release::project_settings>(loaded.settings);
        made->problems = loaded.problems;
        if (made->problems.empty()) {
            const auto plan = read_project_checklist(loaded.settings, default_checklist_);
            if (!plan) made->problems.push_back({loaded.file, 0, plan.error().sentence()});
        }
        if (!made->problems.empty()) {
            for (const auto& each : made->problems)
                spdlog::error("project={} is switched off: {}", made->name, each.text());
            entries_.push_back(std::move(made));
            continue;
        }
        const auto& project = *made->settings;
        const auto home = from.state_directory + "/projects/" + project.name;
        git::transport_settings transport;
        transport.secret = from.gitlab.token;
        transport.ca_file = from.gitlab.ca_file;
        made->transport = git::create_transport(clients.processes, transport);
        made->clone = std::make_unique<steps::local_clone>(clients.pool, *made->transport, project.repository.url,
                                                           home + "/repository.git");
        made->dependencies =
            std::make_unique<steps::clone_shelf>(clients.pool, *made->transport, home + "/dependencies");
        if (!project.salt.target.empty()) {
            salt::cli_settings cli;
            cli.program = project.salt.program;
            cli.environment = project.salt.environment;
            cli.reply_timeout_s = project.salt.reply_timeout_s;
            cli.run_limit = project.salt.run_limit;
            cli.log_file = home + "/salt.log";
            made->salt = salt::create_salt_cli(clients.processes, cli);
        }
        made->sentry = create_sentry(from.sentry, project, clients);
        auto& services = made->services;
        services.time = &clients.time;
        services.clone = made->clone.get();
        services.dependencies = made->dependencies.get();
        services.transport = made->transport.get();
        services.gitlab = clients.gitlab;
        services.salt = made->salt.get();
        services.processes = &clients.processes;
        services.http = &clients.http;
        services.store = &clients.memory;
        services.errors = &clients.errors;
        services.sentry = made->sentry.get();
        services.slack = clients.slack;
        services.work_directory = home + "/work";
        entries_.push_back(std::move(made));
    }
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
    return read_project_checklist(project, default_checklist_);
}

}  // namespace slipway::bot
