// A changelog entry (Markdown in the file) as Slack shows it.
#pragma once

#include <string_view>

#include "commands/release/project.hpp"
#include "commands/release/state.hpp"
#include "integrations/slack/blocks/mrkdwn.hpp"

namespace slipway::views {

/// Headings become bold lines, bullets stay bullets; everything in a line is text of others and is shown as typed.
/// A bullet's merge request at its end becomes a link to the release's GitLab project.
slack::markup changelog_text(std::string_view entry, const release::release_state& state,
                             const release::project_settings& project);

/// The entry as it stands now: what was drafted from git (fact `changelog_plan`) with the hand-written lines of this
/// moment. "" before it was drafted.
std::string entry_now(const release::release_state& state);

}  // namespace slipway::views
