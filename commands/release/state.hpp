// What a release is at a moment: derived from its events and from nothing else.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/release/checklist.hpp"
#include "commands/release/lock.hpp"
#include "commands/release/people.hpp"
#include "integrations/base/clock.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::release {

enum class step_status {
    waiting,  ///< its needs are not met, or it is held back
    looking,  ///< reads the outside world before it asks or acts
    asking,   ///< waits for people: a gate, or items to be chosen
    running,  ///< the intent is recorded; it acts, or is being probed after a restart
    done,
    failed,           ///< a check, a rule or the other side said no
    errored,          ///< we could not know; nothing irreversible happened
    unknown_outcome,  ///< an irreversible act may have happened: people decide with the evidence
    skipped,
    not_needed,  ///< its `when` did not hold when it was to begin
};
BOOST_DESCRIBE_ENUM(step_status, waiting, looking, asking, running, done, failed, errored, unknown_outcome, skipped,
                    not_needed)

enum class gate_status { open, approved, rejected, expired, outdated };
BOOST_DESCRIBE_ENUM(gate_status, open, approved, rejected, expired, outdated)

struct seat {
    std::string role;
    std::optional<person_id> taken_by;
    instant at{};
    json::object answers{};  ///< to the form of the question, by field id; typed by people
};
BOOST_DESCRIBE_STRUCT(seat, (), (role, taken_by, at, answers))

/// Who wrote a change that a release carries: the GitLab account, and whose it was in Slack when it was looked up.
struct change_author {
    std::string what;    ///< id of a migration: "#2"; of another lane of a train "wiki#2"
    std::string gitlab;  ///< user name
    std::string slack;   ///< user id; "" = the account was linked with nobody
};
BOOST_DESCRIBE_STRUCT(change_author, (), (what, gitlab, slack))

/// One question, as it was shown. A gate whose inputs moved becomes outdated and a new one with the next number opens.
struct gate_state {
    int number = 1;
    gate_status status = gate_status::open;
    std::string fingerprint;  ///< hash of everything the card showed
    std::string commit;       ///< the candidate when it was asked: what is approved, whatever moves later
    std::string question;
    std::vector<seat> seats;
    bool four_eyes = true;
    instant opened_at{};
    instant expires{};
    person_id closed_by;
    std::string reason;  ///< why it was rejected, or what moved
    instant closed_at{};
    std::map<std::string, std::string> shown;  ///< what the fingerprint covers: "candidate" → its commit (R3.5)
    std::vector<person_id> again;        ///< whose approval of the question before became void; called once (R3.5)
    instant reminded{};                  ///< when those who are missing were called (R3.9)
    std::string shortage;                ///< why its seats cannot be filled by who has the roles now (R3.11)
    bool broken = false;                 ///< opened by break-glass (R3.13)
    std::vector<change_author> authors;  ///< of the migrations whose deploy it lets run: they fill no seat (R3.2)
};
BOOST_DESCRIBE_STRUCT(gate_state, (),
                      (number, status, fingerprint, commit, question, seats, four_eyes, opened_at, expires, closed_by,
                       reason, closed_at, shown, again, reminded, shortage, broken, authors))

/// One thing that a person can do to an item: a button.
struct choice {
    std::string id;     ///< "merge"
    std::string label;  ///< "Merge"
    std::string style;  ///< "", "primary", "danger"
    bool needs_reason = false;
    std::vector<std::string> roles;  ///< who may; empty = any role of the project
    bool settles = true;             ///< the item is dealt with when this succeeded; else it is open again
    side_effect effect = side_effect::none;
    std::vector<person_id> people;  ///< when not empty: only these, or a release manager for them, with a reason (R2.7)
    bool lasting = false;           ///< may be chosen also when the step has ended, the release is on hold or over
    std::vector<person_id> except;  ///< never these, whatever roles they have: it is their own work (R3.2)
};
BOOST_DESCRIBE_STRUCT(choice, (), (id, label, style, needs_reason, roles, settles, effect, people, lasting, except))

