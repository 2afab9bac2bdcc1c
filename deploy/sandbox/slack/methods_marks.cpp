// pins.*, reactions.*: marks on messages.
#include <algorithm>
#include <array>

#include "deploy/sandbox/slack/methods.hpp"

namespace slipway::sandbox::slack {
namespace {

/// The message that `channel` and `timestamp` name; the refusal otherwise.
message* marked(world& all, const arguments& asked, json::object& refusal) {
    auto* where = channel_of(all, asked.text("channel"));
    auto* found = where != nullptr ? where->find(asked.text("timestamp")) : nullptr;
    if (where == nullptr) refusal = refused("channel_not_found");
    if (where != nullptr && !where->members.contains(all.workspace.bot_user)) {
        refusal = refused("not_in_channel");
        return nullptr;
    }
    if (where != nullptr && found == nullptr) refusal = refused("message_not_found");
    return found;
}

json::object pin(world& all, const arguments& asked, bool wanted, std::string_view already) {
    json::object refusal;
    auto* found = marked(all, asked, refusal);
    if (found == nullptr) return refusal;
    if (found->pinned == wanted) return refused(already);
    found->pinned = wanted;
    all.workspace.changed(*found);
    return accepted();
}

json::object pins_add(world& all, const arguments& asked, instant) {
    return pin(all, asked, true, "already_pinned");
}

json::object pins_remove(world& all, const arguments& asked, instant) {
    return pin(all, asked, false, "no_pin");
}

json::object pins_list(world& all, const arguments& asked, instant) {
    const auto* where = channel_of(all, asked.text("channel"));
    if (where == nullptr) return refused("channel_not_found");
    json::array items;
    for (const auto& [ts, each] : where->messages) {
        if (!each.pinned) continue;
        items.push_back({{"type", "message"}, {"channel", where->id}, {"message", all.workspace.to_json(each, false)}});
    }
    auto answer = accepted();
    answer["items"] = std::move(items);
    return answer;
}

json::object reactions_add(world& all, const arguments& asked, instant) {
    json::object refusal;
    auto* found = marked(all, asked, refusal);
    if (found == nullptr) return refusal;
    const auto name = asked.text("name");
    if (name.empty() || name.find(':') != std::string::npos) return refused("invalid_name");
    auto place = std::ranges::find(found->reactions, name, &reaction::name);
    if (place == found->reactions.end()) place = found->reactions.insert(place, reaction{name, {}});
    if (std::ranges::find(place->users, all.workspace.bot_user) != place->users.end())
        return refused("already_reacted");
    place->users.push_back(all.workspace.bot_user);
    all.workspace.changed(*found);
    return accepted();
}

json::object reactions_remove(world& all, const arguments& asked, instant) {
    json::object refusal;
    auto* found = marked(all, asked, refusal);
    if (found == nullptr) return refusal;
    const auto place = std::ranges::find(found->reactions, asked.text("name"), &reaction::name);
    if (place == found->reactions.end() || std::erase(place->users, all.workspace.bot_user) == 0)
        return refused("no_reaction");
    if (place->users.empty()) found->reactions.erase(place);
    all.workspace.changed(*found);
    return accepted();
}

constexpr std::array<method, 5> methods{{
    {"pins.add", token_kind::bot, body_kind::any, "pins:write", 20, pins_add},
    {"pins.remove", token_kind::bot, body_kind::any, "pins:write", 20, pins_remove},
    {"pins.list", token_kind::bot, body_kind::form_only, "pins:read", 20, pins_list},
    {"reactions.add", token_kind::bot, body_kind::any, "reactions:write", 50, reactions_add},
    {"reactions.remove", token_kind::bot, body_kind::any, "reactions:write", 20, reactions_remove},
}};

}  // namespace

std::span<const method> mark_methods() {
    return methods;
}

}  // namespace slipway::sandbox::slack
