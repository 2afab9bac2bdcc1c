// The form of a question, out of a checklist file.
#pragma once

#include <vector>

#include "commands/release/form.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

/// The list under `fields`; each fault is noted at its line.
std::vector<form_field> read_fields(const yaml_value& at);

}  // namespace slipway::release
