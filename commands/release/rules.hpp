// The rules: (state, command, actor, now) → events, or a refusal whose sentence tells the way out. Nothing here does
// I/O.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "commands/release/event.hpp"
#include "commands/release/people.hpp"

namespace slipway::release {

// ── what people ask for ──────────────────────────────────────────────────────────────────────────────────────────
struct approve {
    std::string step, fingerprint;
    form_values answers{};  ///< to the form of the gate; judged against the release's own plan (R2.12)
};
struct reject {
    std::string step, fingerprint, reason;
};
struct withdraw {
    std::string step, fingerprint;
};
/// One button of one item ("merge" on "!12"); item "*" = every open item that offers the choice.
struct choose {
    std::string step, item, choice, fingerprint, reason;
};
/// A release manager lets somebody else answer for the people whom an item asks (R2.7).
struct delegate {
    std::string step, item;
    person_id to;
    std::string reason;
};
struct hold {
    std::string reason;
};
/// By somebody of the roles that let a step start, while it runs: nothing new begins (R3.8).
struct request_stop {
    std::string step, reason;
};
/// Opens a gate past its rules. A right of its own; fingerprint "" = the open question, whichever it is (R3.13).
struct break_glass {
    std::string step, fingerprint;
    std::string version;  ///< typed by the person: must be the release's
    std::string reason;
};
/// Stops the release with the numbers of a step as the reason, so that people roll back what it deployed.
struct propose_rollback {
    std::string step;
};
struct resume {};
struct abort {
    std::string version;  ///< typed by the person: must be the release's
    std::string reason;
};
/// `step` "" = every step that failed or could not know.
struct retry {
    std::string step;
};
struct skip {
    std::string step, reason;
};
/// Answers to an unknown outcome: it happened / do it again.
struct treat_as_done {
    std::string step, item, reason;
};
struct run_again {
    std::string step, item;
};
/// Another release takes production back: this one stops where it is. Asked by the rules of that release's start.
struct go_back {
    std::string release, version, reason;
};
struct add_note {
    std::string text;
};
/// The hand-written lines, one a line, instead of those that `fingerprint` names. Lines that came since stay.
struct edit_notes {
    std::string fingerprint, lines;
};

// ── what the machine reports ─────────────────────────────────────────────────────────────────────────────────────
/// Start whatever can start now; also run after every other command, in the same commit.
struct advance {};
struct look_finished {
    std::string step;
    int attempt = 1;
    look_state found;
    bool complete = false;  ///< nothing to ask and nothing to do: the step is done
    std::vector<item_state> items;
    json::object data, facts;
};
/// A look or an act of a step ended. status: done, failed, errored, unknown_outcome.
struct step_finished {
    std::string step;
    int attempt = 1;
    step_status status = step_status::done;
    std::string text, detail;
    json::object data, facts;
};
struct item_finished {
    std::string step, item, key;
    item_status status = item_status::done;
    std::string text;
    json::object data, facts;
};
/// Time has passed: reminders, expiries.
struct tick {
    instant reached{};  ///< by the store's clock, whatever the clock of this machine says (R3.9)
};
/// Who has which role now, as far as the sources answered (R3.11).
struct members_seen {
    std::map<std::string, std::vector<std::string>> users;  ///< role → Slack user ids
};
struct drift_seen {
    std::string what, from, to;
    json::object facts{};  ///< as they are now, where the release keeps what moved as a fact
};
/// The project was locked or unlocked; comes in the commit of that lock.
struct lock_seen {
    lock_state lock;
};
struct unlock_seen {
    std::int64_t number = 0;
};
/// How the release that takes this one back ended.
struct way_back_ended {
    bool ok = false;
    std::string text;
};

using command =
    std::variant<approve, reject, withdraw, choose, delegate, hold, request_stop, break_glass, propose_rollback, resume,
                 abort, retry, skip, treat_as_done, run_again, go_back, add_note, edit_notes, advance, look_finished,
                 step_finished, item_finished, tick, members_seen, drift_seen, lock_seen, unlock_seen, way_back_ended>;

/// What was asked, for the audit: "approve build", "choose merge on !12 of merge-requests". Never what was written.
std::string words_of(const command& asked);

/// What a kind of step is like; the rules ask this table and know no kind by name.
using kinds = std::map<std::string, kind_facts, std::less<>>;

/// A freeze that is open now.
struct freeze_now {
    std::string reason;
    instant until{};       ///< when it is over, as far as can be seen
    bool overrun = false;  ///< what runs already may go on into the next stage
};

/// What a decision depends on beside the release itself; asked at the moment of the decision.
struct circumstances {
    std::optional<freeze_now> frozen;
    std::map<std::string, std::string> taken;  ///< resource → who has it, of those the plan declares (R4.10)
};

struct project_state;  // project_state.hpp: locks, freezes and the queue of a project

/// The first event of a release, or why it cannot start. `version` has passed the project's grammar.
struct start {
    std::string id, project, version, channel, team;
    std::string kind = "release";  ///< release, hotfix, rollback
    std::string parent{};
    int attempt = 1;
    checklist plan;
    std::map<std::string, std::vector<std::string>> rights;
    json::object facts;
};
/// Lock and freeze are judged by `house` and `around`: a lock stops every kind, a freeze only a release (R4.7, R6.7).
result<std::vector<event>> decide_start(const start& asked, const actor& who, instant now);
result<std::vector<event>> decide_start(const start& asked, const actor& who, instant now, const project_state& house,
                                        const circumstances& around);

/// Total over (state, command). A machine report about something that is over gives evidence, not an error.
result<std::vector<event>> decide(const release_state& state, const command& asked, const actor& who, instant now,
                                  const kinds& known, const circumstances& around = {});

/// decide, then advance on the state that follows: what one commit holds.
result<std::vector<event>> decide_and_advance(const release_state& state, const command& asked, const actor& who,
                                              instant now, const kinds& known, const circumstances& around = {});

/// True when a look at the step from time to time can change what people are asked, or what they have said still
/// holds: it waits on items, or it is done and what was decided is bound to what was shown (R2.6).
bool is_worth_watching(const release_state& state, const step_state& step);
/// True when `who` may press a choice that is for others, because they may decide for them (with a reason).
bool stands_in(const release_state& state, const item_state& item, const choice& offered, const actor& who);

/// True when an approval of `who` would be taken as soon as the form of that gate is filled in. Whether the question
/// has expired is judged when the answer comes.
bool asks_for_form(const release_state& state, const approve& asked, const actor& who);

/// Why the gate of the step is closed, in one sentence: the same in Slack, API and log (R3.14).
std::string why_closed(const release_state& state, const step_state& step);
/// What a gate of this step shows now, by the words people know it by (R3.5): the candidate, the commit before it, the
/// plan, what the step's own look found, how the checks it needs ended, and where what moved stands.
std::map<std::string, std::string> gate_inputs(const release_state& state, const step_state& step, const kinds& known);
/// The hash of that, and of which step and attempt it is about.
std::string gate_fingerprint(const release_state& state, const step_state& step,
                             const std::map<std::string, std::string>& shown);
/// How long before it expires a gate calls those who are missing; nullopt = it is open too short a time for that.
std::optional<instant> reminder_of(const gate_state& gate);
/// True while those who approved can take it back: until what the gate lets run begins (R3.8).
bool may_withdraw(const step_state& step);
/// True while what this person let start runs, and they may ask for it to be stopped.
bool may_request_stop(const release_state& state, const step_state& step, const actor& who);
/// What an editor of the notes is shown: the newest lines that a form can hold, one a line (older ones stay as they
/// are), and the fingerprint that its answer has to name.
struct editable_notes {
    std::string lines, fingerprint;
    std::size_t first = 0;  ///< number of older notes that are not in it
};
editable_notes notes_to_edit(const std::vector<note>& notes);

/// The same key on any machine after any restart (R5.5).
std::string idempotency_key(const release_state& state, const step_state& step, std::string_view purpose);
/// The roles that may use a verb ("start", "hold", "abort", "skip", "retry", "resume", "note", "decide", "rollback",
/// "hotfix", "lock", "freeze", "break-glass"), when the project says nothing.
std::map<std::string, std::vector<std::string>> default_rights();
/// errc::refused with the roles that may, when `who` may not.
result<> may(const std::map<std::string, std::vector<std::string>>& rights, std::string_view verb, const actor& who);

// ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────
/// The server-side row behind a button (R8.4). Its id is derived, so the same button has the same id on every machine.
struct button {
    std::string release, kind;  ///< kind: approve, reject, withdraw, choose, delegate, retry, skip, treat_as_done,
                                ///< run_again, hold, request_stop, break_glass, propose_rollback, resume, abort, note,
                                ///< verb (`choice` = the verb, `item` = what is typed behind it)
    std::string step, item, choice, fingerprint;
};
BOOST_DESCRIBE_STRUCT(button, (), (release, kind, step, item, choice, fingerprint))
std::string id_of(const button& pressed);

}  // namespace slipway::release
