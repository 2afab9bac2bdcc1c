// What a release is pinned to when it starts, and whether the outside world still agrees (R1.5).
#pragma once

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// Reads milestone, trunk and stable; the facts a release begins with. errc::not_found names the missing milestone and
/// lists what is open instead. Changes nothing, so the dry run uses it too.
task<result<json::object>> read_pins(services with, std::shared_ptr<const release::project_settings> project,
                                     std::string version);

/// The same for a hotfix: it begins at stable, needs no milestone, and its version has to be free.
task<result<json::object>> read_hotfix_pins(services with, std::shared_ptr<const release::project_settings> project,
                                            std::string version);

/// Pins that are no longer where the release left them.
task<result<std::vector<release::drift_seen>>> find_drift(std::shared_ptr<const release::release_state> state,
                                                          services with,
                                                          std::shared_ptr<const release::project_settings> project);

}  // namespace slipway::steps
