// chat.*: posting, editing, deleting.
#include <array>

#include "deploy/sandbox/slack/methods.hpp"
#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

constexpr std::size_t longest_text = 40'000;
constexpr std::size_t longest_edit = 4'000;

/// Whether the app may write there: a member, or any public channel by chat:write.public.
bool may_write(const world& all, const conversation& where) {
    if (where.is_im() || where.members.contains(all.workspace.bot_user)) return true;
    return !where.is_private && std::ranges::find(all.scopes, "chat:write.public") != all.scopes.end();
}

message authored(const world& all) {
    message made;
    made.user = all.workspace.bot_user;
    made.bot_id = all.workspace.bot_id;
    return made;
}

/// The message of the app's own that an edit or deletion names; the refusal otherwise.
message* own_message(world& all, const arguments& asked, const char* foreign, json::object& refusal) {
    auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) {
        refusal = refused("channel_not_found");
        return nullptr;
    }
    auto* found = where->find(asked.text("ts"));
    if (found == nullptr || !found->ephemeral_to.empty()) {
        refusal = refused("message_not_found");
        return nullptr;
    }
    if (found->bot_id != all.workspace.bot_id) {
        refusal = refused(foreign);
        return nullptr;
    }
    return found;
}

json::object post_message(world& all, const arguments& asked, instant now) {
    auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) return refused("channel_not_found");
    if (!may_write(all, *where)) return refused("not_in_channel");
    if (where->is_archived) return refused("is_archived");
    auto what = authored(all);
    if (auto refusal = take_content(asked, what, /*needs_content=*/true)) return *refusal;
    what.thread_ts = asked.text("thread_ts");
    if (!what.thread_ts.empty()) {
        const auto* parent = where->find(what.thread_ts);
        if (parent == nullptr || !parent->ephemeral_to.empty()) return refused("thread_not_found");
        if (!parent->thread_ts.empty()) return refused("cannot_reply_to_message");
        what.broadcast = asked.flag("reply_broadcast");
    }
    auto answer = accepted();
    if (length_of(what.text) > longest_text) {
        what.text = first_characters(what.text, longest_text);
        answer["warning"] = "message_truncated";
        answer["response_metadata"] = {{"warnings", {"message_truncated"}}};
    }
    const auto& stored = all.workspace.post(*where, std::move(what), now);
    answer["channel"] = where->id;
    answer["ts"] = stored.ts;
    answer["message"] = all.workspace.to_json(stored, /*with_metadata=*/true);
    return answer;
}

json::object update(world& all, const arguments& asked, instant now) {
    json::object refusal;
    auto* found = own_message(all, asked, "cant_update_message", refusal);
    if (found == nullptr) return refusal;
    if (all.workspace.find(found->channel)->is_archived) return refused("is_inactive");
    const auto age = milliseconds{to_unix_ms(now) - std::stoll(found->ts.substr(0, found->ts.find('.'))) * 1000};
    if (all.edit_window.count() > 0 && age > all.edit_window) return refused("edit_window_closed");
    if (length_of(asked.text("text")) > longest_edit) return refused("msg_too_long");
    auto next = *found;
    if (asked.has("text") && !asked.has("blocks")) next.blocks.clear();
    if (auto refused_content = take_content(asked, next, /*needs_content=*/true)) return *refused_content;
    next.edited = !asked.has("blocks");
    if (asked.flag("reply_broadcast") && !next.thread_ts.empty()) next.broadcast = true;
    *found = std::move(next);
    all.workspace.changed(*found);
    auto answer = accepted();
    answer["channel"] = found->channel;
    answer["ts"] = found->ts;
    answer["text"] = found->text;
    answer["message"] = all.workspace.to_json(*found, /*with_metadata=*/true);
    return answer;
}

json::object post_ephemeral(world& all, const arguments& asked, instant now) {
    auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) return refused("channel_not_found");
    if (!may_write(all, *where)) return refused("not_in_channel");
    if (where->is_archived) return refused("is_archived");
    const auto user = asked.text("user");
    if (all.workspace.find_user(user) == nullptr || !where->members.contains(user))
        return refused("user_not_in_channel");
    auto what = authored(all);
    if (auto refusal = take_content(asked, what, /*needs_content=*/true)) return *refusal;
    if (length_of(what.text) > longest_text) return refused("msg_too_long");
    what.ephemeral_to = user;
    what.thread_ts = asked.text("thread_ts");
    auto answer = accepted();
    answer["message_ts"] = all.workspace.post(*where, std::move(what), now).ts;
    return answer;
}

json::object remove(world& all, const arguments& asked, instant) {
    json::object refusal;
    auto* found = own_message(all, asked, "cant_delete_message", refusal);
    if (found == nullptr) return refusal;
    auto answer = accepted();
    answer["channel"] = found->channel;
    answer["ts"] = found->ts;
    all.workspace.remove(*all.workspace.find(found->channel), std::string{found->ts});
    return answer;
}

json::object get_permalink(world& all, const arguments& asked, instant) {
    auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) return refused("channel_not_found");
    const auto* found = where->find(asked.text("message_ts"));
    if (found == nullptr) return refused("message_not_found");
    auto answer = accepted();
    answer["channel"] = where->id;
    answer["permalink"] = all.workspace.permalink(*found);
    return answer;
}

constexpr std::array<method, 5> methods{{
    {"chat.postMessage", token_kind::bot, body_kind::any, "chat:write", 600, post_message},
    {"chat.update", token_kind::bot, body_kind::any, "chat:write", 50, update},
    {"chat.postEphemeral", token_kind::bot, body_kind::any, "chat:write", 100, post_ephemeral},
    {"chat.delete", token_kind::bot, body_kind::any, "chat:write", 50, remove},
    {"chat.getPermalink", token_kind::bot, body_kind::form_only, "", 600, get_permalink},
}};

}  // namespace

std::span<const method> chat_methods() {
    return methods;
}

}  // namespace slipway::sandbox::slack
