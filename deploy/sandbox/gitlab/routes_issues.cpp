// Issues and their notes.
#include <algorithm>
#include <cctype>

#include "deploy/sandbox/gitlab/routes.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"

namespace slipway::sandbox::gitlab {

namespace {

struct found_issue {
    hosted_project* in = nullptr;
    issue* what = nullptr;
    answer problem;
    explicit operator bool() const { return what != nullptr; }
};

found_issue find(instance& of, const call& asked) {
    found_issue found;
    found.in = project_of(of, asked);
    if (!found.in) {
        found.problem = not_found("Project");
        return found;
    }
    found.what = issue_of(*found.in, asked.captured[1]);
    if (!found.what) found.problem = not_found("Issue");
    return found;
}

std::string lower(std::string text) {
    for (auto& each : text) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return text;
}

bool mentions(const issue& each, const parameters& with) {
    if (!with.has("search")) return true;
    const auto words = lower(with.text("search"));
    const auto where = with.has("in") ? with.list("in") : std::vector<std::string>{"title", "description"};
    const auto in = [&](const char* field) { return std::ranges::find(where, field) != where.end(); };
    return (in("title") && lower(each.title).find(words) != std::string::npos) ||
           (in("description") && lower(each.description).find(words) != std::string::npos);
}

bool wanted(const hosted_project& in, const issue& each, const parameters& with) {
    const auto state = with.text("state");
    if (!state.empty() && state != "all" && each.state != state) return false;
    const auto assignee = with.text("assignee_username");
    if (!assignee.empty() && std::ranges::find(each.assignees, assignee) == each.assignees.end()) return false;
    return in_milestone(in, each.milestone_id, with) && has_labels(each.labels, with) && mentions(each, with);
}

answer list(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    json::array all;
    for (const auto& each : in->records.issues) {
        if (wanted(*in, each, asked.with)) all.push_back(present_for(of, *in, asked).issue(each));
    }
    if (asked.with.text("sort") != "asc") std::ranges::reverse(all);
    return list_of(std::move(all));
}

answer one(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    return {200, present_for(of, *found.in, asked).issue(*found.what)};
}

/// What POST and PUT have in common. The free tier keeps one assignee.
void apply(instance& of, const parameters& with, issue& to) {
    if (with.has("title")) to.title = with.text("title");
    if (with.has("description")) to.description = with.text("description");
    if (with.has("milestone_id")) to.milestone_id = with.number("milestone_id", 0);
    if (with.has("confidential")) to.confidential = with.flag("confidential");
    if (with.has("due_date")) to.due_date = with.text("due_date");
    if (with.has("labels")) to.labels = with.list("labels");
    for (const auto& each : with.list("add_labels")) {
        if (std::ranges::find(to.labels, each) == to.labels.end()) to.labels.push_back(each);
    }
    for (const auto& each : with.list("remove_labels")) std::erase(to.labels, each);
    if (with.has("assignee_ids") || with.has("assignee_id")) {
        auto ids = with.list("assignee_ids");
        if (ids.empty() && with.has("assignee_id")) ids = {with.text("assignee_id")};
        to.assignees = usernames(of, ids);
        if (to.assignees.size() > 1) to.assignees.resize(1);
    }
}

answer blank_title() {
    json::object message;
    message["title"] = json::array{"can't be blank"};
    return refuse(400, std::move(message));
}

answer create(instance& of, const call& asked) {
    auto* in = project_of(of, asked);
    if (!in) return not_found("Project");
    if (!asked.with.has("title")) return bad_parameter("title is missing");
    if (asked.with.text("title").empty()) return blank_title();
    issue made;
    for (const auto& each : in->records.issues) made.iid = std::max(made.iid, each.iid);
    ++made.iid;
    made.id = in->records.issues.empty() ? 1 : in->records.issues.back().id + 1;
    made.author = asked.caller->username;
    made.created_at = asked.now;
    made.updated_at = asked.now;
    apply(of, asked.with, made);
    in->records.issues.push_back(made);
    return {201, present_for(of, *in, asked).issue(made)};
}

answer change(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    if (asked.caller->access < 20) return refuse(403, "403 Forbidden");
    if (asked.with.has("title") && asked.with.text("title").empty()) return blank_title();
    apply(of, asked.with, *found.what);
    const auto event = asked.with.text("state_event");
    if (event == "close") {
        found.what->state = "closed";
        found.what->closed_at = asked.now;
    } else if (event == "reopen") {
        found.what->state = "opened";
        found.what->closed_at.reset();
    }
    found.what->updated_at = asked.now;
    return {200, present_for(of, *found.in, asked).issue(*found.what)};
}

answer notes(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    json::array all;
    for (const auto& each : found.in->records.notes) {
        if (each.on == "Issue" && each.iid == found.what->iid) {
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
    note made{next_note_id(*found.in), "Issue", found.what->iid, asked.with.text("body"),
              asked.caller->username,  false,   asked.now};
    found.in->records.notes.push_back(made);
    return {201, present_for(of, *found.in, asked).note(made)};
}

/// "#12" stands in it, and not as a part of "#123" or "other/project#12".
bool mentions_reference(const merge_request& each, const std::string& sign) {
    const auto text = " " + each.title + "\n" + each.description + " ";
    for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign, at + 1)) {
        const auto before = static_cast<unsigned char>(text[at - 1]);
        const auto after = static_cast<unsigned char>(text[at + sign.size()]);
        if (std::isdigit(after) == 0 && std::isalnum(before) == 0 && before != '/' && before != '-') return true;
    }
    return false;
}

/// Merge requests whose title or description mentions the issue; those of other projects name it with its project.
answer related(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    const auto sign = "#" + std::to_string(found.what->iid);
    json::array all;
    for (const auto& project : of.projects) {
        const bool own = project.get() == found.in;
        for (const auto& each : project->records.merge_requests) {
            if (!mentions_reference(each, own ? sign : found.in->records.path + sign)) continue;
            all.push_back(show(of, *project, each, asked));
        }
    }
    return list_of(std::move(all));
}

answer links(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    json::array all;
    for (const auto& each : found.what->links) {
        auto* other = of.find_project(each.project);
        auto* linked = other ? issue_of(*other, std::to_string(each.iid)) : nullptr;
        if (!linked) continue;
        auto shown = present_for(of, *other, asked).issue(*linked);
        shown["link_type"] = "relates_to";
        all.push_back(std::move(shown));
    }
    return list_of(std::move(all));
}

answer closed_by(instance& of, const call& asked) {
    const auto found = find(of, asked);
    if (!found) return found.problem;
    json::array all;
    for (const auto& each : found.in->records.merge_requests) {
        const auto closes = closed_issues(each.description);
        if (std::ranges::find(closes, found.what->iid) != closes.end()) {
            all.push_back(show(of, *found.in, each, asked));
        }
    }
    return list_of(std::move(all));
}

}  // namespace

std::vector<route> issue_routes() {
    return {
        {"GET", "projects/:id/issues", list},
        {"POST", "projects/:id/issues", create},
        {"GET", "projects/:id/issues/:iid", one},
        {"PUT", "projects/:id/issues/:iid", change},
        {"GET", "projects/:id/issues/:iid/notes", notes},
        {"POST", "projects/:id/issues/:iid/notes", create_note},
        {"GET", "projects/:id/issues/:iid/related_merge_requests", related},
        {"GET", "projects/:id/issues/:iid/closed_by", closed_by},
        {"GET", "projects/:id/issues/:iid/links", links},
    };
}

}  // namespace slipway::sandbox::gitlab
