#include "commands/steps/merge/milestone_sides.hpp"

#include <algorithm>
#include <cctype>

#include "commands/steps/common.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

bool is_path_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '-' || c == '_' || c == '.';
}

/// What stands before "#": the path of a project, or nothing.
std::string_view path_before(std::string_view text, std::size_t at) {
    auto from = at;
    while (from > 0 && is_path_character(text[from - 1])) --from;
    return text.substr(from, at - from);
}

/// Where a merged member is that did not land.
task<result<elsewhere>> place_of(git::repository* repository, gitlab::merge_request request, std::string base,
                                 std::string trunk) {
    auto where = elsewhere::nowhere;
    for (const auto& id : {request.merge_commit, request.squash_commit, request.head}) {
        if (id.empty()) continue;
        if (!base.empty()) {
            const auto shipped = co_await repository->is_ancestor(id, base);
            if (!shipped && shipped.error() == errc::not_found) continue;
            if (!shipped) co_return shipped.error();
            if (*shipped) co_return elsewhere::shipped;
        }
        const auto later = co_await repository->is_ancestor(id, trunk);
        if (!later && later.error() == errc::not_found) continue;
        if (!later) co_return later.error();
        if (*later)
            where = elsewhere::after;
        else if (where == elsewhere::nowhere)
            where = elsewhere::unmerged;
    }
    co_return where;
}

task<result<>> place_missing(context here, git::repository* repository, landed_set* found) {
    std::set<std::int64_t> seen;
    for (const auto* list : {&found->summary.landed, &found->summary.dead})
        for (const auto& each : *list)
            if (each.request.project == here.project->gitlab.project) seen.insert(each.request.iid);
    const auto milestone = number_at(here.state->facts, "milestone_id");
    const auto trunk = co_await repository->resolve(trunk_ref(*here.project));
    for (const auto& [iid, request] : found->requests) {
        const bool is_member = request.milestone_id == milestone;
        if (!is_member || request.state != gitlab::merge_request_state::merged || seen.contains(iid)) continue;
        const auto where = co_await place_of(repository, request, found->base, trunk ? *trunk : found->head);
        if (!where) co_return where.error();
        found->not_in_range[iid] = *where;
    }
    co_return result<>{};
}

/// Commits of the previous tag that neither stable nor the candidate has: the release would lose them.
task<result<>> find_lost(context here, git::repository* repository, landed_set* found) {
    const auto stable = here.state->fact("stable_head");
    if (stable.empty() || found->base.empty()) co_return result<>{};
    const auto gone = co_await repository->range(stable, found->base);
    if (!gone) co_return gone.error();
    for (const auto& each : *gone) {
        const auto kept = co_await repository->is_ancestor(each.id, found->head);
        if (!kept) co_return kept.error();
        if (!*kept) found->lost.push_back(each);
    }
    co_return result<>{};
}

/// Issues of the milestone that no merge request and no commit of the range speaks of. Migrations and what other
/// projects do have steps of their own.
task<result<>> find_without_code(context here, landed_set* found) {
    gitlab::issue_query query;
    query.milestone = untrusted{here.state->fact("milestone_title")};
    const auto issues =
        co_await here.with.gitlab->issues(number_at(here.state->facts, "gitlab_project"), std::move(query));
    if (!issues) co_return issues.error();
    const auto& path = here.project->gitlab.project;
    const auto is_spoken_of = [&](std::int64_t iid) {
        for (const auto& [number, request] : found->requests)
            if (request.state != gitlab::merge_request_state::closed &&
                (speaks_of_issue(request.title.raw(), iid, path) ||
                 speaks_of_issue(request.description.raw(), iid, path)))
                return true;
        const auto in_commit = [&](const git::commit& each) { return speaks_of_issue(each.message.raw(), iid, path); };
        return std::ranges::any_of(found->steps, [&](const git::landing& each) {
            return in_commit(each.tip) || std::ranges::any_of(each.brought, in_commit);
        });
    };
    for (const auto& each : *issues) {
        const bool is_member = each.milestone_id == number_at(here.state->facts, "milestone_id");
        const auto has_label = [&each](const std::string& label) {
            return std::ranges::find(each.labels, label) != each.labels.end();
        };
        const bool has_own_step =
            has_label(here.project->gitlab.dependency_label) || has_label(here.project->gitlab.migration_label);
        if (is_member && !has_own_step && !is_spoken_of(each.iid)) found->without_code.push_back(each);
    }
    std::ranges::sort(found->without_code, {}, &gitlab::issue::iid);
    co_return result<>{};
}

}  // namespace

bool speaks_of_issue(std::string_view text, std::int64_t iid, std::string_view project_path) {
    const auto number = std::to_string(iid);
    for (auto at = text.find(number); at != std::string_view::npos; at = text.find(number, at + 1)) {
        const auto end = at + number.size();
        const bool whole = end == text.size() || std::isdigit(static_cast<unsigned char>(text[end])) == 0;
        if (!whole || at == 0) continue;
        constexpr std::string_view address = "/issues/";
        if (text[at - 1] == '#') {
            const auto path = path_before(text, at - 1);
            if (path.empty() || path == project_path) return true;
        } else if (at >= address.size() && text.substr(at - address.size(), address.size()) == address) {
            auto path = path_before(text, at - address.size());
            if (path.ends_with("/-")) path.remove_suffix(2);
            if (path.ends_with("/" + std::string{project_path}) || path == project_path) return true;
        }
    }
    return false;
}

task<result<>> read_both_sides(context here, git::repository* repository, landed_set* found) {
    const auto placed = co_await place_missing(here, repository, found);
    if (!placed) co_return placed.error();
    const auto lost = co_await find_lost(here, repository, found);
    if (!lost) co_return lost.error();
    if (here.with.gitlab == nullptr) co_return result<>{};
    co_return co_await find_without_code(here, found);
}

}  // namespace slipway::steps
