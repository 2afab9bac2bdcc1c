// apply: the state after an event. No judgement here; decide() already made it.
#include <algorithm>

#include "commands/release/event.hpp"

namespace slipway::release {
namespace {

constexpr std::size_t kept_decisions = 12;

void merge(json::object& into, const json::object& from) {
    for (const auto& each : from) into[each.key()] = each.value();
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

item_state* item_of(step_state& step, std::string_view id) {
    const auto found = std::ranges::find(step.items, id, &item_state::id);
    return found == step.items.end() ? nullptr : &*found;
}

/// A new look at an item keeps what people did to it, unless it is open again.
void keep_history(item_state& fresh, const item_state& old) {
    if (old.status == item_status::open) return;
    if (fresh.status == item_status::open && old.status != item_status::done) {
        // A failed act stays visible with its reason; the new look offers its choices again.
        if (old.status == item_status::failed || old.status == item_status::errored) fresh.text = old.text;
        if (old.status == item_status::running || old.status == item_status::unknown_outcome) fresh.status = old.status;
    }
    fresh.chosen = old.chosen;
    fresh.by = old.by;
    fresh.reason = old.reason;
    fresh.key = old.key;
    fresh.attempt = old.attempt;
    if (fresh.text.empty()) fresh.text = old.text;
    fresh.at = old.at;
}

struct applier {
    release_state& state;

    void operator()(const release_started& e) {
        state.id = e.id;
        state.project = e.project;
        state.version = e.version;
        state.kind = e.kind;
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
            if (const auto* old = item_of(*step, each.id)) keep_history(each, *old);
        // An item that a look no longer lists stays when people dealt with it.
        for (const auto& old : step->items)
            if (old.status != item_status::open && std::ranges::find(fresh, old.id, &item_state::id) == fresh.end())
                fresh.push_back(old);
        step->items = std::move(fresh);
        step->look = e.found;
        step->status = step_status::asking;
        step->text = e.found.summary;
        merge(state.facts, e.facts);
    }
    void operator()(const gate_opened& e) {
        if (auto* step = state.step(e.step)) {
            step->gate = e.gate;
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
                break;
            }
        remember(state, e.by, e.at, "approved “" + title(state, e.step) + "” for " + e.role);
    }
    void operator()(const seat_withdrawn& e) {
        auto* step = state.step(e.step);
        if (step == nullptr || !step->gate) return;
        for (auto& seat : step->gate->seats)
            if (seat.taken_by == e.by) seat.taken_by.reset();
        remember(state, e.by, e.at, "withdrew the approval of “" + title(state, e.step) + "”");
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
            step->intent = intent_state{e.key, e.at};
            if (step->began == instant{}) step->began = e.at;
        }
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
        std::string label = e.choice;
        for (const auto& each : item->choices)
            if (each.id == e.choice) label = each.label;
        remember(state, e.by, e.at, label + " " + e.item);
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
        *step = std::move(fresh);
        remember(state, e.by, e.at, "retried “" + title(state, e.step) + "”");
    }
    void operator()(const note_added& e) { state.notes.push_back(e.added); }
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
    void operator()(const drift_noted& e) { state.drifts.push_back(e.seen); }
    void operator()(const evidence_kept&) {}
    void operator()(const refusal_noted&) {}
    void operator()(const release_ended& e) {
        state.ended = e.how;
        state.ended_text = e.text;
        state.ended_at = e.at;
    }
};

}  // namespace

release_state apply(release_state state, const event& happened) {
    std::visit(applier{state}, happened);
    ++state.journal;
    return state;
}

}  // namespace slipway::release
