// Milestone against range.
#include <set>

#include "commands/changelog/landed.hpp"

namespace slipway::changelog {

reconciliation reconcile(const std::vector<landed_change>& landed, const std::vector<known_request>& known,
                         std::int64_t milestone_id) {
    std::set<std::int64_t> alive;
    std::set<std::int64_t> dead;
    reconciliation found;
    for (const auto& each : landed) {
        bool proven = false;
        for (const auto& request : each.requests) {
            if (!each.is_proven(request)) continue;
            proven = proven || !request.through;
            (each.alive() && request.alive() ? alive : dead).insert(request.iid);
        }
        const bool explained =
            proven || each.kind == landed_kind::housekeeping || !each.reverts.empty() || !each.alive();
        if (!explained) found.unexplained.push_back(each.commit);
    }
    std::set<std::int64_t> members;
    for (const auto& each : known) {
        if (each.milestone_id != milestone_id) continue;
        members.insert(each.iid);
        if (!each.merged)
            found.not_merged.push_back(each.iid);
        else if (alive.contains(each.iid))
            found.agreed.push_back(each.iid);
        else if (!dead.contains(each.iid))
            found.not_landed.push_back(each.iid);
    }
    for (const auto iid : alive) {
        if (!members.contains(iid)) found.other_milestone.push_back(iid);
    }
    for (const auto iid : dead) {
        if (!alive.contains(iid)) found.reverted.push_back(iid);
    }
    return found;
}

}  // namespace slipway::changelog
