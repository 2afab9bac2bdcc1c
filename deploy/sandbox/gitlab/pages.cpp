#include "deploy/sandbox/gitlab/pages.hpp"

#include <algorithm>

#include "deploy/sandbox/gitlab/html.hpp"
#include "deploy/sandbox/gitlab/routes.hpp"
#include "deploy/sandbox/gitlab/rules.hpp"

namespace slipway::sandbox::gitlab {

namespace {

constexpr std::size_t most_commits = 100;

/// One project's pages. Empty content = there is no such page.
struct project_pages {
    const instance& of;
    hosted_project& in;
    std::string root = "/gitlab/" + in.records.path;

    std::string link(const std::string& page, const std::string& text) const {
        return "<a href=\"" + root + page + "\">" + escape(text) + "</a>";
    }

    std::string merge_request_row(const merge_request& each) const {
        return "<li><span>" +
               link("/-/merge_requests/" + std::to_string(each.iid),
                    "!" + std::to_string(each.iid) + " " + each.title) +
               "<br><span class=\"soft\">" + person(of, each.author) + " · " + day(each.created_at) +
               "</span></span><span>" + badge(each.state) + "</span></li>";
    }

    std::string issue_row(const issue& each) const {
        std::string labels;
        for (const auto& name : each.labels) labels += label(name);
        return "<li><span>" +
               link("/-/issues/" + std::to_string(each.iid), "#" + std::to_string(each.iid) + " " + each.title) +
               "<br><span class=\"soft\">assigned to " + people(of, each.assignees) + "</span></span><span>" + labels +
               badge(each.state) + "</span></li>";
    }

    template <class List, class Row>
    std::string rows(const List& list, Row row) const {
        std::string out;
        for (auto each = list.rbegin(); each != list.rend(); ++each) out += row(*each);
        return out.empty() ? "<p class=\"soft\">None.</p>" : "<ul class=\"rows\">" + out + "</ul>";
    }

    std::string commit_rows(const std::vector<commit_info>& all) const {
        std::string out;
        for (const auto& each : all) {
            out += "<li><span>" + link("/-/commit/" + each.id, each.title()) + "<br><span class=\"soft\">" +
                   escape(each.author.name) + " · " + day(each.author.at) + "</span></span><code>" +
                   each.id.substr(0, 8) + "</code></li>";
        }
        return out.empty() ? "<p class=\"soft\">None.</p>" : "<ul class=\"rows\">" + out + "</ul>";
    }

    std::string overview() const {
        const auto head = in.git.branch(in.records.default_branch);
        const auto log = head ? in.git.log("", *head, 8) : failure{errc::not_found, ""};
        return "<h1>" + escape(in.records.name()) + "</h1><p>" + escape(in.records.description) +
               "</p><h2>Milestones</h2>" + milestones() + "<h2>Latest commits on " + in.records.default_branch +
               "</h2>" + commit_rows(log ? *log : std::vector<commit_info>{});
    }

    std::string milestones() const {
        return rows(in.records.milestones, [&](const milestone& each) {
            return "<li>" + link("/-/milestones/" + std::to_string(each.iid), each.title) + badge(each.state) + "</li>";
        });
    }

    std::string one_milestone(const std::string& iid) const {
        for (const auto& each : in.records.milestones) {
            if (std::to_string(each.iid) != iid) continue;
            std::vector<merge_request> requests;
            std::vector<issue> issues;
            for (const auto& one : in.records.merge_requests) {
                if (one.milestone_id == each.id) requests.push_back(one);
            }
            for (const auto& one : in.records.issues) {
                if (one.milestone_id == each.id) issues.push_back(one);
            }
            return "<h1>" + escape(each.title) + " " + badge(each.state) + "</h1><p class=\"soft\">due " +
                   escape(each.due_date) + "</p><div class=\"box\">" + prose(each.description, root) +
                   "</div><h2>Merge requests</h2>" +
                   rows(requests, [&](const auto& one) { return merge_request_row(one); }) + "<h2>Issues</h2>" +
                   rows(issues, [&](const auto& one) { return issue_row(one); });
        }
        return "";
    }

    std::string notes_of(const std::string& on, std::int64_t iid) const {
        std::string out;
        for (const auto& each : in.records.notes) {
            if (each.on != on || each.iid != iid) continue;
            out += "<div class=\"box\">" + person(of, each.author) + " <span class=\"soft\">" + day(each.created_at) +
                   "</span>" + prose(each.body, root) + "</div>";
        }
        return out.empty() ? out : "<h2>Activity</h2>" + out;
    }

