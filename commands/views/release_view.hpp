// Everything a release shows in Slack, as wishes for the outbox: which messages, where, and the buttons in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/rules.hpp"
#include "integrations/slack/blocks/desired_message.hpp"

namespace slipway::views {

/// One message for its whole life. `key` names it; equal states give equal wishes (R7.1).
struct outgoing {
    std::string key;
    slack::desired wish;
    int priority = slack::priority::detail;
    /// What it shall look like when a later state no longer shows it: the same words without buttons, or gone. nullopt:
    /// it stays as it is.
    std::optional<slack::desired> retired;
};

struct release_view {
    std::vector<outgoing> messages;
    std::vector<release::button> buttons;
};

/// Keys: "<id>/board", "<id>/<step>" for what a notify step posts, "<id>/<step>/gate/<attempt>.<number>",
/// "<id>/<step>/ask/<attempt>.<number>/<user>" (direct messages), "<id>/<step>/reminder/<attempt>.<number>",
/// "<id>/<step>/veto/<attempt>.<number>" (to the requester), "<id>/glass/<n>/<user>" (to the leads of roles),
/// "<id>/<step>/items",
/// "<id>/<step>/asks/<item>/<attempt>.<round>/<user>" (direct messages about one item),
/// "<id>/<step>/stopped/<attempt>",
/// "<id>/<step>/result/<attempt>", "<id>/errors", "<id>/errors/<group>", "<id>/summary"; what one message cannot hold
/// adds "/part/<n>" and "/file/<name>"; the file of an item adds "/file/<step>/<item>/<fingerprint>" to what it stands
/// below.
release_view everything(const release::release_state& state, const release::project_settings& project);

}  // namespace slipway::views
