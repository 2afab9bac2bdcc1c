// Whether there is an issue for a group already, and which groups get one of their own.
#include "commands/errors/triage.hpp"

#include <algorithm>

#include "integrations/base/digest.hpp"

namespace slipway::errors {
namespace {

bool has_line(std::string_view text, std::string_view wanted) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
        if (line == wanted) return true;
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return false;
}

}  // namespace

std::string marker(std::string_view project, std::string_view hash) {
    return "<!-- " + marker_search(hash) + " project=" + std::string{project} + " -->";
}

std::string marker_search(std::string_view hash) {
    return "slipway:group=" + std::string{hash};
}

bool has_marker(std::string_view description, std::string_view project, std::string_view hash) {
    return has_line(description, marker(project, hash));
}

std::string seen_marker(std::string_view release_id, std::string_view hash) {
    return "<!-- slipway:seen=" + std::string{release_id} + " group=" + std::string{hash} + " -->";
}

bool has_seen_marker(std::string_view note, std::string_view release_id, std::string_view hash) {
    return has_line(note, seen_marker(release_id, hash));
}

issue_decision decide_issue(std::string_view project, std::string_view hash, const std::vector<known_issue>& found) {
    const known_issue* ours = nullptr;
    for (const auto& each : found) {
        if (!has_marker(each.description, project, hash)) continue;
        const bool better =
            ours == nullptr || (each.open && !ours->open) || (each.open == ours->open && each.iid < ours->iid);
        if (better) ours = &each;
    }
    if (ours == nullptr) return create_issue{};
    if (ours->open) return leave_issue{ours->iid};
    return reopen_issue{ours->iid};
}

issue_plan plan_issues(const std::vector<group_verdict>& needing, std::size_t most) {
    issue_plan plan;
    for (const auto& each : needing) (plan.own.size() < most ? plan.own : plan.umbrella).push_back(each.group);
    return plan;
}

std::string umbrella_hash(std::string_view release) {
    return fingerprint({"umbrella", release}).substr(0, 32);
}

}  // namespace slipway::errors
