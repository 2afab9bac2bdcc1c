// Inside this story only: what the milestone has and the range has not, and the other way round.
#pragma once

#include "commands/steps/merge/landed_set.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

/// Fills not_in_range, lost and without_code of a set whose range was read.
task<result<>> read_both_sides(context here, git::repository* repository, landed_set* found);

/// Does the text speak of issue `iid` of this project: "#12", "cig/shop#12", or its address?
bool speaks_of_issue(std::string_view text, std::int64_t iid, std::string_view project_path);

}  // namespace slipway::steps
