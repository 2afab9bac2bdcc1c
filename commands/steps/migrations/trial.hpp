// Inside this story only: migrations on a throw-away MariaDB, before anybody is asked about them.
#pragma once

#include "commands/migrations/collection.hpp"
#include "commands/steps/step.hpp"

namespace slipway::steps {

struct trial_report {
    std::map<std::string, std::string> errors;  ///< by migration id: line, code and text; absent = it went through
    std::string not_tried;                      ///< why nothing could be tried, as a sentence; "" = all were
};

/// Makes a database and a user of our own naming, loads the project's schema, then every migration in order as that
/// user, who has rights on that database alone; drops both, also when it is cancelled. Nothing else on the server is
/// touched. Passwords travel in the environment, SQL by standard input.
task<trial_report> try_migrations(context here, std::vector<migrations::migration> all);

json::object to_json(const trial_report& report);
trial_report trial_from_json(const json::object& kept);

}  // namespace slipway::steps
