// apply: the state after an event. No judgement here; decide() already made it.
#include <algorithm>

#include "commands/release/event.hpp"

namespace slipway::release {
namespace {

constexpr std::size_t kept_decisions = 12;

void merge(json::object& into, const json::object& from) {
    for (const auto& each : from) into[each.key()] = each.value();
}

json::object joined(json::object into, const json::object& from) {
    merge(into, from);
    return into;
}

void remember(release_state& state, const person_id& by, instant at, std::string text) {
    if (by.empty() || by.user == "slipway") return;
    state.decisions.push_back({at, by, std::move(text)});
    if (state.decisions.size() > kept_decisions) state.decisions.erase(state.decisions.begin());
}

std::string title(const release_state& state, const std::string& step) {
    const auto* rule = state.plan.find(step);
    return rule != nullptr ? rule->title : step;
}

/// What later steps find in the step's data: the answers of who filled a seat last. They go with the seat.
void keep_answers(step_state& step) {
    const seat* last = nullptr;
    for (const auto& each : step.gate->seats)
        if (each.taken_by && !each.answers.empty() && (last == nullptr || each.at >= last->at)) last = &each;
    if (last != nullptr)
        step.data["answers"] = last->answers;
    else
        step.data.erase("answers");
}

item_state* item_of(step_state& step, std::string_view id) {
    const auto found = std::ranges::find(step.items, id, &item_state::id);
    return found == step.items.end() ? nullptr : &*found;
}

std::string label_of(const item_state& item, const std::string& choice_id) {
    const auto* found = item.find(choice_id);
    return found != nullptr ? found->label : choice_id;
}

/// What was decided on a bound item held for what was shown, and that is something else now: its people are asked
/// again (R2.6). The journal keeps the old decision.
void open_again(item_state& item, const std::string& label, const person_id& by) {
    item.status = item_status::open;
    item.text = "“" + label + "” of @" + by.user + " no longer holds: it has changed since";
    item.decided.clear();
    item.chosen.clear();
    item.by = {};
    item.reason.clear();
    item.instead_of.clear();
    ++item.round;
}

/// A new look at an item keeps what people did to it, unless it is open again.
void keep_history(item_state& fresh, const item_state& old) {
    fresh.attempt = old.attempt;
    fresh.round = old.round;
    fresh.delegated = old.delegated;
    if (old.status == item_status::open) {
        // Why it is open again, or what went wrong the last time, is worth reading as long as it is about this.
        if (fresh.status == item_status::open && (old.fingerprint == fresh.fingerprint || old.round > 1))
            fresh.text = old.text;
        return;
    }
    if (fresh.status == item_status::open && old.status != item_status::done) {
        // A failed act stays visible with its reason; the new look offers its choices again.
        if (old.status == item_status::failed || old.status == item_status::errored) fresh.text = old.text;
        if (old.status == item_status::running || old.status == item_status::unknown_outcome) fresh.status = old.status;
    }
    fresh.chosen = old.chosen;
    fresh.by = old.by;
    fresh.reason = old.reason;
    fresh.key = old.key;
    fresh.decided = old.decided;
    fresh.instead_of = old.instead_of;
    if (fresh.text.empty()) fresh.text = old.text;
    fresh.at = old.at;
    const bool was_decided = fresh.bound && old.status == item_status::done && fresh.status == item_status::open;
    if (!was_decided || old.decided.empty()) return;
    if (old.decided == fresh.fingerprint)
        fresh.status = item_status::done;
    else
        open_again(fresh, label_of(old, old.chosen), old.by);
}

bool stays_when_gone(item_status status) {
    return status == item_status::done || status == item_status::running || status == item_status::unknown_outcome;
}

struct applier {
    release_state& state;

