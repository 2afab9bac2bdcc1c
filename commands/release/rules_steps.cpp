// The order of things: what can start, and what a report of the machine means.
#include <algorithm>
#include <set>

#include "commands/release/authors.hpp"
#include "commands/release/condition.hpp"
#include "commands/release/rules_parts.hpp"
#include "integrations/base/described.hpp"

namespace slipway::release::rules {

std::set<std::string> all_needs(const release_state& state, const step_rule& rule) {
    std::set<std::string> seen;
    std::vector<std::string> open{rule.needs};
    while (!open.empty()) {
        const auto need = open.back();
        open.pop_back();
        const auto* above = seen.insert(need).second ? state.plan.find(need) : nullptr;
        if (above != nullptr) open.insert(open.end(), above->needs.begin(), above->needs.end());
    }
    return seen;
}

bool needs_are_met(const release_state& state, const step_rule& rule) {
    // Also what is needed further up: a step that was opened again stops everything that hangs on it.
    return std::ranges::all_of(all_needs(state, rule), [&](const std::string& need) {
        const auto* step = state.step(need);
        return step == nullptr || step->is_settled();
    });
}

namespace {

event intend(const question& q, const step_state& step) {
    // A step that was done and opened again acts under another key, or its probe would find the first act.
    const auto purpose = step.acts == 0 ? std::string{"perform"} : "perform/" + std::to_string(step.acts + 1);
    return step_intended{step.id, step.attempt, idempotency_key(q.state, step, purpose), q.now};
}

/// Who else uses the resource: another release, or another step of this one, be it only since this very decision. "" =
/// nobody. An unknown outcome may still be using it.
std::string user_of(const question& q, const step_state& step, const std::string& resource, const events& all) {
    const auto mine = q.state.id + "/" + step.id;
    const auto taken = q.around.taken.find(resource);
    if (taken != q.around.taken.end() && taken->second != mine) return taken->second;
    for (const auto& other : q.state.plan.steps) {
        if (other.id == step.id || std::ranges::find(other.resources, resource) == other.resources.end()) continue;
        const auto* there = q.state.step(other.id);
        const bool uses = there != nullptr &&
                          (there->status == step_status::running || there->status == step_status::unknown_outcome);
        const bool begins = std::ranges::any_of(all, [&](const event& each) {
            const auto* begun = std::get_if<step_intended>(&each);
            return begun != nullptr && begun->step == other.id;
        });
        if (uses || begins) return q.state.id + "/" + other.id;
    }
    return {};
}

/// It may act; whether it does now depends on what the project and other releases are doing.
void begin_act(const question& q, const step_rule& rule, const step_state& step, events& all) {
    if (rule.effect == side_effect::irreversible && !check_not_locked(q.state, q.now)) return;  // R4.3
    for (const auto& each : rule.resources) {
        const auto user = user_of(q, step, each, all);
        if (user.empty()) continue;
        if (step.awaits != std::string{each}.append(", which ").append(user).append(" has"))
            all.push_back(resource_awaited{step.id, each, user, q.now});
        return;
    }
    all.push_back(intend(q, step));
}

/// How long what was decided on bound items counts at a gate without looking again; the poll looks anyway.
constexpr milliseconds bound_items_count{60'000};

bool is_stale(const question& q, const step_rule& rule, const step_state& step) {
    if (step.status != step_status::done) return false;
    if (rule.fresh > milliseconds{0}) return q.now - step.ended >= rule.fresh;
    const bool bound = std::ranges::any_of(step.items, &item_state::bound);
    return bound && step.look && q.now - step.look->at >= bound_items_count;
}

/// Checks whose green is too old to be shown at a gate run again before it opens or lets anything happen (R2.9); what
/// was decided on bound items is looked at again (R2.6).
events refresh(const question& q, const step_rule& rule) {
    events all;
    const auto needs = all_needs(q.state, rule);
    for (const auto& each : q.state.plan.steps) {
        const auto* step = q.state.step(each.id);
        if (step == nullptr || !needs.contains(each.id) || !is_stale(q, each, *step)) continue;
        if (each.fresh > milliseconds{0})
            all.push_back(step_reset{each.id, step->attempt + 1, machine().who,
                                     "its result was too old for " + title_of(q.state, rule.id), q.now});
        else if (is_worth_watching(q.state, *step))
            all.push_back(look_started{each.id, step->attempt, q.now});
    }
    return all;
}

/// What is no longer as the question showed it, while its answers would count; "" = nothing (R3.5).
std::string what_moved(const question& q, const step_rule& rule, const step_state& step) {
    if (!step.gate || (step.gate->status != gate_status::open && step.gate->status != gate_status::approved)) return {};
    const auto shown = gate_inputs(q.state, step, q.known);
    if (step.gate->fingerprint != gate_fingerprint(q.state, step, shown)) return moved_words(step.gate->shown, shown);
    const bool keeps_out = step.gate->four_eyes && lets_deploy(q.state, rule);
    if (keeps_out && words_of(step.gate->authors) != words_of(authors_of_migrations(q.state)))
        return std::string{authors_moved} + " changed";
    return {};
}

/// A step that has been looked at, or need not be: ask, or act.
void ask_or_act(const question& q, const step_rule& rule, const step_state& step, events& all) {
    if (has_open_blocking_item(step) || has_running_item(step)) return;
    if (rule.gate.empty()) {
        begin_act(q, rule, step, all);
        return;
    }
    const bool decides =
        !step.gate || step.gate->status == gate_status::outdated || step.gate->status == gate_status::approved;
    const auto* kind = kind_of(q, step);
    // What people were shown (a dry run) has aged: it is looked at again, and another finding closes the gate.
    const bool looks = kind != nullptr && kind->looks && kind->what == step_class::action;
    if (decides && looks && rule.fresh > milliseconds{0} && step.look && q.now - step.look->at >= rule.fresh) {
        all.push_back(look_started{step.id, step.attempt, q.now});
        return;
    }
    if (decides)
        if (auto again = refresh(q, rule); !again.empty()) {
            for (auto& each : again) all.push_back(std::move(each));
            return;
        }
    if (!step.gate || step.gate->status == gate_status::outdated) {
        all.push_back(gate_opened{step.id, new_gate(q, step, rule.gate.front())});
        return;
    }
    if (const auto what = what_moved(q, rule, step); !what.empty()) {
        all.push_back(gate_closed{step.id, gate_status::outdated, machine().who, what, q.now});
        return;
    }
    if (step.gate->status != gate_status::approved || (kind != nullptr && kind->what == step_class::confirm)) return;
    if (auto over = expiry_of(step, q.now))  // a tick that came late must not let it begin
        all.push_back(std::move(*over));
    else
        begin_act(q, rule, step, all);
}

/// Not settled, and not by itself on the way to it.
bool stands_in_the_way(const step_state& step) {
    return step.status == step_status::failed || step.status == step_status::errored ||
           step.status == step_status::unknown_outcome ||
           (step.status == step_status::asking && (has_open_blocking_item(step) || step.gate));
}

/// A step that this one needs was opened again: what was approved here was approved on something else.
void void_gate(const question& q, const step_rule& rule, const step_state& step, events& all) {
    const bool stands =
        step.gate && (step.gate->status == gate_status::open || step.gate->status == gate_status::approved);
    if (!stands) return;
    std::string what;
    for (const auto& need : all_needs(q.state, rule))
        if (const auto* above = q.state.step(need); above != nullptr && stands_in_the_way(*above))
            what = title_of(q.state, need) +
                   (above->status == step_status::asking ? " is open again" : " is " + to_words(above->status));
    if (what.empty()) return;  // it is only being run again
    all.push_back(gate_closed{step.id, gate_status::outdated, machine().who, what, q.now});
}

void start_step(const question& q, const step_rule& rule, const step_state& step, events& all) {
    const auto* kind = kind_of(q, step);
    if (step.status == step_status::waiting && needs_are_met(q.state, rule)) {
        if (!rule.when.empty() && !step.condition) {
            auto answer = evaluate(rule.when, q.state.facts);
            all.push_back(step_considered{step.id, {answer.holds, std::move(answer.inputs), q.now}, answer.words});
            return;
        }
        if (kind != nullptr && kind->looks)
            all.push_back(look_started{step.id, step.attempt, q.now});
        else
            ask_or_act(q, rule, step, all);
    } else if (step.status == step_status::asking && needs_are_met(q.state, rule)) {
        ask_or_act(q, rule, step, all);
    } else if (step.status == step_status::asking) {
        void_gate(q, rule, step, all);
    }
}

/// Nothing is asked while the release is on hold; but what moves meanwhile makes what was shown out of date at once, so
/// that nobody approves it (R1.5, R3.6).
events void_moved_gates(const question& q) {
    events all;
    for (const auto& rule : q.state.plan.steps) {
        const auto* step = q.state.step(rule.id);
        if (step == nullptr || step->status != step_status::asking || !needs_are_met(q.state, rule)) continue;
        if (const auto what = what_moved(q, rule, *step); !what.empty())
            all.push_back(gate_closed{step->id, gate_status::outdated, machine().who, what, q.now});
    }
    return all;
}

/// A freeze that is open keeps a release from the stages it has not entered (R4.7); never a way back.
bool stops_at(const question& q, const step_rule& rule) {
    if (!q.around.frozen || q.around.frozen->overrun || q.state.kind != "release") return false;
    if (q.state.plan.stages.empty() || rule.stage == q.state.plan.stages.front().id) return false;
    return std::ranges::none_of(q.state.steps, [&](const step_state& each) {
        const auto* other = q.state.plan.find(each.id);
        return other != nullptr && other->stage == rule.stage && each.status != step_status::waiting &&
               each.status != step_status::not_needed;
    });
}

/// The stage that would begin now if no freeze were open; "" = none.
std::string frozen_stage(const question& q) {
    for (const auto& rule : q.state.plan.steps) {
        const auto* step = q.state.step(rule.id);
        if (step != nullptr && step->status == step_status::waiting && stops_at(q, rule) &&
            needs_are_met(q.state, rule))
            return rule.stage;
    }
    return {};
}

void note_freeze(const question& q, events& all) {
    const auto stage = frozen_stage(q);
    if (stage.empty()) {
        if (q.state.frozen) all.push_back(stage_thawed{q.state.frozen->stage, q.now});
        return;
    }
    const auto& open = *q.around.frozen;
    const bool is_known = q.state.frozen && q.state.frozen->stage == stage && q.state.frozen->until == open.until &&
                          q.state.frozen->reason == open.reason;
    if (!is_known) all.push_back(stage_frozen{{stage, open.reason, open.until, q.now}});
}

bool is_busy(const step_state& step) {
    return step.status == step_status::running || step.status == step_status::looking || has_running_item(step);
}

event ended(const question& q, ending how, std::string text) {
    return release_ended{how, std::move(text), q.now};
}

/// Equal but for when it was looked.
bool shows_the_same(step_state before, step_state after) {
    if (!before.look || !after.look) return false;
    before.look->at = after.look->at;
    return to_described(before) == to_described(after);
}

/// A done step whose answers are bound to what was shown (R2.6): it is asked about again when an answer no longer
/// holds, and stays as it is otherwise.
events seen_when_done(const question& q, const step_state& step, const look_finished& seen) {
    look_recorded again{seen.step, seen.found, seen.items, seen.facts};
    const auto after = release::apply(q.state, event{again});
    if (!has_open_blocking_item(*after.step(step.id))) return {};
    return {again};
}

event late(const std::string& step, const std::string& text, const json::object& data, instant now) {
    return evidence_kept{step, text, data, now};
}

}  // namespace

result<events> decide(const question& q, const advance&) {
    events all;
    if (!q.state.is_live() || q.state.rolling_back) return all;
    if (q.state.locked && !q.state.locked->holds_at(q.now))
        return events{release_unlocked{q.state.locked->number, machine().who, q.now}};  // its time is over
    if (q.state.aborting) {
        if (std::ranges::none_of(q.state.steps, is_busy)) {
            const bool is_published = !q.state.fact("tag_pushed").empty() && q.state.kind != "rollback";
            all.push_back(release_ended{
                ending::cancelled, "aborted by " + name(q.state.aborting->by) + ": " + q.state.aborting->reason.raw(),
                q.now, is_published && !has_deployed(q.state)});
        }
        return all;
    }
    if (std::ranges::all_of(q.state.steps, &step_state::is_settled)) {
        all.push_back(ended(q, ending::done, "every step is done"));
        return all;
    }
    if (q.state.held) return void_moved_gates(q);
    note_freeze(q, all);
    for (const auto& rule : q.state.plan.steps)
        if (const auto* step = q.state.step(rule.id); step != nullptr && !stops_at(q, rule))
            start_step(q, rule, *step, all);
    return all;
}

result<events> decide(const question& q, const look_finished& seen) {
    const auto* step = q.state.step(seen.step);
    const bool same_attempt = step != nullptr && step->attempt == seen.attempt && q.state.is_live();
    if (same_attempt && step->status == step_status::done && is_worth_watching(q.state, *step))
        return seen_when_done(q, *step, seen);
    const bool expected = same_attempt && (step->status == step_status::looking || step->status == step_status::asking);
    if (!expected) return events{late(seen.step, seen.found.summary, seen.data, q.now)};
    events all{look_recorded{seen.step, seen.found, seen.items, seen.facts}};
    const auto after = *release::apply(q.state, all.front()).step(seen.step);
    const bool complete = seen.complete && !has_running_item(after) && !has_open_blocking_item(after);
    if (!complete) {
        // A look from time to time that finds what is known already is no news.
        if (step->status == step_status::asking && shows_the_same(*step, after)) return events{};
        return all;
    }
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

}  // namespace slipway::release::rules
