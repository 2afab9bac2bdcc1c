// What the menus of the start window offer. Options travel in the acknowledgement, which waits for nobody: what GitLab
// says is remembered on the desk, and read anew in the background whenever such a window opens.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "commands/slash/desk.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slash {

/// Reads the project's open milestones. What cannot be read leaves what is known, and the log says why.
task<> refresh_menus(desk& with, std::string project);

/// {"options":[…]} for a menu of the start window, from memory alone; nullopt for any other. What was typed narrows the
/// list; a version that the project's grammar takes is offered as it was typed.
std::optional<boost::json::object> menu_options(const desk& with, const slack::block_suggestion& asked);

}  // namespace slipway::slash
