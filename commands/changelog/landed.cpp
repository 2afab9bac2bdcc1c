#include "commands/changelog/landed.hpp"

#include <algorithm>
#include <set>

#include "commands/changelog/housekeeping.hpp"
#include "commands/changelog/reverts.hpp"

namespace slipway::changelog {
namespace {

using namespace detail;

bool is_pure_revert(const range_map& map, const step& step) {
    if (!map.nodes[step.tip].facts.reverts.empty()) return true;
    bool any = false;
    for (std::size_t each = step.tip + 1; each < step.end; ++each) {
        if (map.commit(each).parents.size() > 1) continue;
        if (map.nodes[each].facts.reverts.empty()) return false;
        any = true;
    }
    return any;
}

class deciding {
public:
    deciding(const std::vector<known_request>& known, const attribution_settings& settings,
             const range_surroundings& around)
        : index_{known}, settings_{settings}, around_{around} {}

    std::vector<landed_change> run(const std::vector<range_landing>& newest_first) {
        read(newest_first);
        for (std::size_t each = 0; each < range_steps_; ++each) changes_.push_back(describe(map_.steps[each]));
        note_claims();
        note_earlier();
        note_empty();
        suspect_by_title();
        return std::move(changes_);
    }
    std::vector<revert_pair> pairs(const std::vector<range_landing>& newest_first) {
        read(newest_first);
        std::vector<revert_pair> found;
        for (const auto& claim : graph_.claims)
            if (claim.by < range_nodes_ && claim.target != nobody && claim.whole)
                found.push_back({id_of(claim.by), id_of(claim.target)});
        return found;
    }

private:
    void read(const std::vector<range_landing>& newest_first) {
        add(newest_first, region::range);
        range_steps_ = map_.steps.size();
        range_nodes_ = map_.nodes.size();
        const auto points_out = [](const node& each) {
            return !each.facts.reverts.empty() || !each.facts.sources.empty() || !each.commit->patch_id.empty();
        };
        if (std::ranges::any_of(map_.nodes, points_out)) {  // most ranges explain themselves
            add(around_.before, region::before);
            add(around_.elsewhere, region::elsewhere);
        }
        for (std::size_t each = 0; each < map_.steps.size(); ++each)
            attribute(map_, each, index_, settings_, around_.asked);
        for (std::size_t each = 0; each < map_.steps.size(); ++each) attribute_by_source(map_, each, index_, settings_);
        settle_arrivals(map_);
        graph_ = follow_reverts(map_, settings_, 0);
    }
    void add(const std::vector<range_landing>& landings, region where) {
        map_.add(landings, where, settings_, [this](const range_commit& tip, const message_facts&) {
            const auto speaks = [this](const std::string& id) { return index_.owner_of(id) != nullptr; };
            return index_.merged_as(tip.id) != nullptr || speaks(tip.id) ||
                   std::any_of(tip.parents.begin() + 1, tip.parents.end(), speaks);
        });
    }
    const std::string& id_of(std::size_t at) const { return map_.commit(at).id; }

    landed_change describe(const step& from) {
        const auto& tip = map_.commit(from.tip);
        landed_change made;
        made.commit = tip.id;
        made.subject = untrusted{std::string{subject_of(tip.message.raw())}};
        made.title = untrusted{title_in(tip.message.raw())};
        made.author = tip.author;
        made.within = std::string{from.within};
        made.own_paths = tip.own_paths;
        made.ambiguous = from.ambiguous;
        made.requests = from.requests;
        made.foreign_requests = from.foreign;
        for (const auto& each : from.foreign) made.foreign.push_back(each.project + "!" + std::to_string(each.iid));
        const auto& sources = map_.nodes[from.tip].facts.sources;
        if (!sources.empty()) made.picked_from = sources.back();
        const auto whole = fate_of(map_, graph_, from);
        if (whole.killer != nobody) made.reverted_by = id_of(whole.killer);
        made.partly_reverted = whole.partly;
        for (auto* some : {&made.requests, &made.foreign_requests}) {
            for (auto& each : *some) settle(each, from);
        }
        made.kind = kind_of(from, made);
        return made;
    }
    void settle(attribution& request, const step& from) const {
        const auto found = fate_of(map_, graph_, from, request);
        if (found.killer != nobody) request.reverted_by = id_of(found.killer);
        request.partly_reverted = found.partly;
    }
    landed_kind kind_of(const step& from, const landed_change& made) const {
        if (is_pure_revert(map_, from)) return landed_kind::revert;
        const auto is_own = [](const attribution& each) { return !each.through; };
        if (std::ranges::any_of(made.requests, is_own)) return landed_kind::request;
        if (made.requests.empty() && is_housekeeping(map_.commit(from.tip), from.carrier, settings_))
            return landed_kind::housekeeping;
        return landed_kind::direct;
    }

