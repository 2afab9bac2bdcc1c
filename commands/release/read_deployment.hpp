// Parts of a project file: when something may start, what runs in production, how production goes back.
#pragma once

#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

std::vector<freeze_rule> read_freezes(const yaml_value& at);
observed_settings read_observed(const yaml_value& at);
rollback_settings read_rollback(const yaml_value& at);

}  // namespace slipway::release
