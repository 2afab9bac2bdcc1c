// Inside this room only: the api over HTTP. Its calls are spread over files by subject.
#pragma once

#include "integrations/gitlab/caller.hpp"

namespace slipway::gitlab::detail {

class http_api final : public api {
public:
    http_api(net::http_client& client, timers& clock, chance roll, settings with)
        : call_{client, clock, std::move(roll), std::move(with)} {}

    // projects.cpp
    task<result<server_version>> version() override;
    task<result<user>> current_user() override;
    task<result<project>> project_by_path(std::string path) override;
    task<result<branch>> branch_of(std::int64_t project, std::string name) override;
    task<result<std::vector<protected_tag>>> protected_tags(std::int64_t project) override;
    task<result<milestone>> milestone_by_title(std::int64_t project, std::string title) override;
    task<result<milestone>> read_milestone(milestone which) override;
    task<result<std::vector<milestone>>> open_milestones(std::int64_t project) override;
    task<result<milestone>> set_milestone_description(milestone which, std::string description) override;
    task<result<user>> user_by_name(std::string username) override;
    task<result<std::vector<user>>> group_members(std::string group) override;
    task<result<std::vector<user>>> search_users(std::string text) override;

    // merge_requests.cpp
    task<result<std::vector<merge_request>>> merge_requests_of(std::int64_t project, milestone which) override;
    task<result<std::vector<merge_request>>> merge_requests_by_iid(std::int64_t project,
                                                                   std::vector<std::int64_t> iids) override;
    task<result<std::vector<merge_request>>> merged_into(std::int64_t project, std::string target_branch,
                                                         instant since) override;
    task<result<merge_request>> read_merge_request(std::int64_t project, std::int64_t iid) override;
    task<result<approvals>> approvals_of(std::int64_t project, std::int64_t iid) override;
    task<result<std::vector<mr_commit>>> commits_of(std::int64_t project, std::int64_t iid) override;
    task<result<merge_request>> merge(std::int64_t project, std::int64_t iid, std::string expected_head) override;
    task<result<>> rebase(std::int64_t project, std::int64_t iid) override;
    task<result<merge_request>> set_milestone(std::int64_t project, std::int64_t iid,
                                              std::int64_t milestone_id) override;
    task<result<std::vector<merge_request>>> merge_requests_with(std::int64_t project, std::string commit) override;
    task<result<note>> add_merge_request_note(std::int64_t project, std::int64_t iid, std::string body) override;

    // issues.cpp
    task<result<std::vector<issue>>> issues(std::int64_t project, issue_query query) override;
    task<result<issue>> read_issue(std::int64_t project, std::int64_t iid) override;
    task<result<issue>> create_issue(std::int64_t project, new_issue wanted) override;
    task<result<issue>> update_issue(std::int64_t project, std::int64_t iid, issue_change change) override;
    task<result<std::vector<merge_request>>> merge_requests_of_issue(std::int64_t project, std::int64_t iid) override;
    task<result<std::vector<issue>>> linked_issues(std::int64_t project, std::int64_t iid) override;
    task<result<std::vector<note>>> issue_notes(std::int64_t project, std::int64_t iid) override;
    task<result<note>> add_issue_note(std::int64_t project, std::int64_t iid, std::string body) override;

    // pipelines.cpp
    task<result<std::vector<pipeline>>> pipelines_of(std::int64_t project, std::string sha) override;
    task<result<pipeline>> read_pipeline(std::int64_t project, std::int64_t id) override;
    task<result<std::vector<pipeline>>> recent_pipelines(std::int64_t project, std::string ref) override;
    task<result<pipeline>> create_pipeline(std::int64_t project, std::string ref,
                                           std::vector<variable> variables) override;
    task<result<std::vector<variable>>> pipeline_variables(std::int64_t project, std::int64_t id) override;
    task<result<std::vector<job>>> jobs_of(std::int64_t project, std::int64_t pipeline) override;
    task<result<untrusted>> job_trace(std::int64_t project, std::int64_t job, std::size_t most_bytes) override;
    task<result<pipeline>> cancel_pipeline(std::int64_t project, std::int64_t id) override;
    task<result<job>> read_job(std::int64_t project, std::int64_t id) override;
    task<result<job>> play_job(std::int64_t project, std::int64_t id) override;
    task<result<job>> cancel_job(std::int64_t project, std::int64_t id) override;
    task<result<release>> release_of(std::int64_t project, std::string tag) override;
    task<result<release>> create_release(std::int64_t project, release wanted) override;

private:
    /// What a refusal leaves to be done: nothing, because it is merged; or another try, because GitLab had only not
    /// looked yet.
    struct second_look {
        std::optional<merge_request> merged;
        bool try_again = false;
        failure why;
    };
    task<second_look> look_after_refusal(std::int64_t project, std::int64_t iid, std::string expected_head,
                                         failure answer);
    task<result<merge_request>> tell_permission_from_token(std::int64_t iid, failure answer);

    caller call_;
};

/// "/projects/12"
std::string project_root(std::int64_t project);
/// "merge request !12", for sentences.
std::string request_name(std::int64_t iid);

/// `made` when it has its identifying number, else errc::lost: GitLab answered something else than was asked for.
template <class Thing>
result<Thing> identified(Thing made, std::int64_t number, std::string_view what) {
    if (number != 0) return made;
    return failure{errc::lost, std::string{what} + ": GitLab's answer lacks its number, so it cannot be trusted"};
}

template <class Thing>
std::vector<Thing> all_of(const pages& from, Thing (*make)(const boost::json::value&)) {
    std::vector<Thing> all;
    all.reserve(from.items.size());
    for (const auto& each : from.items) all.push_back(make(each));
    return all;
}

}  // namespace slipway::gitlab::detail
