// A project's checklist as changes to a base: `extends: base.yaml`, then steps by id changed, removed and added (R9.2).
#pragma once

#include "commands/release/checklist.hpp"

namespace slipway::release {

/// The file that a checklist extends, as it is written there; "" = it stands for itself (or is no YAML: reading it
/// says so).
std::string base_of(std::string_view yaml);

/// `yaml` must extend the base. Problems of either file, each with its file and line; the origin of each step names
/// the file that spoke last about it.
///
///     extends: default
///     steps:
///       tests: {timeout: 4h}                       # changed, key by key
///     remove: [dependencies]                       # whoever needed it needs what it needed
///     add:
///       - {id: smoke, after: home-page, kind: …}   # what needed the step above waits for the new one too
checked_checklist read_checklist_over(std::string_view yaml, const std::string& file, std::string_view base_yaml,
                                      const std::string& base_file, const std::vector<kind_facts>& kinds,
                                      const std::map<std::string, int>& roles);

}  // namespace slipway::release
