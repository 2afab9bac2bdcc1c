// What verbs and buttons work with. Everything in here outlives them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "commands/conductor/conductor.hpp"
#include "commands/release/project.hpp"
#include "integrations/slack/web_api.hpp"

namespace slipway::slash {

using project_pointer = std::shared_ptr<const release::project_settings>;

/// Who somebody is at this moment, from wherever the project's roles stand. Never fails: what could not be found out is
/// in the actor (`unverified`, `roles_known`).
using actor_lookup = std::function<task<release::actor>(project_pointer project, std::string team, std::string user)>;

/// Which commit of a protected branch the projects are read from, after looking whether there is a newer one (R8.11).
struct policy_state {
    std::string commit;   ///< "" = they are files of this machine
    std::string refusal;  ///< why nothing may be begun by it; "" = it may
};
using policy_lookup = std::function<task<policy_state>()>;

/// An open milestone, as the menus of the start window offer it.
struct milestone_choice {
    std::string version;
    std::string title;
    std::string due;  ///< "2026-11-24"; "" = none
};
/// By project, as GitLab said it last; see menus.hpp.
using menu_memory = std::map<std::string, std::vector<milestone_choice>>;

struct desk {
    conductor::journal& releases;
    store::store& memory;
    timers& time;
    slack::web_api& slack;
    const conductor::kind_map& kinds;
    const release::kinds& kind_table;
    conductor::project_lookup project;
    conductor::services_lookup services;
    /// Names of all usable projects.
    std::function<std::vector<std::string>()> project_names;
    /// Why a project that exists cannot be used, with file and line; "" when it is fine or unknown.
    std::function<std::string(const std::string& name)> why_disabled;
    /// The project's checklist as its file says now. errc::invalid with every problem.
    std::function<result<release::checklist>(const release::project_settings& project)> checklist;
    /// The same for a way back; `kind` is "rollback" or "hotfix".
    std::function<result<release::checklist>(const release::project_settings& project, const std::string& kind)>
        way_back;
    actor_lookup who = {};                   ///< null: only the lists of the project file count
    conductor::members_lookup members = {};  ///< null: the same
    policy_lookup policy = {};               ///< null: projects are files of this machine
    std::shared_ptr<menu_memory> menus = std::make_shared<menu_memory>();
};

/// Who asks, with the roles of this moment (R3.10).
task<release::actor> actor_of(desk& with, project_pointer project, std::string team, std::string user);

/// A link to the message of that outbox key, "" when it is not in Slack or Slack does not give one now.
task<std::string> link_to(desk& with, std::string key);

/// The release that a verb means: the live one of the project, else the newest, else errc::not_found with the way out.
task<result<conductor::state_pointer>> current_release(desk& with, project_pointer project);
/// Only a live one; errc::not_found says how to start one.
task<result<conductor::state_pointer>> live_release(desk& with, project_pointer project);

}  // namespace slipway::slash
