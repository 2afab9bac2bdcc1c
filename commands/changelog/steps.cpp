#include "commands/changelog/steps.hpp"

#include <algorithm>
#include <set>

namespace slipway::changelog::detail {
namespace {

/// Branches that many requests land on: merging one of them is moving a whole line, not landing one change.
bool is_long_lived(std::string_view branch, const attribution_settings& settings) {
    static const std::set<std::string_view> usual{"master", "main",    "trunk",      "develop", "development", "dev",
                                                  "stable", "staging", "production", "next",    "release"};
    if (branch.empty()) return false;
    if (branch == settings.target_branch || usual.contains(branch)) return true;
    const bool is_version = branch.find_first_not_of("v0123456789.-") == std::string_view::npos;
    return is_version || branch.starts_with("release/") || branch.starts_with("release-") ||
           branch.ends_with("-stable") || branch.ends_with("/stable");
}

bool is_carrier(const range_commit& tip, const message_facts& facts, const attribution_settings& settings) {
    return tip.parents.size() > 1 && facts.own.empty() && facts.picked.empty() && facts.reverts.empty() &&
           is_long_lived(merged_branch_in(subject_of(tip.message.raw())), settings);
}

/// Positions of `some` by id, and which line step each belongs to.
class ownership {
public:
    explicit ownership(const std::vector<const range_commit*>& some) : some_{some}, owner_(some.size(), nobody) {
        for (std::size_t each = 0; each < some.size(); ++each) positions_.emplace(some[each]->id, each);
    }
    static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

    std::optional<std::size_t> at(std::string_view id) const {
        const auto found = positions_.find(id);
        return found == positions_.end() ? std::nullopt : std::optional{found->second};
    }
    /// The first-parent line that starts at `id`, as far as nobody has it.
    void take_line(std::string_view id, std::vector<std::size_t>& line) {
        for (auto next = at(id); next && owner_[*next] == nobody;) {
            owner_[*next] = *next;
            line.push_back(*next);
            const auto& parents = some_[*next]->parents;
            next = parents.empty() ? std::nullopt : at(parents.front());
        }
    }
    /// Everything that still is nobody's and reachable from `from`.
    void take_reachable(std::size_t from, std::size_t as) {
        std::vector<std::size_t> open{from};
        while (!open.empty()) {
            const auto each = open.back();
            open.pop_back();
            for (const auto& parent : some_[each]->parents) {
                const auto next = at(parent);
                if (!next || owner_[*next] != nobody) continue;
                owner_[*next] = as;
                open.push_back(*next);
            }
        }
    }
    std::size_t owner(std::size_t position) const { return owner_[position]; }

private:
    const std::vector<const range_commit*>& some_;
    std::unordered_map<std::string_view, std::size_t> positions_;
    std::vector<std::size_t> owner_;
};

}  // namespace

std::vector<line_step> split(const range_commit& merge, const std::vector<const range_commit*>& brought) {
    ownership all{brought};
    std::vector<std::size_t> line;
    for (std::size_t parent = 1; parent < merge.parents.size(); ++parent) all.take_line(merge.parents[parent], line);
    std::ranges::sort(line);
    // Oldest first: what an older step brought was there before the newer ones.
    for (auto each = line.rbegin(); each != line.rend(); ++each) all.take_reachable(*each, *each);
    std::unordered_map<std::size_t, std::size_t> place;
    std::vector<line_step> steps;
    for (const auto each : line) {
        place.emplace(each, steps.size());
        steps.push_back({brought[each], {}});
    }
    for (std::size_t each = 0; each < brought.size(); ++each) {
        const auto owner = place.find(all.owner(each));
        if (owner != place.end() && all.owner(each) != each) steps[owner->second].brought.push_back(brought[each]);
    }
    return steps;
}

void range_map::add(const std::vector<range_landing>& landings, region where, const attribution_settings& settings,
                    const is_named& named) {
    for (const auto& each : landings) {
        std::vector<const range_commit*> brought;
        brought.reserve(each.brought.size());
        for (const auto& commit : each.brought) brought.push_back(&commit);
        place(each.tip, std::move(brought), {}, each.first_parent_tree, where, settings, named);
    }
}

void range_map::place(const range_commit& tip, std::vector<const range_commit*> brought, std::string_view within,
                      std::string_view first_parent_tree, region where, const attribution_settings& settings,
                      const is_named& named) {
    step made;
    made.tip = nodes.size();
    made.where = where;
    made.within = within;
    made.first_parent_tree = first_parent_tree;
    auto facts = facts_in(tip.message.raw());
    made.carrier = !brought.empty() && is_carrier(tip, facts, settings) && !named(tip, facts);
    const auto put = [this](const range_commit& commit, message_facts said) {
        by_id_.emplace(commit.id, nodes.size());
        nodes.push_back({&commit, std::move(said), steps.size()});
    };
    put(tip, std::move(facts));
    if (!made.carrier) {
        for (const auto* each : brought) put(*each, facts_in(each->message.raw()));
    }
    made.end = nodes.size();
    steps.push_back(std::move(made));
    if (!steps.back().carrier) return;
    std::unordered_map<std::string_view, std::string_view> trees;
    if (!tip.parents.empty()) trees.emplace(tip.parents.front(), first_parent_tree);
    for (const auto* each : brought) trees.emplace(each->id, each->tree);
    for (auto& each : split(tip, brought)) {
        const auto before = each.tip->parents.empty() ? trees.end() : trees.find(each.tip->parents.front());
        place(*each.tip, std::move(each.brought), tip.id, before == trees.end() ? std::string_view{} : before->second,
              where, settings, named);
    }
}

std::optional<std::size_t> range_map::find(std::string_view id, std::size_t from) const {
    if (id.empty()) return std::nullopt;
    if (id.size() >= 40) {
        const auto found = by_id_.find(id);
        if (found == by_id_.end() || found->second < from) return std::nullopt;
        return found->second;
    }
    for (std::size_t each = from; each < nodes.size(); ++each) {
        if (nodes[each].commit->id.starts_with(id)) return each;
    }
    return std::nullopt;
}

std::vector<std::size_t> range_map::brought_by(std::size_t merge) const {
    const auto& owner = steps[nodes[merge].step];
    std::vector<std::size_t> found;
    if (nodes[merge].commit->parents.size() < 2) return found;
    if (merge == owner.tip) {
        for (std::size_t each = owner.tip + 1; each < owner.end; ++each) found.push_back(each);
        return found;
    }
    std::set<std::size_t> seen;
    const auto reach = [&](std::size_t parent_from, std::size_t start, std::set<std::size_t>& into) {
        std::vector<std::size_t> open{start};
        for (bool first = true; !open.empty(); first = false) {
            const auto each = open.back();
            open.pop_back();
            const auto& parents = nodes[each].commit->parents;
            for (std::size_t at = first ? parent_from : 0; at < (first && parent_from == 0 ? 1 : parents.size());
                 ++at) {
                const auto next = by_id_.find(parents[at]);
                if (next == by_id_.end() || next->second < owner.tip || next->second >= owner.end) continue;
                if (into.insert(next->second).second) open.push_back(next->second);
            }
        }
    };
    std::set<std::size_t> before;
    reach(0, merge, before);
    reach(1, merge, seen);
    std::ranges::set_difference(seen, before, std::back_inserter(found));
    return found;
}

}  // namespace slipway::changelog::detail
