#include "commands/changelog/attributing.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace slipway::changelog::detail {
namespace {

/// A message may hold several references. The merge's own trailer stands last; what stands in the subject is a mention
/// when a trailer names another.
struct references {
    std::optional<request_reference> own;
    std::vector<request_reference> others;
};

references ranked(const std::vector<request_reference>& all) {
    references made;
    std::size_t best = all.size();
    for (std::size_t each = 0; each < all.size(); ++each) {
        if (best == all.size() || all[each].how <= all[best].how) best = each;
    }
    if (best == all.size()) return made;
    made.own = all[best];
    for (std::size_t each = 0; each < all.size(); ++each) {
        const bool is_mention = all[each].how == evidence::subject && made.own->how != evidence::subject;
        if (each != best && !is_mention) made.others.push_back(all[each]);
    }
    return made;
}

/// How a commit that names a request came, as far as the commit alone tells.
arrival way_of(const range_commit& commit, evidence how, bool picked) {
    if (picked) return arrival::cherry_pick;
    if (commit.parents.size() > 1) return arrival::merge;
    if (how == evidence::head || how == evidence::part_of) return arrival::fast_forward;
    // A picked merge keeps its words and loses its second parent.
    const bool says_merge = subject_of(commit.message.raw()).starts_with("Merge ");
    return how == evidence::trailer && says_merge ? arrival::cherry_pick : arrival::squash;
}

class attributing {
public:
    attributing(range_map& map, std::size_t at, const request_index& index, const attribution_settings& settings)
        : map_{map}, step_{map.steps[at]}, index_{index}, settings_{settings} {}

    void look(const std::vector<asked_commit>& asked) {
        look_at(step_.tip, /*through=*/false);
        for (std::size_t each = step_.tip + 1; each < step_.end; ++each) {
            const auto& parents = map_.commit(step_.tip).parents;
            const bool is_side_head = std::ranges::find(parents, map_.commit(each).id) != parents.end();
            look_at_ids(each, /*through=*/!is_side_head);
            look_at_message(each, /*through=*/true);
        }
        if (std::ranges::none_of(step_.requests, [](const auto& each) { return !each.through; })) ask(asked);
        settle();
    }

    void look_at_sources() {
        for (std::size_t each = step_.tip; each < step_.end; ++each) look_at_source(each);
        if (step_.requests.empty()) look_at_patch();
        settle();
    }

private:
    void look_at(std::size_t at, bool through) {
        look_at_ids(at, through);
        look_at_message(at, through);
    }
    void look_at_ids(std::size_t at, bool through) {
        const auto& commit = map_.commit(at);
        const auto note = [&](const known_request* found, evidence how) {
            if (found == nullptr) return;
            const auto way = commit.parents.size() > 1 || at != step_.tip ? arrival::merge
                             : how == evidence::merge_id                  ? arrival::squash
                                                                          : arrival::fast_forward;
            add({found->iid, how, commit.id, through || goes_elsewhere(*found), 0, way, "", "", false, found->title});
        };
        note(index_.merged_as(commit.id), evidence::merge_id);
        note(index_.owner_of(commit.id), evidence::head);
    }
    /// Merged into another branch, so it can only have landed here inside another request.
    bool goes_elsewhere(const known_request& request) const {
        return !settings_.target_branch.empty() && !request.target_branch.empty() &&
               request.target_branch != settings_.target_branch;
    }
    void look_at_message(std::size_t at, bool through) {
        const auto& facts = map_.nodes[at].facts;
        const auto own = ranked(facts.own);
        if (own.own) name(*own.own, at, through, /*picked=*/false);
        for (const auto& each : own.others) name(each, at, /*through=*/true, /*picked=*/false);
        const auto source = ranked(facts.picked);
        const bool is_backport = own.own.has_value();
        if (source.own) name(*source.own, at, through || is_backport, /*picked=*/true);
        for (const auto& each : source.others) name(each, at, /*through=*/true, /*picked=*/true);
    }
    void name(const request_reference& named, std::size_t at, bool through, bool picked) {
        const auto& commit = map_.commit(at);
        add({named.iid, named.how, commit.id, through, 0, way_of(commit, named.how, picked), named.project, "", false,
             untrusted{title_in(commit.message.raw())}});
    }
    void look_at_source(std::size_t at) {
        const auto& facts = map_.nodes[at].facts;
        if (facts.sources.empty() || !facts.picked.empty()) return;  // the source's message has said whose it is
        const auto& commit = map_.commit(at);
        const bool through = at != step_.tip || !step_.requests.empty();
        // Chained picks: the nearest source first, then back to the origin.
        for (auto source = facts.sources.rbegin(); source != facts.sources.rend(); ++source) {
            if (const auto* origin = index_.source_of(*source)) {
                add({origin->iid, evidence::cherry_pick, commit.id, through, 0, arrival::cherry_pick, "", "", false,
                     origin->title});
                return;
            }
            const auto found = map_.find(*source);
            if (found && adopt(*found, evidence::cherry_pick, commit, through)) return;
        }
    }
    /// The request of another commit of the map.
    bool adopt(std::size_t from, evidence how, const range_commit& commit, bool through) {
        const auto& other = map_.steps[map_.nodes[from].step];
        const attribution* found = nullptr;
        for (const auto* some : {&other.requests, &other.foreign}) {
            for (const auto& each : *some) {
                if (each.how >= evidence::patch) continue;
                if (each.commit == map_.commit(from).id) found = &each;
                if (found == nullptr && !each.through) found = &each;
            }
        }
        if (found == nullptr || &other == &step_) return false;
        auto made = *found;
        made.how = how;
        made.commit = commit.id;
        made.through = through;
        made.outer = 0;
        made.way = arrival::cherry_pick;
        add(std::move(made));
        return true;
    }
    void look_at_patch() {
        const auto& tip = map_.commit(step_.tip);
        // A revert of a revert repeats the change, and is not the request that brought it.
        const auto is_revert = [this](std::size_t at) { return !map_.nodes[at].facts.reverts.empty(); };
        if (tip.patch_id.empty() || is_revert(step_.tip)) return;
        const auto same = index_.with_patch(tip.patch_id);
        for (const auto* each : same) {
            add({each->iid, evidence::patch, tip.id, false, 0, arrival::cherry_pick, "", "", false, each->title});
        }
        step_.ambiguous = step_.ambiguous || same.size() > 1;
        if (!same.empty()) return;
        for (std::size_t each = 0; each < map_.nodes.size(); ++each) {
            if (map_.nodes[each].step == map_.nodes[step_.tip].step || map_.commit(each).patch_id != tip.patch_id ||
                is_revert(each))
                continue;
            if (adopt(each, evidence::patch, tip, false)) return;
        }
    }
    void ask(const std::vector<asked_commit>& asked) {
        std::set<std::int64_t> fits;
        const auto& tip = map_.commit(step_.tip);
        for (const auto& each : asked) {
            const bool is_side_head = std::ranges::find(tip.parents, each.commit) > tip.parents.begin() &&
                                      std::ranges::find(tip.parents, each.commit) != tip.parents.end();
            if (each.commit != tip.id && !is_side_head) continue;
            for (const auto iid : each.iids) {
                const auto* known = index_.merged(iid);
                if (known != nullptr && !goes_elsewhere(*known)) fits.insert(iid);
            }
        }
        for (const auto iid : fits) {
            const auto way = tip.parents.size() > 1 ? arrival::merge : arrival::fast_forward;
            add({iid, evidence::asked, tip.id, false, 0, way, "", "", false, index_.merged(iid)->title});
        }
        step_.ambiguous = fits.size() > 1;
    }
    void add(attribution made) {
        const bool ours = is_ours(made.project, settings_);
        auto& into = ours ? step_.requests : step_.foreign;
        const auto same = std::ranges::find_if(into, [&](const attribution& each) {
            return each.iid == made.iid && (ours || each.project == made.project);
        });
        if (same == into.end()) {
            into.push_back(std::move(made));
            return;
        }
        made.through = same->through = same->through && made.through;
        if (made.project.empty()) made.project = same->project;
        if (made.how < same->how) *same = std::move(made);
    }