    void operator()(const release_started& e) {
        state.id = e.id;
        state.project = e.project;
        state.version = e.version;
        state.kind = e.kind;
        state.parent = e.parent;
        state.attempt = e.attempt;
        state.channel = e.channel;
        state.team = e.team;
        state.requester = e.requester;
        state.plan = checklist_from_json(e.plan);
        state.plan_hash = e.plan_hash;
        state.rights = e.rights;
        state.facts = e.facts;
        state.started = e.at;
        for (const auto& rule : state.plan.steps) state.steps.emplace_back().id = rule.id;
    }
    void operator()(const step_considered& e) {
        auto* step = state.step(e.step);
        if (step == nullptr) return;
        step->condition = e.found;
        if (e.found.needed) return;
        step->status = step_status::not_needed;
        step->text = "not needed: " + e.text;
        step->ended = e.found.at;
    }
    void operator()(const look_started& e) {
        if (auto* step = state.step(e.step)) {
            step->status = step_status::looking;
            if (step->began == instant{}) step->began = e.at;
        }
    }
    void operator()(const look_recorded& e) {
        auto* step = state.step(e.step);
        if (step == nullptr) return;
        auto fresh = e.items;
        for (auto& each : fresh)
            if (const auto* old = item_of(*step, each.id)) {
                keep_history(each, *old);
                if (e.found.adds) each.data = joined(old->data, each.data);
            }
        // An item that a look no longer lists stays when people dealt with it.
        for (const auto& old : step->items)
            if (stays_when_gone(old.status) && std::ranges::find(fresh, old.id, &item_state::id) == fresh.end())
                fresh.push_back(old);
        step->items = std::move(fresh);
        step->look = e.found;
        step->status = e.found.more ? step_status::looking : step_status::asking;
        step->text = e.found.summary;
        merge(state.facts, e.facts);
    }
    void operator()(const gate_opened& e) {
        if (auto* step = state.step(e.step)) {
            step->gate = e.gate;
            keep_answers(*step);
            step->status = step_status::asking;
            if (step->began == instant{}) step->began = e.gate.opened_at;
        }
    }
    void operator()(const seat_filled& e) {
        auto* step = state.step(e.step);
        if (step == nullptr || !step->gate) return;
        for (auto& seat : step->gate->seats)
            if (seat.role == e.role && !seat.taken_by) {
                seat.taken_by = e.by;
                seat.at = e.at;
                seat.answers = e.answers;
                break;
            }
        keep_answers(*step);
        remember(state, e.by, e.at, "approved “" + title(state, e.step) + "” for " + e.role);
    }
    void operator()(const seat_withdrawn& e) {
        auto* step = state.step(e.step);
        if (step == nullptr || !step->gate) return;
        for (auto& seat : step->gate->seats)
            if (seat.taken_by == e.by) {
                seat.taken_by.reset();
                seat.answers.clear();
            }
        keep_answers(*step);
        remember(state, e.by, e.at, "withdrew the approval of “" + title(state, e.step) + "”");
    }
    void operator()(const gate_reminded& e) {
        if (auto* step = state.step(e.step); step != nullptr && step->gate) step->gate->reminded = e.at;
    }
    void operator()(const gate_staffed& e) {
        if (auto* step = state.step(e.step); step != nullptr && step->gate) step->gate->shortage = e.shortage;
    }
    void operator()(const glass_broken& e) {
        state.broken.push_back(e.how);
        if (auto* step = state.step(e.how.step); step != nullptr && step->gate) step->gate->broken = true;
        remember(state, e.how.by, e.how.at, "broke the glass of “" + title(state, e.how.step) + "”");
    }
    void operator()(const gate_closed& e) {
        auto* step = state.step(e.step);
        if (step == nullptr || !step->gate) return;
        step->gate->status = e.status;
        step->gate->closed_by = e.by;
        step->gate->closed_at = e.at;
        step->gate->reason = e.reason;
        if (e.status != gate_status::rejected) return;
        step->status = step_status::failed;
        step->text = "rejected: " + e.reason;
        step->ended = e.at;
        remember(state, e.by, e.at, "rejected “" + title(state, e.step) + "”");
    }
    void operator()(const step_intended& e) {
        if (auto* step = state.step(e.step)) {
            step->status = step_status::running;
            step->intent = intent_state{e.key, e.at, {}};
            step->awaits.clear();
            ++step->acts;
            if (step->began == instant{}) step->began = e.at;
        }
    }
    void operator()(const step_late& e) {
        if (auto* step = state.step(e.step); step != nullptr && step->intent) step->intent->late = e.at;
    }
    void operator()(const step_ended& e) {
        auto* step = state.step(e.step);
        if (step == nullptr) return;
        step->status = e.status;
        step->text = e.text;
        step->detail = e.detail;
        merge(step->data, e.data);
        step->ended = e.at;
        step->by = e.by;
        merge(state.facts, e.facts);
        if (!e.by.empty() && e.by.user != "slipway" && !(step->gate && step->gate->status == gate_status::approved))
            remember(state, e.by, e.at, "decided “" + title(state, e.step) + "”");
    }
    void operator()(const item_intended& e) {
        auto* step = state.step(e.step);
        auto* item = step != nullptr ? item_of(*step, e.item) : nullptr;
        if (item == nullptr) return;
        item->status = item_status::running;
        item->chosen = e.choice;
        item->by = e.by;
        item->reason = e.reason;
        item->key = e.key;
        item->attempt = e.attempt;
        item->at = e.at;
        item->text.clear();
        item->decided = item->fingerprint;
        item->instead_of = e.instead_of;
        auto words = label_of(*item, e.choice) + " " + e.item;
        for (const auto& each : e.instead_of) words += (&each == &e.instead_of.front() ? " for @" : ", @") + each.user;
        remember(state, e.by, e.at, std::move(words));
    }
    void operator()(const item_delegated& e) {
        auto* step = state.step(e.step);
        auto* item = step != nullptr ? item_of(*step, e.item) : nullptr;
        if (item == nullptr) return;
        item->delegated = e.given;
        remember(state, e.given.by, e.given.at, "gave " + e.item + " to @" + e.given.to.user);
    }
    void operator()(const item_ended& e) {
        auto* step = state.step(e.step);
        auto* item = step != nullptr ? item_of(*step, e.item) : nullptr;
        if (item == nullptr) return;
        item->status = e.status;
        item->text = e.text;
        merge(item->data, e.data);
        item->at = e.at;
        merge(state.facts, e.facts);
        // It moved between the click and its end: what was said is not about what is there now.
        const bool moved = item->bound && e.status == item_status::done && item->decided != item->fingerprint;
        if (moved && !item->decided.empty()) open_again(*item, label_of(*item, item->chosen), item->by);
    }
    void operator()(const step_skipped& e) {
        auto* step = state.step(e.step);
        if (step == nullptr) return;
        step->status = step_status::skipped;
        step->by = e.by;
        step->reason = e.reason;
        step->text = "skipped: " + e.reason;
        step->ended = e.at;
        remember(state, e.by, e.at, "skipped “" + title(state, e.step) + "”");
    }
    void operator()(const step_reset& e) {
        auto* step = state.step(e.step);
        if (step == nullptr) return;
        step_state fresh;
        fresh.id = step->id;
        fresh.attempt = e.attempt;
        fresh.condition = step->condition;
        *step = std::move(fresh);
        remember(state, e.by, e.at, "retried “" + title(state, e.step) + "”");
    }
    void operator()(const note_added& e) { state.notes.push_back(e.added); }
    void operator()(const notes_edited& e) {
        state.notes = e.notes;
        remember(state, e.by, e.at, "edited the notes of the changelog");
    }
    void operator()(const release_held& e) {
        state.held = e.hold;
        remember(state, e.hold.by, e.hold.at, "held the release");
    }
    void operator()(const release_resumed& e) {
        state.held.reset();
        remember(state, e.by, e.at, "resumed the release");
    }
    void operator()(const abort_started& e) {
        state.aborting = e.abort;
        remember(state, e.abort.by, e.abort.at, "aborted the release");
    }
    void operator()(const release_locked& e) {
        state.locked = e.lock;
        remember(state, e.lock.owner, e.lock.since, "locked the project");
    }
    void operator()(const release_unlocked& e) {
        state.locked.reset();
        remember(state, e.by, e.at, "unlocked the project");
    }
    void operator()(const stage_frozen& e) { state.frozen = e.stop; }
    void operator()(const stage_thawed&) { state.frozen.reset(); }
    void operator()(const rollback_begun& e) {
        state.rolling_back = e.back;
        remember(state, e.back.by, e.back.at, "began to roll back to " + e.back.version);
    }
    void operator()(const resource_awaited& e) {
        if (auto* step = state.step(e.step)) step->awaits = e.resource + ", which " + e.holder + " has";
    }
    void operator()(const drift_noted& e) {
        state.drifts.push_back(e.seen);
        merge(state.facts, e.seen.facts);
    }
    void operator()(const evidence_kept&) {}
    void operator()(const refusal_noted&) {}
    void operator()(const release_ended& e) {
        state.ended = e.how;
        state.ended_text = e.text;
        state.ended_at = e.at;
        state.abandoned = state.abandoned || e.abandoned;
    }
};

}  // namespace

release_state apply(release_state state, const event& happened) {
    std::visit(applier{state}, happened);
    ++state.journal;
    return state;
}

}  // namespace slipway::release
