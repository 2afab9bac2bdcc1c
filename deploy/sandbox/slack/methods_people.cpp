// auth.*, api.*, apps.*, users.*, usergroups.*: who is who.
#include <algorithm>
#include <array>
#include <set>

#include "deploy/sandbox/slack/methods.hpp"
#include "integrations/base/digest.hpp"

namespace slipway::sandbox::slack {
namespace {

json::object auth_test(world& all, const arguments&, instant) {
    const auto& here = all.workspace;
    const auto* bot = here.find_user(here.bot_user);
    return {{"ok", true},
            {"url", all.address + "/"},
            {"team", here.name},
            {"user", bot != nullptr ? bot->name : ""},
            {"team_id", here.team_id},
            {"user_id", here.bot_user},
            {"bot_id", here.bot_id},
            {"is_enterprise_install", false}};
}

json::object api_test(world&, const arguments& asked, instant) {
    auto answer = asked.has("error") ? refused(asked.text("error")) : accepted();
    if (!asked.all().empty()) answer["args"] = asked.all();
    return answer;
}

json::object connections_open(world& all, const arguments&, instant now) {
    auto answer = accepted();
    auto where = all.websocket_address;
    if (!all.astray.empty()) {
        where = std::move(all.astray.front());
        all.astray.pop_front();
    }
    answer["url"] = where + "/slack/link/?ticket=" + all.tickets.issue(now) +
                    "&app_id=" + fingerprint({all.workspace.app_id}).substr(0, 16);
    return answer;
}

json::object users_info(world& all, const arguments& asked, instant) {
    const auto* found = all.workspace.find_user(asked.text("user"));
    if (found == nullptr) return refused("user_not_found");
    auto answer = accepted();
    answer["user"] = all.workspace.to_json(*found);
    return answer;
}

json::object users_by_email(world& all, const arguments& asked, instant) {
    const auto email = asked.text("email");
    for (const auto& [id, each] : all.workspace.users) {
        if (email.empty() || each.email != email) continue;
        auto answer = accepted();
        answer["user"] = all.workspace.to_json(each);
        return answer;
    }
    return refused("users_not_found");
}

json::object users_list(world& all, const arguments&, instant) {
    json::array members;
    for (const auto& [id, each] : all.workspace.users) members.push_back(all.workspace.to_json(each));
    auto answer = accepted();
    answer["members"] = std::move(members);
    answer["response_metadata"] = {{"next_cursor", ""}};
    return answer;
}

std::string group_id(const std::string& handle) {
    return "S0" + fingerprint({handle}).substr(0, 8);
}

std::set<std::string> all_groups(const world& all) {
    std::set<std::string> handles;
    for (const auto& [id, each] : all.workspace.users) handles.insert(each.groups.begin(), each.groups.end());
    return handles;
}

json::object groups_list(world& all, const arguments&, instant) {
    json::array found;
    for (const auto& handle : all_groups(all)) {
        found.push_back(
            {{"id", group_id(handle)}, {"handle", handle}, {"name", handle}, {"team_id", all.workspace.team_id}});
    }
    auto answer = accepted();
    answer["usergroups"] = std::move(found);
    return answer;
}

/// By id, or by handle: a convenience of the sandbox for people who type it.
json::object group_users(world& all, const arguments& asked, instant) {
    const auto wanted = asked.text("usergroup");
    for (const auto& handle : all_groups(all)) {
        if (wanted != handle && wanted != group_id(handle)) continue;
        json::array members;
        for (const auto& [id, each] : all.workspace.users) {
            if (std::ranges::find(each.groups, handle) != each.groups.end()) members.emplace_back(id);
        }
        auto answer = accepted();
        answer["users"] = std::move(members);
        return answer;
    }
    return refused("no_such_subteam");
}

constexpr std::array<method, 8> methods{{
    {"auth.test", token_kind::bot, body_kind::any, "", 600, auth_test},
    {"api.test", token_kind::none, body_kind::any, "", 100, api_test},
    {"apps.connections.open", token_kind::app, body_kind::any, "connections:write", 20, connections_open},
    {"users.info", token_kind::bot, body_kind::form_only, "users:read", 100, users_info},
    {"users.lookupByEmail", token_kind::bot, body_kind::form_only, "users:read.email", 50, users_by_email},
    {"users.list", token_kind::bot, body_kind::form_only, "users:read", 20, users_list},
    {"usergroups.list", token_kind::bot, body_kind::form_only, "usergroups:read", 20, groups_list},
    {"usergroups.users.list", token_kind::bot, body_kind::form_only, "usergroups:read", 20, group_users},
}};

}  // namespace

std::span<const method> people_methods() {
    return methods;
}

}  // namespace slipway::sandbox::slack
