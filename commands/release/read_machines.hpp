// The parts of a project file that are about machines: the home page, restarts, the runbook. Inside this room only.
#pragma once

#include "commands/release/project.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

home_page_settings read_home_page(const yaml_value& at);
restart_settings read_restart(const yaml_value& at);
runbook_settings read_runbook(const yaml_value& at);

}  // namespace slipway::release