    /// What each landing takes back, in the range and from before it.
    void note_claims() {
        for (const auto& claim : graph_.claims) {
            if (claim.by >= range_nodes_) continue;
            const auto own = map_.nodes[claim.by].step;
            auto& change = changes_[own];
            change.impure_revert = change.impure_revert || graph_.impure[claim.by];
            if (claim.target == nobody) {
                change.reverts_outside = claim.name;
                change.earlier.push_back({claim.name, claim.iid, "", false});
                continue;
            }
            const auto target = map_.nodes[claim.target].step;
            if (target == own) continue;  // second thoughts inside one branch
            if (target < range_steps_)
                change.reverts = changes_[target].commit;
            else
                change.reverts_outside = claim.name;
        }
    }
    /// The look-back window with and without the range: what the range removes from it, and what it brings back.
    void note_earlier() {
        if (range_nodes_ == map_.nodes.size()) return;
        const auto alone = follow_reverts(map_, settings_, range_nodes_);
        for (std::size_t each = range_steps_; each < map_.steps.size(); ++each) {
            const auto& step = map_.steps[each];
            if (step.where != region::before) break;
            const auto then = fate_of(map_, alone, step).killer;
            const auto now = fate_of(map_, graph_, step).killer;
            if ((then == nobody) == (now == nobody)) continue;
            const auto by = now != nobody ? now : graph_.killer[then];
            if (by == nobody || by >= range_nodes_) continue;
            const auto iid = step.requests.empty() ? 0 : step.requests.front().iid;
            changes_[map_.nodes[by].step].earlier.push_back(
                {iid == 0 ? id_of(step.tip) : "!" + std::to_string(iid), iid, id_of(step.tip), now == nobody});
        }
    }
    /// A plain merge of what is there already brings nothing back that was reverted.
    void note_empty() {
        for (std::size_t each = 0; each < range_steps_; ++each) {
            const auto& step = map_.steps[each];
            const auto& tip = map_.commit(step.tip);
            const bool same_tree = !tip.tree.empty() && tip.tree == step.first_parent_tree;
            if (tip.parents.size() < 2 || step.end != step.tip + 1 || step.carrier || !same_tree) continue;
            auto& change = changes_[each];
            change.empty = true;
            const auto merged = map_.find(tip.parents[1], step.tip);
            const auto by = merged ? graph_.killer[*merged] : nobody;
            if (by == nobody) continue;
            if (change.reverted_by.empty()) change.reverted_by = id_of(by);
            for (auto& request : change.requests) {
                if (request.alive()) request.reverted_by = id_of(by);
            }
        }
    }
    /// A direct commit with the title of exactly one request that landed nowhere else: suspected.
    void suspect_by_title() {
        std::set<std::int64_t> landed;
        for (const auto& each : changes_) {
            for (const auto& request : each.requests) landed.insert(request.iid);
        }
        for (auto& each : changes_) {
            if (each.kind != landed_kind::direct || !each.requests.empty()) continue;
            const auto* same = index_.with_title(each.subject.raw());
            if (same == nullptr || landed.contains(same->iid)) continue;
            each.requests.push_back({same->iid, evidence::title, each.commit, false});
        }
    }

    const request_index index_;
    const attribution_settings& settings_;
    const range_surroundings& around_;
    range_map map_;
    std::size_t range_steps_ = 0;
    std::size_t range_nodes_ = 0;
    revert_graph graph_;
    std::vector<landed_change> changes_;
};

}  // namespace

std::vector<landed_change> landed_changes(const std::vector<range_landing>& newest_first,
                                          const std::vector<known_request>& known, const attribution_settings& settings,
                                          const range_surroundings& around) {
    return deciding{known, settings, around}.run(newest_first);
}

std::vector<revert_pair> revert_pairs(const std::vector<range_landing>& newest_first,
                                      const std::vector<known_request>& known, const attribution_settings& settings,
                                      const range_surroundings& around) {
    return deciding{known, settings, around}.pairs(newest_first);
}

}  // namespace slipway::changelog
