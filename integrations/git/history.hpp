// Many commits in memory, each read once; ranges of them are arithmetic on the graph. Plain: no libgit2, no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

#include "integrations/git/objects.hpp"

namespace slipway::git {

/// One first-parent step of a range, as positions in a `history`.
struct range_step {
    std::size_t tip = 0;
    std::vector<std::size_t> brought;  ///< reachable from the other parents and not from the first; newest first
};
struct range_parts {
    std::vector<range_step> steps;  ///< newest first
    std::vector<std::size_t> lost;  ///< reachable from `base` and not from `head`, newest first
};

/// Commits, children before parents. Order comes from the graph alone once it is built. Not for several threads at a
/// time: questions share one scratch pad.
class history {
public:
    /// `commits`: children before parents, each once. Parents that are not among them end the history there.
    explicit history(std::vector<commit> commits);

    std::size_t size() const noexcept { return commits_.size(); }
    const commit& at(std::size_t position) const { return commits_[position]; }
    std::optional<std::size_t> find(std::string_view id) const;
    /// Positions of those parents that are in the history; the first parent first, when it is.
    std::span<const std::uint32_t> parents(std::size_t position) const;

    /// Reachable from `head` and not from `base` (nullopt = everything), taken apart. Costs what the range costs, not
    /// what the history costs.
    range_parts range(std::optional<std::size_t> base, std::size_t head) const;

private:
    std::vector<std::size_t> paint(std::optional<std::size_t> base, std::size_t head,
                                   std::vector<std::size_t>& lost) const;
    std::vector<range_step> take_apart(std::size_t head, const std::vector<std::size_t>& members) const;

    std::vector<commit> commits_;
    std::unordered_map<std::string_view, std::uint32_t> positions_;
    std::vector<std::uint32_t> parents_;
    std::vector<std::uint32_t> parents_begin_;  ///< by position, one more at the end
    mutable std::vector<std::uint8_t> flags_;   ///< scratch, all zero between questions
    mutable std::vector<std::uint32_t> owner_;  ///< scratch, all `nobody` between questions
};

}  // namespace slipway::git
