// Inside this room only: two parts of a project file.
#pragma once

#include "commands/release/project.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

migration_settings read_migrations(const yaml_value& at);
/// `project` gives what is not said: group, trunk, stable.
dependency_settings read_dependencies(const yaml_value& at, const project_settings& project);

}  // namespace slipway::release
