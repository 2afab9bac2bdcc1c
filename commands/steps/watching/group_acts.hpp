// What people do to a group of errors by the buttons of its card. Of the room's watching/ alone.
#pragma once

#include "commands/steps/common.hpp"

namespace slipway::steps {

/// The choices of a group's item; all work also after the end of the release.
std::vector<release::choice> group_choices(const std::string& version);
/// Take it, not me, mute, resolve. Doing one again changes nothing more.
task<result<outcome>> act_on_group(context here, act intent);

}  // namespace slipway::steps
