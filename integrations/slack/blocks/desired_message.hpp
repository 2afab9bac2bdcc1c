// What an outbox row says about Slack: the message as it shall be. Written by whoever has something to say, read by the
// sender alone. The shapes and what the sender does with them: bot/outbox/README.md.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <variant>

#include "integrations/base/result.hpp"

namespace slipway::slack {

namespace json = boost::json;

/// A message in a channel, a thread or a direct conversation. Posted once, then edited in place for ever.
struct desired_message {
    std::string channel;     ///< "C…", "G…" or "D…"; leave empty when `user` is set
    std::string user;        ///< "U…": a direct message, in the conversation with this person
    std::string thread_of;   ///< outbox key of the parent message; waits until the parent is there
    std::string thread_ts;   ///< ts of a parent that is not ours (somebody's mention); not together with thread_of
    bool broadcast = false;  ///< a thread answer that is shown in the channel too
    std::string text;        ///< mrkdwn; what notifications and screen readers give
    json::array blocks;      ///< what is shown; empty = the text
    bool pin = false;        ///< pinned after the first post
    bool remove = false;     ///< true: the message shall be gone
};

/// Seen by one person, once, and never edited. Best effort by its nature: Slack does not keep it.
struct desired_ephemeral {
    std::string channel;
    std::string user;
    std::string thread_ts;
    std::string text;
    json::array blocks;
};

/// A file in a channel, a thread or a direct conversation: what is too long for a message, or a picture.
struct desired_file {
    std::string channel;  ///< leave empty when `user` is set
    std::string thread_of;
    std::string filename;  ///< "tests.log"
    std::string title;
    std::string content;
    bool binary = false;  ///< `content` is bytes, not text: base64 in the row
    std::string user;     ///< "U…": in the conversation with this person
};

/// An answer through the response_url of a command or a click: 30 minutes, five times, then it is dead.
struct desired_response {
    std::string url;  ///< a secret: never logged
    std::string text;
    json::array blocks;
    bool replace = false;  ///< replaces the message that was clicked
    bool remove = false;   ///< deletes it instead (the only way to delete an ephemeral message)
};

/// The Home tab of one person, replaced as a whole; showing it again harms nobody.
struct desired_home {
    std::string user;
    json::object view;
};

using desired = std::variant<desired_message, desired_ephemeral, desired_file, desired_response, desired_home>;

/// The outbox body. Empty members are left out, so equal wishes are equal bytes.
json::object to_json(desired_message wish);
json::object to_json(const desired_ephemeral& wish);
json::object to_json(const desired_file& wish);
json::object to_json(const desired_response& wish);
json::object to_json(const desired_home& wish);
json::object to_json(desired wish);
/// errc::invalid with what is missing; unknown members are ignored.
result<desired> desired_from_json(const json::object& body);

/// The pacing group a row belongs to: the channel, the person, the answers of a channel, "response", or a
/// person's Home.
std::string lane_of(const desired& wish);

/// outbox_put::priority: lower goes first (a person who waits, before a picture that moves).
namespace priority {
inline constexpr int answer = 0;  ///< ephemeral and response: somebody has just clicked
inline constexpr int gate = 2;    ///< people are asked for a decision
inline constexpr int board = 5;
inline constexpr int detail = 7;  ///< threads, logs, files
}  // namespace priority

}  // namespace slipway::slack
