#include <algorithm>
#include <set>

#include "commands/changelog/tag_order.hpp"
#include "commands/reconcile/landings.hpp"

namespace slipway::reconcile {
namespace {

using namespace detail;
using landings = std::vector<changelog::range_landing>;

constexpr std::size_t most_commits_back = 5000;
constexpr std::size_t most_commits_elsewhere = 20000;

/// The three releases before `from`: what a revert of the range may aim at.
result<landings> look_back(const git::archive& repository, const std::string& from,
                           const changelog::attribution_settings& settings) {
    const auto tags = repository.tags();
    if (!tags) return tags.error();
    std::set<std::string> releases;
    for (const auto& each : *tags) {
        if (changelog::parse_tag(each.name)) releases.insert(each.commit);
    }
    const auto seen = repository.read({from}, {}, most_commits_back);
    if (!seen) return seen.error();
    std::optional<std::size_t> end;
    std::size_t met = 0;
    for (std::size_t each = 0; each < seen->size() && !end; ++each) {
        const auto& id = seen->at(each).id;
        if (id != from && releases.contains(id) && ++met == releases_back) end = each;
    }
    return as_landings(repository, *seen, seen->range(end, 0).steps, settings);
}

/// First-parent lines of every branch and tag, as far as they are not in the range's head: where picks come from.
result<landings> other_branches(const git::archive& repository, const std::string& to,
                                const changelog::attribution_settings& settings) {
    const auto heads = repository.all_heads();
    if (!heads) return heads.error();
    const auto seen = repository.read(*heads, {to}, most_commits_elsewhere);
    if (!seen) return seen.error();
    std::set<std::size_t> met;
    std::vector<git::range_step> steps;
    for (const auto& head : *heads) {
        const auto at = seen->find(head);
        if (!at) continue;
        for (auto& step : seen->range(std::nullopt, *at).steps) {
            if (!met.insert(step.tip).second) break;  // the rest of this line has been seen
            steps.push_back(std::move(step));
        }
    }
    return as_landings(repository, *seen, steps, settings);
}

result<> check_range(const std::string& from, const std::string& to, const git::history& seen,
                     const git::archive& repository, const std::string& from_id, const std::string& to_id) {
    if (seen.size() > 0) return {};
    if (from_id == to_id)
        return failure{errc::invalid, "The range is empty: " + from + " and " + to + " are the same commit " +
                                          to_id.substr(0, 12) + ". Name an older --from or a newer --to"};
    const auto turned = repository.read({from_id}, {to_id}, 1);
    if (!turned) return turned.error();
    return failure{errc::invalid, "The range is empty: " + to + " is older than " + from +
                                      " and wholly contained in it. Swap --from and --to"};
}

}  // namespace

result<reconciled_range> one_range(const git::archive& repository, const std::string& from, const std::string& to,
                                   const question& asked) {
    const auto base = repository.resolve(from);
    if (!base) return base.error();
    const auto head = repository.resolve(to);
    if (!head) return head.error();
    const auto seen = repository.read({*head}, {*base});
    if (!seen) return seen.error();
    const auto fine = check_range(from, to, *seen, repository, *base, *head);
    if (!fine) return fine.error();

    const auto settings = settings_for(asked, *seen);
    const auto range = as_landings(repository, *seen, seen->range(std::nullopt, *seen->find(*head)).steps, settings);
    if (!range) return range.error();
    auto changes = changelog::landed_changes(*range, {}, settings);
    const auto open = loose_ends_of(*range, changes);
    if (open.reverts || open.picks) {
        changelog::range_surroundings around;
        auto before = look_back(repository, *base, settings);
        if (!before) return before.error();
        around.before = std::move(*before);
        if (open.picks) {
            auto elsewhere = other_branches(repository, *head, settings);
            if (!elsewhere) return elsewhere.error();
            around.elsewhere = std::move(*elsewhere);
        }
        changes = changelog::landed_changes(*range, {}, settings, around);
    }

    reconciled_range made{from, to, changelog::summarise(changes, {}, settings), {}};
    // An ancestor has a child in the range.
    bool is_ancestor = false;
    for (std::size_t each = 0; each < seen->size() && !is_ancestor; ++each)
        is_ancestor = std::ranges::find(seen->at(each).parents, *base) != seen->at(each).parents.end();
    if (is_ancestor) return made;
    const auto lost = repository.read({*base}, {*head});
    if (!lost) return lost.error();
    for (std::size_t each = 0; each < lost->size(); ++each) made.lost.push_back(lost->at(each));
    return made;
}

}  // namespace slipway::reconcile
