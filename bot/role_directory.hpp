// Who has which role at this moment: lists of the project file, Slack user groups, GitLab groups (R3.10).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/projects.hpp"
#include "integrations/slack/web_api.hpp"

namespace slipway::bot {

/// Read at each click and never remembered for longer than it takes to serve a burst of them: Slack answers twenty
/// questions about groups a minute. What does not answer in time is "could not be verified", never "has no role".
///
/// Loop thread only; what it is given outlives it.
class role_directory {
public:
    role_directory(slack::web_api& api, gitlab::api* gitlab, store::store& memory, timers& time)
        : slack_{api}, gitlab_{gitlab}, memory_{memory}, time_{time} {}

    /// For slash::desk. Bots, guests and deactivated accounts come back barred (R3.12); with the GitLab account that
    /// the person linked, else the one the project file says. While the store does not say, nobody is known.
    task<release::actor> actor_of(slash::project_pointer project, std::string team, std::string user);
    /// role → Slack user ids, without the roles whose source does not answer.
    task<std::map<std::string, std::vector<std::string>>> members(slash::project_pointer project);

private:
    struct membership {
        instant read{};
        std::optional<std::vector<std::string>> users;  ///< nullopt: the source did not answer
    };
    struct standing {
        instant read{};
        bool is_robot = false;
        std::string barred;
    };
    task<std::optional<std::vector<std::string>>> users_of(slash::project_pointer project, std::string role);
    task<result<std::vector<std::string>>> read_group(slash::project_pointer project, release::role_source from);
    task<std::optional<standing>> standing_of(std::string user);

    slack::web_api& slack_;
    gitlab::api* gitlab_;
    store::store& memory_;
    timers& time_;
    std::map<std::string, membership> groups_;
    std::map<std::string, standing> accounts_;
};

}  // namespace slipway::bot
