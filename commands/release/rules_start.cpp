// How a release begins.
#include "commands/release/project_state.hpp"
#include "commands/release/rules_parts.hpp"
#include "integrations/base/described.hpp"

namespace slipway::release {

result<std::vector<event>> decide_start(const start& asked, const actor& who, instant now) {
    return decide_start(asked, who, now, project_state{}, circumstances{});
}

result<std::vector<event>> decide_start(const start& asked, const actor& who, instant now, const project_state& house,
                                        const circumstances& around) {
    const std::string verb = asked.kind == "release" ? "start" : asked.kind;
    if (const auto allowed = may(asked.rights, verb, who); !allowed) return allowed.error();
    if (const auto free = may_begin(house, around, asked.kind, now); !free) return free.error();
    if (asked.plan.steps.empty())
        return rules::refuse("The checklist of " + asked.project + " has no steps; nothing to release.");
    release_started begun;
    begun.id = asked.id;
    begun.project = asked.project;
    begun.version = asked.version;
    begun.kind = asked.kind;
    begun.parent = asked.parent;
    begun.attempt = asked.attempt;
    begun.channel = asked.channel;
    begun.team = asked.team;
    begun.requester = who.who;
    begun.plan = to_json(asked.plan);
    begun.plan_hash = plan_hash(asked.plan);
    begun.rights = asked.rights;
    begun.facts = asked.facts;
    begun.at = now;
    return std::vector<event>{begun};
}

}  // namespace slipway::release
