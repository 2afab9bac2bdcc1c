// conversations.*: finding channels, reading what was said.
#include <algorithm>
#include <array>

#include "deploy/sandbox/slack/methods.hpp"
#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

constexpr std::string_view readers = "channels:read groups:read im:read mpim:read";
constexpr std::string_view historians = "channels:history groups:history im:history mpim:history";

json::object open(world& all, const arguments& asked, instant) {
    auto answer = accepted();
    if (asked.has("channel")) {
        const auto* known = channel_of(all, asked.text("channel"));
        if (known == nullptr) return refused("channel_not_found");
        answer["channel"] = {{"id", known->id}};
        return answer;
    }
    auto users = asked.text("users");
    if (const auto list = asked.nested("users"); list.is_array() && list.get_array().size() == 1)
        users = text_at(list, "0");
    if (users.empty()) return refused("users_list_not_supplied");
    if (users.find(',') != std::string::npos) return refused("method_not_supported_for_channel_type");
    const auto* person = all.workspace.find_user(users);
    if (person == nullptr) return refused("user_not_found");
    if (person->is_bot) return refused("cannot_dm_bot");
    answer["channel"] = {{"id", all.workspace.im_with(users).id}};
    return answer;
}

json::object info(world& all, const arguments& asked, instant) {
    const auto* found = channel_of(all, asked.text("channel"));
    if (found == nullptr) return refused("channel_not_found");
    auto answer = accepted();
    answer["channel"] = all.workspace.to_json(*found);
    return answer;
}

bool wanted_type(const conversation& each, const std::string& types) {
    const std::string type = each.is_im() ? "im" : each.is_private ? "private_channel" : "public_channel";
    return ("," + types + ",").find("," + type + ",") != std::string::npos;
}

json::object list(world& all, const arguments& asked, instant) {
    const auto types = asked.has("types") ? asked.text("types") : std::string{"public_channel"};
    json::array found;
    for (const auto& id : all.workspace.order) {
        const auto* each = channel_of(all, id);
        if (each != nullptr && wanted_type(*each, types)) found.push_back(all.workspace.to_json(*each));
    }
    auto answer = accepted();
    answer["channels"] = std::move(found);
    answer["response_metadata"] = {{"next_cursor", ""}};
    return answer;
}

json::object join(world& all, const arguments& asked, instant) {
    auto* found = channel_of(all, asked.text("channel"));
    if (found == nullptr) return refused("channel_not_found");
    if (found->is_im() || found->is_private) return refused("method_not_supported_for_channel_type");
    if (found->is_archived) return refused("is_archived");
    auto answer = accepted();
    if (!found->members.insert(all.workspace.bot_user).second) {
        answer["warning"] = "already_in_channel";
        answer["response_metadata"] = {{"warnings", {"already_in_channel"}}};
    }
    answer["channel"] = all.workspace.to_json(*found);
    return answer;
}

json::object members(world& all, const arguments& asked, instant) {
    const auto* found = channel_of(all, asked.text("channel"));
    if (found == nullptr) return refused("channel_not_found");
    auto answer = accepted();
    answer["members"] = json::value_from(found->members);
    answer["response_metadata"] = {{"next_cursor", ""}};
    return answer;
}

/// What both reading methods ask of time and count.
struct window {
    std::string oldest, latest;
    bool inclusive;
    std::size_t limit;
    bool metadata;

    explicit window(const arguments& asked)
        : oldest{asked.text("oldest")},
          latest{asked.text("latest")},
          inclusive{asked.flag("inclusive")},
          limit{static_cast<std::size_t>(std::clamp<std::int64_t>(asked.number("limit", 100), 1, 999))},
          metadata{asked.flag("include_all_metadata")} {}

    bool holds(const std::string& ts) const {
        if (!oldest.empty() && (inclusive ? ts < padded(oldest) : ts <= padded(oldest))) return false;
        return latest.empty() || (inclusive ? ts <= padded(latest) : ts < padded(latest));
    }
    /// "1712345678" and "1712345678.5" compare like full timestamps.
    static std::string padded(std::string ts) {
        if (ts.find('.') == std::string::npos) ts += '.';
        ts.resize(std::max<std::size_t>(ts.size(), ts.find('.') + 7), '0');
        return ts.size() < 17 ? std::string(17 - ts.size(), '0') + ts : ts;
    }
};

