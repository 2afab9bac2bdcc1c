// Who we are, users, projects, milestones, releases.
#include <algorithm>
#include <cctype>

#include "deploy/sandbox/gitlab/routes.hpp"

namespace slipway::sandbox::gitlab {

namespace {

std::string lower(std::string text) {
    for (auto& each : text) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return text;
}

answer version(instance& of, const call&) {
    json::object made;
    made["version"] = of.version;
    made["revision"] = "5a9d0b0c0d0";
    made["enterprise"] = false;
    return {200, std::move(made)};
}

answer whoami(instance&, const call& asked) {
    auto made = present_user(*asked.caller, asked.root, true);
    made["email"] = asked.caller->email;
    return {200, std::move(made)};
}

answer own_token(instance&, const call& asked) {
    json::object made;
    made["id"] = asked.caller->id;
    made["name"] = "sandbox";
    made["revoked"] = false;
    made["active"] = true;
    made["user_id"] = asked.caller->id;
    made["scopes"] = json::array{asked.caller->access >= 30 ? "api" : "read_api"};
    made["expires_at"] = nullptr;
    return {200, std::move(made)};
}

answer users(instance& of, const call& asked) {
    const auto name = lower(asked.with.text("username"));
    const auto search = lower(asked.with.text("search"));
    json::array found;
    for (const auto& each : of.users) {
        if (!name.empty() && lower(each.username) != name) continue;
        const bool matches = search.empty() || lower(each.username).find(search) != std::string::npos ||
                             lower(each.name).find(search) != std::string::npos || lower(each.email) == search;
        if (matches) found.push_back(present_user(each, asked.root));
    }
    return list_of(std::move(found));
}

answer one_user(instance& of, const call& asked) {
    const auto names = usernames(of, {asked.captured.front()});
    const auto* found = names.empty() ? nullptr : find_user(of.users, names.front());
    if (!found) return not_found("User");
    return {200, present_user(*found, asked.root, true)};
}

answer projects(instance& of, const call& asked) {
    json::array all;
    for (const auto& each : of.projects) all.push_back(present_for(of, *each, asked).project(*asked.caller));
    return list_of(std::move(all));
}

answer one_project(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    return {200, present_for(of, *in, asked).project(*asked.caller)};
}

answer members(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto query = lower(asked.with.text("query"));
    json::array all;
    for (const auto& each : of.users) {
        if (lower(each.username + " " + each.name).find(query) == std::string::npos) continue;
        auto made = present_user(each, asked.root);
        made["access_level"] = each.access;
        all.push_back(std::move(made));
    }
    return list_of(std::move(all));
}

answer milestones(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto iids = asked.with.list("iids");
    json::array all;
    for (const auto& each : in->records.milestones) {
        if (asked.with.has("title") && each.title != asked.with.text("title")) continue;
        if (asked.with.has("state") && each.state != asked.with.text("state")) continue;
        if (asked.with.has("search") && each.title.find(asked.with.text("search")) == std::string::npos) continue;
        const bool named = iids.empty() || std::ranges::find(iids, std::to_string(each.iid)) != iids.end();
        if (named) all.push_back(present_for(of, *in, asked).milestone(each));
    }
    std::ranges::reverse(all);
    return list_of(std::move(all));
}

answer one_milestone(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto* found = milestone_by_id(*in, asked.captured[1]);
    if (!found) return not_found("");
    return {200, present_for(of, *in, asked).milestone(*found)};
}

answer change_milestone(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    auto* found = milestone_by_id(*in, asked.captured[1]);
    if (!found) return not_found("");
    if (asked.caller->access < 20) return refuse(403, "403 Forbidden");
    if (asked.with.has("title")) found->title = asked.with.text("title");
    if (asked.with.has("description")) found->description = asked.with.text("description");
    if (asked.with.has("due_date")) found->due_date = asked.with.text("due_date");
    if (asked.with.text("state_event") == "close") found->state = "closed";
    if (asked.with.text("state_event") == "activate") found->state = "active";
    found->updated_at = asked.now;
    return {200, present_for(of, *in, asked).milestone(*found)};
}

answer milestone_issues(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto* found = milestone_by_id(*in, asked.captured[1]);
    if (!found) return not_found("");
    json::array all;
    for (const auto& each : in->records.issues) {
        if (each.milestone_id == found->id) all.push_back(present_for(of, *in, asked).issue(each));
    }
    return list_of(std::move(all));
}

answer milestone_merge_requests(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto* found = milestone_by_id(*in, asked.captured[1]);
    if (!found) return not_found("");
    json::array all;
    for (const auto& each : in->records.merge_requests) {
        if (each.milestone_id == found->id) all.push_back(show(of, *in, each, asked));
    }
    return list_of(std::move(all));
}

answer releases(instance& of, const call& asked) {
    const auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    json::array all;
    for (auto each = in->records.releases.rbegin(); each != in->records.releases.rend(); ++each) {
        all.push_back(present_for(of, *in, asked).release(*each));
    }
    return list_of(std::move(all));
}

answer one_release(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto found = std::ranges::find(in->records.releases, asked.captured[1], &published_release::tag);
    if (found == in->records.releases.end()) return not_found("");
    return {200, present_for(of, *in, asked).release(*found)};
}

answer create_release(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    const auto tag = asked.with.text("tag_name");
    if (tag.empty()) return bad_parameter("tag_name is missing");
    auto& all = in->records.releases;
    if (std::ranges::find(all, tag, &published_release::tag) != all.end()) {
        return refuse(409, "Release already exists");
    }
    if (!in->git.commit_of("refs/tags/" + tag)) {
        const auto ref = in->git.resolve(asked.with.text("ref"));
        if (!ref) return refuse(422, "Ref is not specified");
        const auto made = in->git.set_ref("refs/tags/" + tag, *ref);
        if (!made) return refuse(400, json::value(made.error().sentence()));
    }
    published_release made;
    made.tag = tag;
    made.name = asked.with.has("name") ? asked.with.text("name") : tag;
    made.description = asked.with.text("description");
    made.author = asked.caller->username;
    made.milestones = asked.with.list("milestones");
    made.created_at = asked.now;
    all.push_back(std::move(made));
    return {201, present_for(of, *in, asked).release(all.back())};
}

answer change_release(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    const auto found = std::ranges::find(in->records.releases, asked.captured[1], &published_release::tag);
    if (found == in->records.releases.end()) return not_found("");
    if (asked.caller->access < 30) return refuse(403, "403 Forbidden");
    if (asked.with.has("name")) found->name = asked.with.text("name");
    if (asked.with.has("description")) found->description = asked.with.text("description");
    if (asked.with.has("milestones")) found->milestones = asked.with.list("milestones");
    return {200, present_for(of, *in, asked).release(*found)};
}

}  // namespace

std::vector<route> project_routes() {
    return {
        {"GET", "version", version},
        {"GET", "metadata", version},
        {"GET", "user", whoami},
        {"GET", "personal_access_tokens/self", own_token},
        {"GET", "users", users},
        {"GET", "users/:id", one_user},
        {"GET", "projects", projects},
        {"GET", "projects/:id", one_project},
        {"GET", "projects/:id/members/all", members},
        {"GET", "projects/:id/milestones", milestones},
        {"GET", "projects/:id/milestones/:milestone", one_milestone},
        {"PUT", "projects/:id/milestones/:milestone", change_milestone},
        {"GET", "projects/:id/milestones/:milestone/issues", milestone_issues},
        {"GET", "projects/:id/milestones/:milestone/merge_requests", milestone_merge_requests},
        {"GET", "projects/:id/releases", releases},
        {"POST", "projects/:id/releases", create_release},
        {"GET", "projects/:id/releases/:tag", one_release},
        {"PUT", "projects/:id/releases/:tag", change_release},
    };
}

}  // namespace slipway::sandbox::gitlab
