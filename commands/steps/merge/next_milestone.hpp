// Which milestone comes after this release's.
#pragma once

#include <optional>

#include "commands/release/project.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway::steps {

/// Of the open milestones the one with the smallest version after `version`, by the project's milestone titles and
/// version grammar; among those without such a title the one that is due next. nullopt: there is none.
std::optional<gitlab::milestone> next_milestone(const std::vector<gitlab::milestone>& open,
                                                const release::project_settings& project, const std::string& version,
                                                std::int64_t present_id);

}  // namespace slipway::steps
