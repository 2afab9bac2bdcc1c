#include "integrations/git/history.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>

namespace slipway::git {
namespace {

constexpr std::uint8_t from_head = 1;
constexpr std::uint8_t from_base = 2;
constexpr std::uint8_t from_both = from_head | from_base;
constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

}  // namespace

history::history(std::vector<commit> commits) : commits_{std::move(commits)} {
    positions_.reserve(commits_.size());
    for (std::size_t each = 0; each < commits_.size(); ++each)
        positions_.emplace(commits_[each].id, static_cast<std::uint32_t>(each));
    parents_begin_.reserve(commits_.size() + 1);
    for (const auto& each : commits_) {
        parents_begin_.push_back(static_cast<std::uint32_t>(parents_.size()));
        for (const auto& parent : each.parents) {
            if (const auto found = find(parent)) parents_.push_back(static_cast<std::uint32_t>(*found));
        }
    }
    parents_begin_.push_back(static_cast<std::uint32_t>(parents_.size()));
    flags_.assign(commits_.size(), 0);
    owner_.assign(commits_.size(), nobody);
}

std::optional<std::size_t> history::find(std::string_view id) const {
    const auto found = positions_.find(id);
    return found == positions_.end() ? std::nullopt : std::optional<std::size_t>{found->second};
}

std::span<const std::uint32_t> history::parents(std::size_t position) const {
    return std::span{parents_}.subspan(parents_begin_[position],
                                       parents_begin_[position + 1] - parents_begin_[position]);
}

/// Children come before parents, so a commit's flags are final when it is its turn. It ends when only common
/// ancestors wait.
std::vector<std::size_t> history::paint(std::optional<std::size_t> base, std::size_t head,
                                        std::vector<std::size_t>& lost) const {
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> waiting;
    std::vector<std::size_t> touched;
    std::vector<std::size_t> members;
    std::size_t open = 0;  // waiting ones that are not common
    const auto mark = [&](std::size_t position, std::uint8_t as) {
        auto& flags = flags_[position];
        const auto before = flags;
        flags |= as;
        if (before == 0) {
            waiting.push(position);
            touched.push_back(position);
        }
        if (before != 0 && before != from_both && flags == from_both) --open;
        if (before == 0 && flags != from_both) ++open;
    };
    mark(head, from_head);
    if (base) mark(*base, from_base);
    while (open > 0) {
        const auto each = waiting.top();
        waiting.pop();
        const auto flags = flags_[each];
        if (flags != from_both) --open;
        if (flags == from_head) members.push_back(each);
        if (flags == from_base) lost.push_back(each);
        for (const auto parent : parents(each)) mark(parent, flags);
    }
    for (const auto each : touched) flags_[each] = 0;
    return members;
}

std::vector<range_step> history::take_apart(std::size_t head, const std::vector<std::size_t>& members) const {
    for (const auto each : members) flags_[each] = from_head;
    std::vector<range_step> steps;
    for (std::size_t at = head; flags_[at] == from_head && owner_[at] == nobody;) {
        owner_[at] = static_cast<std::uint32_t>(steps.size());
        steps.push_back({at, {}});
        const auto& first = commits_[at].parents;
        const auto next = first.empty() ? std::nullopt : find(first.front());
        if (!next) break;
        at = *next;
    }
    // Oldest first: what an older step brought is reachable from the first parent of every newer one.
    std::vector<std::size_t> open;
    for (std::size_t each = steps.size(); each-- > 0;) {
        open.push_back(steps[each].tip);
        while (!open.empty()) {
            const auto from = open.back();
            open.pop_back();
            for (const auto parent : parents(from)) {
                if (flags_[parent] != from_head || owner_[parent] != nobody) continue;
                owner_[parent] = static_cast<std::uint32_t>(each);
                open.push_back(parent);
            }
        }
    }
    for (const auto each : members) {
        const auto owner = owner_[each];
        if (owner != nobody && steps[owner].tip != each) steps[owner].brought.push_back(each);
        flags_[each] = 0;
        owner_[each] = nobody;
    }
    return steps;
}

range_parts history::range(std::optional<std::size_t> base, std::size_t head) const {
    range_parts parts;
    const auto members = paint(base, head, parts.lost);
    if (!members.empty()) parts.steps = take_apart(head, members);
    return parts;
}

}  // namespace slipway::git
