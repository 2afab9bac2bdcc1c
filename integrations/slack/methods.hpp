// The Web API methods the bot uses, with types. Each is one `web_api::call`; failures are those of web_api.hpp.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "integrations/base/untrusted.hpp"
#include "integrations/slack/web_api.hpp"

namespace slipway::slack {

/// A message's name for ever: ts is opaque text, unique within the channel.
struct message_ref {
    std::string channel;
    std::string ts;
};

/// What is posted or shown. `text` is always filled: notifications and screen readers give it.
struct message_body {
    std::string text;
    json::array blocks;
    std::string thread_ts;          ///< the parent's ts; "" = in the channel
    bool broadcast = false;         ///< thread answers only
    std::string metadata_event;     ///< metadata.event_type; "" = no metadata
    json::object metadata_payload;  ///< flat scalars; {"id": …} is what a lookup searches
};

struct identity {
    std::string team;
    std::string team_name;
    std::string user;  ///< the bot's own user id
    std::string bot;   ///< its bot id
    std::string app;   ///< "" when Slack does not say
};
task<result<identity>> auth_test(web_api& slack);

/// A fresh wss:// URL with a single-use ticket. A secret: never logged.
task<result<std::string>> open_connection(web_api& slack);

/// Not safe to repeat: lost means look it up by metadata.
task<result<message_ref>> post_message(web_api& slack, std::string channel, message_body body);
/// Text above 4,000 characters is cut: Slack would refuse it here, though not in a post.
task<result<message_ref>> update_message(web_api& slack, message_ref where, message_body body);
task<result<>> post_ephemeral(web_api& slack, std::string channel, std::string user, message_body body);
/// A message that is already gone counts as success.
task<result<>> delete_message(web_api& slack, message_ref where);
task<result<std::string>> permalink(web_api& slack, message_ref where);

/// The direct conversation with one person ("D…").
task<result<std::string>> open_conversation(web_api& slack, std::string user);

struct found_message {
    std::string ts;
    std::string thread_ts;  ///< of the thread it belongs to; "" = none
    std::string user;       ///< who posted
    std::string bot;        ///< bot id when a bot posted
    std::string subtype;    ///< "" = a person's plain message
    untrusted text;
    std::string metadata_event;
    json::object metadata_payload;
    std::vector<std::string> files;  ///< names of the files it carries
};
struct history_query {
    std::string channel;
    std::string thread_ts;  ///< set: the answers of that thread
    std::string oldest;     ///< ts, inclusive; "" = from the beginning
    int limit = 100;
};
/// One page with metadata, as Slack orders it; `next_cursor` of an earlier page continues it.
struct history_page {
    std::vector<found_message> messages;
    std::string next_cursor;  ///< "" = the end
};
task<result<history_page>> history(web_api& slack, history_query asked, std::string cursor = {});
/// Looks through all pages for the message whose metadata payload has that `id`; nullopt = surely not there.
task<result<std::optional<message_ref>>> find_by_metadata_id(web_api& slack, history_query asked, std::string id);

struct conversation {
    std::string id;
    std::string name;
    bool is_member = false;
    bool is_archived = false;
    bool is_private = false;
};
task<result<conversation>> conversation_info(web_api& slack, std::string channel);

struct member {
    std::string id;
    std::string team;
    untrusted name;        ///< display name or real name: for showing, never for rights
    std::string email;     ///< "" without the scope
    std::string timezone;  ///< "Europe/Berlin"
    bool is_bot = false;
    bool is_guest = false;    ///< restricted or ultra-restricted
    bool is_deleted = false;  ///< deactivated
};
task<result<member>> user_info(web_api& slack, std::string user);
/// Slack's confirmed address; not_found when nobody has it.
task<result<member>> user_by_email(web_api& slack, std::string email);
/// User ids of a group ("S…").
task<result<std::vector<std::string>>> usergroup_members(web_api& slack, std::string usergroup);

struct view_ref {
    std::string id;
    std::string hash;
};
/// The trigger dies three seconds after the click and serves once.
task<result<view_ref>> open_view(web_api& slack, std::string trigger_id, json::object view);
/// `where.hash` set: errc::moved when somebody changed the view meanwhile.
task<result<view_ref>> update_view(web_api& slack, view_ref where, json::object view);
task<result<view_ref>> publish_home(web_api& slack, std::string user, json::object view);

/// Already pinned, or not pinned any more, counts as success.
task<result<>> pin(web_api& slack, message_ref where);
task<result<>> unpin(web_api& slack, message_ref where);

struct file_ticket {
    std::string file_id;
    std::string upload_url;  ///< a secret: never logged
};
struct file_target {
    std::string channel;
    std::string thread_ts;  ///< "" = in the channel
    std::string title;
};
/// Reserves a file; nothing is visible until complete_upload.
task<result<file_ticket>> reserve_upload(web_api& slack, std::string filename, std::size_t bytes);
/// Shows the uploaded file. Not safe to repeat.
task<result<>> complete_upload(web_api& slack, std::string file_id, file_target where);

/// The answer through a response_url, which posts, replaces or deletes.
struct response_message {
    std::string text;
    json::array blocks;
    bool replace = false;
    bool remove = false;
    bool in_channel = false;  ///< false = only the person sees it
};
task<result<>> respond(web_api& slack, std::string response_url, response_message message);

}  // namespace slipway::slack
