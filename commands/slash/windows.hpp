// Windows that no button of a card opens: starting a release, keeping a message as a note. Each is opened before
// anything else is asked (R7.9), and its submission is the verb, typed.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "commands/slash/desk.hpp"
#include "integrations/slack/payload.hpp"

namespace slipway::slash {

/// The project whose window `/release <words>` opens, "" when it has to be chosen there; nullopt when the words are a
/// verb with what it needs.
std::optional<std::string> wants_start_window(const desk& with, const std::string& channel, const std::string& words);

/// Opens it, then shows what holds or runs there and reads what its menus offer. False: Slack did not open it (the
/// trigger was dead), so the caller answers in words. `channel` "" = the answer goes to the person directly.
task<bool> open_start_window(desk& with, slack::origin from, std::string project, std::string channel);
/// The same window for the project that was just chosen in it.
task<> follow_chosen_project(desk& with, slack::block_action chosen);

/// Opens the window that makes a note of somebody's message.
task<bool> open_note_window(desk& with, slack::message_action used);

/// What the submission of such a window stands for, as if it had been typed: "start shop 1.4.0 --dry-run" in the
/// channel that the window remembers. nullopt for any other window.
std::optional<slack::slash_command> typed_in(const slack::view_submission& sent);

/// Sentences by block id for what was left out or does not fit together; empty = good. From the window alone.
boost::json::object faults_of(const desk& with, const slack::view_submission& sent);

}  // namespace slipway::slash
