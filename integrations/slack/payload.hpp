// What Slack sends us, as types (slack.md §2). Tolerant: what is missing is empty, what is not understood is `unknown`.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "integrations/base/clock.hpp"
#include "integrations/base/json_pool.hpp"
#include "integrations/base/result.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::slack {

namespace json = boost::json;

/// Who, where, when, and the short-lived handles for an answer. Every payload has one as `from`.
struct origin {
    std::string team;          ///< "T…"; the user's own team where Slack says it
    std::string enterprise;    ///< "E…" on Enterprise Grid
    std::string user;          ///< "U…"
    std::string channel;       ///< "" for views, shortcuts and App Home
    std::string response_url;  ///< a secret; lives 30 minutes, serves 5 times; "" = none
    std::string trigger_id;    ///< opens one modal within 3 s of the click; "" = none
    instant received;          ///< when it reached us: after a restart the trigger_id is long dead
};

/// One filled element of a form: `values` holds what was typed or chosen (several for multi-selects, none when empty).
struct form_value {
    std::string block;
    std::string action;
    std::string type;  ///< "plain_text_input", "static_select" …
    std::vector<std::string> values;
};
/// All stateful elements of a message or view. People typed it: data, never markup.
struct form_state {
    std::vector<form_value> all;
    /// The first value of the element, or "" when there is none.
    std::string value_of(std::string_view block, std::string_view action) const;
    /// Every value of the element.
    std::vector<std::string> values_of(std::string_view block, std::string_view action) const;
};

struct view_facts {
    std::string id;
    std::string callback_id;
    std::string private_metadata;
    std::string hash;
    std::string root_id;
    std::string external_id;
};

/// "/release start 1.4.0"
struct slash_command {
    origin from;
    std::string command;  ///< "/release"
    untrusted text;       ///< everything after the first space
};

/// A click or a choice in a message or view.
struct block_action {
    origin from;
    std::string action_id;
    std::string block_id;
    std::string type;                   ///< "button", "static_select" …
    std::string value;                  ///< a button's value: compare and look up only
    std::vector<std::string> selected;  ///< chosen values of any kind of select, picker or check box
    std::string message_ts;             ///< "" when it happened in a view
    std::string thread_ts;
    bool ephemeral = false;
    view_facts view;  ///< id "" when it happened in a message
    form_state state;
    std::string action_ts;
};

struct view_submission {
    origin from;
    view_facts view;
    form_state state;
};

struct view_closed {
    origin from;
    view_facts view;
    bool whole_stack = false;
};

/// A global shortcut.
struct shortcut {
    origin from;
    std::string callback_id;
};

/// A shortcut on a message.
struct message_action {
    origin from;
    std::string callback_id;
    std::string message_ts;
    untrusted text;
};

/// Options wanted for an external select, per keystroke. Answered in the acknowledgement or not at all.
struct block_suggestion {
    origin from;
    std::string action_id;
    std::string block_id;
    untrusted typed;
    view_facts view;
};

struct app_mention {
    origin from;
    untrusted text;
    std::string ts;
    std::string thread_ts;
    std::string bot_id;  ///< a bot mentioned us
};

struct app_home_opened {
    origin from;
    std::string tab;  ///< "home" or "messages"
};

struct member_joined {
    origin from;  ///< user: who joined; may be the bot itself
    std::string inviter;
};

/// A message somebody wrote where the bot can read.
struct message_posted {
    origin from;
    untrusted text;
    std::string ts;
    std::string thread_ts;
    std::string channel_type;  ///< "channel", "group", "im", "mpim"
    std::string subtype;       ///< "" = a person's plain message
    std::string bot_id;
    std::string client_msg_id;
};

/// Something newer than this page, or broken: logged by whoever meets it.
struct unknown_payload {
    origin from;
    std::string type;  ///< "interactive/dialog_submission", "event/team_join" …
};

using payload =
    std::variant<slash_command, block_action, view_submission, view_closed, shortcut, message_action, block_suggestion,
                 app_mention, app_home_opened, member_joined, message_posted, unknown_payload>;

const origin& origin_of(const payload& any) noexcept;
/// "slash_command /release", "block_action slipway.approve": for logs; no text that people typed, no secrets.
std::string describe(const payload& any);

/// An envelope as the link delivers it.
struct envelope {
    std::string id;
    std::string type;           ///< events_api, interactive, slash_commands
    bool takes_answer = false;  ///< accepts_response_payload
    int retry_attempt = 0;
    std::string retry_reason;
    std::string frame;  ///< the whole of it, as it came over a link; "" when it came otherwise
    json_pool pool;     ///< of the payload, where it came over a link
    json::object payload;
};

/// errc::invalid without an envelope_id. The payload may be an object or JSON text; anything else becomes {}.
result<envelope> envelope_from_json(const json::object& frame);
/// The stored form, for `envelope_from_json` after a restart: as text, without Slack's deprecated verification token.
json::object to_json(envelope arrived);

/// What tells a repeat: channel and ts for a mention (which may also be read from the history), event_id for other
/// events, a digest of the trigger_id for commands and clicks (the same one under another envelope id is the same
/// click), else the envelope id. Holds no secret.
std::string repeat_key(const envelope& arrived);

payload payload_of(const envelope& arrived, instant received);

}  // namespace slipway::slack
