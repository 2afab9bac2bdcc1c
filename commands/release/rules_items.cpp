// Items: what people decide one by one. A choice belongs to roles or to named people; a release manager may answer for
// named people, or name somebody who does, with a reason that stays beside the answer (R2.6, R2.7).
#include <algorithm>
#include <set>

#include "commands/release/rules_parts.hpp"

namespace slipway::release {
namespace {

bool may_decide(const release_state& state, const actor& who) {
    return !who.is_robot && may(state.rights, "decide", who).has_value();
}

bool is_one_of(const std::vector<person_id>& people, const person_id& who) {
    // Several workspaces may share a channel and name one person's team differently; the user id alone decides.
    return std::ranges::find(people, who.user, &person_id::user) != people.end();
}

/// Something that cannot be undone has begun because this step was done: opening it again would help nobody.
bool is_past_return(const release_state& state, const step_state& step) {
    std::set<std::string> hangs{step.id};
    for (const auto& rule : state.plan.steps) {
        if (std::ranges::none_of(rule.needs, [&](const std::string& need) { return hangs.contains(need); })) continue;
        hangs.insert(rule.id);
        const auto* after = state.step(rule.id);
        if (after == nullptr || rule.effect != side_effect::irreversible) continue;
        if (after->intent || after->status == step_status::done) return true;
    }
    return false;
}

}  // namespace

bool stands_in(const release_state& state, const item_state& item, const choice& offered, const actor& who) {
    const auto entitled = item.entitled(offered);
    return !entitled.empty() && !is_one_of(entitled, who.who) && may_decide(state, who);
}

bool is_worth_watching(const release_state& state, const step_state& step) {
    if (!state.is_live() || state.aborting || step.items.empty()) return false;
    if (step.look && step.look->more) return false;  // it goes on looking by itself
    if (step.status == step_status::asking || step.status == step_status::looking) return true;
    const bool bound = std::ranges::any_of(step.items, &item_state::bound);
    return step.status == step_status::done && bound && !is_past_return(state, step);
}

namespace rules {
namespace {

/// A choice that outlives its step: who takes an error is still to be said when the release is over.
bool is_lasting(const step_state* step, const choose& asked) {
    const auto* item = step != nullptr ? step->item(asked.item) : nullptr;
    const auto* offered = item != nullptr ? item->find(asked.choice) : nullptr;
    return offered != nullptr && offered->lasting && offered->effect != side_effect::irreversible;
}

/// The step whose items are asked about, or why none of them can be decided now.
result<const step_state*> asking_step(const question& q, const std::string& step_id) {
    if (const auto live = check_live(q.state); !live) return live.error();
    const auto* step = q.state.step(step_id);
    if (step == nullptr || (step->status != step_status::asking && step->status != step_status::looking))
        return refuse(title_of(q.state, step_id) +
                      " is not waiting for an answer now. `/release status` shows what is.");
    if (const auto free = check_not_stopped(q.state); !free) return free.error();
    if (!needs_are_met(q.state, *q.state.plan.find(step_id)))
        return refuse(title_of(q.state, step_id) +
                      " waits again for a step that was opened again. `/release status` shows which.");
    if (const auto known = check_account(q.who); !known) return known.error();
    return step;
}

result<> check_open(const item_state& item) {
    if (item.status == item_status::running)
        return refuse(item.id + " is already being worked on, since " + clock_time(item.at) + " by " + name(item.by) +
                      ".");
    if (!is_open(item.status))
        return refuse(item.id + " is already dealt with" + (item.by.empty() ? "" : " by " + name(item.by)) + ": " +
                      (item.text.empty() ? "done" : item.text) + ".");
    return {};
}

/// A choice for named people: they themselves, or somebody who may decide for them and says why.
result<> check_named(const question& q, const item_state& item, const choice& offered, const std::string& reason) {
    const auto entitled = item.entitled(offered);
    if (is_one_of(entitled, q.who.who)) return {};
    const auto what = "“" + offered.label + "” on " + item.id;
    if (!may_decide(q.state, q.who)) {
        const auto found = q.state.rights.find("decide");
        const bool has_roles = found != q.state.rights.end() && !found->second.empty();
        return refuse(what + " is for " + names_of(entitled) + " alone" +
                      (has_roles ? "; " + one_of(found->second) + " may do it for them, with a reason." : "."));
    }
    return check_full_reason(reason, what + " in the place of " + names_of(entitled));
}

/// Four eyes on the work itself: whoever wrote it does not also let it go ahead.
result<> check_not_their_own(const question& q, const item_state& item, const choice& offered) {
    if (!is_one_of(offered.except, q.who.who)) return {};
    return refuse("“" + offered.label + "” on " + item.id + " is not for whoever wrote it (four eyes); somebody else" +
                  (offered.roles.empty() ? std::string{} : " with the role " + one_of(offered.roles)) +
                  " has to do it.");
}

result<> check_roles(const question& q, const item_state& item, const choice& offered) {
    const auto allowed = offered.roles.empty() ? std::vector<std::string>{"*"} : offered.roles;
    const bool entitled = std::ranges::any_of(allowed, [&](const std::string& role) {
        return role == "*" ? !q.who.roles.empty() : q.who.roles.contains(role);
    });
    if (entitled) return {};
    if (const auto open = unverified_of(q.who, allowed); !open.empty()) return cannot_verify(open);
    return refuse("“" + offered.label + "” on " + item.id + " needs the role " +
                  (allowed.front() == "*" ? std::string{"of any kind in this project"} : one_of(allowed)) +
                  ". Ask somebody who has it.");
}

result<event> intend_item(const question& q, const step_state& step, const item_state& item, const choice& offered,
                          const std::string& reason) {
    if (const auto others = check_not_their_own(q, item, offered); !others) return others.error();
    const auto allowed = offered.people.empty() ? check_roles(q, item, offered) : check_named(q, item, offered, reason);
    if (!allowed) return allowed.error();
    if (offered.effect == side_effect::irreversible)
        if (const auto free = check_not_locked(q.state, q.now); !free) return free.error();
    if (offered.needs_reason)
        if (const auto given = check_reason(reason, "“" + offered.label + "”"); !given) return given.error();
    item_intended begun;
    begun.step = step.id;
    begun.item = item.id;
    begun.choice = offered.id;
    begun.attempt = item.attempt + 1;
    begun.key = idempotency_key(q.state, step, item.id + "/" + offered.id + "/" + std::to_string(begun.attempt));
    begun.by = q.who.who;
    begun.reason = reason;
    begun.at = q.now;
    if (stands_in(q.state, item, offered, q.who)) begun.instead_of = item.entitled(offered);
    return event{begun};
}

/// One click for all: every open item that offers the choice to this person.
result<events> choose_all(const question& q, const step_state& step, const choose& asked) {
    events all;
    std::optional<failure> not_mine;
    for (const auto& item : step.items) {
        const auto* offered = item.find(asked.choice);
        if (!is_open(item.status) || offered == nullptr) continue;
        // What is for others is taken over one by one, never in passing.
        auto begun = stands_in(q.state, item, *offered, q.who)
                         ? result<event>{check_named(q, item, *offered, "").error()}
                         : intend_item(q, step, item, *offered, asked.reason);
        if (begun)
            all.push_back(std::move(*begun));
        else if (offered->people.empty())
            return begun.error();
        else
            not_mine = begun.error();
    }
    if (!all.empty()) return all;
    if (not_mine) return *not_mine;
    return refuse("Nothing on this list can be dealt with that way now.");
}

}  // namespace

result<events> decide(const question& q, const choose& asked) {
    auto step = asking_step(q, asked.step);
    if (const auto* there = q.state.step(asked.step); !step && is_lasting(there, asked)) {
        if (const auto known = check_account(q.who); !known) return known.error();
        step = there;
    }
    if (!step) return step.error();
    if (asked.item == "*") return choose_all(q, **step, asked);
    const auto* item = (*step)->item(asked.item);
    if (item == nullptr) return refuse(asked.item + " is no longer on this list.");
    if (const auto open = check_open(*item); !open) return open.error();
    if (item->fingerprint != asked.fingerprint)
        return failure{errc::moved,
                       item->id + " has changed since this button was shown. Look at the newest list and press again."};
    const auto* offered = item->find(asked.choice);
    if (offered == nullptr)
        return refuse("“" + asked.choice + "” is not possible for " + item->id +
                      " now; the newest list shows what is.");
    auto begun = intend_item(q, **step, *item, *offered, asked.reason);
    if (!begun) return begun.error();
    return events{std::move(*begun)};
}

result<events> decide(const question& q, const delegate& asked) {
    const auto step = asking_step(q, asked.step);
    if (!step) return step.error();
    const auto* item = (*step)->item(asked.item);
    if (item == nullptr) return refuse(asked.item + " is no longer on this list.");
    if (const auto open = check_open(*item); !open) return open.error();
    const bool named = std::ranges::any_of(item->choices, [](const choice& each) { return !each.people.empty(); });
    if (!named) return refuse(item->id + " is not for one person alone; whoever has the role can answer it.");
    if (const auto allowed = may(q.state.rights, "decide", q.who); !allowed) return allowed.error();
    if (asked.to.empty()) return refuse("Say who shall answer for " + item->id + ".");
    if (is_one_of(item->asked(), asked.to)) return refuse(name(asked.to) + " is asked about " + item->id + " already.");
    if (const auto given = check_full_reason(asked.reason, "giving " + item->id + " to " + name(asked.to)); !given)
        return given.error();
    return events{item_delegated{asked.step, asked.item, {asked.to, q.who.who, asked.reason, q.now}}};
}

result<events> decide(const question& q, const item_finished& report) {
    const auto* step = q.state.step(report.step);
    const auto* item = step != nullptr ? step->item(report.item) : nullptr;
    if (item == nullptr || item->status != item_status::running || item->key != report.key)
        return events{evidence_kept{report.step, report.item + ": " + report.text, report.data, q.now}};
    const auto* offered = item->find(item->chosen);
    const bool goes_on = offered != nullptr && !offered->settles && report.status == item_status::done;
    const auto status = goes_on ? item_status::open : report.status;
    events all{item_ended{report.step, report.item, status, report.text, report.data, report.facts, q.now}};
    // What one item did may change the others (a merge makes the next one need a rebase): look again.
    const auto* kind = kind_of(q, *step);
    const bool deciding = step->status == step_status::asking || step->status == step_status::looking;
    const bool looks_anyway = step->look && step->look->more;
    if (kind != nullptr && kind->looks && deciding && !looks_anyway && q.state.is_live() && !q.state.aborting)
        all.push_back(look_started{step->id, step->attempt, q.now});
    return all;
}

}  // namespace rules
}  // namespace slipway::release
