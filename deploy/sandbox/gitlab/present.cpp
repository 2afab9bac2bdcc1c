#include "deploy/sandbox/gitlab/present.hpp"

#include <algorithm>

namespace slipway::sandbox::gitlab {

namespace {

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value time_or_null(const std::optional<instant>& at) {
    return at ? json::value(to_iso(*at)) : json::value(nullptr);
}

json::array texts(const std::vector<std::string>& from) {
    return json::array(from.begin(), from.end());
}

json::object references(const std::string& project, char sign, std::int64_t iid) {
    const auto number = sign + std::to_string(iid);
    json::object made;
    made["short"] = number;
    made["relative"] = number;
    made["full"] = project + number;
    return made;
}

bool covers(const std::vector<protected_branch>& all, const std::string& name) {
    return std::ranges::find(all, name, &protected_branch::name) != all.end();
}

}  // namespace

const user* find_user(const std::vector<user>& in, const std::string& username) {
    const auto found = std::ranges::find(in, username, &user::username);
    return found == in.end() ? nullptr : &*found;
}

json::object present_user(const user& who, const std::string& root, bool whole) {
    json::object made;
    made["id"] = who.id;
    made["username"] = who.username;
    made["name"] = who.name;
    made["state"] = "active";
    made["locked"] = false;
    made["avatar_url"] = nullptr;
    made["web_url"] = root + "/" + who.username;
    if (!whole) return made;
    made["public_email"] = who.email;
    made["bot"] = !who.token.empty();
    return made;
}

json::value presenter::person(const std::string& username) const {
    const auto* found = find_user(users, username);
    return found ? json::value(present_user(*found, root)) : json::value(nullptr);
}

json::array presenter::people(const std::vector<std::string>& usernames) const {
    json::array all;
    for (const auto& each : usernames) all.push_back(person(each));
    return all;
}

json::value presenter::milestone_of(std::int64_t id) const {
    const auto found = std::ranges::find(in.records.milestones, id, &gitlab::milestone::id);
    return found == in.records.milestones.end() ? json::value(nullptr) : json::value(milestone(*found));
}

json::object presenter::milestone(const gitlab::milestone& what) const {
    json::object made;
    made["id"] = what.id;
    made["iid"] = what.iid;
    made["project_id"] = in.records.id;
    made["title"] = what.title;
    made["description"] = what.description;
    made["state"] = what.state;
    made["created_at"] = to_iso(what.created_at);
    made["updated_at"] = to_iso(what.updated_at);
    made["due_date"] = text_or_null(what.due_date);
    made["start_date"] = text_or_null(what.start_date);
    made["expired"] = false;
    made["web_url"] = project_url() + "/-/milestones/" + std::to_string(what.iid);
    return made;
}

json::object presenter::project(const user& caller) const {
    json::object made;
    made["id"] = in.records.id;
    made["name"] = in.records.name();
    made["path"] = in.records.name();
    made["path_with_namespace"] = in.records.path;
    made["name_with_namespace"] = in.records.group() + " / " + in.records.name();
    made["description"] = in.records.description;
    made["default_branch"] = in.records.default_branch;
    made["created_at"] = to_iso(in.records.created_at);
    made["web_url"] = project_url();
    made["http_url_to_repo"] = project_url() + ".git";
    made["visibility"] = "private";
    made["archived"] = false;
    made["merge_method"] = "merge";
    made["squash_option"] = "default_off";
    made["merge_commit_template"] = nullptr;
    made["squash_commit_template"] = nullptr;
    made["only_allow_merge_if_pipeline_succeeds"] = false;
    made["only_allow_merge_if_all_discussions_are_resolved"] = false;
    made["remove_source_branch_after_merge"] = false;
    json::object level;
    level["access_level"] = caller.access;
    json::object permissions;
    permissions["project_access"] = std::move(level);
    permissions["group_access"] = nullptr;
    made["permissions"] = std::move(permissions);
    return made;
}

json::object presenter::merge_request(const gitlab::merge_request& what, const std::string& status) const {
    json::object made;
    made["id"] = what.id;
    made["iid"] = what.iid;
    made["project_id"] = in.records.id;
    made["source_project_id"] = in.records.id;
    made["target_project_id"] = in.records.id;
    made["title"] = what.title;
    made["description"] = what.description;
    made["state"] = what.state;
    made["draft"] = what.is_draft();
    made["work_in_progress"] = what.is_draft();
    made["source_branch"] = what.source_branch;
    made["target_branch"] = what.target_branch;
    made["author"] = person(what.author);
    made["assignees"] = people(what.assignees);
    made["assignee"] = what.assignees.empty() ? json::value(nullptr) : person(what.assignees.front());
    made["reviewers"] = people(what.reviewers);
    made["labels"] = texts(what.labels);
    made["milestone"] = milestone_of(what.milestone_id);
    made["sha"] = what.sha;
    made["merge_commit_sha"] = text_or_null(what.merge_commit_sha);
    made["squash_commit_sha"] = nullptr;
    made["squash"] = false;
    made["squash_on_merge"] = false;
    made["merged_at"] = time_or_null(what.merged_at);
    made["merge_user"] = person(what.merged_by);
    made["merged_by"] = person(what.merged_by);
    made["detailed_merge_status"] = status;
    made["merge_status"] = status == "conflict" ? "cannot_be_merged" : "can_be_merged";
    made["has_conflicts"] = status == "conflict";
    made["merge_error"] = text_or_null(what.merge_error);
    made["merge_when_pipeline_succeeds"] = false;
    made["blocking_discussions_resolved"] = true;
    made["should_remove_source_branch"] = nullptr;
    made["force_remove_source_branch"] = false;
    made["created_at"] = to_iso(what.created_at);
    made["updated_at"] = to_iso(what.updated_at);
    made["prepared_at"] = to_iso(what.created_at);
    made["closed_at"] = nullptr;
    json::object refs;
    refs["base_sha"] = what.base_sha;
    refs["head_sha"] = what.sha;
    refs["start_sha"] = what.start_sha;
    made["diff_refs"] = std::move(refs);
    made["references"] = references(in.records.path, '!', what.iid);
    made["web_url"] = project_url() + "/-/merge_requests/" + std::to_string(what.iid);
    return made;
}

json::object presenter::issue(const gitlab::issue& what) const {
    json::object made;
    made["id"] = what.id;
    made["iid"] = what.iid;
    made["project_id"] = in.records.id;
    made["title"] = what.title;
    made["description"] = what.description;
    made["state"] = what.state;
    made["type"] = "ISSUE";
    made["issue_type"] = "issue";
    made["author"] = person(what.author);
    made["assignees"] = people(what.assignees);
    made["assignee"] = what.assignees.empty() ? json::value(nullptr) : person(what.assignees.front());
    made["labels"] = texts(what.labels);
    made["milestone"] = milestone_of(what.milestone_id);
    made["confidential"] = what.confidential;
    made["due_date"] = text_or_null(what.due_date);
    made["created_at"] = to_iso(what.created_at);
    made["updated_at"] = to_iso(what.updated_at);
    made["closed_at"] = time_or_null(what.closed_at);
    const auto notes = std::ranges::count_if(in.records.notes, [&](const gitlab::note& each) {
        return each.on == "Issue" && each.iid == what.iid && !each.system;
    });
    made["user_notes_count"] = notes;
    made["references"] = references(in.records.path, '#', what.iid);
    made["web_url"] = project_url() + "/-/issues/" + std::to_string(what.iid);
    return made;
}

json::object presenter::note(const gitlab::note& what) const {
    json::object made;
    made["id"] = what.id;
    made["type"] = nullptr;
    made["body"] = what.body;
    made["author"] = person(what.author);
    made["created_at"] = to_iso(what.created_at);
    made["updated_at"] = to_iso(what.created_at);
    made["system"] = what.system;
    made["noteable_type"] = what.on;
    made["noteable_iid"] = what.iid;
    made["project_id"] = in.records.id;
    made["resolvable"] = false;
    made["confidential"] = false;
    made["internal"] = false;
    return made;
}

json::object presenter::commit(const commit_info& what) const {
    json::object made;
    made["id"] = what.id;
    made["short_id"] = what.id.substr(0, 8);
    made["parent_ids"] = texts(what.parents);
    made["title"] = what.title();
    made["message"] = what.message;
    made["author_name"] = what.author.name;
    made["author_email"] = what.author.email;
    made["authored_date"] = to_iso(what.author.at);
    made["committer_name"] = what.committer.name;
    made["committer_email"] = what.committer.email;
    made["committed_date"] = to_iso(what.committer.at);
    made["created_at"] = to_iso(what.committer.at);
    made["trailers"] = json::object{};
    made["extended_trailers"] = json::object{};
    made["web_url"] = project_url() + "/-/commit/" + what.id;
    return made;
}

json::object presenter::branch(const std::string& name, const std::string& head, const user& caller) const {
    const auto& rules = in.records.protected_branches;
    const auto rule = std::ranges::find(rules, name, &protected_branch::name);
    const auto trunk = in.git.branch(in.records.default_branch);
    const auto found = in.git.commit(head);
    json::object made;
    made["name"] = name;
    made["commit"] = found ? json::value(commit(*found)) : json::value(nullptr);
    made["default"] = name == in.records.default_branch;
    made["protected"] = covers(rules, name);
    made["merged"] = name != in.records.default_branch && trunk && in.git.contains(*trunk, head);
    made["developers_can_push"] = rule == rules.end() || rule->push_level <= 30;
    made["developers_can_merge"] = rule == rules.end() || rule->merge_level <= 30;
    made["can_push"] = caller.access >= (rule == rules.end() ? 30 : rule->push_level);
    made["web_url"] = project_url() + "/-/tree/" + name;
    return made;
}

json::object presenter::tag(const tag_info& what) const {
    const auto found = in.git.commit(what.commit);
    const auto notes = std::ranges::find(in.records.releases, what.name, &published_release::tag);
    json::object made;
    made["name"] = what.name;
    made["message"] = what.message;
    made["target"] = what.target;
    made["commit"] = found ? json::value(commit(*found)) : json::value(nullptr);
    made["release"] = nullptr;
    if (notes != in.records.releases.end()) {
        json::object shown;
        shown["tag_name"] = notes->tag;
        shown["description"] = notes->description;
        made["release"] = std::move(shown);
    }
    made["protected"] = false;
    return made;
}

json::object presenter::pipeline(const gitlab::pipeline& what) const {
    json::object made;
    made["id"] = what.id;
    made["iid"] = what.id;
    made["project_id"] = in.records.id;
    made["sha"] = what.sha;
    made["ref"] = what.ref;
    made["status"] = what.status;
    made["source"] = what.source;
    made["created_at"] = to_iso(what.created_at);
    made["updated_at"] = to_iso(what.created_at);
    made["web_url"] = project_url() + "/-/pipelines/" + std::to_string(what.id);
    return made;
}

json::object presenter::release(const published_release& what) const {
    json::object made;
    made["tag_name"] = what.tag;
    made["name"] = what.name;
    made["description"] = what.description;
    made["created_at"] = to_iso(what.created_at);
    made["released_at"] = to_iso(what.created_at);
    made["author"] = person(what.author);
    const auto head = in.git.commit_of("refs/tags/" + what.tag);
    const auto found = head ? in.git.commit(*head) : failure{errc::not_found, ""};
    made["commit"] = found ? json::value(commit(*found)) : json::value(nullptr);
    json::array milestones;
    for (const auto& each : in.records.milestones) {
        const bool named = std::ranges::find(what.milestones, each.title) != what.milestones.end();
        if (named) milestones.push_back(milestone(each));
    }
    made["milestones"] = std::move(milestones);
    json::object links;
    links["self"] = project_url() + "/-/releases/" + what.tag;
    made["_links"] = std::move(links);
    return made;
}

json::object presenter::diff(const file_diff& what) const {
    json::object made;
    made["old_path"] = what.old_path;
    made["new_path"] = what.new_path;
    made["a_mode"] = what.old_mode;
    made["b_mode"] = what.new_mode;
    made["new_file"] = what.is_new;
    made["renamed_file"] = what.is_renamed;
    made["deleted_file"] = what.is_deleted;
    made["generated_file"] = false;
    made["collapsed"] = false;
    made["too_large"] = false;
    made["diff"] = what.hunks;
    return made;
}

}  // namespace slipway::sandbox::gitlab
