// Inside this story only: which projects the labelled issues of the milestone depend on, and how they are reached.
#pragma once

#include <set>

#include "commands/steps/step.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway::steps {

/// One repository that has to have its change in its stable branch.
struct linked_project {
    std::string path;     ///< "cig/money-format", as GitLab has it now
    std::int64_t id = 0;  ///< 0 = missing, or not visible to the bot
    std::string url;      ///< of its repository
    std::string web_url;
    std::set<std::int64_t> issues;                ///< ours that name it
    std::vector<gitlab::merge_request> requests;  ///< its merge requests that they name; closed ones are left out
    release::dependency_rule rule;
};

/// Where a project's repository is cloned from: as the project file says, else as GitLab does.
std::string address_of(const release::project_settings& project, const release::dependency_rule& rule,
                       const gitlab::project& home);

/// By issue links, related merge requests and references in descriptions and notes, in the configured group; by path.
task<result<std::vector<linked_project>>> find_linked_projects(context here);

}  // namespace slipway::steps
