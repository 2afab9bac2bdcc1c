// Merge requests: reading them, and the one call that merges.
#include <algorithm>
#include <iterator>

#include "integrations/base/json.hpp"
#include "integrations/gitlab/http_api.hpp"
#include "integrations/gitlab/reading.hpp"

namespace slipway::gitlab::detail {
namespace {

std::string request_path(std::int64_t project, std::int64_t iid) {
    return project_root(project) + "/merge_requests/" + std::to_string(iid);
}

result<merge_request> checked_request(const json::value& body, std::string_view what) {
    auto made = to_merge_request(body);
    const auto iid = made.iid;
    return identified(std::move(made), iid, what);
}

/// Each once (offset pages shift while the list changes), by iid.
std::vector<merge_request> requests_of(const pages& found, std::int64_t project) {
    auto all = all_of(found, to_merge_request);
    std::erase_if(all, [&](const merge_request& each) { return each.iid == 0 || each.project_id != project; });
    std::ranges::sort(all, {}, &merge_request::iid);
    const auto repeated = std::ranges::unique(all, {}, &merge_request::iid);
    all.erase(repeated.begin(), repeated.end());
    return all;
}

bool same_members(const std::vector<merge_request>& a, const std::vector<merge_request>& b) {
    return std::ranges::equal(a, b, {}, &merge_request::iid, &merge_request::iid);
}

}  // namespace

task<result<std::vector<merge_request>>> http_api::merge_requests_of(std::int64_t project, milestone which) {
    const std::string what = "Cannot list the merge requests of the milestone \"" + which.title.raw() + "\"";
    const auto path = project_root(project) +
                      "/merge_requests?scope=all&state=all&order_by=created_at&sort=asc&milestone=" +
                      net::percent_encode(which.title.raw());
    std::vector<merge_request> before;
    constexpr int most_passes = 4;
    for (int pass = 0; pass < most_passes; ++pass) {
        const auto found = co_await call_.read_all(what, path);
        if (!found) co_return found.error();
        auto all = requests_of(*found, project);
        // By id: a project's and a group's milestone may have the same title.
        std::erase_if(all, [&](const merge_request& each) { return each.milestone_id != which.id; });
        // One page is one answer. Several can miss one that slipped between them: read until two passes agree.
        if (found->count <= 1 || (pass > 0 && same_members(all, before))) co_return all;
        before = std::move(all);
    }
    co_return failure{errc::moved, what + ": the list changed every time it was read. Try again when it is quieter"};
}

task<result<std::vector<merge_request>>> http_api::merge_requests_by_iid(std::int64_t project,
                                                                         std::vector<std::int64_t> iids) {
    constexpr std::size_t in_one_call = 100;  // longer addresses are refused (414)
    pages found;
    for (std::size_t from = 0; from < iids.size(); from += in_one_call) {
        std::string path = project_root(project) + "/merge_requests?scope=all&state=all";
        for (std::size_t each = from; each < std::min(from + in_one_call, iids.size()); ++each)
            path += "&iids%5B%5D=" + std::to_string(iids[each]);
        auto some = co_await call_.read_all("Cannot look up merge requests by number", path);
        if (!some) co_return some.error();
        std::ranges::move(some->items, std::back_inserter(found.items));
    }
    co_return requests_of(found, project);
}

task<result<std::vector<merge_request>>> http_api::merged_into(std::int64_t project, std::string target_branch,
                                                               instant since) {
    const auto found = co_await call_.read_all(
        "Cannot list what was merged into " + target_branch,
        project_root(project) + "/merge_requests?scope=all&state=merged&order_by=created_at&sort=asc&target_branch=" +
            net::percent_encode(target_branch) + "&updated_after=" + net::percent_encode(to_iso(since)));
    if (!found) co_return found.error();
    co_return requests_of(*found, project);
}

task<result<merge_request>> http_api::read_merge_request(std::int64_t project, std::int64_t iid) {
    const std::string what = "Cannot read " + request_name(iid);
    const auto body = co_await call_.read(what, request_path(project, iid));
    if (!body) co_return body.error();
    co_return checked_request(*body, what);
}

task<result<approvals>> http_api::approvals_of(std::int64_t project, std::int64_t iid) {
    const auto body = co_await call_.read("Cannot read the approvals of " + request_name(iid),
                                          request_path(project, iid) + "/approvals");
    if (!body) co_return body.error();
    co_return to_approvals(*body);
}

task<result<std::vector<mr_commit>>> http_api::commits_of(std::int64_t project, std::int64_t iid) {
    const auto found = co_await call_.read_all("Cannot list the commits of " + request_name(iid),
                                               request_path(project, iid) + "/commits");
    if (!found) co_return found.error();
    co_return all_of(*found, to_commit);
}

task<result<merge_request>> http_api::merge(std::int64_t project, std::int64_t iid, std::string expected_head) {
    const std::string what = "Cannot merge " + request_name(iid);
    if (expected_head.empty()) {
        co_return failure{errc::invalid, what + ": a merge has to name the head that was reviewed"};
    }
    // A refusal is a definite no, so asking again is safe; `sha` keeps every try to what was reviewed.
    constexpr int most_tries = 3;
    for (int tries = 1;; ++tries) {
        json::object body;
        body["sha"] = expected_head;
        const auto answer = co_await call_.write(what, "PUT", request_path(project, iid) + "/merge", std::move(body));
        if (answer) co_return checked_request(*answer, what);
        const auto& problem = answer.error();
        if (problem.code == "401") co_return co_await tell_permission_from_token(iid, problem);
        if (problem.code == "409") {
            failure moved{errc::moved, what + ": new commits arrived since " + expected_head.substr(0, 12) +
                                           " was reviewed. Look at them and decide again"};
            moved.code = problem.code;
            co_return moved;
        }
        if (problem.code != "405" && problem.code != "422" && problem.code != "406") co_return problem;
        auto seen = co_await look_after_refusal(project, iid, expected_head, problem);
        if (seen.merged) co_return std::move(*seen.merged);
        const bool again = seen.try_again && problem.code != "422" && tries < most_tries;
        if (!again) co_return seen.why;
    }
}

/// 405 and 422 say no more than "no". The merge request itself says why, and whether it is merged already; a check that
/// still runs is waited for, 1 to 8 s at a time and about a minute in all.
task<http_api::second_look> http_api::look_after_refusal(std::int64_t project, std::int64_t iid,
                                                         std::string expected_head, failure answer) {
    second_look seen;
    seen.why = answer;
    milliseconds pause{1'000};
    milliseconds waited{0};
    auto now = co_await read_merge_request(project, iid);
    while (now && now->state == merge_request_state::opened && now->status == merge_status::checking &&
           waited < milliseconds{60'000}) {
        co_await call_.pause(pause);
        waited += pause;
        pause = std::min(pause * 2, milliseconds{8'000});
        now = co_await read_merge_request(project, iid);
    }
    if (!now) co_return seen;
    const bool same_head = now->head == expected_head;
    if (now->state == merge_request_state::merged && same_head) {
        seen.merged = std::move(*now);
        co_return seen;
    }
    const bool moved = !same_head && now->state == merge_request_state::opened;
    std::string sentence = "Cannot merge " + request_name(iid) + ": ";
    if (moved)
        sentence += "new commits arrived since " + expected_head.substr(0, 12) +
                    " was reviewed, and it cannot be merged as it is now; ";
    auto why = to_words(now->status, now->status_text);
    if (!now->merge_error.empty())
        why += (why.empty() ? "" : "; ") + std::string{"GitLab reports: "} + now->merge_error.raw();
    sentence += why.empty() ? answer.sentence() : why;
    seen.try_again = same_head && now->status == merge_status::mergeable;
    seen.why = failure{moved ? errc::moved : errc::refused, std::move(sentence)};
    seen.why.code = answer.code;
    co_return seen;
}

/// Merging answers 401 both for a bad token and for a user who may not push to the target branch.
task<result<merge_request>> http_api::tell_permission_from_token(std::int64_t iid, failure answer) {
    const auto self = co_await current_user();
    if (!self) co_return answer;
    failure told{errc::refused, "Cannot merge " + request_name(iid) + ": the bot (@" + self->username +
                                    ") may not push to its target branch. Give it that right, or merge it by hand"};
    told.code = answer.code;
    co_return told;
}

task<result<>> http_api::rebase(std::int64_t project, std::int64_t iid) {
    const auto answer =
        co_await call_.write("Cannot rebase " + request_name(iid), "PUT", request_path(project, iid) + "/rebase", {});
    if (!answer) co_return answer.error();
    co_return result<>{};
}

task<result<merge_request>> http_api::set_milestone(std::int64_t project, std::int64_t iid, std::int64_t milestone_id) {
    const std::string what = "Cannot change the milestone of " + request_name(iid);
    json::object change;
    change["milestone_id"] = milestone_id;
    const auto body = co_await call_.write(what, "PUT", request_path(project, iid), std::move(change));
    if (!body) co_return body.error();
    co_return checked_request(*body, what);
}

task<result<std::vector<merge_request>>> http_api::merge_requests_with(std::int64_t project, std::string commit) {
    const auto found = co_await call_.read_all(
        "Cannot find the merge requests of commit " + commit,
        project_root(project) + "/repository/commits/" + net::percent_encode(commit) + "/merge_requests");
    if (!found) co_return found.error();
    co_return all_of(*found, to_merge_request);
}

task<result<note>> http_api::add_merge_request_note(std::int64_t project, std::int64_t iid, std::string body) {
    const std::string what = "Cannot comment on " + request_name(iid);
    json::object wanted;
    wanted["body"] = body;
    const auto answer = co_await call_.write(what, "POST", request_path(project, iid) + "/notes", std::move(wanted));
    if (!answer) co_return answer.error();
    auto made = to_note(*answer);
    const auto id = made.id;
    co_return identified(std::move(made), id, what);
}

}  // namespace slipway::gitlab::detail
