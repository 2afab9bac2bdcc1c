// The parts of a project file about errors: where they come from, how long they are watched, whom they lead to.
// Room-internal.
#pragma once

#include "commands/release/project.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

ingest_settings read_ingest(const yaml_value& at);
watch_settings read_watch(const yaml_value& at);
suspect_settings read_suspects(const yaml_value& at);
sentry_settings read_sentry(const yaml_value& at);

}  // namespace slipway::release
