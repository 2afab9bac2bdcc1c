// The checklists of a project, from their files as they are now.
#pragma once

#include <string>

#include "commands/release/project.hpp"

namespace slipway::bot {

struct policy_tree;  // policy.hpp

/// `kind`: release, rollback, hotfix. The project's own file, else the one that ships beside `default_file`. A file may
/// extend another one: `extends: default` is the bot's own of that kind, anything else a path from that file.
/// With a `branch` all of them are read from it alone (R8.11).
/// errc::invalid lists every problem with file and line, one a line.
result<release::checklist> read_project_checklist(const release::project_settings& project,
                                                  const std::string& default_file, const std::string& kind = "release",
                                                  const policy_tree* branch = nullptr);

/// The project file names a checklist of that kind itself.
bool names_checklist(const release::project_settings& project, const std::string& kind);

}  // namespace slipway::bot
