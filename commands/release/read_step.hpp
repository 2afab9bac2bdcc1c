// One step of a checklist file. Shared by whole checklists and by those that change a base.
#pragma once

#include <map>
#include <string>

#include "commands/release/checklist.hpp"
#include "commands/release/yaml.hpp"

namespace slipway::release {

using kind_map = std::map<std::string, kind_facts>;

/// Every problem is noted at its line. `file` is what `origin` names; `place_key` a key more that it may have.
step_rule read_step(const yaml_value& at, const std::string& file, const std::string& stage,
                    const std::map<std::string, int>& roles, const kind_map& kinds, std::string_view place_key = {});

/// What a project says about a step of the base takes the place of what the base says, key by key; `with` is joined.
/// Seats, four eyes, `required` and side effects can only grow (R9.3).
void change_step(const yaml_value& at, const std::string& file, step_rule& step,
                 const std::map<std::string, int>& roles, const kind_map& kinds);

/// Steps that need what is not there, and circles; each at the line that `places` names, else at `otherwise`.
void check_needs(const checklist& list, const std::map<std::string, yaml_value>& places, const yaml_value& otherwise);

}  // namespace slipway::release
