// What the rule files share. Not for other rooms.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "commands/release/rules.hpp"

namespace slipway::release::rules {

using events = std::vector<event>;

/// Everything a rule may look at.
struct question {
    const release_state& state;
    const actor& who;
    instant now;
    const kinds& known;
    const circumstances& around;
};

result<events> decide(const question& q, const approve& asked);
result<events> decide(const question& q, const reject& asked);
result<events> decide(const question& q, const withdraw& asked);
result<events> decide(const question& q, const choose& asked);
result<events> decide(const question& q, const delegate& asked);
result<events> decide(const question& q, const hold& asked);
result<events> decide(const question& q, const request_stop& asked);
result<events> decide(const question& q, const break_glass& asked);
result<events> decide(const question& q, const propose_rollback& asked);
result<events> decide(const question& q, const resume& asked);
result<events> decide(const question& q, const abort& asked);
result<events> decide(const question& q, const retry& asked);
result<events> decide(const question& q, const skip& asked);
result<events> decide(const question& q, const treat_as_done& asked);
result<events> decide(const question& q, const run_again& asked);
result<events> decide(const question& q, const go_back& asked);
result<events> decide(const question& q, const lock_seen& asked);
result<events> decide(const question& q, const unlock_seen& asked);
result<events> decide(const question& q, const way_back_ended& asked);
result<events> decide(const question& q, const add_note& asked);
result<events> decide(const question& q, const edit_notes& asked);
result<events> decide(const question& q, const advance& asked);
result<events> decide(const question& q, const look_finished& asked);
result<events> decide(const question& q, const step_finished& asked);
result<events> decide(const question& q, const item_finished& asked);
result<events> decide(const question& q, const tick& asked);
result<events> decide(const question& q, const members_seen& asked);
result<events> decide(const question& q, const drift_seen& asked);

failure refuse(std::string sentence);
/// "14:02 UTC"
std::string clock_time(instant at);
/// "@U123": people in sentences; what shows the sentence turns it into a name.
std::string name(const person_id& who);
/// "dba or release-manager"
std::string one_of(const std::vector<std::string>& roles);
std::string title_of(const release_state& state, std::string_view step);
const kind_facts* kind_of(const question& q, const step_state& step);
bool is_open(item_status status);
bool has_open_blocking_item(const step_state& step);
bool has_running_item(const step_state& step);
/// Answers that wait for others, or for the start of what they let run, count until the question expires (R3.9). The
/// step must not have begun.
std::optional<event> expiry_of(const step_state& step, instant now);
gate_state new_gate(const question& q, const step_state& step, const gate_rule& rule);
/// A reason people will read next year: refuses blanks and throw-away answers.
result<> check_reason(std::string_view reason, std::string_view what_for);
/// The longer kind, for what somebody decides in the place of others (R2.7).
result<> check_full_reason(std::string_view reason, std::string_view what_for);
/// Refuses whom nobody could identify, and accounts that are no member of the team: bots, guests (R3.10, R3.12).
result<> check_account(const actor& who);
/// Those of `roles` ("*" = any) that the person may have, while their source does not answer.
std::set<std::string> unverified_of(const actor& who, const std::vector<std::string>& roles);
/// Some of these roles may be held, but their source does not answer.
failure cannot_verify(const std::set<std::string>& roles);
/// What is between two cards of one question: "candidate moved, the result of “Tests” changed".
std::string moved_words(const std::map<std::string, std::string>& before,
                        const std::map<std::string, std::string>& now);
/// Every id that the step needs, and that those need.
std::set<std::string> all_needs(const release_state& state, const step_rule& rule);
/// Everything the step needs, and what that needs, is done or skipped.
bool needs_are_met(const release_state& state, const step_rule& rule);
/// "@U1, @U2 or @U3"
std::string names_of(const std::vector<person_id>& people);
/// Refuses what a release that is over no longer takes.
result<> check_live(const release_state& state);
/// Refuses what cannot be undone while the project is locked (R4.3).
result<> check_not_locked(const release_state& state, instant now);
/// "until 14:02 UTC", with the day when it is another one.
std::string until_words(instant until, instant now);
/// Refuses to begin anything while a hold or an abort is in force (R4.5).
result<> check_not_stopped(const release_state& state);

}  // namespace slipway::release::rules
