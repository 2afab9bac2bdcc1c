#include "commands/steps/reading/material.hpp"

#include <algorithm>
#include <set>

#include "commands/changelog/landed.hpp"
#include "commands/steps/candidate/draft.hpp"
#include "commands/steps/merge/landed_set.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using risk::origin_kind;

risk::file_change change_of(git::change_kind kind) {
    switch (kind) {
        case git::change_kind::added:
            return risk::file_change::added;
        case git::change_kind::removed:
            return risk::file_change::removed;
        case git::change_kind::renamed:
            return risk::file_change::renamed;
        case git::change_kind::mode_only:
            return risk::file_change::mode_only;
        case git::change_kind::type_changed:
            return risk::file_change::type_changed;
        case git::change_kind::modified:
            break;
    }
    return risk::file_change::modified;
}

std::vector<risk::line> as_lines(const std::vector<git::changed_line>& from) {
    std::vector<risk::line> all;
    all.reserve(from.size());
    for (const auto& each : from) all.push_back({each.number, each.text});
    return all;
}

std::vector<risk::file_part> as_parts(const std::vector<git::file_lines>& from) {
    std::vector<risk::file_part> all;
    all.reserve(from.size());
    for (const auto& each : from) {
        risk::file_part made;
        made.path = each.what.new_path;
        made.old_path = each.what.old_path;
        made.change = change_of(each.what.kind);
        made.old_mode = static_cast<std::uint32_t>(each.what.old_mode);
        made.new_mode = static_cast<std::uint32_t>(each.what.new_mode);
        made.binary = each.what.binary;
        made.size = each.size;
        made.added = each.what.added;
        made.removed = each.what.removed;
        made.cut = each.cut;
        for (const auto& hunk : each.hunks) made.hunks.push_back({as_lines(hunk.added), as_lines(hunk.removed)});
        all.push_back(std::move(made));
    }
    return all;
}

task<result<std::vector<risk::file_part>>> lines_between(git::repository* repository, std::string from,
                                                         std::string to) {
    const auto found = co_await repository->changed_lines(std::move(from), std::move(to), git::line_limits{});
    if (!found) co_return found.error();
    co_return as_parts(*found);
}

risk::origin origin_of(const changelog::landed_change& landed, const git::commit& tip,
                       const std::map<std::int64_t, gitlab::merge_request>& known, const std::string& project_url) {
    risk::origin made;
    made.commit = landed.commit;
    made.author = tip.author.name;
    made.title = landed.title;
    if (!project_url.empty()) made.url = project_url + "/-/commit/" + landed.commit;
    if (landed.kind == changelog::landed_kind::housekeeping) made.kind = origin_kind::release;
    // A suspicion, or one of several that fit, is nobody's proof that a reader saw it.
    const auto proven = std::ranges::find_if(
        landed.requests, [&](const changelog::attribution& each) { return landed.is_proven(each); });
    if (proven == landed.requests.end()) return made;
    made.kind = origin_kind::request;
    made.iid = proven->iid;
    if (!project_url.empty()) made.url = project_url + "/-/merge_requests/" + std::to_string(made.iid) + "/diffs";
    const auto found = known.find(made.iid);
    if (found == known.end()) return made;
    made.author = found->second.author.username;
    made.title = found->second.title;
    return made;
}

