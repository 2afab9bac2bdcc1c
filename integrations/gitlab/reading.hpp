// Inside this room only: JSON → plain values. A member that is missing or null is empty, never an error, except the
// number that identifies the thing. Pure.
#pragma once

#include <boost/json.hpp>

#include "integrations/gitlab/objects.hpp"

namespace slipway::gitlab::detail {

user to_user(const boost::json::value& from);
project to_project(const boost::json::value& from);
milestone to_milestone(const boost::json::value& from);
merge_request to_merge_request(const boost::json::value& from);
approvals to_approvals(const boost::json::value& from);
mr_commit to_commit(const boost::json::value& from);
issue to_issue(const boost::json::value& from);
note to_note(const boost::json::value& from);
pipeline to_pipeline(const boost::json::value& from);
variable to_variable(const boost::json::value& from);
job to_job(const boost::json::value& from);
release to_release(const boost::json::value& from);
branch to_branch(const boost::json::value& from);
protected_tag to_protected_tag(const boost::json::value& from);

}  // namespace slipway::gitlab::detail
