#include "commands/steps/merge/request_words.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

using gitlab::merge_status;

std::string names_of(const std::vector<gitlab::user>& people) {
    std::string names;
    for (const auto& each : people) names += (names.empty() ? "" : ", ") + each.username;
    return names;
}

std::string author_of(const gitlab::merge_request& request) {
    return request.author.username.empty() ? std::string{"its author"} : "its author " + request.author.username;
}

/// Reviewers who have not approved yet.
std::string missing_reviewers(const gitlab::merge_request& request, const gitlab::approvals* approved) {
    auto waiting = request.reviewers;
    if (approved != nullptr)
        std::erase_if(waiting, [approved](const gitlab::user& each) {
            return std::ranges::find(approved->by, each.username, &gitlab::user::username) != approved->by.end();
        });
    return names_of(waiting);
}

std::string approval_words(const gitlab::approvals& approved) {
    if (approved.left > 0)
        return count(static_cast<std::size_t>(approved.left), "approval") + " missing" +
               (approved.by.empty() ? "" : ", approved by " + names_of(approved.by));
    return approved.by.empty() ? std::string{"no approval asked for"} : "approved by " + names_of(approved.by);
}

}  // namespace

std::string who_can_change(const gitlab::merge_request& request, const gitlab::approvals* approved) {
    switch (request.status) {
        case merge_status::mergeable:
        case merge_status::checking:
        case merge_status::ci_running:
        case merge_status::not_open:
            return {};
        case merge_status::not_approved: {
            const auto reviewers = missing_reviewers(request, approved);
            return reviewers.empty() ? std::string{"anybody who may approve it"} : "its reviewers " + reviewers;
        }
        case merge_status::changes_requested: {
            const auto reviewers = names_of(request.reviewers);
            return author_of(request) + (reviewers.empty() ? "" : ", then its reviewers " + reviewers);
        }
        case merge_status::ci_must_pass:
        case merge_status::draft:
        case merge_status::conflict:
        case merge_status::discussions_open:
            return author_of(request);
        case merge_status::needs_rebase:
            return author_of(request) + ", or the button here";
        case merge_status::other:
            break;
    }
    return author_of(request) + " or a maintainer of the project";
}

std::vector<std::string> details_of(const gitlab::merge_request& request, const gitlab::approvals* approved,
                                    const release::project_settings& project) {
    std::vector<std::string> all;
    const auto holds = gitlab::to_words(request.status, request.status_text);
    const auto who = who_can_change(request, approved);
    all.push_back(holds.empty() ? "ready to merge"
                                : "cannot be merged: " + holds + (who.empty() ? "" : " (" + who + ")"));
    if (!request.merge_error.empty()) all.push_back("GitLab's last try: " + request.merge_error.raw());
    all.push_back(approved == nullptr ? "approvals are not visible to the bot" : approval_words(*approved));
    all.push_back(request.pipeline_status.empty() ? std::string{"no pipeline"} : "pipeline " + request.pipeline_status);
    if (request.target_branch != project.repository.trunk)
        all.push_back("goes into " + request.target_branch + ", not into " + project.repository.trunk);
    if (!request.changes.empty()) all.push_back(request.changes == "1" ? "1 file" : request.changes + " files");
    return all;
}

}  // namespace slipway::steps
