// What people do to a whole release: hold, resume, abort, retry, skip, decide an unknown outcome, note; and drift.
#include <algorithm>
#include <set>

#include "commands/release/rules_parts.hpp"

namespace slipway::release::rules {
namespace {

/// The step and everything that transitively needs it and has begun, in plan order.
std::vector<const step_state*> hanging_on(const release_state& state, const std::string& first) {
    std::set<std::string> hit{first};
    std::vector<const step_state*> found;
    for (const auto& rule : state.plan.steps) {
        const bool hangs = rule.id == first ||
                           std::ranges::any_of(rule.needs, [&](const std::string& need) { return hit.contains(need); });
        if (!hangs) continue;
        hit.insert(rule.id);
        const auto* step = state.step(rule.id);
        const bool begun =
            step != nullptr && step->status != step_status::waiting && step->status != step_status::not_needed;
        if (step != nullptr && (begun || rule.id == first)) found.push_back(step);
    }
    return found;
}

event reset(const question& q, const step_state& step, const std::string& reason) {
    return step_reset{step.id, step.attempt + 1, q.who.who, reason, q.now};
}

bool gate_is_over(const step_state& step) {
    return step.status == step_status::asking && step.gate && step.gate->status == gate_status::expired;
}

/// Going back to a step that is done: possible until something that cannot be undone hangs on it.
result<events> rewind(const question& q, const step_state& from) {
    events all;
    for (const auto* each : hanging_on(q.state, from.id)) {
        const auto* rule = q.state.plan.find(each->id);
        const bool acted =
            each->status == step_status::done || each->status == step_status::unknown_outcome ||
            std::ranges::any_of(each->items, [](const item_state& item) { return item.status == item_status::done; });
        if (rule->effect == side_effect::irreversible && acted)
            return refuse(title_of(q.state, from.id) + " cannot be repeated: " + title_of(q.state, each->id) +
                          " already took effect and cannot be undone. Fix forward, or `/release abort`.");
        if (each->status == step_status::running || each->status == step_status::looking || has_running_item(*each))
            return refuse(title_of(q.state, each->id) +
                          " is running and hangs on it; wait until it has ended, or `/release hold` first.");
        all.push_back(reset(q, *each, "repeated from " + from.id));
    }
    return all;
}

result<events> retry_one(const question& q, const step_state& step) {
    switch (step.status) {
        case step_status::failed:
        case step_status::errored:
            return events{reset(q, step, "retry")};
        case step_status::done:
        case step_status::skipped:
            return rewind(q, step);
        case step_status::not_needed:
            return refuse(title_of(q.state, step.id) + " is " + step.text +
                          ". That was decided once, when it was to begin; there is nothing to retry.");
        case step_status::asking:
            if (gate_is_over(step)) return events{reset(q, step, "asked again")};
            {
                const auto* kind = kind_of(q, step);
                if (kind != nullptr && kind->looks && !has_running_item(step))
                    return events{look_started{step.id, step.attempt, q.now}};
            }
            return refuse(title_of(q.state, step.id) +
                          " waits for people, there is nothing to retry: " + why_closed(q.state, step) + ".");
        case step_status::unknown_outcome:
            return refuse(
                "It is not known whether " + title_of(q.state, step.id) +
                " took effect. Look at the evidence in the thread and press “Treat as done” or “Run again” there.");
        case step_status::running:
        case step_status::looking:
            return refuse(title_of(q.state, step.id) + " is running; it cannot be retried before it has ended.");
        case step_status::waiting:
            break;
    }
    return refuse(title_of(q.state, step.id) + " has not begun; there is nothing to retry.");
}

failure no_such_step(const question& q, const std::string& step) {
    std::string some;
    for (const auto& each : q.state.steps)
        if (each.status != step_status::waiting && each.status != step_status::done)
            some += (some.empty() ? "" : ", ") + each.id;
    return refuse("There is no step `" + step + "` in this release" + (some.empty() ? "" : "; going on now: " + some) +
                  ". `/release status` lists them.");
}

result<events> control_check(const question& q, std::string_view verb) {
    if (const auto live = check_live(q.state); !live) return live.error();
    if (q.state.rolling_back) return check_not_stopped(q.state).error();
    if (const auto allowed = may(q.state.rights, verb, q.who); !allowed) return allowed.error();
    return events{};
}

}  // namespace

result<events> decide(const question& q, const hold& asked) {
    if (const auto fine = control_check(q, "hold"); !fine) return fine.error();
    if (q.state.held)
        return refuse("The release is already on hold since " + clock_time(q.state.held->at) + " by " +
                      name(q.state.held->by) + ".");
    if (const auto reason = check_reason(asked.reason, "the hold"); !reason) return reason.error();
    return events{release_held{{q.who.who, untrusted{asked.reason}, q.now}}};
}

result<events> decide(const question& q, const propose_rollback& asked) {
    if (const auto fine = control_check(q, "hold"); !fine) return fine.error();
    const auto* step = q.state.step(asked.step);
    if (step == nullptr) return no_such_step(q, asked.step);
    if (q.state.kind == "rollback")
        return refuse(
            "This is a rollback already, and a rollback never leads to another one. `/release hold REASON` "
            "stops it; `/release hotfix` fixes forward.");
    const auto next =
        "`/release rollback` shows the last good release and the way back to it; `/release resume` keeps " +
        q.state.version;
    if (q.state.held)
        return refuse("The release is already on hold since " + clock_time(q.state.held->at) + " by " +
                      name(q.state.held->by) + ". " + next + ".");
    const auto numbers = step->look && !step->look->summary.empty() ? step->look->summary : step->text;
    const auto reason = "roll back" + (numbers.empty() ? "" : ": " + numbers) + ". " + next;
    return events{release_held{{q.who.who, untrusted{reason}, q.now}}};
}

result<events> decide(const question& q, const resume&) {
    if (const auto fine = control_check(q, "resume"); !fine) {
        // Who stopped it may always let it go on.
        if (!(q.state.is_live() && q.state.held && q.state.held->by == q.who.who)) return fine.error();
    }
    if (!q.state.held) return refuse("The release is not on hold. `/release status` shows what it waits for.");
    return events{release_resumed{q.who.who, q.now}};
}

result<events> decide(const question& q, const abort& asked) {
    if (const auto fine = control_check(q, "abort"); !fine) return fine.error();
    if (q.state.aborting)
        return refuse("The release is already being aborted, since " + clock_time(q.state.aborting->at) + " by " +
                      name(q.state.aborting->by) + ".");
    if (asked.version != q.state.version)
        return refuse("To abort, type the version of the release so that it cannot be a slip: `/release abort " +
                      q.state.version + " REASON`.");
    if (const auto reason = check_reason(asked.reason, "the abort"); !reason) return reason.error();
    return events{abort_started{{q.who.who, untrusted{asked.reason}, q.now}}};
}

result<events> decide(const question& q, const retry& asked) {
    if (const auto fine = control_check(q, "retry"); !fine) return fine.error();
    if (q.state.aborting) return refuse("The release is being aborted; nothing new starts.");
    if (!asked.step.empty()) {
        const auto* step = q.state.step(asked.step);
        if (step == nullptr) return no_such_step(q, asked.step);
        return retry_one(q, *step);
    }
    events all;
    for (const auto& each : q.state.steps)
        if (each.status == step_status::failed || each.status == step_status::errored || gate_is_over(each))
            all.push_back(reset(q, each, "retry"));
    if (all.empty())
        return refuse("No step has failed, so there is nothing to retry. `/release retry STEP` repeats one step.");
    return all;
}

result<events> decide(const question& q, const skip& asked) {
    if (const auto fine = control_check(q, "skip"); !fine) return fine.error();
    const auto* step = q.state.step(asked.step);
    if (step == nullptr) return no_such_step(q, asked.step);
    const auto* rule = q.state.plan.find(asked.step);
    if (rule->required || rule->effect == side_effect::irreversible)
        return refuse(title_of(q.state, asked.step) + " cannot be skipped: " +
                      (rule->required ? "the checklist says it is required." : "what follows depends on its effect.") +
                      " Fix its cause and `/release retry " + asked.step + "`.");
    if (step->is_settled())
        return refuse(title_of(q.state, asked.step) + " is already " + to_words(step->status) + ".");
    if (step->status == step_status::running || step->status == step_status::looking || has_running_item(*step))
        return refuse(title_of(q.state, asked.step) + " is running; wait until it has ended.");
    if (const auto reason = check_reason(asked.reason, "skipping " + title_of(q.state, asked.step)); !reason)
        return reason.error();
    return events{step_skipped{asked.step, q.who.who, asked.reason, q.now}};
}

result<events> decide(const question& q, const treat_as_done& asked) {
    if (const auto fine = control_check(q, "decide"); !fine) return fine.error();
    const auto* step = q.state.step(asked.step);
    if (step == nullptr) return no_such_step(q, asked.step);
    const auto words = "treated as done by " + name(q.who.who) + (asked.reason.empty() ? "" : ": " + asked.reason);
    if (!asked.item.empty()) {
        const auto* item = step->item(asked.item);
        if (item == nullptr || item->status != item_status::unknown_outcome)
            return refuse("The outcome of " + asked.item + " is known; there is nothing to decide.");
        return events{item_ended{asked.step, asked.item, item_status::done, words, {}, {}, q.now},
                      look_started{step->id, step->attempt, q.now}};
    }
    if (step->status != step_status::unknown_outcome)
        return refuse("The outcome of " + title_of(q.state, asked.step) + " is known (" + to_words(step->status) +
                      "); there is nothing to decide.");
    step_ended done;
    done.step = asked.step;
    done.attempt = step->attempt;
    done.text = words;
    done.detail = step->detail;
    done.by = q.who.who;
    done.at = q.now;
    return events{done};
}

result<events> decide(const question& q, const run_again& asked) {
    if (const auto fine = control_check(q, "decide"); !fine) return fine.error();
    const auto* step = q.state.step(asked.step);
    if (step == nullptr) return no_such_step(q, asked.step);
    if (!asked.item.empty()) {
        const auto* item = step->item(asked.item);
        if (item == nullptr || item->status != item_status::unknown_outcome)
            return refuse("The outcome of " + asked.item + " is known; there is nothing to decide.");
        if (const auto free = check_not_stopped(q.state); !free) return free.error();
        if (const auto free = check_not_locked(q.state, q.now); !free) return free.error();
        const auto attempt = item->attempt + 1;
        const auto key = idempotency_key(q.state, *step, item->id + "/" + item->chosen + "/" + std::to_string(attempt));
        return events{item_intended{step->id, item->id, item->chosen, attempt, key, q.who.who, item->reason, q.now}};
    }
    if (step->status != step_status::unknown_outcome)
        return refuse("The outcome of " + title_of(q.state, asked.step) + " is known (" + to_words(step->status) +
                      "); there is nothing to decide.");
    return events{reset(q, *step, "run again after an unknown outcome")};
}

result<events> decide(const question& q, const add_note& asked) {
    if (const auto allowed = may(q.state.rights, "note", q.who); !allowed) return allowed.error();
    if (const auto text = check_reason(asked.text, "the note (what shall it say?)"); !text)
        return refuse("The note is empty. Write it behind the command: `/release note Fixed the cart total`.");
    return events{note_added{{q.who.who, untrusted{asked.text}, q.now}}};
}

result<events> decide(const question& q, const drift_seen& asked) {
    if (!q.state.is_live()) return events{};
    const bool is_known = std::ranges::all_of(asked.facts, [&](const auto& each) {
        const auto* fact = q.state.facts.if_contains(each.key());
        return fact != nullptr && *fact == each.value();
    });
    for (auto seen = q.state.drifts.rbegin(); seen != q.state.drifts.rend(); ++seen)
        if (seen->what == asked.what) {
            if (is_known && seen->to == asked.to && seen->from == asked.from) return events{};
            break;
        }
    return events{drift_noted{{asked.what, asked.from, asked.to, q.now, asked.facts}}};
}

}  // namespace slipway::release::rules
