// The payloads that Slack sends to an app when people do things. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "deploy/sandbox/slack/elements.hpp"
#include "deploy/sandbox/slack/world.hpp"

namespace slipway::sandbox::slack {

/// "@ana" → "<@U0ANA>", "#releases" → "<#C0RELEASES|releases>", and the three characters escaped: what an app gets.
/// `with_names` as slash commands have it: "<@U0ANA|ana>".
std::string encode_typed(const workspace& space, const std::string& typed, bool with_names);

json::object command_payload(world& all, const std::string& user, const conversation& where, const std::string& command,
                             const std::string& text, instant now);

/// Members that every interactive payload has: type, user, team, api_app_id …
json::object interactive_payload(const world& all, std::string type, const std::string& user);

/// The one member of "actions": the element as it was used, with `state` merged in.
/// Takes out what Slack may leave out of a command, click, shortcut or submission.
void thin_out(json::object& payload);

json::object used_element(const found_element& what, const json::object& state, instant now);

}  // namespace slipway::sandbox::slack
