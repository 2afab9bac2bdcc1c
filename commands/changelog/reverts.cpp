#include "commands/changelog/reverts.hpp"

#include <algorithm>

namespace slipway::changelog::detail {
namespace {

std::string name_of(const revert_claim& claim, bool ours) {
    if (claim.request != 0) return (ours ? "" : claim.project) + "!" + std::to_string(claim.request);
    return claim.commit.empty() ? "\"" + claim.subject + "\"" : claim.commit;
}

class following {
public:
    following(const range_map& map, const attribution_settings& settings) : map_{map}, settings_{settings} {
        graph_.killer.assign(map.nodes.size(), nobody);
        graph_.partly.assign(map.nodes.size(), false);
        graph_.impure.assign(map.nodes.size(), false);
        for (std::size_t each = 0; each < map.nodes.size(); ++each) {
            for (const auto& source : map.nodes[each].facts.sources) picks_[source].push_back(each);
        }
    }
    /// When a commit is reached, all that could have taken it back has been looked at: a revert of a revert, of any
    /// depth, needs no special case.
    revert_graph run(std::size_t first) {
        for (std::size_t each = first; each < map_.nodes.size(); ++each) {
            if (map_.steps[map_.nodes[each].step].where == region::elsewhere) break;
            for (const auto& claim : map_.nodes[each].facts.reverts) follow(each, claim);
        }
        return std::move(graph_);
    }

private:
    void follow(std::size_t by, const revert_claim& claim) {
        const auto targets = targets_of(by, claim);
        graph_.claims.push_back({by, targets.empty() ? nobody : targets.front(),
                                 name_of(claim, is_ours(claim.project, settings_)), claim.request,
                                 targets.size() == 1});
        if (graph_.killer[by] != nobody) return;
        // A fast-forward's commits are taken back by one commit: it is the inverse of none of them alone.
        for (const auto each : targets) take_back(each, by, /*comparable=*/targets.size() == 1);
    }
    std::vector<std::size_t> targets_of(std::size_t by, const revert_claim& claim) const {
        if (!claim.commit.empty()) return only(commit_named(by, claim.commit));
        if (claim.request != 0) return landing_of(by, claim);
        return only(subject_named(by, claim.subject));
    }
    static std::vector<std::size_t> only(std::optional<std::size_t> one) {
        return one ? std::vector{*one} : std::vector<std::size_t>{};
    }
    bool in_play(std::size_t at) const { return map_.steps[map_.nodes[at].step].where != region::elsewhere; }
    /// The commit itself, or the pick of it: a picked revert names the commit of the branch it was picked from.
    std::optional<std::size_t> commit_named(std::size_t by, const std::string& id) const {
        const auto found = map_.find(id, by + 1);
        if (found && in_play(*found)) return found;
        for (auto pick = picks_.lower_bound(id); pick != picks_.end() && pick->first.starts_with(id); ++pick) {
            for (const auto each : pick->second) {
                if (each > by && in_play(each)) return each;
            }
        }
        return std::nullopt;
    }
    /// The latest landing of the request before `by`; of a fast-forward all of its commits in a row.
    std::vector<std::size_t> landing_of(std::size_t by, const revert_claim& claim) const {
        const bool ours = is_ours(claim.project, settings_);
        std::vector<std::size_t> found;
        for (std::size_t at = map_.nodes[by].step; at < map_.steps.size(); ++at) {
            const auto& step = map_.steps[at];
            if (step.where == region::elsewhere) break;
            const auto& some = ours ? step.requests : step.foreign;
            const auto named = std::ranges::find_if(some, [&](const attribution& each) {
                return each.iid == claim.request && each.how != evidence::title &&
                       (ours || each.project == claim.project);
            });
            if (named == some.end()) {
                if (!found.empty()) break;
                continue;
            }
            const auto place = named->through ? map_.find(named->commit, step.tip) : std::optional{step.tip};
            if (!place || *place <= by) continue;
            const bool is_whole = named->through || named->way != arrival::fast_forward;
            if (is_whole && !found.empty()) break;
            found.push_back(*place);
            if (is_whole) break;
        }
        return found;
    }
    /// Two of the same name: a person must look.
    std::optional<std::size_t> subject_named(std::size_t by, const std::string& subject) const {
        std::vector<std::size_t> tips;
        std::vector<std::size_t> inside;
        for (std::size_t each = by + 1; each < map_.nodes.size() && in_play(each); ++each) {
            const auto& message = map_.commit(each).message.raw();
            if (subject_of(message) != subject && title_in(message) != subject) continue;
            (map_.steps[map_.nodes[each].step].tip == each ? tips : inside).push_back(each);
        }
        // A merge carries the title of its only commit: the merge is meant.
        if (tips.size() == 1) return tips.front();
        if (tips.empty() && inside.size() == 1) return inside.front();
        return std::nullopt;
    }
    void take_back(std::size_t target, std::size_t by, bool comparable) {
        const auto& mine = map_.commit(by).patch_id;
        const auto& exact = map_.commit(target).inverse_patch_id;
        if (comparable && !mine.empty() && !exact.empty() && mine != exact) {
            graph_.impure[by] = true;
            graph_.partly[target] = true;
            return;
        }
        kill(target, by);
        for (const auto each : map_.brought_by(target)) kill(each, by);
        const auto& step = map_.steps[map_.nodes[target].step];
        if (!step.carrier || target != step.tip) return;
        const auto& carrier = map_.commit(target).id;
        for (std::size_t at = map_.nodes[target].step + 1; at < map_.steps.size(); ++at) {
            if (map_.steps[at].within != carrier) break;
            for (std::size_t each = map_.steps[at].tip; each < map_.steps[at].end; ++each) kill(each, by);
        }
    }
    void kill(std::size_t target, std::size_t by) {
        if (graph_.killer[target] == nobody) graph_.killer[target] = by;
    }

