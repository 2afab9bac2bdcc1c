// What a rollback means for the release that it takes back.
#include <algorithm>

#include "commands/release/rules_parts.hpp"

namespace slipway::release::rules {
namespace {

bool is_acting_for_good(const release_state& state, const step_state& step) {
    const auto* rule = state.plan.find(step.id);
    if (rule != nullptr && rule->effect == side_effect::irreversible && step.status == step_status::running)
        return true;
    return std::ranges::any_of(step.items, [](const item_state& item) {
        const auto* chosen = item.find(item.chosen);
        return item.status == item_status::running && chosen != nullptr && chosen->effect == side_effect::irreversible;
    });
}

}  // namespace

result<events> decide(const question& q, const go_back& asked) {
    if (const auto live = check_live(q.state); !live) return live.error();
    if (q.state.kind == "rollback")
        return refuse(
            "A rollback is under way already, and a rollback never leads to another one. Repeat what failed "
            "with `/release retry`, or end it with `/release abort " +
            q.state.version + " REASON`.");
    if (q.state.rolling_back)
        return refuse(q.state.version + " is being rolled back to " + q.state.rolling_back->version + " already, by " +
                      name(q.state.rolling_back->by) + ".");
    if (q.state.aborting) return refuse("The release is being aborted; when it is over, roll back.");
    if (!has_deployed(q.state))
        return refuse("Nothing of " + q.state.version +
                      " has reached production, so there is nothing to roll back. "
                      "`/release abort " +
                      q.state.version + " REASON` ends the release.");
    for (const auto& each : q.state.steps)
        if (is_acting_for_good(q.state, each))
            return refuse(title_of(q.state, each.id) +
                          " is running and cannot be interrupted. `/release hold REASON` keeps the rest from "
                          "starting; roll back when it has ended.");
    return events{rollback_begun{{q.who.who, asked.reason, asked.release, asked.version, q.now}}};
}

result<events> decide(const question& q, const way_back_ended& asked) {
    const bool taken_back = q.state.ended == ending::done && asked.ok;  // it had ended before anybody knew better
    if (!q.state.is_live() && !taken_back) return events{};
    if (q.state.is_live() && !q.state.rolling_back) return events{};
    return events{release_ended{asked.ok ? ending::rolled_back : ending::failed, asked.text, q.now, q.state.abandoned}};
}

}  // namespace slipway::release::rules
