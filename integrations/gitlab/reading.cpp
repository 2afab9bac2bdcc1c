#include "integrations/gitlab/reading.hpp"

#include <algorithm>
#include <array>

#include "integrations/base/json.hpp"

namespace slipway::gitlab {
namespace {

struct known_status {
    std::string_view text;
    merge_status status;
    std::string_view words;
};

/// REST documentation, "Merge status", 18.x.
constexpr std::array statuses{
    known_status{"mergeable", merge_status::mergeable, ""},
    known_status{"unchecked", merge_status::checking, "GitLab has not checked yet whether it can be merged"},
    known_status{"checking", merge_status::checking, "GitLab is checking whether it can be merged"},
    known_status{"preparing", merge_status::checking, "GitLab is still preparing the diff"},
    known_status{"approvals_syncing", merge_status::checking, "GitLab is counting the approvals again"},
    known_status{"ci_still_running", merge_status::ci_running, "its pipeline is still running: wait for it"},
    known_status{"ci_must_pass", merge_status::ci_must_pass, "its pipeline has to succeed first"},
    known_status{"not_approved", merge_status::not_approved, "approvals are missing"},
    known_status{"requested_changes", merge_status::changes_requested, "a reviewer asked for changes"},
    known_status{"discussions_not_resolved", merge_status::discussions_open, "discussions are open: resolve them"},
    known_status{"draft_status", merge_status::draft, "it is a draft: its author has to mark it ready"},
    known_status{"conflict", merge_status::conflict, "it conflicts with its target: its author has to resolve that"},
    known_status{"broken_status", merge_status::conflict,
                 "it conflicts with its target: its author has to resolve that"},
    known_status{"need_rebase", merge_status::needs_rebase, "it has to be rebased onto its target first"},
    known_status{"not_open", merge_status::not_open, "it is not open (any more)"},
    known_status{"commits_status", merge_status::other,
                 "its source branch is missing or has no commits: push it again, or close the merge request"},
    known_status{"merge_request_blocked", merge_status::other, "it depends on another merge request: merge that first"},
    known_status{"blocked_status", merge_status::other, "it depends on another merge request: merge that first"},
    known_status{"status_checks_must_pass", merge_status::other, "an external status check has to pass first"},
    known_status{"merge_time", merge_status::other, "its author set a time before which it must not be merged"},
    known_status{"security_policy_violations", merge_status::other,
                 "it breaks a security policy: whoever owns the policy has to approve it"},
    known_status{"security_policy_pipeline_check", merge_status::other,
                 "a security policy wants its pipeline to succeed first"},
    known_status{"jira_association_missing", merge_status::other, "its title or description has to name a Jira issue"},
    known_status{"title_regex", merge_status::other, "its title does not have the form that this project asks for"},
    known_status{"locked_paths", merge_status::other,
                 "it changes paths that somebody locked: they have to unlock them"},
    known_status{"locked_lfs_files", merge_status::other,
                 "it changes large files that somebody locked: they have to unlock them"},
};

const known_status* find_status(std::string_view text) noexcept {
    const auto found = std::ranges::find(statuses, text, &known_status::text);
    return found == statuses.end() ? nullptr : &*found;
}

}  // namespace

/// GitLab's wildcard: "*" stands for any text, also none.
bool protected_tag::covers(std::string_view tag) const noexcept {
    const std::string_view mask = pattern;
    std::size_t at = 0, in_mask = 0, star = std::string_view::npos, resume = 0;
    while (at < tag.size()) {
        if (in_mask < mask.size() && mask[in_mask] == '*') {
            star = in_mask++;
            resume = at;
        } else if (in_mask < mask.size() && mask[in_mask] == tag[at]) {
            ++in_mask;
            ++at;
        } else if (star != std::string_view::npos) {
            in_mask = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    while (in_mask < mask.size() && mask[in_mask] == '*') ++in_mask;
    return in_mask == mask.size();
}

merge_status parse_merge_status(std::string_view text) noexcept {
    const auto* known = find_status(text);
    return known == nullptr ? merge_status::other : known->status;
}

std::string to_words(merge_status status, std::string_view text) {
    if (status == merge_status::mergeable) return {};
    const auto* known = find_status(text);
    if (known != nullptr) return std::string{known->words};
    return text.empty() ? "GitLab does not say whether it can be merged"
                        : "GitLab says “" + std::string{text} + "”, which is new to Slipway: look at it there";
}

std::string pipeline_words(std::string_view status) {
    if (status == "success") return "succeeded";
    if (status == "failed") return "failed";
    if (status == "canceled" || status == "canceling") return "was cancelled by somebody";
    if (status == "skipped") return "was skipped: its rules let no job run, so nothing was tested";
    if (status == "manual") return "waits for a person who starts a manual job";
    if (status == "scheduled") return "waits for the time of a delayed job";
    if (status == "blocked") return "is blocked: it waits for a person who lets it go on";
    if (status == "waiting_for_resource") return "waits for a resource that another pipeline holds";
    if (status == "created" || status == "pending" || status == "preparing" || status == "waiting_for_callback")
        return "waits for a runner";
    if (status == "running") return "is running";
    return "is in a state I do not know: " + std::string{status};
}

bool pipeline::finished() const noexcept {
    return status == "success" || status == "failed" || status == "canceled" || status == "skipped";
}

}  // namespace slipway::gitlab

namespace slipway::gitlab::detail {
namespace {

template <class Make>
auto list_at(const json::value& from, std::string_view path, Make make) {
    std::vector<decltype(make(from))> all;
    for (const auto& each : array_at(from, path)) all.push_back(make(each));
    return all;
}

/// Labels are plain strings, or objects with with_labels_details=true.
std::vector<std::string> labels_at(const json::value& from) {
    return list_at(from, "labels", [](const json::value& label) {
        if (const auto* text = label.if_string()) return std::string{text->data(), text->size()};
        return text_at(label, "name");
    });
}

bool has_object(const json::value& from, std::string_view path) {
    const auto* found = at_path(from, path);
    return found != nullptr && found->is_object();
}

merge_request_state parse_state(std::string_view text) {
    if (text == "opened") return merge_request_state::opened;
    if (text == "closed") return merge_request_state::closed;
    if (text == "locked") return merge_request_state::locked;
    if (text == "merged") return merge_request_state::merged;
    return merge_request_state::other;
}

}  // namespace

user to_user(const json::value& from) {
    user made;
    made.id = number_at(from, "id");
    made.username = text_at(from, "username");
    made.name = untrusted{text_at(from, "name")};
    const auto state = text_at(from, "state");
    made.active = state.empty() || state == "active";
    return made;
}

project to_project(const json::value& from) {
    project made;
    made.id = number_at(from, "id");
    made.path = text_at(from, "path_with_namespace");
    made.web_url = text_at(from, "web_url");
    made.default_branch = text_at(from, "default_branch");
    made.merge_method = text_at(from, "merge_method");
    made.http_url = text_at(from, "http_url_to_repo");
    for (const char* source : {"permissions.project_access.access_level", "permissions.group_access.access_level"})
        made.access = std::max(made.access, static_cast<int>(number_at(from, source)));
    return made;
}

milestone to_milestone(const json::value& from) {
    milestone made;
    made.id = number_at(from, "id");
    made.iid = number_at(from, "iid");
    made.project_id = number_at(from, "project_id");
    made.group_id = number_at(from, "group_id");
    made.title = untrusted{text_at(from, "title")};
    made.description = untrusted{text_at(from, "description")};
    made.active = text_at(from, "state") != "closed";
    made.web_url = text_at(from, "web_url");
    made.updated_at = text_at(from, "updated_at");
    made.due_date = text_at(from, "due_date");
    return made;
}

merge_request to_merge_request(const json::value& from) {
    merge_request made;
    made.iid = number_at(from, "iid");
    made.project_id = number_at(from, "project_id");
    made.title = untrusted{text_at(from, "title")};
    made.description = untrusted{text_at(from, "description")};
    made.state = parse_state(text_at(from, "state"));
    made.draft = flag_at(from, "draft") || flag_at(from, "work_in_progress");
    made.source_branch = untrusted{text_at(from, "source_branch")};
    made.target_branch = text_at(from, "target_branch");
    made.head = text_at(from, "sha");
    made.merge_commit = text_at(from, "merge_commit_sha");
    made.squash_commit = text_at(from, "squash_commit_sha");
    made.merged_at = from_iso(text_at(from, "merged_at"));
    made.milestone_id = number_at(from, "milestone.id");
    made.milestone_title = untrusted{text_at(from, "milestone.title")};
    made.labels = labels_at(from);
    made.author = to_user(object_at(from, "author"));
    made.assignees = list_at(from, "assignees", to_user);
    made.reviewers = list_at(from, "reviewers", to_user);
    if (has_object(from, "merge_user"))
        made.merged_by = to_user(object_at(from, "merge_user"));
    else if (has_object(from, "merged_by"))
        made.merged_by = to_user(object_at(from, "merged_by"));
    made.status_text = text_at(from, "detailed_merge_status");
    made.status = parse_merge_status(made.status_text);
    made.merge_error = untrusted{text_at(from, "merge_error")};
    made.has_conflicts = flag_at(from, "has_conflicts");
    made.changes = text_at(from, "changes_count");
    made.pipeline_id = number_at(from, "head_pipeline.id");
    made.pipeline_status = text_at(from, "head_pipeline.status");
    made.web_url = text_at(from, "web_url");
    return made;
}

approvals to_approvals(const json::value& from) {
    approvals made;
    made.approved = flag_at(from, "approved");
    made.required = static_cast<int>(number_at(from, "approvals_required"));
    made.left = static_cast<int>(number_at(from, "approvals_left"));
    made.by = list_at(from, "approved_by", [](const json::value& each) { return to_user(object_at(each, "user")); });
    return made;
}

mr_commit to_commit(const json::value& from) {
    mr_commit made;
    made.id = text_at(from, "id");
    made.parents = list_at(from, "parent_ids", [](const json::value& each) {
        const auto* text = each.if_string();
        return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
    });
    made.title = untrusted{text_at(from, "title")};
    made.message = untrusted{text_at(from, "message")};
    return made;
}

issue to_issue(const json::value& from) {
    issue made;
    made.iid = number_at(from, "iid");
    made.project_id = number_at(from, "project_id");
    made.title = untrusted{text_at(from, "title")};
    made.description = untrusted{text_at(from, "description")};
    made.open = text_at(from, "state") != "closed";
    made.labels = labels_at(from);
    made.author = to_user(object_at(from, "author"));
    made.assignees = list_at(from, "assignees", to_user);
    made.milestone_id = number_at(from, "milestone.id");
    made.web_url = text_at(from, "web_url");
    made.updated_at = text_at(from, "updated_at");
    return made;
}

note to_note(const json::value& from) {
    note made;
    made.id = number_at(from, "id");
    made.body = untrusted{text_at(from, "body")};
    made.author = to_user(object_at(from, "author"));
    made.system = flag_at(from, "system");
    made.created_at = text_at(from, "created_at");
    return made;
}

pipeline to_pipeline(const json::value& from) {
    pipeline made;
    made.id = number_at(from, "id");
    made.sha = text_at(from, "sha");
    made.ref = text_at(from, "ref");
    made.status = text_at(from, "status");
    made.web_url = text_at(from, "web_url");
    return made;
}

variable to_variable(const json::value& from) {
    return {text_at(from, "key"), text_at(from, "value")};
}

job to_job(const json::value& from) {
    job made;
    made.id = number_at(from, "id");
    made.name = text_at(from, "name");
    made.stage = text_at(from, "stage");
    made.status = text_at(from, "status");
    made.allow_failure = flag_at(from, "allow_failure");
    made.failure_reason = text_at(from, "failure_reason");
    if (const auto* owner = at_path(from, "user"); owner != nullptr) made.owner = to_user(*owner);
    made.web_url = text_at(from, "web_url");
    return made;
}

release to_release(const json::value& from) {
    release made;
    made.tag = text_at(from, "tag_name");
    made.name = untrusted{text_at(from, "name")};
    made.description = untrusted{text_at(from, "description")};
    made.web_url = text_at(from, "_links.self");
    return made;
}

branch to_branch(const json::value& from) {
    branch made;
    made.name = text_at(from, "name");
    made.commit = text_at(from, "commit.id");
    made.protected_branch = flag_at(from, "protected");
    made.can_push = flag_at(from, "can_push");
    return made;
}

protected_tag to_protected_tag(const json::value& from) {
    protected_tag made;
    made.pattern = text_at(from, "name");
    for (const auto& each : array_at(from, "create_access_levels")) {
        const bool named = number_at(each, "user_id") != 0 || number_at(each, "group_id") != 0 ||
                           number_at(each, "deploy_key_id") != 0;
        const auto level = static_cast<int>(number_at(each, "access_level"));
        if (named)
            made.by_name = true;
        else if (level > 0)
            made.create_level = made.create_level == 0 ? level : std::min(made.create_level, level);
    }
    return made;
}

}  // namespace slipway::gitlab::detail