/// What one commit of the range brought.
task<result<>> add_contributions(git::repository* repository, git::commit tip, risk::origin from,
                                 std::vector<risk::contribution>* into) {
    if (tip.parents.empty()) co_return result<>{};
    auto against_first = co_await lines_between(repository, tip.parents.front(), tip.id);
    if (!against_first) co_return against_first.error();
    if (tip.parents.size() == 1) {
        into->push_back({from, std::move(*against_first), {}});
        co_return result<>{};
    }
    for (std::size_t side = 1; side < tip.parents.size(); ++side) {
        const auto fork = co_await repository->merge_base(tip.parents.front(), tip.parents[side]);
        if (!fork && fork.error() == errc::not_found) continue;  // another history: only the merge itself tells
        if (!fork) co_return fork.error();
        auto shown = co_await lines_between(repository, *fork, tip.parents[side]);
        if (!shown) co_return shown.error();
        into->push_back({from, std::move(*shown), {}});
    }
    auto merged = from;
    merged.kind = origin_kind::merge;
    merged.author = tip.author.name;
    risk::contribution own{std::move(merged), std::move(*against_first), {}};
    if (tip.parents.size() == 2) {
        const auto again = co_await repository->merge(tip.parents.front(), tip.parents.back());
        if (!again) co_return again.error();
        if (again->clean() && again->tree != tip.tree) {
            git::diff_options options;
            options.lines = git::line_counts::skipped;
            const auto differs = co_await repository->diff(again->tree, tip.tree, std::move(options));
            if (!differs) co_return differs.error();
            for (const auto& each : *differs) own.evil_paths.push_back(each.new_path);
        }
        if (!again->clean()) own.evil_paths = again->conflicts;
    }
    into->push_back(std::move(own));
    co_return result<>{};
}

}  // namespace

result<reading_range> candidate_range(const context& here) {
    const auto base = need_fact(here, "base", "pull");
    if (!base) return base.error();
    const auto pulled = pulled_trunk(here);
    if (!pulled) return pulled.error();
    reading_range range;
    range.whole_from = range.base = *base;
    range.head = *pulled;
    range.whole_to = draft_or_candidate(*here.state);
    if (range.whole_to != *pulled) range.own.emplace_back(*pulled, range.whole_to);
    return range;
}

task<result<risk::material>> gather_material(context here, git::repository* repository, reading_range range,
                                             json::object* asked) {
    risk::material made;
    auto whole = co_await lines_between(repository, range.whole_from, range.whole_to);
    if (!whole) co_return whole.error();
    made.whole = std::move(*whole);
    const auto landed = co_await read_landed(here, {range.base, range.head, landed_scope::range});
    if (!landed) co_return landed.error();
    if (asked != nullptr) *asked = landed->asked;
    std::map<std::string, git::commit> commits;
    for (const auto& each : landed->steps) {
        commits[each.tip.id] = each.tip;
        for (const auto& brought : each.brought) commits[brought.id] = brought;
    }
    for (const auto& each : landed->changes) {
        const auto tip = commits.find(each.commit);
        if (tip == commits.end()) continue;
        auto from = origin_of(each, tip->second, landed->requests, here.state->fact("gitlab_url"));
        const auto added = co_await add_contributions(repository, tip->second, std::move(from), &made.parts);
        if (!added) co_return added.error();
    }
    for (const auto& [from, to] : range.own) {
        auto own = co_await lines_between(repository, from, to);
        if (!own) co_return own.error();
        risk::origin itself;
        itself.kind = origin_kind::release;
        itself.commit = to;
        itself.title = untrusted{"The release's own commits"};
        made.parts.push_back({std::move(itself), std::move(*own), {}});
    }
    co_return made;
}

task<result<risk::surroundings>> gather_surroundings(context here, git::repository* repository, reading_range range,
                                                     std::vector<std::string> lost_functions) {
    risk::surroundings around;
    const auto paths = co_await repository->paths(range.whole_to);
    if (!paths) co_return paths.error();
    around.paths.insert(paths->begin(), paths->end());
    git::word_search search;
    search.words = std::move(lost_functions);
    search.most_uses = 500;
    const auto uses = co_await repository->find_words(range.whole_to, std::move(search));
    if (!uses) co_return uses.error();
    for (const auto& each : *uses) around.uses.push_back({each.word, each.path, each.line, each.text});
    if (here.with.gitlab != nullptr) {
        const auto milestone = co_await here.with.gitlab->read_milestone(milestone_of(*here.state));
        if (!milestone) co_return milestone.error();
        around.collected_sql = milestone->description.raw();
    }
    co_return around;
}

}  // namespace slipway::steps
