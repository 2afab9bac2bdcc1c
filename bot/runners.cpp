#include "bot/runners.hpp"

#include <cstdlib>
#include <filesystem>

#include "integrations/gitlab/gitlab.hpp"
#include "integrations/salt/salt_driver.hpp"

namespace slipway::bot {
namespace {

using release::runner_kind;

task<result<std::int64_t>> find_project(gitlab::api& api, std::string path) {
    const auto found = co_await api.project_by_path(std::move(path));
    if (!found) co_return found.error();
    co_return found->id;
}

std::string variable(const std::string& name) {
    const char* value = name.empty() ? nullptr : std::getenv(name.c_str());  // read only, and nobody here calls setenv
    return value != nullptr ? value : "";
}

/// Relative paths in a project file start at its folder, and so do its programs.
runner::command_settings command_of(const release::project_settings& project, const release::runner_settings& how) {
    runner::command_settings made;
    std::error_code ignored;
    made.directory = std::filesystem::absolute(project.file, ignored).parent_path().string();
    made.argv = how.argv;
    made.environment = how.environment;
    made.codes = {how.ok_codes, how.warn_codes, how.unreachable_codes};
    return made;
}

std::unique_ptr<runner::driver> create(const release::project_settings& project, const release::runner_settings& how,
                                       const runner_surroundings& with) {
    auto here = machine_of(with);
    // What a program may see it may also print.
    for (const auto& name : how.environment)
        if (auto value = variable(name); value.size() >= 6) here.secrets.push_back(std::move(value));
    const auto project_of = [api = with.gitlab, path = project.gitlab.project] { return find_project(*api, path); };
    switch (how.kind) {
        case runner_kind::command:
            return runner::create_command_driver(here, command_of(project, how));
        case runner_kind::external:
            return runner::create_external_driver(here, {command_of(project, how), how.params});
        case runner_kind::http: {
            runner::http_settings settings{how.url, how.token_from, variable(how.token_from), how.params, with.secrets};
            if (!settings.token.empty()) settings.secrets.push_back(settings.token);
            return runner::create_http_driver(*with.http, std::move(settings));
        }
        case runner_kind::pipeline:
            if (with.gitlab == nullptr) return nullptr;
            return runner::create_pipeline_driver(
                *with.gitlab, project_of, {how.ref.empty() ? project.repository.trunk : how.ref, how.variables});
        case runner_kind::manual_job: {
            if (with.gitlab == nullptr) return nullptr;
            runner::manual_job_settings settings;
            settings.name = how.job;
            return runner::create_manual_job_driver(*with.gitlab, project_of, std::move(settings));
        }
        case runner_kind::salt:
            if (with.salt == nullptr) return nullptr;
            return salt::create_salt_driver(*with.salt, {how.salt_function, how.salt_arguments, how.salt_target});
    }
    return nullptr;
}

}  // namespace

runner::machine machine_of(const runner_surroundings& with) {
    runner::machine here;
    here.processes = with.processes;
    here.keeper = runner::find_keeper();
    here.folder = with.jobs_folder;
    here.secrets = with.secrets;
    return here;
}

runner_shelf create_runners(const release::project_settings& project, const runner_surroundings& with) {
    runner_shelf all;
    for (const auto& [name, how] : project.runners)
        if (auto made = create(project, how, with)) all[name] = std::move(made);
    return all;
}

}  // namespace slipway::bot
