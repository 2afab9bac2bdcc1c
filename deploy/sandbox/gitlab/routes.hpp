// The REST API as a table: method and path on the left, the function that answers on the right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deploy/sandbox/gitlab/call.hpp"
#include "deploy/sandbox/gitlab/present.hpp"

namespace slipway::sandbox::gitlab {

struct route {
    std::string_view method;
    std::string_view path;  ///< "projects/:id/issues/:iid": a ":" segment takes anything
    answer (*handle)(instance&, const call&);
};

/// One list per story; see the routes_*.cpp files.
std::vector<route> project_routes();
std::vector<route> merge_request_routes();
std::vector<route> issue_routes();
std::vector<route> pipeline_routes();
std::vector<route> repository_routes();

/// Answers the call: finds the route, 404 when there is none, 405 when only other methods have one.
answer dispatch(instance& of, call asked);

/// What the first capture ":id" names, refreshed from its repository; nullptr → answer not_found("Project").
hosted_project* project_of(instance& of, const call& asked);
presenter present_for(const instance& of, const hosted_project& in, const call& asked);

/// The record a capture names by iid; nullptr when there is none.
merge_request* merge_request_of(hosted_project& in, const std::string& iid);
issue* issue_of(hosted_project& in, const std::string& iid);
milestone* milestone_by_id(hosted_project& in, const std::string& id);

/// The merge request as the API shows it, with a fresh (or forced) status.
json::object show(const instance& of, const hosted_project& in, const merge_request& what, const call& asked);
std::string status_of(const instance& of, const hosted_project& in, const merge_request& what);

/// User names for "assignee_ids" and the like; unknown ids are dropped, as GitLab does.
std::vector<std::string> usernames(const instance& of, const std::vector<std::string>& ids);
/// Milestone filter of lists: by title, "None", "Any", or absent.
bool in_milestone(const hosted_project& in, std::int64_t milestone_id, const parameters& with);
bool has_labels(const std::vector<std::string>& labels, const parameters& with);
std::int64_t next_note_id(const hosted_project& in);

/// One look at a pipeline that plays a script: it comes closer to its end.
void play(pipeline& what);

}  // namespace slipway::sandbox::gitlab
