// Inside this room only: whose landing is it? Ranks of evidence over one step.
#pragma once

#include <map>
#include <unordered_map>

#include "commands/changelog/steps.hpp"

namespace slipway::changelog::detail {

/// The known merged requests by everything that speaks for them.
class request_index {
public:
    explicit request_index(const std::vector<known_request>& known);
    const known_request* merged_as(const std::string& id) const { return find(merged_as_, id); }
    const known_request* owner_of(const std::string& id) const { return find(contains_, id); }
    /// Merged, and into the right branch.
    const known_request* merged(std::int64_t iid) const;
    /// Only when exactly one merged request has that title.
    const known_request* with_title(const std::string& title) const;
    /// The request a cherry-picked commit came from; `source` may be abbreviated.
    const known_request* source_of(const std::string& source) const;
    /// Merged requests with a commit that makes the same change.
    std::vector<const known_request*> with_patch(const std::string& patch_id) const;

private:
    using by_id = std::unordered_map<std::string, const known_request*>;
    static const known_request* find(const by_id& ids, const std::string& id) {
        const auto found = ids.find(id);
        return found == ids.end() ? nullptr : found->second;
    }
    by_id merged_as_;
    by_id contains_;
    std::map<std::int64_t, const known_request*> by_iid_;
    std::map<std::string, std::vector<const known_request*>> titles_;
    std::multimap<std::string, const known_request*> patches_;
};

bool is_ours(const std::string& project, const attribution_settings& settings);

/// Fills `requests`, `foreign` and `ambiguous` of one step from its own commits and the known requests.
void attribute(range_map& map, std::size_t step, const request_index& index, const attribution_settings& settings,
               const std::vector<asked_commit>& asked);

/// Picks and equal changes, once every step of the map is attributed: by the request of the source.
void attribute_by_source(range_map& map, std::size_t step, const request_index& index,
                         const attribution_settings& settings);

/// Several single commits that name the same request came by fast-forward, not by squash.
void settle_arrivals(range_map& map);

}  // namespace slipway::changelog::detail
