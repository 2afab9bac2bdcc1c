#include "deploy/sandbox/gitlab/rules.hpp"

#include <algorithm>
#include <regex>

namespace slipway::sandbox::gitlab {

std::vector<std::int64_t> closed_issues(std::string_view description) {
    static const std::regex sentence{
        R"(\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))\b:?\s+((?:#\d+(?:\s*,\s*|\s+and\s+)?)+))",
        std::regex::icase};
    static const std::regex number{R"(#(\d+))"};
    std::vector<std::int64_t> found;
    const std::string text{description};
    for (std::sregex_iterator each{text.begin(), text.end(), sentence}, end; each != end; ++each) {
        const auto list = (*each)[1].str();
        for (std::sregex_iterator one{list.begin(), list.end(), number}; one != end; ++one) {
            found.push_back(std::stoll((*one)[1].str()));
        }
    }
    return found;
}

std::string default_merge_message(const project& in, const merge_request& what) {
    std::string message = "Merge branch '" + what.source_branch + "' into '" + what.target_branch + "'\n\n";
    message += what.title + "\n\n";
    const auto closes =
        what.target_branch == in.default_branch ? closed_issues(what.description) : std::vector<std::int64_t>{};
    for (std::size_t each = 0; each < closes.size(); ++each) {
        message += (each == 0 ? "Closes #" : ", #") + std::to_string(closes[each]);
    }
    if (!closes.empty()) message += "\n\n";
    return message + "See merge request " + in.path + "!" + std::to_string(what.iid);
}

namespace {

void close_issues(hosted_project& in, const merge_request& by_what, const std::string& by, instant now) {
    if (by_what.target_branch != in.records.default_branch) return;
    for (const auto iid : closed_issues(by_what.description)) {
        const auto found = std::ranges::find(in.records.issues, iid, &issue::iid);
        if (found == in.records.issues.end() || found->state == "closed") continue;
        found->state = "closed";
        found->closed_at = now;
        found->updated_at = now;
        note event{static_cast<std::int64_t>(in.records.notes.size()) + 1, "Issue", iid, "", by, true, now};
        event.body = "closed via merge request !" + std::to_string(by_what.iid);
        in.records.notes.push_back(std::move(event));
    }
}

void become_merged(hosted_project& in, merge_request& what, const std::string& by, instant now) {
    what.state = "merged";
    what.merged_by = by;
    what.merged_at = now;
    what.updated_at = now;
    close_issues(in, what, by, now);
}

}  // namespace

void refresh(hosted_project& in, merge_request& what, instant now) {
    if (what.state != "opened") return;
    const auto head = in.git.branch(what.source_branch);
    const auto target = in.git.branch(what.target_branch);
    if (!head || !target) return;
    if (what.sha != *head) {
        const bool is_new_push = !what.sha.empty();
        what.sha = *head;
        if (is_new_push) what.updated_at = now;
        const auto kept = in.git.set_ref("refs/merge-requests/" + std::to_string(what.iid) + "/head", *head);
        what.merge_error = kept ? "" : kept.error().sentence();
    }
    const bool lands = in.git.contains(*target, *head);
    if (lands && !what.base_sha.empty() && what.base_sha != *head) {
        become_merged(in, what, what.author, now);
        return;
    }
    what.start_sha = *target;
    what.base_sha = in.git.merge_base(*target, *head).value_or("");
}

std::string merge_status(const hosted_project& in, const merge_request& what) {
    if (what.state != "opened") return "not_open";
    const auto head = in.git.branch(what.source_branch);
    const auto target = in.git.branch(what.target_branch);
    if (!head || !target || *head == what.base_sha) return "commits_status";
    if (what.is_draft()) return "draft_status";
    if (static_cast<int>(what.approved_by.size()) < in.records.approvals_required) return "not_approved";
    return in.git.merged_tree(*target, *head) ? "mergeable" : "conflict";
}

result<> merge(hosted_project& in, merge_request& what, const user& by, instant now, const std::string& message) {
    const auto target = in.git.branch(what.target_branch);
    if (!target) return failure{errc::refused, "the branch " + what.target_branch + " is gone"};
    const auto tree = in.git.merged_tree(*target, what.sha);
    if (!tree) return tree.error();
    const signature who{by.name, by.email, now};
    const auto made = in.git.create_commit(*tree, {*target, what.sha}, who, who, message);
    if (!made) return made.error();
    const auto moved = in.git.set_ref("refs/heads/" + what.target_branch, *made);
    if (!moved) return moved.error();
    what.merge_commit_sha = *made;
    become_merged(in, what, by.username, now);
    return {};
}

}  // namespace slipway::sandbox::gitlab