/// Somebody a release manager named to answer for the people an item asks (R2.7).
struct delegation {
    person_id to, by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(delegation, (), (to, by, reason, at))

enum class item_status { open, running, done, failed, errored, unknown_outcome };
BOOST_DESCRIBE_ENUM(item_status, open, running, done, failed, errored, unknown_outcome)

/// A part of a step that people decide on its own: one merge request, one migration, one error group.
struct item_state {
    std::string id;  ///< stable over looks: "!12"
    untrusted title;
    std::string url;
    std::vector<std::string>
        details;              ///< our words about it, one fact each: plain text, may hold names from outside (escape)
    std::string body;         ///< text that has to be read as it is (SQL, a stack): shown as code; may hold anything
    std::string file;         ///< when set, `body` is also uploaded under this name: below the card and below each
                              ///< direct message, once for each fingerprint
    std::string fingerprint;  ///< of what was shown; a click on an older one is refused
    bool blocking = true;     ///< the step waits for it
    std::vector<person_id> asks;  ///< asked by direct message, with the same buttons
    bool bound = false;  ///< what was decided holds for this fingerprint only: another one opens the item again (R2.6)
    json::object data;   ///< for the kind: head sha …
    std::vector<choice> choices;  ///< what can be done now; empty = nothing
    item_status status = item_status::open;
    std::string chosen;  ///< choice id, once somebody clicked
    person_id by;
    std::string reason;
    std::string key;  ///< idempotency key of the running or last act
    int attempt = 0;
    std::string text;  ///< how it ended, as a sentence
    instant at{};
    std::string decided;                ///< the fingerprint that was shown when somebody chose
    std::vector<person_id> instead_of;  ///< for whom it was chosen, when a release manager did it for them
    std::optional<delegation> delegated;
    int round = 1;  ///< how often its people were asked: one more each time a bound item is opened again

    /// Who may press `offered`, when it is for named people only: those and whom a release manager named for them.
    std::vector<person_id> entitled(const choice& offered) const;
    /// Whom this item asks by direct message.
    std::vector<person_id> asked() const;
    /// The choice of that id as it is offered now, or nullptr.
    const choice* find(std::string_view choice_id) const noexcept;
};
BOOST_DESCRIBE_STRUCT(item_state, (),
                      (id, title, url, details, body, file, fingerprint, blocking, asks, bound, data, choices, status,
                       chosen, by, reason, key, attempt, text, at, decided, instead_of, delegated, round))

/// What a look found.
struct look_state {
    std::string fingerprint;
    std::string summary;             ///< one sentence for people
    std::vector<std::string> lines;  ///< evidence for the thread; plain text, may hold text from outside
    json::object data;               ///< for the kind, when it acts
    instant at{};
    bool more = false;  ///< the next look follows by itself; until the last one the step neither asks nor acts
    bool adds = false;  ///< items keep what acts left in their data; this look only adds to it
};
BOOST_DESCRIBE_STRUCT(look_state, (), (fingerprint, summary, lines, data, at, more, adds))

struct intent_state {
    std::string key;  ///< the same on any machine after any restart: hash(release, step, attempt, purpose)
    instant at{};     ///< also the pinned date of git objects
    instant late{};   ///< when it was noted that it takes far longer than usual (R7.13); {} = it does not
};
BOOST_DESCRIBE_STRUCT(intent_state, (), (key, at, late))

/// What `when` said, once, at the first start of the step (R2.4).
struct considered {
    bool needed = true;
    json::object inputs;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(considered, (), (needed, inputs, at))

struct step_state {
    std::string id;
    step_status status = step_status::waiting;
    int attempt = 1;
    std::optional<look_state> look;
    std::optional<gate_state> gate;
    std::optional<intent_state> intent;
    std::vector<item_state> items;
    std::string text;    ///< how it ended or what it waits for: one sentence
    std::string detail;  ///< tail of output, evidence: shown in the thread; may hold text from outside
    json::object data;   ///< what the kind left for later steps and for views; `answers`: what the form of its gate was
                         ///< answered, of several people the last (R2.12)
    person_id by;        ///< who skipped it or decided its outcome
    std::string reason;
    instant began{};
    instant ended{};
    std::optional<considered> condition;  ///< set once `when` was evaluated; survives a retry
    int acts = 0;                         ///< how often it was intended in this attempt
    std::string awaits;                   ///< the resource it waits for and who has it, as words; "" = none (R4.10)