    const range_map& map_;
    const attribution_settings& settings_;
    std::map<std::string, std::vector<std::size_t>> picks_;
    revert_graph graph_;
};

/// Dead when every commit is, and by whom; partly when some are. `own_step`: kills from inside it do not count.
fate fate_of_all(const range_map& map, const revert_graph& graph, const std::vector<std::size_t>& work,
                 std::size_t own_step) {
    fate found;
    std::size_t dead = 0;
    for (const auto each : work) {
        const auto by = graph.killer[each];
        found.partly = found.partly || graph.partly[each];
        if (by == nobody || map.nodes[by].step == own_step) continue;
        ++dead;
        if (found.killer == nobody) found.killer = by;
    }
    if (dead == work.size() && dead > 0) return {found.killer, false};
    return {nobody, found.partly || dead > 0};
}

std::vector<std::size_t> without_merges(const range_map& map, const std::vector<std::size_t>& some) {
    std::vector<std::size_t> work;
    std::ranges::copy_if(some, std::back_inserter(work),
                         [&](std::size_t each) { return map.commit(each).parents.size() < 2; });
    return work;
}

fate fate_of_commit(const range_map& map, const revert_graph& graph, std::size_t at, std::size_t own_step) {
    const auto by = graph.killer[at];
    if (by != nobody && map.nodes[by].step != own_step) return {by, false};
    auto work = without_merges(map, map.brought_by(at));
    if (work.empty()) return {nobody, graph.partly[at]};
    auto found = fate_of_all(map, graph, work, own_step);
    found.partly = found.partly || (found.killer == nobody && graph.partly[at]);
    return found;
}

}  // namespace

revert_graph follow_reverts(const range_map& map, const attribution_settings& settings, std::size_t first_node) {
    return following{map, settings}.run(first_node);
}

fate fate_of(const range_map& map, const revert_graph& graph, const step& step) {
    return fate_of_commit(map, graph, step.tip, map.nodes[step.tip].step);
}

fate fate_of(const range_map& map, const revert_graph& graph, const step& step, const attribution& request) {
    if (!request.through) return fate_of(map, graph, step);
    const auto at = map.find(request.commit, step.tip);
    // An inner request may well be taken back inside the outer one's branch.
    return at && *at < step.end ? fate_of_commit(map, graph, *at, nobody) : fate_of(map, graph, step);
}

}  // namespace slipway::changelog::detail
