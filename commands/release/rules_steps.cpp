// The order of things: what can start, and what a report of the machine means.
#include <algorithm>

#include "commands/release/rules_parts.hpp"

namespace slipway::release::rules {
namespace {

bool needs_are_met(const release_state& state, const step_rule& rule) {
    return std::ranges::all_of(rule.needs, [&](const std::string& need) {
        const auto* step = state.step(need);
        return step == nullptr || step->is_settled();
    });
}

event intend(const question& q, const step_state& step) {
    return step_intended{step.id, step.attempt, idempotency_key(q.state, step, "perform"), q.now};
}

/// A step that has been looked at, or need not be: ask, or act.
void ask_or_act(const question& q, const step_rule& rule, const step_state& step, events& all) {
    if (has_open_blocking_item(step) || has_running_item(step)) return;
    if (rule.gate.empty()) {
        all.push_back(intend(q, step));
        return;
    }
    if (!step.gate || step.gate->status == gate_status::outdated) {
        all.push_back(gate_opened{step.id, new_gate(q, step, rule.gate.front())});
        return;
    }
    const bool moved = step.gate->fingerprint != gate_fingerprint(q.state, step);
    if (moved && (step.gate->status == gate_status::open || step.gate->status == gate_status::approved)) {
        const auto what =
            q.state.drifts.empty() ? std::string{"what it showed has changed"} : q.state.drifts.back().what + " moved";
        all.push_back(gate_closed{step.id, gate_status::outdated, machine().who, what, q.now});
        return;
    }
    const auto* kind = kind_of(q, step);
    if (step.gate->status == gate_status::approved && (kind == nullptr || kind->what != step_class::confirm))
        all.push_back(intend(q, step));
}

void start_step(const question& q, const step_rule& rule, const step_state& step, events& all) {
    const auto* kind = kind_of(q, step);
    if (step.status == step_status::waiting && needs_are_met(q.state, rule)) {
        if (kind != nullptr && kind->looks)
            all.push_back(look_started{step.id, step.attempt, q.now});
        else
            ask_or_act(q, rule, step, all);
    } else if (step.status == step_status::asking) {
        ask_or_act(q, rule, step, all);
    }
}

bool is_busy(const step_state& step) {
    return step.status == step_status::running || step.status == step_status::looking || has_running_item(step);
}

event ended(const question& q, ending how, std::string text) {
    return release_ended{how, std::move(text), q.now};
}

event late(const std::string& step, const std::string& text, const json::object& data, instant now) {
    return evidence_kept{step, text, data, now};
}

}  // namespace

result<events> decide(const question& q, const advance&) {
    events all;
    if (!q.state.is_live()) return all;
    if (q.state.aborting) {
        if (std::ranges::none_of(q.state.steps, is_busy))
            all.push_back(ended(q, ending::cancelled,
                                "aborted by " + name(q.state.aborting->by) + ": " + q.state.aborting->reason.raw()));
        return all;
    }
    if (std::ranges::all_of(q.state.steps, &step_state::is_settled)) {
        all.push_back(ended(q, ending::done, "every step is done"));
        return all;
    }
    if (q.state.held) return all;
    for (const auto& rule : q.state.plan.steps)
        if (const auto* step = q.state.step(rule.id)) start_step(q, rule, *step, all);
    return all;
}

result<events> decide(const question& q, const look_finished& seen) {
    const auto* step = q.state.step(seen.step);
    const bool expected = step != nullptr && step->attempt == seen.attempt && q.state.is_live() &&
                          (step->status == step_status::looking || step->status == step_status::asking);
    if (!expected) return events{late(seen.step, seen.found.summary, seen.data, q.now)};
    events all{look_recorded{seen.step, seen.found, seen.items, seen.facts}};
    if (!seen.complete || has_running_item(*step)) return all;
    step_ended done;
    done.step = seen.step;
    done.attempt = seen.attempt;
    done.text = seen.found.summary;
    done.data = seen.data;
    done.at = q.now;
    all.push_back(done);
    return all;
}

result<events> decide(const question& q, const step_finished& report) {
    const auto* step = q.state.step(report.step);
    const bool expected = step != nullptr && step->attempt == report.attempt && q.state.is_live() &&
                          (step->status == step_status::running || step->status == step_status::looking);
    if (!expected) return events{late(report.step, report.text, report.data, q.now)};
    step_ended done;
    done.step = report.step;
    done.attempt = report.attempt;
    done.status = report.status;
    done.text = report.text;
    done.detail = report.detail;
    done.data = report.data;
    done.facts = report.facts;
    done.at = q.now;
    return events{done};
}

result<events> decide(const question& q, const item_finished& report) {
    const auto* step = q.state.step(report.step);
    const auto* item = step != nullptr ? step->item(report.item) : nullptr;
    if (item == nullptr || item->status != item_status::running || item->key != report.key)
        return events{late(report.step, report.item + ": " + report.text, report.data, q.now)};
    events all{item_ended{report.step, report.item, report.status, report.text, report.data, report.facts, q.now}};
    // What one item did may change the others (a merge makes the next one need a rebase): look again.
    const auto* kind = kind_of(q, *step);
    if (kind != nullptr && kind->looks && q.state.is_live() && !q.state.aborting)
        all.push_back(look_started{step->id, step->attempt, q.now});
    return all;
}

result<events> decide(const question& q, const choose& asked) {
    if (const auto live = check_live(q.state); !live) return live.error();
    const auto* step = q.state.step(asked.step);
    if (step == nullptr || (step->status != step_status::asking && step->status != step_status::looking))
        return refuse(title_of(q.state, asked.step) +
                      " is not waiting for an answer now. `/release status` shows what is.");
    if (const auto free = check_not_stopped(q.state); !free) return free.error();
    if (!q.who.roles_known)
        return refuse(
            "I cannot verify your roles right now because their source does not answer; nothing was changed. Try again "
            "in a minute.");
    events all;
    for (const auto& item : step->items) {
        if (asked.item != "*" && asked.item != item.id) continue;
        const auto found = std::ranges::find(item.choices, asked.choice, &choice::id);
        const bool wanted = is_open(item.status) && found != item.choices.end();
        if (asked.item == "*" && !wanted) continue;
        if (item.status == item_status::running)
            return refuse(item.id + " is already being worked on, since " + clock_time(item.at) + " by " +
                          name(item.by) + ".");
        if (!is_open(item.status))
            return refuse(item.id + " is already dealt with" + (item.by.empty() ? "" : " by " + name(item.by)) + ": " +
                          (item.text.empty() ? "done" : item.text) + ".");
        if (asked.item != "*" && item.fingerprint != asked.fingerprint)
            return failure{
                errc::moved,
                item.id + " has changed since this button was shown. Look at the newest list and press again."};
        if (found == item.choices.end())
            return refuse("“" + asked.choice + "” is not possible for " + item.id +
                          " now; the newest list shows what is.");
        const auto allowed = found->roles.empty() ? std::vector<std::string>{"*"} : found->roles;
        const bool entitled = std::ranges::any_of(allowed, [&](const std::string& role) {
            return role == "*" ? !q.who.roles.empty() : q.who.roles.contains(role);
        });
        if (!entitled || q.who.is_robot)
            return refuse("“" + found->label + "” on " + item.id + " needs the role " +
                          (allowed.front() == "*" ? std::string{"of any kind in this project"} : one_of(allowed)) +
                          ". Ask somebody who has it.");
        if (found->needs_reason)
            if (const auto reason = check_reason(asked.reason, "“" + found->label + "”"); !reason)
                return reason.error();
        const auto attempt = item.attempt + 1;
        const auto key = idempotency_key(q.state, *step, item.id + "/" + asked.choice + "/" + std::to_string(attempt));
        all.push_back(item_intended{step->id, item.id, asked.choice, attempt, key, q.who.who, asked.reason, q.now});
    }
    if (all.empty())
        return refuse(asked.item == "*" ? "Nothing on this list can be dealt with that way now."
                                        : asked.item + " is no longer on this list.");
    return all;
}

}  // namespace slipway::release::rules
