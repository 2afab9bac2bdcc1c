// A changelog entry (Markdown in the file) as Slack shows it.
#pragma once

#include <string_view>

#include "commands/release/project.hpp"
#include "integrations/slack/blocks/mrkdwn.hpp"

namespace slipway::views {

/// Headings become bold lines, bullets stay bullets; everything in a line is text of others and is shown as typed.
slack::markup changelog_text(std::string_view entry, const release::project_settings& project);

}  // namespace slipway::views
