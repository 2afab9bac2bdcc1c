// GitLab's REST API v4 as typed calls. Endpoints and their traps: GitLab's REST documentation, 18.x.
#pragma once

#include <memory>

#include "integrations/async/backoff.hpp"
#include "integrations/async/task.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway {
class timers;
namespace net {
class http_client;
}
}  // namespace slipway

namespace slipway::gitlab {

struct settings {
    std::string url;  ///< "https://gitlab.example" or with a relative root "https://host/gitlab"; no trailing "/api/v4"
    std::string token;  ///< personal, project or group token; travels in a header, to this host only
    milliseconds request_timeout{20'000};
    int most_attempts = 4;         ///< for reads; writes are never repeated here
    std::size_t most_pages = 100;  ///< of 100 items; more is errc::refused rather than a partial answer
    backoff::settings wait;
};

/// Reads are repeated with backoff on 429, 5xx and lost connections. Writes are sent once.
///
/// Failures (code = HTTP status, sentence with GitLab's words): not_found ("missing or not visible to the bot": GitLab
/// says 404 for both), unauthorised, refused (403, 405, 422: GitLab's rule), moved (409 while merging, head changed),
/// exists (409 and "already exists" elsewhere), invalid (400), limited (429; retry_after when GitLab named one),
/// unavailable (not reached; or 502/503/504 to a read), timed_out and lost (a write may have happened: read before
/// repeating; every write has a natural key: the head of a merge, a marker in a text, a tag name).
class api {
public:
    virtual ~api() = default;

    virtual task<result<server_version>> version() = 0;
    /// Whose token this is.
    virtual task<result<user>> current_user() = 0;
    /// Resolve once, then use the id: proxies that decode %2F break paths. A number as text works as well.
    virtual task<result<project>> project_by_path(std::string path) = 0;
    virtual task<result<branch>> branch_of(std::int64_t project, std::string name) = 0;
    /// Needs the right to see them (maintainers, in older versions): refused or not_found for others.
    virtual task<result<std::vector<protected_tag>>> protected_tags(std::int64_t project) = 0;

    /// Exact title, group milestones included; not_found names the title. Two matches: the project's own wins.
    virtual task<result<milestone>> milestone_by_title(std::int64_t project, std::string title) = 0;
    virtual task<result<milestone>> read_milestone(milestone which) = 0;
    /// Those that are not closed, of the project and its groups.
    virtual task<result<std::vector<milestone>>> open_milestones(std::int64_t project) = 0;
    /// `which` as it was read: errc::moved when its description is another one by now, so nobody's words are lost.
    virtual task<result<milestone>> set_milestone_description(milestone which, std::string description) = 0;

    /// All states and pages, by iid; only those of `project`, matched by milestone id (titles may repeat).
    virtual task<result<std::vector<merge_request>>> merge_requests_of(std::int64_t project, milestone which) = 0;
    /// Those of `iids` that exist and are visible, by iid; one call for a hundred.
    virtual task<result<std::vector<merge_request>>> merge_requests_by_iid(std::int64_t project,
                                                                           std::vector<std::int64_t> iids) = 0;
    /// Merged into `target_branch` and changed at or after `since`, by iid.
    virtual task<result<std::vector<merge_request>>> merged_into(std::int64_t project, std::string target_branch,
                                                                 instant since) = 0;
    /// With a fresh merge status.
    virtual task<result<merge_request>> read_merge_request(std::int64_t project, std::int64_t iid) = 0;
    virtual task<result<approvals>> approvals_of(std::int64_t project, std::int64_t iid) = 0;
    virtual task<result<std::vector<mr_commit>>> commits_of(std::int64_t project, std::int64_t iid) = 0;
    /// Merges only while the head is `expected_head`: errc::moved when it is not. refused: not mergeable; the sentence
    /// says why (fresh merge status). While GitLab is still checking whether it can be merged this waits, for a minute.
    /// The answer says `merged`, or something else when GitLab only queued it.
    virtual task<result<merge_request>> merge(std::int64_t project, std::int64_t iid, std::string expected_head) = 0;
    /// Asks GitLab to rebase the source branch onto its target; it does so in the background. Afterwards the merge
    /// request has a new head, or says in `merge_error` why not.
    virtual task<result<>> rebase(std::int64_t project, std::int64_t iid) = 0;
    /// milestone_id 0 removes it from its milestone.
    virtual task<result<merge_request>> set_milestone(std::int64_t project, std::int64_t iid,
                                                      std::int64_t milestone_id) = 0;
    /// Merge requests that contain the commit or were merged as it; any state, any target: the caller filters.
    virtual task<result<std::vector<merge_request>>> merge_requests_with(std::int64_t project, std::string commit) = 0;

