// The state of the workspace: people, conversations, messages, files. Pure: told the time, tells its observer.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/scenario.hpp"
#include "integrations/base/clock.hpp"

namespace slipway::sandbox::slack {

namespace json = boost::json;

struct user {
    std::string id;
    std::string name;       ///< "ana"
    std::string real_name;  ///< "Ana Reyes"
    std::string title;
    std::string email;
    std::string colour;
    std::string initials;
    std::vector<std::string> roles;
    std::vector<std::string> groups;
    bool is_bot = false;
};

struct reaction {
    std::string name;
    std::vector<std::string> users;
};

struct message {
    std::string channel;
    std::string ts;      ///< "1712345678.000200", unique and increasing in its channel
    std::string user;    ///< author
    std::string bot_id;  ///< set when the app wrote it
    std::string text;
    json::array blocks;
    json::value metadata;      ///< null: none
    std::string thread_ts;     ///< of the parent; "" outside threads
    bool broadcast = false;    ///< a reply that also stands in the channel
    bool edited = false;       ///< shows "(edited)"
    std::string ephemeral_to;  ///< only this person sees it; such a message is in no history
    std::string notice;        ///< "slash" (the command line a person typed), "trouble" (Slackbot says what failed)
    std::vector<std::string> files;
    std::vector<reaction> reactions;
    bool pinned = false;
};

struct conversation {
    std::string id;
    std::string name;
    std::string topic;
    bool is_private = false;
    bool is_archived = false;  ///< readable; nothing is posted, edited or joined any more
    std::string im_with;       ///< the person of a direct message with the app; "" for channels
    std::set<std::string> members;
    std::map<std::string, message> messages;       ///< by ts; ephemeral ones among them
    std::map<std::string, std::string> last_read;  ///< user → ts

    bool is_im() const noexcept { return !im_with.empty(); }
    /// Members, and everybody for public channels.
    bool is_visible_to(const std::string& user) const { return members.contains(user) || (!is_private && !is_im()); }
    message* find(const std::string& ts);
    std::size_t replies_of(const std::string& ts) const;

private:
    friend class workspace;
    std::int64_t last_us_ = 0;
};

struct file {
    std::string id;
    std::string name;
    std::string title;
    std::string content;
    std::string user;
    std::size_t announced = 0;  ///< bytes promised when the upload URL was asked for
    bool uploaded = false;
    bool complete = false;
};

/// Something that became visible. Empty `only_for` and `conversation`: to everybody.
struct change {
    json::object body;  ///< {"type":"message", …}: what the page receives
    std::string conversation;
    std::string only_for;
};

class workspace {
public:
    explicit workspace(const scenario& from);

    std::function<void(const change&)> on_change = [](const change&) {};

    const std::string team_id, domain, name, app_id, bot_user, bot_id;
    std::map<std::string, user> users;
    std::vector<std::string> people;  ///< ids of the human users, in the scenario's order
    std::map<std::string, conversation> conversations;
    std::vector<std::string> order;  ///< ids of conversations, channels first, in order of creation
    std::map<std::string, file> files;
    json::array notifications;  ///< {"channel","ts","kind","who","by","text"} of every mention that made a sound

    const user* find_user(const std::string& id) const;
    conversation* find(const std::string& id);
    /// The direct message between the app and `person`, made when it is new.
    conversation& im_with(const std::string& person);

    /// Stores the message with the next ts of its channel and tells whom it notifies.
    message& post(conversation& where, message what, instant now);
    /// The message changed in place: tells the observer.
    void changed(const message& what);
    void remove(conversation& where, const std::string& ts);
    void mark_read(conversation& where, const std::string& user);
    /// Messages that `user` has not seen: roots, broadcasts and ephemeral ones of others.
    std::size_t unread(const conversation& where, const std::string& user) const;
    /// Mentions of `user` (or a group of theirs, or a crowd) that they have not seen, and everything new in their DM.
    std::size_t calling(const conversation& where, const std::string& user) const;

    file& create_file(std::string file_name, std::size_t bytes, std::string owner);

    /// The message as the Web API gives it.
    json::object to_json(const message& what, bool with_metadata) const;
    json::object to_json(const conversation& what) const;
    json::object to_json(const user& what) const;
    json::object to_json(const file& what) const;
    std::string permalink(const message& what) const;

    std::string address;  ///< of the sandbox: for links to files and messages

private:
    void notify(const conversation& where, const message& what);
    std::int64_t next_number_ = 0;
};

/// "1712345678.000200" for a time in microseconds.
std::string to_ts(std::int64_t microseconds);

}  // namespace slipway::sandbox::slack
