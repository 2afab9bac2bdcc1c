// The workspace in the shapes of the Web API.
#include <algorithm>

#include "deploy/sandbox/slack/workspace.hpp"

#include "integrations/base/printable.hpp"

namespace slipway::sandbox::slack {
namespace {

json::array reactions_of(const message& what) {
    json::array all;
    for (const auto& each : what.reactions) {
        all.push_back({{"name", each.name}, {"users", json::value_from(each.users)}, {"count", each.users.size()}});
    }
    return all;
}

void add_thread(json::object& into, const message& what, const workspace& all) {
    if (!what.thread_ts.empty()) into["thread_ts"] = what.thread_ts;
    if (what.broadcast) into["subtype"] = "thread_broadcast";
    const auto where = all.conversations.find(what.channel);
    if (where == all.conversations.end() || !what.thread_ts.empty()) return;
    json::array who;
    std::string latest;
    std::size_t count = 0;
    for (const auto& [ts, each] : where->second.messages) {
        if (each.thread_ts != what.ts || !each.ephemeral_to.empty()) continue;
        ++count;
        latest = ts;
        if (std::ranges::find(who, json::value(each.user)) == who.end()) who.emplace_back(each.user);
    }
    if (count == 0) return;
    into["thread_ts"] = what.ts;
    into["reply_count"] = count;
    into["reply_users"] = std::move(who);
    into["latest_reply"] = latest;
}

}  // namespace

json::object workspace::to_json(const message& what, bool with_metadata) const {
    json::object made{
        {"type", "message"}, {"user", what.user}, {"ts", what.ts}, {"text", what.text}, {"team", team_id}};
    if (!what.bot_id.empty()) {
        made["bot_id"] = what.bot_id;
        made["app_id"] = app_id;
    }
    if (!what.blocks.empty()) made["blocks"] = what.blocks;
    if (with_metadata && !what.metadata.is_null()) made["metadata"] = what.metadata;
    if (what.edited) made["edited"] = {{"user", what.user}, {"ts", what.ts}};
    if (!what.reactions.empty()) made["reactions"] = reactions_of(what);
    if (what.pinned) made["pinned_to"] = json::array{json::value(what.channel)};
    add_thread(made, what, *this);
    json::array attached;
    for (const auto& id : what.files) {
        const auto found = files.find(id);
        if (found != files.end()) attached.push_back(to_json(found->second));
    }
    if (!attached.empty()) made["files"] = std::move(attached);
    if (!what.ephemeral_to.empty()) {
        made["is_ephemeral"] = true;
        made["ephemeral_to"] = what.ephemeral_to;
    }
    if (!what.notice.empty()) made["notice"] = what.notice;
    return made;
}

json::object workspace::to_json(const conversation& what) const {
    json::object made{{"id", what.id}, {"is_im", what.is_im()}, {"is_archived", what.is_archived}, {"is_mpim", false}};
    if (what.is_im()) {
        made["user"] = what.im_with;
        return made;
    }
    made["name"] = what.name;
    made["name_normalized"] = what.name;
    made["is_channel"] = !what.is_private;
    made["is_group"] = what.is_private;
    made["is_private"] = what.is_private;
    made["is_member"] = what.members.contains(bot_user);
    made["is_general"] = false;
    made["topic"] = {{"value", what.topic}, {"creator", ""}, {"last_set", 0}};
    made["purpose"] = {{"value", ""}, {"creator", ""}, {"last_set", 0}};
    made["num_members"] = what.members.size();
    return made;
}

json::object workspace::to_json(const user& what) const {
    json::object profile{{"real_name", what.real_name},
                         {"display_name", what.name},
                         {"title", what.title},
                         {"email", what.email},
                         {"team", team_id}};
    return {{"id", what.id},
            {"team_id", team_id},
            {"name", what.name},
            {"deleted", false},
            {"color", what.colour.empty() ? "" : what.colour.substr(1)},
            {"real_name", what.real_name},
            {"tz", "Etc/UTC"},
            {"tz_offset", 0},
            {"profile", std::move(profile)},
            {"is_admin", false},
            {"is_owner", false},
            {"is_restricted", false},
            {"is_ultra_restricted", false},
            {"is_bot", what.is_bot},
            {"is_app_user", false}};
}

json::object workspace::to_json(const file& what) const {
    const auto path = address + "/slack/files/" + what.id;
    constexpr std::size_t preview = 2000;
    const bool is_picture = what.content.starts_with("\x89PNG");
    json::object made{{"id", what.id},
                      {"name", what.name},
                      {"title", what.title},
                      {"mimetype", is_picture ? "image/png" : "text/plain"},
                      {"filetype", is_picture ? "png" : "text"},
                      {"user", what.user},
                      {"size", what.content.size()},
                      {"mode", "hosted"},
                      {"permalink", path},
                      {"url_private", path}};
    if (!is_picture) {
        made["preview"] = printable(what.content, preview);
        made["preview_is_truncated"] = what.content.size() > preview;
    }
    return made;
}

std::string workspace::permalink(const message& what) const {
    auto digits = what.ts;
    std::erase(digits, '.');
    auto link = address + "/archives/" + what.channel + "/p" + digits;
    if (!what.thread_ts.empty()) link += "?thread_ts=" + what.thread_ts + "&cid=" + what.channel;
    return link;
}

}  // namespace slipway::sandbox::slack
