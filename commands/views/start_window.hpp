// The window that starts a release, and the one that keeps somebody's message as a note. Both are made of nothing but
// what a click carries, so that they stand before anything is looked up: a trigger lives three seconds (R7.9).
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>

#include "commands/views/parts.hpp"

namespace slipway::views {

namespace json = boost::json;

/// What such a window carries from its opening to its submission, as its private_metadata.
struct start_memory {
    std::string project;  ///< "" = none was chosen yet
    std::string channel;  ///< where the answer goes; "" = to the person directly
};
std::string to_text(const start_memory& memory);
/// Went through somebody else's hands: good for choosing what to show, never for a right.
start_memory start_memory_of(const std::string& private_metadata);

namespace start_input {
inline constexpr const char* callback = "slipway.start";
inline constexpr const char* note_callback = "slipway.note-message";
inline constexpr const char* project = "project";
/// The project is part of the next two ids: with another project Slack shall forget what was chosen.
inline constexpr const char* milestone_prefix = "milestone-";
inline constexpr const char* version_prefix = "version-";
inline constexpr const char* options = "options";  ///< boxes: dry, queue
inline constexpr const char* dry = "dry";
inline constexpr const char* queue = "queue";
inline constexpr const char* note = "note";
}  // namespace start_input

/// callback_id "slipway.start". Project, milestone and version are menus that the bot fills while people type.
/// `title` names memory.project for people; `around` says what holds or runs there, "" = nothing is known yet.
json::object start_window(const start_memory& memory, const std::string& title, const markup& around);

/// callback_id "slipway.note-message": `text` is what somebody wrote, to be shortened to a line of the changelog.
json::object note_message_window(const start_memory& memory, const std::string& title, const untrusted& text);

}  // namespace slipway::views
