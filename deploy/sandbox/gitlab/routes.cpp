#include "deploy/sandbox/gitlab/routes.hpp"

#include <algorithm>

#include "deploy/sandbox/gitlab/rules.hpp"

namespace slipway::sandbox::gitlab {

namespace {

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> all;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        all.push_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return all;
}

bool fits(const route& each, const std::vector<std::string>& path, std::vector<std::string>& captured) {
    const auto pattern = segments(each.path);
    if (pattern.size() != path.size()) return false;
    captured.clear();
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at].starts_with(':')) {
            captured.push_back(path[at]);
        } else if (pattern[at] != path[at]) {
            return false;
        }
    }
    return true;
}

const std::vector<route>& all_routes() {
    static const auto all = [] {
        std::vector<route> joined;
        for (const auto& list :
             {project_routes(), merge_request_routes(), issue_routes(), repository_routes(), pipeline_routes()}) {
            joined.insert(joined.end(), list.begin(), list.end());
        }
        return joined;
    }();
    return all;
}

template <class Record>
Record* by_number(std::vector<Record>& in, std::int64_t Record::* number, const std::string& text) {
    const auto found =
        std::ranges::find_if(in, [&](const Record& each) { return std::to_string(each.*number) == text; });
    return found == in.end() ? nullptr : &*found;
}

}  // namespace

answer dispatch(instance& of, call asked) {
    bool other_method = false;
    for (const auto& each : all_routes()) {
        if (!fits(each, asked.path, asked.captured)) continue;
        if (each.method == asked.method) return each.handle(of, asked);
        other_method = true;
    }
    if (other_method) return refuse(405, "405 Method Not Allowed");
    json::object body;
    body["error"] = "404 Not Found";
    return {404, std::move(body)};
}

hosted_project* project_of(instance& of, const call& asked) {
    auto* found = of.find_project(asked.captured.front());
    if (!found) return nullptr;
    for (auto& each : found->records.merge_requests) refresh(*found, each, asked.now);
    return found;
}

presenter present_for(const instance& of, const hosted_project& in, const call& asked) {
    return {of.users, in, asked.root};
}

merge_request* merge_request_of(hosted_project& in, const std::string& iid) {
    return by_number(in.records.merge_requests, &merge_request::iid, iid);
}

issue* issue_of(hosted_project& in, const std::string& iid) {
    return by_number(in.records.issues, &issue::iid, iid);
}

milestone* milestone_by_id(hosted_project& in, const std::string& id) {
    return by_number(in.records.milestones, &milestone::id, id);
}

std::string status_of(const instance& of, const hosted_project& in, const merge_request& what) {
    const auto forced = of.forced_status.find(what.iid);
    return forced == of.forced_status.end() ? merge_status(in, what) : forced->second;
}

json::object show(const instance& of, const hosted_project& in, const merge_request& what, const call& asked) {
    return present_for(of, in, asked).merge_request(what, status_of(of, in, what));
}

std::vector<std::string> usernames(const instance& of, const std::vector<std::string>& ids) {
    std::vector<std::string> all;
    for (const auto& id : ids) {
        for (const auto& each : of.users) {
            if (std::to_string(each.id) == id) all.push_back(each.username);
        }
    }
    return all;
}

bool in_milestone(const hosted_project& in, std::int64_t milestone_id, const parameters& with) {
    if (!with.has("milestone")) return true;
    const auto wanted = with.text("milestone");
    if (wanted == "None") return milestone_id == 0;
    if (wanted == "Any") return milestone_id != 0;
    const auto found = std::ranges::find(in.records.milestones, milestone_id, &milestone::id);
    return found != in.records.milestones.end() && found->title == wanted;
}

bool has_labels(const std::vector<std::string>& labels, const parameters& with) {
    const auto wanted = with.list("labels");
    return std::ranges::all_of(
        wanted, [&](const std::string& each) { return std::ranges::find(labels, each) != labels.end(); });
}

std::int64_t next_note_id(const hosted_project& in) {
    return static_cast<std::int64_t>(in.records.notes.size()) + 1;
}

}  // namespace slipway::sandbox::gitlab
