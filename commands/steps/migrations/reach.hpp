// Is the database server there, and does it let us in? For `slipway check`; changes nothing.
#pragma once

#include <string>

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// What the server calls itself ("10.11.14-MariaDB"). `database` = "" asks the server alone. Failures say what the
/// client said: unavailable (not reached, not let in, no such database), refused (the question was), those of the
/// runner.
task<result<std::string>> reach_database(process::runner& processes, release::database_server server,
                                         std::string database);

}  // namespace slipway::steps