    /// The outer request first. What came inside a merge without a request of its own came by itself, when nothing
    /// else was in that merge.
    void settle() {
        auto& all = step_.requests;
        const auto is_own = [](const attribution& each) { return !each.through; };
        if (!all.empty() && std::ranges::none_of(all, is_own) && std::ranges::none_of(step_.foreign, is_own)) {
            const auto& tip = map_.commit(step_.tip);
            for (auto& each : all) each.through = each.commit != tip.id;
            if (std::ranges::none_of(all, is_own) && is_covered()) {
                for (auto& each : all) each.through = false;
            }
        }
        std::ranges::sort(all, {},
                          [](const attribution& each) { return std::tuple{each.through, each.how, each.iid}; });
        const auto* outer = !all.empty() && !all.front().through                       ? &all.front()
                            : !step_.foreign.empty() && !step_.foreign.front().through ? &step_.foreign.front()
                                                                                       : nullptr;
        for (auto* some : {&all, &step_.foreign}) {
            for (auto& each : *some) each.outer = each.through && outer != nullptr ? outer->iid : 0;
        }
    }
    /// Every commit of the merged line is somebody's request.
    bool is_covered() const {
        std::vector<const range_commit*> brought;
        for (std::size_t each = step_.tip + 1; each < step_.end; ++each) brought.push_back(&map_.commit(each));
        const auto named = [this](const line_step& each) {
            const auto inside = [&each](const attribution& request) {
                if (request.commit == each.tip->id) return true;
                return std::ranges::find(each.brought, request.commit, &range_commit::id) != each.brought.end();
            };
            return std::ranges::any_of(step_.requests, inside) ||
                   (each.tip->parents.size() > 1 && each.brought.empty());
        };
        const auto lines = split(map_.commit(step_.tip), brought);
        return std::ranges::all_of(lines, named);
    }

    range_map& map_;
    step& step_;
    const request_index& index_;
    const attribution_settings& settings_;
};

}  // namespace

void attribute(range_map& map, std::size_t step, const request_index& index, const attribution_settings& settings,
               const std::vector<asked_commit>& asked) {
    attributing{map, step, index, settings}.look(asked);
}

void attribute_by_source(range_map& map, std::size_t step, const request_index& index,
                         const attribution_settings& settings) {
    attributing{map, step, index, settings}.look_at_sources();
}

void settle_arrivals(range_map& map) {
    std::map<std::int64_t, std::vector<attribution*>> singles;
    for (auto& each : map.steps) {
        for (auto& request : each.requests) {
            if (request.way == arrival::squash && request.how != evidence::merge_id)
                singles[request.iid].push_back(&request);
        }
    }
    for (auto& [iid, all] : singles) {
        if (all.size() < 2) continue;
        for (auto* each : all) each->way = arrival::fast_forward;
    }
}

}  // namespace slipway::changelog::detail
