// Merge requests: reading, changing, merging with GitLab's order of checks.
#include <algorithm>

#include "deploy/sandbox/gitlab/routes.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"

namespace slipway::sandbox::gitlab {

namespace {

constexpr std::size_t most_commits = 500;

/// The project and merge request that the captures name, or the answer that says which is missing.
struct found_merge_request {
    hosted_project* in = nullptr;
    merge_request* what = nullptr;
    answer problem;
    explicit operator bool() const { return what != nullptr; }
};

found_merge_request find(instance& of, const call& asked) {
    found_merge_request found;
    found.in = project_of(of, asked);
    if (!found.in) {
        found.problem = not_found("Project");
        return found;
    }
    found.what = merge_request_of(*found.in, asked.captured[1]);
    if (!found.what) found.problem = not_found("");
    return found;
}

bool wanted(const hosted_project& in, const merge_request& each, const parameters& with) {
    const auto state = with.text("state");
    if (!state.empty() && state != "all" && each.state != state) return false;
    if (with.has("source_branch") && each.source_branch != with.text("source_branch")) return false;
    if (with.has("target_branch") && each.target_branch != with.text("target_branch")) return false;
    if (with.has("author_username") && each.author != with.text("author_username")) return false;
    const auto iids = with.list("iids");
    if (!iids.empty() && std::ranges::find(iids, std::to_string(each.iid)) == iids.end()) return false;
    return in_milestone(in, each.milestone_id, with) && has_labels(each.labels, with);
}

answer list(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    json::array all;
    for (const auto& each : in->records.merge_requests) {
        if (wanted(*in, each, asked.with)) all.push_back(show(of, *in, each, asked));
    }
    if (asked.with.text("sort") != "asc") std::ranges::reverse(all);
    return list_of(std::move(all));
}

answer one(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    auto made = show(of, *found.in, *found.what, asked);
    const auto changes = found.in->git.diff(found.what->base_sha, found.what->sha);
    made["changes_count"] = changes ? json::value(std::to_string(changes->size())) : json::value(nullptr);
    made["head_pipeline"] = nullptr;
    for (const auto& each : found.in->records.pipelines) {
        if (each.sha == found.what->sha) {
            made["head_pipeline"] = present_for(of, *found.in, asked).pipeline(each);
        }
    }
    if (asked.with.flag("include_diverged_commits_count")) {
        const auto target = found.in->git.branch(found.what->target_branch);
        const auto behind =
            target ? found.in->git.log(found.what->sha, *target, most_commits) : failure{errc::not_found, ""};
        made["diverged_commits_count"] = behind ? static_cast<std::int64_t>(behind->size()) : 0;
    }
    if (asked.with.flag("include_rebase_in_progress")) made["rebase_in_progress"] = false;
    json::object mine;
    mine["can_merge"] = asked.caller->access >= 40;
    made["user"] = std::move(mine);
    return {200, std::move(made)};
}

answer change(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    auto& what = *found.what;
    if (asked.with.has("title")) what.title = asked.with.text("title");
    if (asked.with.has("description")) what.description = asked.with.text("description");
    if (asked.with.has("milestone_id")) what.milestone_id = asked.with.number("milestone_id", 0);
    if (asked.with.has("labels")) what.labels = asked.with.list("labels");
    if (asked.with.has("assignee_ids")) what.assignees = usernames(of, asked.with.list("assignee_ids"));
    if (asked.with.has("target_branch")) what.target_branch = asked.with.text("target_branch");
    const auto event = asked.with.text("state_event");
    if (event == "close" && what.state == "opened") what.state = "closed";
    if (event == "reopen" && what.state == "closed") what.state = "opened";
    what.updated_at = asked.now;
    return {200, show(of, *found.in, what, asked)};
}

answer commits(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    const auto log = found.in->git.log(found.what->base_sha, found.what->sha, most_commits);
    if (!log) return refuse(500, json::value(log.error().sentence()));
    json::array all;
    for (const auto& each : *log) all.push_back(present_for(of, *found.in, asked).commit(each));
    return list_of(std::move(all));
}

answer diffs(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    const auto changed = found.in->git.diff(found.what->base_sha, found.what->sha);
    if (!changed) return refuse(500, json::value(changed.error().sentence()));
    json::array all;
    for (const auto& each : *changed) all.push_back(present_for(of, *found.in, asked).diff(each));
    return list_of(std::move(all));
}

answer approvals(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    const auto& by = found.what->approved_by;
    const auto left = std::max(0, found.in->records.approvals_required - static_cast<int>(by.size()));
    json::array people;
    for (const auto& each : by) {
        json::object entry;
        entry["user"] = present_for(of, *found.in, asked).person(each);
        people.push_back(std::move(entry));
    }
    json::object made;
    made["approved"] = left == 0;
    made["user_has_approved"] = std::ranges::find(by, asked.caller->username) != by.end();
    made["user_can_approve"] = asked.caller->access >= 30;
    made["approvals_required"] = found.in->records.approvals_required;
    made["approvals_left"] = left;
    made["approved_by"] = std::move(people);
    return {200, std::move(made)};
}

answer approve(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    if (asked.caller->access < 30) return refuse(401, "401 Unauthorized");
    if (asked.with.has("sha") && asked.with.text("sha") != found.what->sha) {
        return refuse(409, "SHA does not match HEAD of source branch");
    }
    auto& by = found.what->approved_by;
    if (std::ranges::find(by, asked.caller->username) == by.end()) by.push_back(asked.caller->username);
    auto made = approvals(of, asked);
    made.status = 201;
    return made;
}

/// The order is GitLab's: rights, mergeable at all, content, head. So a stale head on a draft is 405, not 409.
answer merge_it(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    auto& what = *found.what;
    if (asked.caller->access < 40) return refuse(401, "401 Unauthorized");
    const auto status = status_of(of, *found.in, what);
    if (status != "mergeable" && status != "conflict") return refuse(405, "405 Method Not Allowed");
    if (status == "conflict") return refuse(422, "Branch cannot be merged");
    if (asked.with.has("sha") && asked.with.text("sha") != what.sha) {
        return refuse(409, json::value("SHA does not match HEAD of source branch: " + what.sha));
    }
    const auto message = asked.with.has("merge_commit_message") ? asked.with.text("merge_commit_message")
                                                                : default_merge_message(found.in->records, what);
    const auto done = merge(*found.in, what, *asked.caller, asked.now, message);
    if (!done) {
        what.merge_error = done.error().sentence();
        return refuse(422, json::value(what.merge_error));
    }
    if (asked.with.flag("should_remove_source_branch")) {
        const auto removed = found.in->git.remove_ref("refs/heads/" + what.source_branch);
        if (!removed) what.merge_error = removed.error().sentence();
    }
    return {200, show(of, *found.in, what, asked)};
}

answer notes(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    json::array all;
    for (const auto& each : found.in->records.notes) {
        if (each.on == "MergeRequest" && each.iid == found.what->iid) {
            all.push_back(present_for(of, *found.in, asked).note(each));
        }
    }
    if (asked.with.text("sort") != "asc") std::ranges::reverse(all);
    return list_of(std::move(all));
}

answer create_note(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    if (asked.with.text("body").empty()) return bad_parameter("body is missing");
    note made{next_note_id(*found.in), "MergeRequest", found.what->iid, asked.with.text("body"),
              asked.caller->username,  false,          asked.now};
    found.in->records.notes.push_back(made);
    return {201, present_for(of, *found.in, asked).note(made)};
}

answer closes_issues(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    json::array all;
    for (const auto iid : closed_issues(found.what->description)) {
        const auto* closed = issue_of(*found.in, std::to_string(iid));
        if (closed) all.push_back(present_for(of, *found.in, asked).issue(*closed));
    }
    return list_of(std::move(all));
}

}  // namespace

std::vector<route> merge_request_routes() {
    return {
        {"GET", "projects/:id/merge_requests", list},
        {"GET", "projects/:id/merge_requests/:iid", one},
        {"PUT", "projects/:id/merge_requests/:iid", change},
        {"GET", "projects/:id/merge_requests/:iid/commits", commits},
        {"GET", "projects/:id/merge_requests/:iid/diffs", diffs},
        {"GET", "projects/:id/merge_requests/:iid/approvals", approvals},
        {"POST", "projects/:id/merge_requests/:iid/approve", approve},
        {"PUT", "projects/:id/merge_requests/:iid/merge", merge_it},
        {"GET", "projects/:id/merge_requests/:iid/notes", notes},
        {"POST", "projects/:id/merge_requests/:iid/notes", create_note},
        {"GET", "projects/:id/merge_requests/:iid/closes_issues", closes_issues},
    };
}

}  // namespace slipway::sandbox::gitlab