    virtual task<result<std::vector<issue>>> issues(std::int64_t project, issue_query query) = 0;
    virtual task<result<issue>> read_issue(std::int64_t project, std::int64_t iid) = 0;
    virtual task<result<issue>> create_issue(std::int64_t project, new_issue wanted) = 0;
    virtual task<result<issue>> update_issue(std::int64_t project, std::int64_t iid, issue_change change) = 0;
    /// Merge requests that close the issue when they are merged first, then those that mention it, each once. Some may
    /// be of other projects, and in any state.
    virtual task<result<std::vector<merge_request>>> merge_requests_of_issue(std::int64_t project,
                                                                             std::int64_t iid) = 0;
    /// Issues that people linked with it, of any project the bot can see.
    virtual task<result<std::vector<issue>>> linked_issues(std::int64_t project, std::int64_t iid) = 0;
    /// Newest first.
    virtual task<result<std::vector<note>>> issue_notes(std::int64_t project, std::int64_t iid) = 0;
    virtual task<result<note>> add_issue_note(std::int64_t project, std::int64_t iid, std::string body) = 0;
    virtual task<result<note>> add_merge_request_note(std::int64_t project, std::int64_t iid, std::string body) = 0;

    /// Exact name; not_found when nobody has it.
    virtual task<result<user>> user_by_name(std::string username) = 0;
    /// Members of a group and of those above it, by its path; not_found when it is missing or hidden from the bot.
    virtual task<result<std::vector<user>>> group_members(std::string group) = 0;
    /// By name, user name or e-mail (mostly hidden unless the token is an administrator's); may be empty.
    virtual task<result<std::vector<user>>> search_users(std::string text) = 0;

    /// Newest first.
    virtual task<result<std::vector<pipeline>>> pipelines_of(std::int64_t project, std::string sha) = 0;
    virtual task<result<pipeline>> read_pipeline(std::int64_t project, std::int64_t id) = 0;
    /// The newest twenty of a branch or tag, newest first.
    virtual task<result<std::vector<pipeline>>> recent_pipelines(std::int64_t project, std::string ref) = 0;
    virtual task<result<pipeline>> create_pipeline(std::int64_t project, std::string ref,
                                                   std::vector<variable> variables) = 0;
    /// Those it was started with; how one finds its own pipeline again. Values may be secrets.
    virtual task<result<std::vector<variable>>> pipeline_variables(std::int64_t project, std::int64_t id) = 0;
    /// Retried runs of a job are left out.
    virtual task<result<std::vector<job>>> jobs_of(std::int64_t project, std::int64_t pipeline) = 0;
    /// What a job wrote so far, at most the last `most_bytes`. It may hold secrets: mask it before anybody reads it.
    virtual task<result<untrusted>> job_trace(std::int64_t project, std::int64_t job, std::size_t most_bytes) = 0;
    /// Harmless when it has ended already.
    virtual task<result<pipeline>> cancel_pipeline(std::int64_t project, std::int64_t id) = 0;
    virtual task<result<job>> read_job(std::int64_t project, std::int64_t id) = 0;
    /// Starts a job that waits for a person. refused (403, 400): it does not wait, or the bot may not.
    virtual task<result<job>> play_job(std::int64_t project, std::int64_t id) = 0;
    virtual task<result<job>> cancel_job(std::int64_t project, std::int64_t id) = 0;

    virtual task<result<release>> release_of(std::int64_t project, std::string tag) = 0;
    /// For a tag that exists already; errc::exists when the release does.
    virtual task<result<release>> create_release(std::int64_t project, release wanted) = 0;
};

/// `client` and `clock` outlive the api. errc::invalid for a URL or token that cannot work.
result<std::unique_ptr<api>> create_api(net::http_client& client, timers& clock, chance roll, settings with);

}  // namespace slipway::gitlab
