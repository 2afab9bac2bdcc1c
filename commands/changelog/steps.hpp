// Inside this room only: a range as steps and commits, each message read once.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>

#include "commands/changelog/messages.hpp"

namespace slipway::changelog::detail {

enum class region { range, before, elsewhere };

struct node {
    const range_commit* commit = nullptr;
    message_facts facts;
    std::size_t step = 0;
};

/// One landing: the node of its tip, then what it brought, newest first, up to `end`.
struct step {
    std::size_t tip = 0;
    std::size_t end = 0;
    region where = region::range;
    bool carrier = false;  ///< a merge of a whole branch; what it brought follows as steps of their own
    std::string_view within;
    std::string_view first_parent_tree;
    std::vector<attribution> requests;  ///< ours; the outer one first
    std::vector<attribution> foreign;
    bool ambiguous = false;
};

/// What a merge brought, taken apart along the merged line: its first-parent commits with what each of them brought.
struct line_step {
    const range_commit* tip = nullptr;
    std::vector<const range_commit*> brought;
};
std::vector<line_step> split(const range_commit& merge, const std::vector<const range_commit*>& brought);

/// All nodes of all steps, newest first; refers to the landings it was made from.
class range_map {
public:
    /// `is_named`: whether a merge is itself somebody's merge request; only others are taken apart.
    using is_named = std::function<bool(const range_commit&, const message_facts&)>;
    void add(const std::vector<range_landing>& landings, region where, const attribution_settings& settings,
             const is_named& named);

    /// The newest node at or after `from` with that id (or beginning of an id).
    std::optional<std::size_t> find(std::string_view id, std::size_t from = 0) const;
    /// What a merge brought into its step, itself left out; nothing for any other commit.
    std::vector<std::size_t> brought_by(std::size_t merge) const;
    const range_commit& commit(std::size_t at) const { return *nodes[at].commit; }

    std::vector<node> nodes;
    std::vector<step> steps;

private:
    void place(const range_commit& tip, std::vector<const range_commit*> brought, std::string_view within,
               std::string_view first_parent_tree, region where, const attribution_settings& settings,
               const is_named& named);
    std::unordered_map<std::string_view, std::size_t> by_id_;
};

}  // namespace slipway::changelog::detail
