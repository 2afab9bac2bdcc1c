// Everything that can happen to a release. The journal of these is the truth; a field is only ever added, never
// renamed.
#pragma once

#include <boost/describe.hpp>
#include <variant>

#include "commands/release/state.hpp"
#include "integrations/base/result.hpp"

namespace slipway::release {

struct release_started {
    static constexpr const char* name = "release_started";
    std::string id, project, version, kind;
    int attempt = 1;
    std::string channel, team;
    person_id requester;
    json::object plan;
    std::string plan_hash;
    std::map<std::string, std::vector<std::string>> rights;
    json::object facts;
    instant at{};
    std::string parent{};
};
BOOST_DESCRIBE_STRUCT(release_started, (),
                      (id, project, version, kind, attempt, channel, team, requester, plan, plan_hash, rights, facts,
                       at, parent))

/// `when` was evaluated, once, when the step was first to begin; the inputs as they were then (R2.4).
struct step_considered {
    static constexpr const char* name = "step_considered";
    std::string step;
    considered found;
    std::string text;  ///< why it is not needed
};
BOOST_DESCRIBE_STRUCT(step_considered, (), (step, found, text))

struct look_started {
    static constexpr const char* name = "look_started";
    std::string step;
    int attempt = 1;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(look_started, (), (step, attempt, at))

/// A look came back. Items replace the old ones, but keep what people did to them.
struct look_recorded {
    static constexpr const char* name = "look_recorded";
    std::string step;
    look_state found;
    std::vector<item_state> items;
    json::object facts;  ///< merged into the release's facts
};
BOOST_DESCRIBE_STRUCT(look_recorded, (), (step, found, items, facts))

struct gate_opened {
    static constexpr const char* name = "gate_opened";
    std::string step;
    gate_state gate;
};
BOOST_DESCRIBE_STRUCT(gate_opened, (), (step, gate))

struct seat_filled {
    static constexpr const char* name = "seat_filled";
    std::string step, role;
    person_id by;
    instant at{};
    json::object answers{};  ///< to the form of the gate, by field id (R2.12)
};
BOOST_DESCRIBE_STRUCT(seat_filled, (), (step, role, by, at, answers))

struct seat_withdrawn {
    static constexpr const char* name = "seat_withdrawn";
    std::string step;
    person_id by;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(seat_withdrawn, (), (step, by, at))

/// Those who are still missing at an open gate are called, once, before it expires (R3.9).
struct gate_reminded {
    static constexpr const char* name = "gate_reminded";
    std::string step;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(gate_reminded, (), (step, at))

/// Whether those who have the roles now are enough for an open gate; "" = they are again (R3.11).
struct gate_staffed {
    static constexpr const char* name = "gate_staffed";
    std::string step, shortage;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(gate_staffed, (), (step, shortage, at))

/// A gate is opened past its rules; its gate_closed follows (R3.13).
struct glass_broken {
    static constexpr const char* name = "glass_broken";
    broken_glass how;
};
BOOST_DESCRIBE_STRUCT(glass_broken, (), (how))

/// The gate was decided or became void; `status` says how.
struct gate_closed {
    static constexpr const char* name = "gate_closed";
    std::string step;
    gate_status status = gate_status::approved;
    person_id by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(gate_closed, (), (step, status, by, reason, at))

struct step_intended {
    static constexpr const char* name = "step_intended";
    std::string step;
    int attempt = 1;
    std::string key;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(step_intended, (), (step, attempt, key, at))

/// It runs far longer than it usually does (R7.13); said once.
struct step_late {
    static constexpr const char* name = "step_late";
    std::string step;
    int attempt = 1;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(step_late, (), (step, attempt, at))

/// How a step ended: done, failed, errored or unknown_outcome.
struct step_ended {
    static constexpr const char* name = "step_ended";
    std::string step;
    int attempt = 1;
    step_status status = step_status::done;
    std::string text, detail;
    json::object data, facts;
    person_id by;  ///< set when a person decided it (confirm steps, "treat as done")
    instant at{};
};
BOOST_DESCRIBE_STRUCT(step_ended, (), (step, attempt, status, text, detail, data, facts, by, at))

struct item_intended {
    static constexpr const char* name = "item_intended";
    std::string step, item, choice;
    int attempt = 1;
    std::string key;
    person_id by;
    std::string reason;
    instant at{};
    std::vector<person_id> instead_of;  ///< set when a release manager pressed for them (R2.7)
};
BOOST_DESCRIBE_STRUCT(item_intended, (), (step, item, choice, attempt, key, by, reason, at, instead_of))

/// A release manager named somebody to answer for the people of an item.
struct item_delegated {
    static constexpr const char* name = "item_delegated";
    std::string step, item;
    delegation given;
};
BOOST_DESCRIBE_STRUCT(item_delegated, (), (step, item, given))

struct item_ended {
    static constexpr const char* name = "item_ended";
    std::string step, item;
    item_status status = item_status::done;
    std::string text;
    json::object data, facts;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(item_ended, (), (step, item, status, text, data, facts, at))

struct step_skipped {
    static constexpr const char* name = "step_skipped";
    std::string step;
    person_id by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(step_skipped, (), (step, by, reason, at))

/// The step starts over with the next attempt number; what hangs on it is reset with it, each by its own event.
struct step_reset {
    static constexpr const char* name = "step_reset";
    std::string step;
    int attempt = 2;
    person_id by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(step_reset, (), (step, attempt, by, reason, at))

struct note_added {
    static constexpr const char* name = "note_added";
    note added;
};
BOOST_DESCRIBE_STRUCT(note_added, (), (added))

/// The hand-written lines as a whole, after somebody edited them.
struct notes_edited {
    static constexpr const char* name = "notes_edited";
    std::vector<note> notes;
    person_id by;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(notes_edited, (), (notes, by, at))

struct release_held {
    static constexpr const char* name = "release_held";
    hold_state hold;
};
BOOST_DESCRIBE_STRUCT(release_held, (), (hold))

struct release_resumed {
    static constexpr const char* name = "release_resumed";
    person_id by;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(release_resumed, (), (by, at))

struct abort_started {
    static constexpr const char* name = "abort_started";
    hold_state abort;
};
BOOST_DESCRIBE_STRUCT(abort_started, (), (abort))

/// The project was locked while this release runs: what cannot be undone waits (R4.3).
struct release_locked {
    static constexpr const char* name = "release_locked";
    lock_state lock;
};
BOOST_DESCRIBE_STRUCT(release_locked, (), (lock))

struct release_unlocked {
    static constexpr const char* name = "release_unlocked";
    std::int64_t number = 0;
    person_id by;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(release_unlocked, (), (number, by, at))

/// A freeze is open, and the next stage would begin: it waits (R4.7).
struct stage_frozen {
    static constexpr const char* name = "stage_frozen";
    freeze_stop stop;
};
BOOST_DESCRIBE_STRUCT(stage_frozen, (), (stop))

struct stage_thawed {
    static constexpr const char* name = "stage_thawed";
    std::string stage;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(stage_thawed, (), (stage, at))

/// Another release undoes this one; nothing of it goes on.
struct rollback_begun {
    static constexpr const char* name = "rollback_begun";
    way_back back;
};
BOOST_DESCRIBE_STRUCT(rollback_begun, (), (back))

/// A step could act, but another release has a resource that it declares (R4.10).
struct resource_awaited {
    static constexpr const char* name = "resource_awaited";
    std::string step, resource, holder;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(resource_awaited, (), (step, resource, holder, at))

struct drift_noted {
    static constexpr const char* name = "drift_noted";
    drift seen;
};
BOOST_DESCRIBE_STRUCT(drift_noted, (), (seen))

/// A late result for a step or release that is past it: kept as evidence, changes nothing (R1.3).
struct evidence_kept {
    static constexpr const char* name = "evidence_kept";
    std::string step, text;
    json::object data;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(evidence_kept, (), (step, text, data, at))

/// Somebody was refused; kept for the audit, changes nothing.
struct refusal_noted {
    static constexpr const char* name = "refusal_noted";
    person_id by;
    std::string asked, rule;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(refusal_noted, (), (by, asked, rule, at))

struct release_ended {
    static constexpr const char* name = "release_ended";
    ending how = ending::done;
    std::string text;
    instant at{};
    bool abandoned = false;  ///< the version is published and will never be deployed (R6.10)
};
BOOST_DESCRIBE_STRUCT(release_ended, (), (how, text, at, abandoned))

using event = std::variant<release_started, step_considered, look_started, look_recorded, gate_opened, seat_filled,
                           seat_withdrawn, gate_reminded, gate_staffed, glass_broken, gate_closed, step_intended,
                           step_late, step_ended, item_intended, item_delegated, item_ended, step_skipped, step_reset,
                           note_added, notes_edited, release_held, release_resumed, abort_started, release_locked,
                           release_unlocked, stage_frozen, stage_thawed, rollback_begun, resource_awaited, drift_noted,
                           evidence_kept, refusal_noted, release_ended>;

/// The name and JSON of an event as the journal keeps it.
std::string name_of(const event& happened);
json::object data_of(const event& happened);
/// errc::invalid for a name that this version does not know.
result<event> event_from(std::string_view name, const json::object& data);

/// The state after the event. Total: an event that names an unknown step changes nothing but the journal number.
release_state apply(release_state state, const event& happened);

}  // namespace slipway::release
