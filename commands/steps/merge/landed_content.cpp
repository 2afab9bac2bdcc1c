#include "commands/steps/merge/landed_content.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/merge/change_marks.hpp"

namespace slipway::steps {
namespace {

using changelog::range_commit;
using changelog::range_landing;

constexpr std::size_t most_compared = 40;  ///< of each kind: comparing contents costs, and more than that is rare

task<result<change_mark>> difference_mark(git::repository* repository, std::string from, std::string to) {
    git::line_limits limits;
    limits.renames = git::renames::ignored;
    const auto lines = co_await repository->changed_lines(std::move(from), std::move(to), std::move(limits));
    if (!lines) co_return lines.error();
    co_return mark_of(*lines);
}

void index(std::vector<range_landing>& landings, std::map<std::string, range_commit*>& by_id) {
    for (auto& each : landings) {
        by_id.emplace(each.tip.id, &each.tip);
        for (auto& commit : each.brought) by_id.emplace(commit.id, &commit);
    }
}

/// What of a request the clone can show: its merge or squash commit, its head alone, and the whole of its branch.
task<result<std::vector<std::string>>> marks_of(git::repository* repository, gitlab::merge_request request,
                                                std::string base) {
    std::vector<std::string> marks;
    const auto add = [&marks](const change_mark& one) {
        if (!one.same.empty() && std::ranges::find(marks, one.same) == marks.end()) marks.push_back(one.same);
    };
    for (const auto& id : {request.merge_commit, request.squash_commit, request.head}) {
        if (id.empty()) continue;
        const auto commit = co_await repository->read_commit(id);
        if (!commit && commit.error() == errc::not_found) continue;
        if (!commit) co_return commit.error();
        if (commit->parents.empty()) continue;
        const auto alone = co_await difference_mark(repository, commit->parents.front(), id);
        if (!alone) co_return alone.error();
        add(*alone);
        if (id != request.head || base.empty()) continue;
        const auto fork = co_await repository->merge_base(base, id);
        if (!fork && fork.error() == errc::not_found) continue;
        if (!fork) co_return fork.error();
        if (*fork == id) continue;
        const auto whole = co_await difference_mark(repository, *fork, id);
        if (!whole) co_return whole.error();
        add(*whole);
    }
    co_return marks;
}

}  // namespace

task<result<bool>> mark_reverts(git::repository* repository, std::vector<changelog::known_request> known,
                                changelog::attribution_settings settings, std::vector<range_landing>* range,
                                changelog::range_surroundings* around) {
    auto pairs = changelog::revert_pairs(*range, known, settings, *around);
    if (pairs.size() > most_compared) pairs.resize(most_compared);
    std::map<std::string, range_commit*> by_id;
    index(*range, by_id);
    index(around->before, by_id);
    bool any = false;
    for (const auto& each : pairs) {
        const auto by = by_id.find(each.by);
        const auto target = by_id.find(each.target);
        if (by == by_id.end() || target == by_id.end()) continue;
        if (by->second->parents.empty() || target->second->parents.empty()) continue;
        const auto undo = co_await difference_mark(repository, by->second->parents.front(), each.by);
        if (!undo) co_return undo.error();
        const auto done = co_await difference_mark(repository, target->second->parents.front(), each.target);
        if (!done) co_return done.error();
        by->second->patch_id = undo->forward;
        target->second->inverse_patch_id = done->inverse;
        any = true;
    }
    co_return any;
}

task<result<std::map<std::int64_t, std::vector<std::string>>>> mark_repeats(context here, git::repository* repository,
                                                                            const landed_set& found,
                                                                            std::vector<range_landing>* range) {
    std::map<std::int64_t, std::vector<std::string>> marks;
    std::set<std::string> open;
    for (const auto& each : found.summary.orphans)
        if (each.alive() && each.reverts.empty() && open.size() < most_compared) open.insert(each.commit);
    if (open.empty()) co_return marks;
    std::set<std::int64_t> landed;
    for (const auto* list : {&found.summary.landed, &found.summary.dead})
        for (const auto& each : *list)
            if (each.request.project == here.project->gitlab.project) landed.insert(each.request.iid);
    const auto milestone = number_at(here.state->facts, "milestone_id");
    for (const auto& [iid, request] : found.requests) {
        const bool missing = request.milestone_id == milestone &&
                             request.state == gitlab::merge_request_state::merged && !landed.contains(iid);
        if (!missing || marks.size() == most_compared) continue;
        auto some = co_await marks_of(repository, request, found.base);
        if (!some) co_return some.error();
        if (!some->empty()) marks[iid] = std::move(*some);
    }
    if (marks.empty()) co_return marks;
    for (auto& landing : *range) {
        auto& tip = landing.tip;
        if (!open.contains(tip.id) || tip.parents.empty()) continue;
        const auto made = co_await difference_mark(repository, tip.parents.front(), tip.id);
        if (!made) co_return made.error();
        tip.patch_id = made->same;
    }
    co_return marks;
}

}  // namespace slipway::steps
