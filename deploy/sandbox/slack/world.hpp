// Everything that the Slack of the sandbox knows, in one place: what methods, links, actions and control work on. Pure.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "deploy/sandbox/slack/handles.hpp"
#include "deploy/sandbox/slack/rate_limits.hpp"
#include "deploy/sandbox/slack/views.hpp"
#include "deploy/sandbox/slack/workspace.hpp"

namespace slipway::sandbox::slack {

struct world {
    explicit world(const scenario& from)
        : workspace{from},
          views{from.workspace.id, from.workspace.app_id, from.workspace.bot.bot_id},
          bot_token{from.workspace.bot_token},
          app_token{from.workspace.app_token},
          scopes{from.workspace.scopes},
          commands{from.workspace.commands} {}

    slack::workspace workspace;
    view_shelf views;
    ticket_office tickets;
    trigger_office triggers;
    response_office responses;
    rate_limits limits;
    milliseconds edit_window{0};  ///< older messages cannot be edited; 0 = for ever, as Slack's default is
    bool names_no_team = false;   ///< `team` is null, as for an app that a whole organisation installed
    bool names_little = false;    ///< people's payloads come without what Slack may leave out
    std::string bot_token;
    std::string app_token;
    std::vector<std::string> scopes;
    std::vector<command_offer> commands;
    std::string address;             ///< "http://127.0.0.1:8065"
    std::string websocket_address;   ///< "ws://127.0.0.1:8065"
    std::deque<std::string> astray;  ///< addresses that the next links are sent to instead
};

}  // namespace slipway::sandbox::slack
