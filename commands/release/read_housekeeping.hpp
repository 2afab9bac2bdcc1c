// Inside this room only: the part of a project file that says which commits need no merge request.
#pragma once

#include "commands/release/project.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

/// `housekeeping: [{subject, author, paths}]`; a rule without paths, or without words and author, is a problem.
std::vector<housekeeping_settings> read_housekeeping(const yaml_value& at);

}  // namespace slipway::release
