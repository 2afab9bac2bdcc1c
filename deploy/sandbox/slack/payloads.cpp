#include "deploy/sandbox/slack/payloads.hpp"

#include <cctype>

#include "deploy/sandbox/slack/text_rules.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::slack {
namespace {

bool in_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

std::string reference_to(const workspace& space, char sign, const std::string& name, bool with_names) {
    if (sign == '@') {
        for (const auto& [id, each] : space.users) {
            if (each.name == name) return "<@" + id + (with_names ? "|" + name : "") + ">";
        }
        return {};
    }
    for (const auto& [id, each] : space.conversations) {
        if (!each.is_im() && each.name == name) return "<#" + id + "|" + name + ">";
    }
    return {};
}

std::string response_url(world& all, response_target target, instant now) {
    return all.address + "/slack/response/" + all.responses.issue(std::move(target), now);
}

}  // namespace

std::string encode_typed(const workspace& space, const std::string& typed, bool with_names) {
    std::string made;
    for (std::size_t at = 0; at < typed.size();) {
        const bool may_start = (typed[at] == '@' || typed[at] == '#') && (at == 0 || !in_name(typed[at - 1]));
        auto end = at + 1;
        while (may_start && end < typed.size() && in_name(typed[end])) ++end;
        while (may_start && end > at + 1 && typed[end - 1] == '.') --end;
        const auto reference =
            may_start ? reference_to(space, typed[at], typed.substr(at + 1, end - at - 1), with_names) : std::string{};
        made += reference.empty() ? escape(typed.substr(at, 1)) : reference;
        at = reference.empty() ? at + 1 : end;
    }
    return made;
}

json::object command_payload(world& all, const std::string& user, const conversation& where, const std::string& command,
                             const std::string& text, instant now) {
    const auto* who = all.workspace.find_user(user);
    response_target target;
    target.channel = where.id;
    target.user = user;
    return {{"token", "deprecated"},
            {"team_id", all.workspace.team_id},
            {"team_domain", all.workspace.domain},
            {"channel_id", where.id},
            {"channel_name", where.is_im()      ? "directmessage"
                             : where.is_private ? "privategroup"
                                                : where.name},
            {"user_id", user},
            {"user_name", who != nullptr ? who->name : ""},
            {"command", command},
            {"text", text},
            {"api_app_id", all.workspace.app_id},
            {"is_enterprise_install", "false"},
            {"response_url", response_url(all, std::move(target), now)},
            {"trigger_id", all.triggers.issue(user, now)}};
}

json::object interactive_payload(const world& all, std::string type, const std::string& user) {
    const auto* who = all.workspace.find_user(user);
    const std::string name = who != nullptr ? who->name : "";
    const json::object team{{"id", all.workspace.team_id}, {"domain", all.workspace.domain}};
    return {{"type", std::move(type)},
            {"token", "deprecated"},
            {"api_app_id", all.workspace.app_id},
            {"team", all.names_no_team ? json::value(nullptr) : json::value(team)},
            {"enterprise", nullptr},
            {"is_enterprise_install", false},
            {"user", {{"id", user}, {"username", name}, {"name", name}, {"team_id", all.workspace.team_id}}}};
}

void thin_out(json::object& payload) {
    for (const std::string_view name : {"token", "enterprise", "is_enterprise_install", "team_domain", "channel_name",
                                        "user_name", "message", "hash"})
        payload.erase(name);
    const auto within = [&payload](std::string_view outer, std::string_view name) {
        auto* found = payload.if_contains(outer);
        if (found != nullptr && found->is_object()) found->get_object().erase(name);
    };
    within("team", "domain");
    within("user", "username");
    within("user", "name");
    within("channel", "name");
}

json::object used_element(const found_element& what, const json::object& state, instant now) {
    json::object made{{"type", text_at(what.element, "type")},
                      {"action_id", text_at(what.element, "action_id")},
                      {"block_id", what.block_id},
                      {"action_ts", to_ts(to_unix_ms(now) * 1000)}};
    for (const std::string_view name : {"value", "text", "style", "placeholder", "confirm"}) {
        if (const auto* found = what.element.if_contains(name)) made[name] = *found;
    }
    for (const auto& each : state) made[each.key()] = each.value();
    return made;
}

}  // namespace slipway::sandbox::slack
