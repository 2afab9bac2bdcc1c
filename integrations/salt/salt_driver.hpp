// A function of Salt as a runner: any step can name one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "integrations/runner/runner.hpp"

namespace slipway::salt {

class job_client;

struct driver_settings {
    std::string function;                ///< "supervisord.restart"
    std::vector<std::string> arguments;  ///< words are filled in
    std::string target;                  ///< compound; "" = the order's `hosts`
};

/// The job id is the reference; the key travels in the job's metadata. `jobs` outlives it.
std::unique_ptr<runner::driver> create_salt_driver(job_client& jobs, driver_settings how);

}  // namespace slipway::salt
