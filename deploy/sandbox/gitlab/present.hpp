// GitLab's records as the REST API shows them.
#pragma once

#include <string>

#include "deploy/sandbox/gitlab/model.hpp"
#include "integrations/base/json.hpp"

namespace slipway::sandbox::gitlab {

/// Everything a presented record may need to mention.
struct presenter {
    const std::vector<user>& users;
    const hosted_project& in;
    std::string root;  ///< "http://127.0.0.1:8065/gitlab"

    std::string project_url() const { return root + "/" + in.records.path; }

    json::value person(const std::string& username) const;  ///< null for ""
    json::array people(const std::vector<std::string>& usernames) const;
    json::value milestone_of(std::int64_t id) const;  ///< null for 0
    json::object milestone(const gitlab::milestone& what) const;
    json::object project(const user& caller) const;
    /// `status` is the fresh detailed_merge_status.
    json::object merge_request(const gitlab::merge_request& what, const std::string& status) const;
    json::object issue(const gitlab::issue& what) const;
    json::object note(const gitlab::note& what) const;
    json::object commit(const commit_info& what) const;
    json::object branch(const std::string& name, const std::string& commit, const user& caller) const;
    json::object tag(const tag_info& what) const;
    json::object pipeline(const gitlab::pipeline& what) const;
    json::object release(const published_release& what) const;
    json::object diff(const file_diff& what) const;
};

/// As everybody sees a user; `whole` adds what a lookup of that user shows.
json::object present_user(const user& who, const std::string& root, bool whole = false);

const user* find_user(const std::vector<user>& in, const std::string& username);

}  // namespace slipway::sandbox::gitlab
