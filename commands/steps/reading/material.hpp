// What a release brings, line by line, and who brought each part: gathered from git and GitLab for the readings.
#pragma once

#include "commands/release/project.hpp"
#include "commands/risk/findings.hpp"
#include "commands/steps/common.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

/// The two ends of what is read, and what lies between them.
struct reading_range {
    std::string whole_from;  ///< commit or tree whose difference to `whole_to` is read
    std::string whole_to;
    std::string base;  ///< landings are those reachable from `head` and not from here
    std::string head;  ///< on trunk
    std::vector<std::pair<std::string, std::string>> own;  ///< differences that the release itself made: from → to
};

/// Stable against the draft (or the candidate while there is none): what the readings P10, P12 and P14 are about.
/// errc::refused names the step to retry when the release has not pulled yet.
result<reading_range> candidate_range(const context& here);

/// The difference and its parts, each landing as its merge request showed it: a merge by what it merged, anything else
/// against its parent. Merges are redone in memory to see what they hold beyond that. `asked`, when not null, becomes
/// what GitLab was asked, for the look's data (see remembered_answers).
task<result<risk::material>> gather_material(context here, git::repository* repository, reading_range range,
                                             json::object* asked = nullptr);

/// What the risk rules want to know of the new tree and of the milestone.
task<result<risk::surroundings>> gather_surroundings(context here, git::repository* repository, reading_range range,
                                                     std::vector<std::string> lost_functions);

}  // namespace slipway::steps
