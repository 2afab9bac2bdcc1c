// The runners of a project file as drivers, by name.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "integrations/runner/drivers.hpp"

namespace slipway::salt {
class job_client;
}

namespace slipway::bot {

using runner_shelf = std::map<std::string, std::unique_ptr<runner::driver>, std::less<>>;

/// What all drivers of one project share; outlives them. Null clients: not configured.
struct runner_surroundings {
    process::runner* processes = nullptr;
    net::http_client* http = nullptr;
    gitlab::api* gitlab = nullptr;
    salt::job_client* salt = nullptr;
    std::string jobs_folder;  ///< absolute
    std::vector<std::string> secrets;
};

/// For programs that no runner of the project file names (lines of a runbook).
runner::machine machine_of(const runner_surroundings& with);

/// A runner whose client is not configured is left out; its step says so.
runner_shelf create_runners(const release::project_settings& project, const runner_surroundings& with);

}  // namespace slipway::bot