    std::string milestone_link(std::int64_t id) const {
        const auto found = std::ranges::find(in.records.milestones, id, &milestone::id);
        if (found == in.records.milestones.end()) return "<span class=\"soft\">none</span>";
        return link("/-/milestones/" + std::to_string(found->iid), found->title);
    }

    std::string labels_of(const std::vector<std::string>& names) const {
        std::string out;
        for (const auto& each : names) out += label(each);
        return out.empty() ? "<span class=\"soft\">none</span>" : out;
    }

    std::string one_merge_request(const std::string& iid) const {
        const auto* what = merge_request_of(in, iid);
        if (!what) return "";
        const auto log = in.git.log(what->base_sha, what->sha, most_commits);
        const auto changed = in.git.diff(what->base_sha, what->sha);
        std::string landed;
        if (what->merged_at) {
            landed = "<p>Merged by " + person(of, what->merged_by) + " on " + day(*what->merged_at) + "</p>";
        } else {
            landed = "<p class=\"soft\">" + escape(status_of(of, in, *what)) + "</p>";
        }
        return "<h1>" + escape(what->title) + " <span class=\"soft\">!" + iid + "</span></h1><p>" + badge(what->state) +
               " " + person(of, what->author) + " wants to merge <code>" + escape(what->source_branch) +
               "</code> into <code>" + escape(what->target_branch) +
               "</code></p><div class=\"cols\"><div><div class=\"box\">" +
               (what->description.empty() ? "<p class=\"soft\">No description.</p>" : prose(what->description, root)) +
               landed + "</div></div><aside><dl><dt>Approved by</dt><dd>" + people(of, what->approved_by) +
               "</dd><dt>Milestone</dt><dd>" + milestone_link(what->milestone_id) + "</dd><dt>Labels</dt><dd>" +
               labels_of(what->labels) + "</dd></dl></aside></div><h2>Commits</h2>" +
               commit_rows(log ? *log : std::vector<commit_info>{}) + "<h2>Changes</h2><div id=\"diffs\">" +
               changes(changed ? *changed : std::vector<file_diff>{}) + "</div>" + notes_of("MergeRequest", what->iid);
    }

    std::string one_issue(const std::string& iid) const {
        const auto* what = issue_of(in, iid);
        if (!what) return "";
        return "<h1>" + escape(what->title) + " <span class=\"soft\">#" + iid + "</span></h1><p>" + badge(what->state) +
               " " + person(of, what->author) + " · " + day(what->created_at) +
               "</p><div class=\"cols\"><div class=\"box\">" + prose(what->description, root) +
               "</div><aside><dl><dt>Assignee</dt><dd>" + people(of, what->assignees) + "</dd><dt>Milestone</dt><dd>" +
               milestone_link(what->milestone_id) + "</dd><dt>Labels</dt><dd>" + labels_of(what->labels) +
               "</dd></dl></aside></div>" + notes_of("Issue", what->iid);
    }

    std::string tags() const {
        return "<h1>Tags</h1>" + rows(in.git.tags(), [&](const tag_info& each) {
                   const auto head = in.git.commit(each.commit);
                   return "<li><span>" + link("/-/tags/" + each.name, each.name) + "<br><span class=\"soft\">" +
                          escape(each.message) + "</span></span><span class=\"soft\">" +
                          (head ? day(head->committer.at) : "") + " <code>" + each.commit.substr(0, 8) +
                          "</code></span></li>";
               });
    }

    std::string one_tag(const std::string& name) const {
        const auto head = in.git.commit_of("refs/tags/" + name);
        if (!head) return "";
        const auto notes = std::ranges::find(in.records.releases, name, &published_release::tag);
        const auto log = in.git.log("", *head, 12);
        return "<h1>" + escape(name) + "</h1><div class=\"box\">" +
               (notes == in.records.releases.end() ? "<p class=\"soft\">No release notes.</p>"
                                                   : prose(notes->description, root)) +
               "</div><h2>Commits</h2>" + commit_rows(log ? *log : std::vector<commit_info>{});
    }

    std::string one_commit(const std::string& id) const {
        const auto full = in.git.resolve(id);
        const auto found = full ? in.git.commit(*full) : failure{errc::not_found, ""};
        if (!found) return "";
        const auto changed = in.git.diff(found->parents.empty() ? "" : found->parents.front(), found->id);
        return "<h1>" + escape(found->title()) + "</h1><p>" + escape(found->author.name) + " · " +
               day(found->author.at) + " · <code>" + found->id + "</code></p><pre>" + escape(found->message) +
               "</pre>" + changes(changed ? *changed : std::vector<file_diff>{});
    }

