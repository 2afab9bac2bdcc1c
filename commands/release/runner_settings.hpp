// Where a checklist's `job` steps can run: one entry of `runners` in the project file.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"

namespace slipway::release {

enum class runner_kind { command, external, http, pipeline, manual_job, salt };

struct runner_settings {
    runner_kind kind = runner_kind::command;
    std::vector<std::string> argv;         ///< of a command or of an external driver; {version} and friends are filled
    std::vector<std::string> environment;  ///< names of our variables that it may see
    std::vector<int> ok_codes{0}, warn_codes, unreachable_codes;
    std::string url, token_from;                   ///< http; the name of the variable with the token
    std::string ref;                               ///< pipeline; "" = trunk
    std::map<std::string, std::string> variables;  ///< pipeline
    std::string job;                               ///< manual_job: its name in GitLab
    std::string salt_function;                     ///< "state.sls"
    std::vector<std::string> salt_arguments;
    std::string salt_target;     ///< compound; "" = the hosts of the build
    boost::json::object params;  ///< for external and http: the step's own go over them
    milliseconds poll{1'000}, idle_timeout{0}, grace{10'000};
};

}  // namespace slipway::release
