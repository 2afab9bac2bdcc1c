// What people read about an open merge request: how far it is, what holds it up, and who can change that. Pure.
#pragma once

#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway::steps {

/// One fact each; may hold names from outside. `approved` null: GitLab does not show approvals to the bot.
std::vector<std::string> details_of(const gitlab::merge_request& request, const gitlab::approvals* approved,
                                    const release::project_settings& project);

/// "its author (ben) or a release manager": who has to act before it can be merged; "" when nobody has to.
std::string who_can_change(const gitlab::merge_request& request, const gitlab::approvals* approved);

}  // namespace slipway::steps
