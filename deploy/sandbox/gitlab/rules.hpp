// What GitLab decides: whether a merge request can be merged, what its merge commit says, what follows from a merge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/gitlab/model.hpp"

namespace slipway::sandbox::gitlab {

/// Issue numbers that "Closes #4, #5", "Fixes #6" … in a description would close.
std::vector<std::int64_t> closed_issues(std::string_view description);

/// "Merge branch 'x' into 'master'", title, "Closes #4", "See merge request group/project!9".
std::string default_merge_message(const project& in, const merge_request& what);

/// Reads the source branch again: new head, new base; merged by hand when the target has the head already.
void refresh(hosted_project& in, merge_request& what, instant now);

/// detailed_merge_status as GitLab 16 names it: "mergeable", "conflict", "draft_status", "not_open", "not_approved",
/// "commits_status".
std::string merge_status(const hosted_project& in, const merge_request& what);

/// Merges with a merge commit and closes what the description closes; the caller has checked merge_status.
/// errc::refused on a conflict; nothing has moved then.
result<> merge(hosted_project& in, merge_request& what, const user& by, instant now, const std::string& message);

}  // namespace slipway::sandbox::gitlab