json::object page(std::vector<json::value> found, const window& wanted, std::size_t offset) {
    auto answer = accepted();
    json::array shown;
    for (auto i = offset; i < found.size() && shown.size() < wanted.limit; ++i) shown.push_back(std::move(found[i]));
    const auto next = offset + shown.size();
    const bool more = next < found.size();
    answer["messages"] = std::move(shown);
    answer["has_more"] = more;
    answer["response_metadata"] = {{"next_cursor", more ? to_base64("next:" + std::to_string(next)) : ""}};
    return answer;
}

/// Cursors are opaque to callers; here they hold an offset. nullopt for one that we never gave.
std::optional<std::size_t> offset_of(const arguments& asked, std::size_t most) {
    const auto cursor = asked.text("cursor");
    if (cursor.empty()) return 0;
    for (std::size_t at = 0; at <= most; ++at) {
        if (to_base64("next:" + std::to_string(at)) == cursor) return at;
    }
    return {};
}

json::object history(world& all, const arguments& asked, instant) {
    const auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) return refused("channel_not_found");
    if (!where->members.contains(all.workspace.bot_user)) return refused("not_in_channel");
    const window wanted{asked};
    std::vector<json::value> found;
    for (auto each = where->messages.rbegin(); each != where->messages.rend(); ++each) {
        const auto& what = each->second;
        const bool in_channel = what.thread_ts.empty() || what.broadcast;
        if (what.ephemeral_to.empty() && what.notice.empty() && in_channel && wanted.holds(what.ts))
            found.emplace_back(all.workspace.to_json(what, wanted.metadata));
    }
    const auto offset = offset_of(asked, found.size());
    return offset ? page(std::move(found), wanted, *offset) : refused("invalid_cursor");
}

json::object replies(world& all, const arguments& asked, instant) {
    auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) return refused("channel_not_found");
    if (!where->members.contains(all.workspace.bot_user)) return refused("not_in_channel");
    const auto* root = where->find(asked.text("ts"));
    if (root == nullptr) return refused("thread_not_found");
    const auto parent = root->thread_ts.empty() ? root->ts : root->thread_ts;
    const window wanted{asked};
    std::vector<json::value> found;
    for (const auto& [ts, what] : where->messages) {
        const bool in_thread = ts == parent || what.thread_ts == parent;
        if (what.ephemeral_to.empty() && in_thread && (ts == parent || wanted.holds(ts)))
            found.emplace_back(all.workspace.to_json(what, wanted.metadata));
    }
    const auto offset = offset_of(asked, found.size());
    return offset ? page(std::move(found), wanted, *offset) : refused("invalid_cursor");
}

json::object set_topic(world& all, const arguments& asked, instant) {
    constexpr std::size_t longest_topic = 250;
    auto* found = channel_of(all, asked.text("channel"));
    if (found == nullptr) return refused("channel_not_found");
    if (!found->members.contains(all.workspace.bot_user)) return refused("not_in_channel");
    if (found->is_archived) return refused("is_archived");
    if (length_of(asked.text("topic")) > longest_topic) return refused("too_long");
    found->topic = asked.text("topic");
    auto answer = accepted();
    answer["channel"] = all.workspace.to_json(*found);
    return answer;
}

constexpr std::array<method, 8> methods{{
    {"conversations.open", token_kind::bot, body_kind::any, "im:write mpim:write", 50, open},
    {"conversations.info", token_kind::bot, body_kind::form_only, readers, 50, info},
    {"conversations.list", token_kind::bot, body_kind::form_only, readers, 20, list},
    {"conversations.join", token_kind::bot, body_kind::any, "channels:join", 50, join},
    {"conversations.setTopic", token_kind::bot, body_kind::any, "channels:manage channels:write.topic groups:write", 20,
     set_topic},
    {"conversations.members", token_kind::bot, body_kind::form_only, readers, 100, members},
    {"conversations.history", token_kind::bot, body_kind::form_only, historians, 50, history},
    {"conversations.replies", token_kind::bot, body_kind::form_only, historians, 50, replies},
}};

}  // namespace

std::span<const method> conversation_methods() {
    return methods;
}

}  // namespace slipway::sandbox::slack
