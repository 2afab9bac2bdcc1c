// Issues, their notes, and what belongs to them.
#include <algorithm>

#include "integrations/base/json.hpp"
#include "integrations/gitlab/http_api.hpp"
#include "integrations/gitlab/reading.hpp"

namespace slipway::gitlab::detail {
namespace {

std::string issue_path(std::int64_t project, std::int64_t iid) {
    return project_root(project) + "/issues/" + std::to_string(iid);
}

std::string issue_name(std::int64_t iid) {
    return "issue #" + std::to_string(iid);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& each : words) text.append(text.empty() ? "" : ",").append(each);
    return text;
}

json::array numbers(const std::vector<std::int64_t>& from) {
    json::array all;
    for (const auto each : from) all.push_back(each);
    return all;
}

std::string query_of(const issue_query& query) {
    std::vector<net::field> fields{{"scope", "all"}, {"order_by", "created_at"}, {"sort", "desc"}};
    if (!query.labels.empty()) fields.push_back({"labels", joined(query.labels)});
    if (query.milestone) fields.push_back({"milestone", query.milestone->raw()});
    if (!query.state.empty()) fields.push_back({"state", query.state});
    if (!query.in_description.empty()) {
        fields.push_back({"search", query.in_description});
        fields.push_back({"in", "description"});
    }
    return "?" + net::encode_form(fields);
}

result<issue> checked_issue(const json::value& body, std::string_view what) {
    auto made = to_issue(body);
    const auto iid = made.iid;
    return identified(std::move(made), iid, what);
}

}  // namespace

task<result<std::vector<issue>>> http_api::issues(std::int64_t project, issue_query query) {
    const auto found =
        co_await call_.read_all("Cannot list issues", project_root(project) + "/issues" + query_of(query));
    if (!found) co_return found.error();
    auto all = all_of(*found, to_issue);
    // GitLab's search splits words; only a description that holds the whole marker is a match.
    std::erase_if(all, [&query](const issue& each) {
        return each.iid == 0 || each.description.raw().find(query.in_description) == std::string::npos;
    });
    co_return all;
}

task<result<issue>> http_api::read_issue(std::int64_t project, std::int64_t iid) {
    const std::string what = "Cannot read " + issue_name(iid);
    const auto body = co_await call_.read(what, issue_path(project, iid));
    if (!body) co_return body.error();
    co_return checked_issue(*body, what);
}

task<result<issue>> http_api::create_issue(std::int64_t project, new_issue wanted) {
    const std::string what = "Cannot create the issue \"" + wanted.title + "\"";
    json::object body;
    body["title"] = wanted.title;
    body["description"] = wanted.description;
    if (!wanted.labels.empty()) body["labels"] = joined(wanted.labels);
    if (!wanted.assignee_ids.empty()) body["assignee_ids"] = numbers(wanted.assignee_ids);
    if (wanted.milestone_id != 0) body["milestone_id"] = wanted.milestone_id;
    if (wanted.confidential) body["confidential"] = true;
    const auto answer = co_await call_.write(what, "POST", project_root(project) + "/issues", std::move(body));
    if (!answer) co_return answer.error();
    co_return checked_issue(*answer, what);
}

task<result<issue>> http_api::update_issue(std::int64_t project, std::int64_t iid, issue_change change) {
    const std::string what = "Cannot change " + issue_name(iid);
    json::object body;
    if (change.title) body["title"] = *change.title;
    if (change.description) body["description"] = *change.description;
    if (!change.add_labels.empty()) body["add_labels"] = joined(change.add_labels);
    if (!change.remove_labels.empty()) body["remove_labels"] = joined(change.remove_labels);
    if (change.assignee_ids) {
        // GitLab drops an empty list; [0] means nobody.
        body["assignee_ids"] = change.assignee_ids->empty() ? json::array{0} : numbers(*change.assignee_ids);
    }
    if (!change.state_event.empty()) body["state_event"] = change.state_event;
    if (body.empty()) co_return co_await read_issue(project, iid);
    const auto answer = co_await call_.write(what, "PUT", issue_path(project, iid), std::move(body));
    if (!answer) co_return answer.error();
    co_return checked_issue(*answer, what);
}

task<result<std::vector<merge_request>>> http_api::merge_requests_of_issue(std::int64_t project, std::int64_t iid) {
    const std::string what = "Cannot list the merge requests of " + issue_name(iid);
    std::vector<merge_request> all;
    for (const std::string list : {"/closed_by", "/related_merge_requests"}) {
        const auto found = co_await call_.read_all(what, issue_path(project, iid) + list);
        if (!found) co_return found.error();
        for (auto& each : all_of(*found, to_merge_request)) {
            const auto same = [&each](const merge_request& other) {
                return other.project_id == each.project_id && other.iid == each.iid;
            };
            if (each.iid != 0 && std::ranges::none_of(all, same)) all.push_back(std::move(each));
        }
    }
    co_return all;
}

task<result<std::vector<issue>>> http_api::linked_issues(std::int64_t project, std::int64_t iid) {
    const auto found =
        co_await call_.read_all("Cannot list the links of " + issue_name(iid), issue_path(project, iid) + "/links");
    if (!found) co_return found.error();
    auto all = all_of(*found, to_issue);
    std::erase_if(all, [](const issue& each) { return each.iid == 0 || each.project_id == 0; });
    co_return all;
}

task<result<std::vector<note>>> http_api::issue_notes(std::int64_t project, std::int64_t iid) {
    const auto found = co_await call_.read_all("Cannot list the notes of " + issue_name(iid),
                                               issue_path(project, iid) + "/notes?order_by=created_at&sort=desc");
    if (!found) co_return found.error();
    co_return all_of(*found, to_note);
}

task<result<note>> http_api::add_issue_note(std::int64_t project, std::int64_t iid, std::string body) {
    const std::string what = "Cannot comment on " + issue_name(iid);
    json::object wanted;
    wanted["body"] = body;
    const auto answer = co_await call_.write(what, "POST", issue_path(project, iid) + "/notes", std::move(wanted));
    if (!answer) co_return answer.error();
    auto made = to_note(*answer);
    const auto id = made.id;
    co_return identified(std::move(made), id, what);
}

}  // namespace slipway::gitlab::detail