    std::string commits(const std::string& branch) const {
        const auto head = in.git.resolve(branch);
        const auto log = head ? in.git.log("", *head, most_commits) : failure{errc::not_found, ""};
        return log ? "<h1>Commits on " + escape(branch) + "</h1>" + commit_rows(*log) : "";
    }

    /// "a...b" from their merge base, "a..b" as they are.
    std::string compare(const std::string& range) const {
        const auto dots = range.find("..");
        if (dots == std::string::npos) return "";
        const bool from_base = range.substr(dots).starts_with("...");
        const auto from = in.git.resolve(range.substr(0, dots));
        const auto to = in.git.resolve(range.substr(dots + (from_base ? 3 : 2)));
        if (!from || !to) return "";
        const auto base = from_base ? in.git.merge_base(*from, *to) : from;
        const auto log = in.git.log(*from, *to, most_commits);
        const auto changed = in.git.diff(base.value_or(""), *to);
        return "<h1>Compare " + escape(range) + "</h1><h2>Commits</h2>" +
               commit_rows(log ? *log : std::vector<commit_info>{}) + "<h2>Changes</h2>" +
               changes(changed ? *changed : std::vector<file_diff>{});
    }

    std::string blob(const std::string& ref, const std::string& path) const {
        const auto head = in.git.resolve(ref);
        const auto text = head ? in.git.read(*head, path) : std::nullopt;
        return text ? "<h1>" + escape(path) + "</h1><pre>" + escape(*text) + "</pre>" : "";
    }

    std::string content(const std::string& what, const std::string& which, const std::vector<std::string>& path) const {
        if (what.empty()) return overview();
        if (what == "merge_requests" && !which.empty()) return one_merge_request(which);
        if (what == "issues" && !which.empty()) return one_issue(which);
        if (what == "milestones" && !which.empty()) return one_milestone(which);
        if ((what == "tags" || what == "releases") && !which.empty()) return one_tag(which);
        if (what == "commit") return one_commit(which);
        if (what == "commits" || what == "tree") return commits(which);
        if (what == "compare") return compare(which);
        if (what == "blob" && path.size() > 5) {
            std::string file = path[5];
            for (std::size_t each = 6; each < path.size(); ++each) file += "/" + path[each];
            return blob(which, file);
        }
        if (what == "merge_requests") {
            return "<h1>Merge requests</h1>" +
                   rows(in.records.merge_requests, [&](const auto& each) { return merge_request_row(each); });
        }
        if (what == "issues") {
            return "<h1>Issues</h1>" + rows(in.records.issues, [&](const auto& each) { return issue_row(each); });
        }
        if (what == "milestones") return "<h1>Milestones</h1>" + milestones();
        if (what == "tags" || what == "releases") return tags();
        return "";
    }
};

net::server_response html(int status, std::string text) {
    net::server_response made;
    made.status = status;
    made.headers.add("Content-Type", "text/html; charset=utf-8");
    made.body = std::move(text);
    return made;
}

std::string project_list(const instance& of) {
    std::string out = "<h1>Projects</h1><ul class=\"rows\">";
    for (const auto& each : of.projects) {
        out += "<li><span><a href=\"/gitlab/" + each->records.path + "\">" + escape(each->records.path) +
               "</a><br><span class=\"soft\">" + escape(each->records.description) + "</span></span></li>";
    }
    return out + "</ul>";
}

}  // namespace

net::server_response show_page(instance& of, const std::vector<std::string>& path) {
    if (path.empty()) return html(200, document("Projects · GitLab", {}, nullptr, project_list(of)));
    auto* found = path.size() < 2 ? nullptr : of.find_project(path[0] + "/" + path[1]);
    const auto missing = "<h1>404</h1><p>There is no such page. <a href=\"/gitlab/\">All projects</a></p>";
    if (!found) return html(404, document("Not found · GitLab", {}, nullptr, missing));
    const project_pages pages{of, *found};
    const bool dashed = path.size() > 3 && path[2] == "-";
    const auto what = dashed ? path[3] : "";
    const auto which = dashed && path.size() > 4 ? path[4] : "";
    const bool known = path.size() == 2 || dashed;
    const auto content = known ? pages.content(what, which, path) : "";
    const std::vector<std::pair<std::string, std::string>> trail{{found->records.path, pages.root}};
    if (content.empty()) return html(404, document("Not found · GitLab", trail, found, missing));
    return html(200, document((which.empty() ? found->records.name() : what + " " + which) + " · GitLab", trail, found,
                              content));
}

}  // namespace slipway::sandbox::gitlab
