#include "commands/steps/dependencies/linked.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/dependencies/mentions.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

/// What one issue names: project (path, or number as text) → merge requests of it.
using named = std::map<std::string, std::set<std::int64_t>>;

/// "https://gitlab.example" of "https://gitlab.example/cig/rsi-website".
std::string root_of(const context& here) {
    auto url = here.state->fact("gitlab_url");
    const auto& path = here.project->gitlab.project;
    if (url.ends_with("/" + path)) url.resize(url.size() - path.size() - 1);
    return url;
}

void add_mentions(const context& here, const std::string& text, named& into) {
    for (const auto& each : mentions_in(text, here.project->dependencies.group, root_of(here))) {
        if (each.project == here.project->gitlab.project) continue;
        auto& requests = into[each.project];
        if (each.merge_request != 0) requests.insert(each.merge_request);
    }
}

task<result<named>> named_by(context here, gitlab::issue issue) {
    const auto own = number_at(here.state->facts, "gitlab_project");
    named all;
    add_mentions(here, issue.title.raw() + "\n" + issue.description.raw(), all);
    const auto notes = co_await here.with.gitlab->issue_notes(own, issue.iid);
    if (!notes) co_return notes.error();
    for (const auto& each : *notes)
        if (!each.system) add_mentions(here, each.body.raw(), all);
    const auto links = co_await here.with.gitlab->linked_issues(own, issue.iid);
    if (!links) co_return links.error();
    for (const auto& each : *links)
        if (each.project_id != own) all.try_emplace(std::to_string(each.project_id));
    const auto requests = co_await here.with.gitlab->merge_requests_of_issue(own, issue.iid);
    if (!requests) co_return requests.error();
    for (const auto& each : *requests)
        if (each.project_id != own) all[std::to_string(each.project_id)].insert(each.iid);
    co_return all;
}

/// Adds what is not known yet; a project that only a link names may be outside of the group: then it is none of ours.
task<result<>> resolve(context here, std::string name, std::set<std::int64_t> requests, std::int64_t issue,
                       std::map<std::string, linked_project>& into) {
    const auto home = co_await here.with.gitlab->project_by_path(name);
    if (!home && !(home.error() == errc::not_found)) co_return home.error();
    const auto path = home ? home->path : name;
    const bool is_number = name.find('/') == std::string::npos;
    const bool in_group = path.starts_with(here.project->dependencies.group + "/");
    if (!in_group || (!home && is_number) || path == here.project->gitlab.project) co_return result<>{};
    auto& found = into[path];
    found.path = path;
    found.issues.insert(issue);
    if (!home) co_return result<>{};
    const auto& rules = here.project->dependencies;
    const auto own = rules.projects.find(path);
    found.rule = own == rules.projects.end() ? rules.usual : own->second;
    found.id = home->id;
    found.web_url = home->web_url;
    found.url = address_of(*here.project, found.rule, *home);
    for (const auto iid : requests) {
        const auto read = co_await here.with.gitlab->read_merge_request(home->id, iid);
        if (!read && !(read.error() == errc::not_found)) co_return read.error();
        const bool known = std::ranges::find(found.requests, iid, &gitlab::merge_request::iid) != found.requests.end();
        if (read && !known && read->state != gitlab::merge_request_state::closed) found.requests.push_back(*read);
    }
    co_return result<>{};
}

}  // namespace

std::string address_of(const release::project_settings& project, const release::dependency_rule& rule,
                       const gitlab::project& home) {
    if (!rule.url.empty()) return rule.url;
    auto url = project.dependencies.url;
    const std::string word = "{path}";
    if (url.empty()) return home.http_url;
    return url.replace(url.find(word), word.size(), home.path);
}

task<result<std::vector<linked_project>>> find_linked_projects(context here) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    gitlab::issue_query query;
    query.labels = {here.project->gitlab.dependency_label};
    query.milestone = untrusted{here.state->fact("milestone_title")};
    const auto own = number_at(here.state->facts, "gitlab_project");
    const auto issues = co_await here.with.gitlab->issues(own, std::move(query));
    if (!issues) co_return issues.error();
    std::map<std::string, linked_project> found;
    for (const auto& issue : *issues) {
        if (issue.milestone_id != number_at(here.state->facts, "milestone_id")) continue;
        const auto names = co_await named_by(here, issue);
        if (!names) co_return names.error();
        for (const auto& [name, requests] : *names) {
            const auto added = co_await resolve(here, name, requests, issue.iid, found);
            if (!added) co_return added.error();
        }
    }
    std::vector<linked_project> all;
    for (auto& [path, each] : found) {
        std::ranges::sort(each.requests, {}, &gitlab::merge_request::iid);
        all.push_back(std::move(each));
    }
    co_return all;
}

}  // namespace slipway::steps
