#include "deploy/sandbox/company/records.hpp"

#include <algorithm>

namespace slipway::sandbox {

namespace {

// Global ids differ from the numbers people see, as on a server with many projects.
constexpr std::int64_t first_merge_request_id = 7100;
constexpr std::int64_t first_issue_id = 5200;

std::string text(const YAML::Node& from, const char* key) {
    return from[key] ? from[key].as<std::string>() : "";
}

std::string username(const YAML::Node& node, const scenario& from) {
    const auto* found = from.find_persona(node.as<std::string>());
    if (!found) throw YAML::Exception{node.Mark(), "no persona has the key " + node.as<std::string>()};
    return found->gitlab_username;
}

std::vector<std::string> usernames(const YAML::Node& list, const scenario& from) {
    std::vector<std::string> all;
    for (const auto& each : list) all.push_back(username(each, from));
    return all;
}

std::vector<std::string> texts(const YAML::Node& list) {
    return list ? list.as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::int64_t milestone_id(const YAML::Node& title, const gitlab::project& in) {
    if (!title) return 0;
    const auto found = std::ranges::find(in.milestones, title.as<std::string>(), &gitlab::milestone::title);
    if (found == in.milestones.end()) throw YAML::Exception{title.Mark(), "there is no such milestone"};
    return found->id;
}

gitlab::milestone read_milestone(const YAML::Node& node) {
    gitlab::milestone read;
    read.id = node["id"].as<std::int64_t>();
    read.iid = node["iid"].as<std::int64_t>();
    read.title = text(node, "title");
    read.description = text(node, "description");
    read.state = text(node, "state");
    read.start_date = text(node, "start");
    read.due_date = text(node, "due");
    read.created_at = time_at(node["created"]);
    read.updated_at = read.created_at;
    return read;
}

void read_issue(const YAML::Node& node, const scenario& from, gitlab::project& into) {
    gitlab::issue read;
    read.iid = node["iid"].as<std::int64_t>();
    read.id = first_issue_id + into.id * 100 + read.iid;
    read.title = text(node, "title");
    read.description = text(node, "description");
    read.author = username(node["by"], from);
    read.assignees = usernames(node["assignees"], from);
    read.labels = texts(node["labels"]);
    read.milestone_id = milestone_id(node["milestone"], into);
    read.created_at = time_at(node["created"]);
    read.updated_at = read.created_at;
    for (const auto& each : node["links"])
        read.links.push_back({text(each, "project"), each["iid"].as<std::int64_t>()});
    for (const auto& each : node["notes"]) {
        const auto id = static_cast<std::int64_t>(into.notes.size()) + 1;
        into.notes.push_back(
            {id, "Issue", read.iid, text(each, "body"), username(each["by"], from), false, time_at(each["at"])});
    }
    into.issues.push_back(std::move(read));
}

}  // namespace

instant time_at(const YAML::Node& node) {
    const auto read = node ? from_iso(node.as<std::string>()) : std::nullopt;
    if (!read) throw YAML::Exception{node.Mark(), "a time like 2026-11-09T10:20:00Z is expected"};
    return *read;
}

gitlab::project read_project(const YAML::Node& root, const scenario& from) {
    const auto node = root["project"];
    gitlab::project read;
    read.id = node["id"].as<std::int64_t>();
    read.path = text(node, "path");
    read.description = text(node, "description");
    read.created_at = time_at(node["created"]);
    read.label_names = texts(root["labels"]);
    for (const auto& each : root["milestones"]) read.milestones.push_back(read_milestone(each));
    for (const auto& each : root["issues"]) read_issue(each, from, read);
    read.protected_branches = {{1, "master", 40, 40}, {2, "stable", 40, 40}};
    read.protected_tags = {{1, "*.*.*", 40}};
    return read;
}

gitlab::merge_request read_merge_request(const YAML::Node& node, const scenario& from, const gitlab::project& in) {
    gitlab::merge_request read;
    read.iid = node["iid"].as<std::int64_t>();
    read.id = first_merge_request_id + in.id * 100 + read.iid;
    read.title = text(node, "title");
    read.description = text(node, "description");
    read.source_branch = text(node, "branch");
    read.author = username(node["by"], from);
    read.assignees = {read.author};
    read.reviewers = usernames(node["reviewers"], from);
    read.approved_by = usernames(node["approved_by"], from);
    read.labels = texts(node["labels"]);
    read.milestone_id = milestone_id(node["milestone"], in);
    read.created_at = time_at(node["created"]);
    read.updated_at = read.created_at;
    return read;
}

void add_release(const YAML::Node& node, gitlab::project& into, const std::string& author) {
    gitlab::published_release made;
    made.tag = text(node, "version");
    made.name = made.tag;
    for (const auto& each : node["notes"]) made.description += "- " + each.as<std::string>() + "\n";
    made.author = author;
    made.milestones = {made.tag};
    made.created_at = time_at(node["at"]);
    into.releases.push_back(std::move(made));
}

}  // namespace slipway::sandbox
