#include "bot/role_directory.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "commands/steps/people.hpp"
#include "integrations/async/deadline.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::bot {
namespace {

constexpr milliseconds patience{2'000};         ///< a click is answered within seconds, also when a source hangs
constexpr milliseconds burst{3'000};            ///< clicks this close share one reading
constexpr milliseconds account_lasts{300'000};  ///< bot, guest, deactivated: changes seldom, and the last cannot click

/// Also not when the clock was set back meanwhile: what was read “later” may be as old as anything.
bool still_counts(instant read, instant now, milliseconds lasts) {
    return read <= now && now - read < lasts;
}

std::string key_of(const release::role_source& from) {
    return from.slack_group.empty() ? "gitlab " + from.gitlab_group : "slack " + from.slack_group;
}

}  // namespace

task<result<std::vector<std::string>>> role_directory::read_group(slash::project_pointer project,
                                                                  release::role_source from) {
    if (!from.slack_group.empty()) {
        auto users = co_await with_deadline(time_, patience, "Slack's user group " + from.slack_group,
                                            slack::usergroup_members(slack_, from.slack_group));
        co_return users;
    }
    if (gitlab_ == nullptr)
        co_return failure{errc::refused,
                          "there is no GITLAB_URL, so the group " + from.gitlab_group + " cannot be read"};
    const auto members = co_await with_deadline(time_, patience, "GitLab's group " + from.gitlab_group,
                                                gitlab_->group_members(from.gitlab_group));
    if (!members) co_return members.error();
    const auto links = co_await memory_.documents_in(steps::link_collection);
    if (!links) co_return links.error().within("reading which accounts belong together");
    std::vector<std::string> users;
    for (const auto& each : *members) {
        if (!each.active) continue;
        // By the number of the account: a user name can be given up, and taken by somebody else.
        const auto link = std::ranges::find_if(
            *links, [&](const auto& kept) { return steps::link_from(kept.body).gitlab_id == each.id; });
        const auto* listed = project->by_gitlab(each.username);
        if (link != links->end())
            users.push_back(steps::link_from(link->body).slack.user);
        else if (listed != nullptr && !listed->slack.empty())
            users.push_back(listed->slack);
    }
    co_return users;
}

task<std::optional<std::vector<std::string>>> role_directory::users_of(slash::project_pointer project,
                                                                       std::string role) {
    const auto source = project->role_sources.find(role);
    if (source == project->role_sources.end()) {
        const auto listed = project->roles.find(role);
        co_return listed != project->roles.end() ? listed->second : std::vector<std::string>{};
    }
    // The people of a GitLab group are known by the project's own `people`.
    const auto key = project->name + " " + key_of(source->second);
    if (const auto known = groups_.find(key);
        known != groups_.end() && still_counts(known->second.read, time_.now(), burst))
        co_return known->second.users;
    const auto asked = time_.now();
    const auto found = co_await read_group(project, source->second);
    if (!found) spdlog::warn("role={} source={} cannot be read: {}", role, key, found.error().sentence());
    auto& kept = groups_[key];
    kept.read = asked;
    kept.users = found ? std::optional{*found} : std::nullopt;
    co_return kept.users;
}

task<std::optional<role_directory::standing>> role_directory::standing_of(std::string user) {
    if (const auto known = accounts_.find(user); known != accounts_.end())
        if (still_counts(known->second.read, time_.now(), account_lasts)) co_return known->second;
    const auto asked = time_.now();
    const auto found =
        co_await with_deadline(time_, patience, "Slack's word on who clicked", slack::user_info(slack_, user));
    if (!found) {
        spdlog::warn("user={} cannot be looked up: {}", user, found.error().sentence());
        co_return std::nullopt;
    }
    standing made;
    made.read = asked;
    made.is_robot = found->is_bot;
    if (found->is_guest) made.barred = "guests";
    if (found->is_deleted) made.barred = "people who left";
    accounts_[user] = made;
    co_return made;
}

task<release::actor> role_directory::actor_of(slash::project_pointer project, std::string team, std::string user) {
    release::actor made;
    made.who = {std::move(team), user};
    const auto account = co_await standing_of(user);
    if (!account) {
        made.roles_known = false;
        co_return made;
    }
    made.is_robot = account->is_robot;
    made.barred = account->barred;
    const auto linked = co_await steps::link_of_slack(memory_, made.who);
    if (!linked) {
        spdlog::warn("user={} account cannot be looked up: {}", user, linked.error().sentence());
        made.roles_known = false;
        co_return made;
    }
    if (const auto* in_file = project->by_slack(user); in_file != nullptr) made.gitlab = in_file->gitlab;
    if (*linked) made.gitlab = (*linked)->gitlab;
    for (const auto& [role, listed] : project->roles) {
        const auto users = co_await users_of(project, role);
        if (!users)
            made.unverified.insert(role);
        else if (std::ranges::find(*users, user) != users->end())
            made.roles.insert(role);
    }
    co_return made;
}

task<std::map<std::string, std::vector<std::string>>> role_directory::members(slash::project_pointer project) {
    std::map<std::string, std::vector<std::string>> all;
    for (const auto& [role, listed] : project->roles)
        if (auto users = co_await users_of(project, role)) all[role] = std::move(*users);
    co_return all;
}

}  // namespace slipway::bot
