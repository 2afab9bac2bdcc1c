// `runners` of a project file. Room-internal.
#pragma once

#include <map>
#include <string>

#include "commands/release/runner_settings.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

std::map<std::string, runner_settings> read_runners(const yaml_value& at);

}  // namespace slipway::release