    const item_state* item(std::string_view item_id) const noexcept;
    bool is_settled() const noexcept {
        return status == step_status::done || status == step_status::skipped || status == step_status::not_needed;
    }
};
BOOST_DESCRIBE_STRUCT(step_state, (),
                      (id, status, attempt, look, gate, intent, items, text, detail, data, by, reason, began, ended,
                       condition, acts, awaits))

struct note {
    person_id by;
    untrusted text;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(note, (), (by, text, at))

/// A stop that a person asked for.
struct hold_state {
    person_id by;
    untrusted reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(hold_state, (), (by, reason, at))

/// Somebody opened a gate past its rules; the release carries it for ever (R3.13).
struct broken_glass {
    std::string step;
    person_id by;
    std::string reason;
    instant at{};
};
BOOST_DESCRIBE_STRUCT(broken_glass, (), (step, by, reason, at))

/// Something pinned moved under us (R1.5).
struct drift {
    std::string what;  ///< "trunk", "stable", "milestone"; or a sentence that "changed" follows
    std::string from;
    std::string to;
    instant at{};
    json::object facts{};  ///< what the release knows by it: its facts of these names say so from here on
};
BOOST_DESCRIBE_STRUCT(drift, (), (what, from, to, at, facts))

/// A decision of a person, for the board's last lines.
struct decision {
    instant at{};
    person_id by;
    std::string text;  ///< "approved build for dba"
};
BOOST_DESCRIBE_STRUCT(decision, (), (at, by, text))

enum class ending { live, done, cancelled, failed, rolled_back };
BOOST_DESCRIBE_ENUM(ending, live, done, cancelled, failed, rolled_back)

/// The word on the board (R1.2). Derived, never stored.
enum class release_status {
    preparing,
    awaiting_gate,
    running,
    watching,
    done,
    held,
    blocked,
    unknown_outcome,
    cancelling,
    cancelled,
    rolling_back,
    rolled_back,
    failed,
};
BOOST_DESCRIBE_ENUM(release_status, preparing, awaiting_gate, running, watching, done, held, blocked, unknown_outcome,
                    cancelling, cancelled, rolling_back, rolled_back, failed)

struct release_state {
    std::string id;  ///< "core-1.4.0-1"
    std::string project;
    std::string version;
    std::string kind = "release";  ///< release, hotfix or rollback (R1.8)
    std::string parent;            ///< the release that a hotfix fixes or a rollback takes back; "" = none
    int attempt = 1;
    std::string channel;  ///< Slack channel id of its board
    std::string team;     ///< Slack workspace
    person_id requester;
    checklist plan;
    std::string plan_hash;
    std::map<std::string, std::vector<std::string>> rights;  ///< verb → roles that may
    json::object facts;  ///< pins and results that steps share: candidate, base, milestone_id, previous_tag …
    std::vector<step_state> steps;  ///< as in the plan
    std::vector<note> notes;
    std::optional<hold_state> held;
    std::optional<hold_state> aborting;
    std::optional<lock_state> locked;      ///< the project was locked under it (R4.3)
    std::optional<freeze_stop> frozen;     ///< it may not enter that stage now (R4.7)
    std::optional<way_back> rolling_back;  ///< another release undoes it
    bool abandoned = false;                ///< its version is published and will never be deployed (R6.10)
    std::vector<drift> drifts;
    std::vector<decision> decisions;  ///< newest last
    std::vector<broken_glass> broken;
    ending ended = ending::live;
    std::string ended_text;
    instant started{};
    instant ended_at{};
    std::int64_t journal = 0;  ///< number of the last event that is in here

    bool is_live() const noexcept { return ended == ending::live; }
    const step_state* step(std::string_view step_id) const noexcept;
    step_state* step(std::string_view step_id) noexcept;
    /// A fact as text, "" when it is not known yet.
    std::string fact(std::string_view name) const;
};
BOOST_DESCRIBE_STRUCT(release_state, (),
                      (id, project, version, kind, parent, attempt, channel, team, requester, plan, plan_hash, rights,
                       facts, steps, notes, held, aborting, locked, frozen, rolling_back, abandoned, drifts, decisions,
                       broken, ended, ended_text, started, ended_at, journal))

release_status status_of(const release_state& state) noexcept;
/// "awaiting gate", "unknown outcome": the same word in Slack, log and metrics.
std::string to_words(release_status status);
std::string to_words(step_status status);

/// Lines of the team's list: how many there are, and in how many of them every step is settled. `stage` "" = all.
struct line_count {
    std::size_t settled = 0, all = 0;
};
line_count count_lines(const release_state& state, std::string_view stage = "");

/// What already took effect outside: the title of every done step that is not free of effects, in order (R6.2).
std::vector<std::string> what_happened(const release_state& state);

/// Something of this release may run in production: a step behind the first stage that cannot be undone has begun.
bool has_deployed(const release_state& state);

/// The snapshot, byte for byte the same for the same events (R1.4).
std::string snapshot(const release_state& state);

}  // namespace slipway::release
