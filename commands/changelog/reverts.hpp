// Inside this room only: reverts as a graph over single commits, newest to oldest.
#pragma once

#include <set>

#include "commands/changelog/attributing.hpp"

namespace slipway::changelog::detail {

inline constexpr std::size_t nobody = static_cast<std::size_t>(-1);

/// What the reverts of `map` do from node `first` on; older nodes can only be reverted by newer ones that live.
struct revert_graph {
    std::vector<std::size_t> killer;  ///< by node: the live commit that took it back, or nobody
    std::vector<bool> partly;         ///< by node: taken back, but not exactly
    std::vector<bool> impure;         ///< by node: it claims to take something back, but is not the inverse
    struct claim {
        std::size_t by = 0;           ///< node
        std::size_t target = nobody;  ///< node; nobody = not in the map
        std::string name;             ///< as the message names it
        std::int64_t iid = 0;         ///< of a named request
        bool whole = true;            ///< the target is all of it; false: one commit of a fast-forward's several
    };
    std::vector<claim> claims;
};
revert_graph follow_reverts(const range_map& map, const attribution_settings& settings, std::size_t first_node);

/// Whether somebody else's commit took back all, some or nothing of what a request brought into a step.
struct fate {
    std::size_t killer = nobody;
    bool partly = false;
};
fate fate_of(const range_map& map, const revert_graph& graph, const step& step, const attribution& request);
/// The same for everything a step brought.
fate fate_of(const range_map& map, const revert_graph& graph, const step& step);

}  // namespace slipway::changelog::detail
