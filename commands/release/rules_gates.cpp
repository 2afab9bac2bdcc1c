// Gates: seats, four eyes, fingerprints, veto, withdrawal, expiry. First valid decision wins (R3.15).
#include <algorithm>

#include "commands/release/authors.hpp"
#include "commands/release/rules_parts.hpp"
#include "commands/release/usual.hpp"
#include "integrations/base/described.hpp"

namespace slipway::release {
namespace {

using rules::clock_time;
using rules::name;
using rules::refuse;

std::string free_seats(const gate_state& gate) {
    std::map<std::string, int> open;
    for (const auto& each : gate.seats)
        if (!each.taken_by) ++open[each.role];
    std::string text;
    for (const auto& [role, count] : open)
        text += (text.empty() ? "" : " and ") + std::to_string(count) + " more from " + role;
    return text;
}

/// Slack names one person's team differently in a command and in a click where several workspaces share a channel, so
/// that nobody sits twice or approves what they asked for, the user id alone decides.
bool same_person(const person_id& a, const person_id& b) {
    return a.user == b.user;
}

/// What this person wrote of what the gate lets run: by the account that is theirs now, or was when it was asked.
std::vector<std::string> written_by(const gate_state& gate, const actor& who) {
    std::vector<std::string> all;
    for (const auto& each : gate.authors) {
        const bool theirs = each.slack.empty() ? !who.gitlab.empty() && each.gitlab == who.gitlab
                                               : each.slack == who.who.user || each.gitlab == who.gitlab;
        if (theirs && std::ranges::find(all, each.what) == all.end()) all.push_back(each.what);
    }
    return all;
}

/// Which authors fill no seat, and for which of them nobody can say who that is.
std::string authors_words(const gate_state& gate) {
    std::string text;
    for (const auto& each : authors_by_person(gate.authors))
        text += each.slack.empty()
                    ? "; " + each.gitlab + ", who wrote migration " + listed(each.what) +
                          " in GitLab, was linked with nobody in Slack, so four eyes keep nobody from "
                          "a seat for it (`/release link`)"
                    : "; @" + each.slack + " wrote migration " + listed(each.what) + " and cannot fill a seat";
    return text;
}

std::vector<person_id> seated(const gate_state& gate) {
    std::vector<person_id> all;
    for (const auto& each : gate.seats)
        if (each.taken_by) all.push_back(*each.taken_by);
    if (all.empty()) all.push_back(gate.closed_by);
    return all;
}

bool has_a_role_of(const gate_state& gate, const actor& who) {
    return std::ranges::any_of(gate.seats, [&](const seat& each) { return who.roles.contains(each.role); });
}

std::vector<std::string> roles_of(const gate_state& gate) {
    std::set<std::string> all;
    for (const auto& each : gate.seats) all.insert(each.role);
    return {all.begin(), all.end()};
}

bool all_filled(const gate_state& gate) {
    return std::ranges::all_of(gate.seats, [](const seat& each) { return each.taken_by.has_value(); });
}

std::string decided_words(const gate_state& gate) {
    std::string text = boost::describe::enum_to_string(gate.status, "closed");
    text += " since " + clock_time(gate.closed_at);
    if (!gate.closed_by.empty() && gate.closed_by.user != "slipway") text += ", by " + name(gate.closed_by);
    if (!gate.reason.empty()) text += " (" + gate.reason + ")";
    return text;
}

/// The open gate that the click was meant for, or why there is none.
result<const step_state*> gate_for(const rules::question& q, const std::string& step_id,
                                   const std::string& fingerprint) {
    if (const auto live = rules::check_live(q.state); !live) return live.error();
    const auto* step = q.state.step(step_id);
    if (step == nullptr || !step->gate)
        return refuse("There is no question open for " + rules::title_of(q.state, step_id) +
                      ". `/release status` shows what the release waits for.");
    const auto& gate = *step->gate;
    if (gate.fingerprint != fingerprint)
        return failure{errc::moved, "This card is out of date: what it showed has changed since" +
                                        (gate.reason.empty() ? std::string{} : " (" + gate.reason + ")") +
                                        ". The newest card of " + rules::title_of(q.state, step_id) +
                                        " in the release's thread is the one to answer."};
    if (gate.status == gate_status::approved && step->status == step_status::running)
        return refuse(rules::title_of(q.state, step_id) + " already started at " + clock_time(gate.closed_at) +
                      ", approved by " + rules::names_of(seated(gate)) +
                      ". Who may approve it can press “Request stop” on its card.");
    if (gate.status != gate_status::open)
        return refuse("The question " + rules::title_of(q.state, step_id) + " is closed: " + decided_words(gate) + ".");
    if (q.now >= gate.expires)
        return refuse("The question " + rules::title_of(q.state, step_id) + " expired at " + clock_time(gate.expires) +
                      ". A release manager can ask again with `/release retry " + step_id + "`.");
    if (const auto known = rules::check_account(q.who); !known) return known.error();
    return step;
}

/// The seat of the open gate that an approval would fill, or why there is none for this person.
result<std::size_t> free_seat(const rules::question& q, const step_state& step) {
    const auto& gate = *step.gate;
    for (const auto& each : gate.seats)
        if (each.taken_by && same_person(*each.taken_by, q.who.who))
            return refuse("You already approved at " + clock_time(each.at) + "; the gate " + why_closed(q.state, step) +
                          ".");
    if (gate.four_eyes && same_person(q.who.who, q.state.requester))
        return refuse("You asked for this release, so somebody else has to approve it (four eyes): the gate " +
                      why_closed(q.state, step) + ".");
    if (const auto own = written_by(gate, q.who); !own.empty())
        return refuse("You wrote migration " + listed(own) + " of this " +
                      (q.state.facts.contains(train_authors_fact) ? "train" : "release") +
                      ", so somebody else signs its deploy (four eyes): the gate " + why_closed(q.state, step) + ".");
    const auto fits = [&](const seat& each) { return !each.taken_by && q.who.roles.contains(each.role); };
    const auto free = std::ranges::find_if(gate.seats, fits);
    std::vector<std::string> missing;
    for (const auto& each : gate.seats)
        if (!each.taken_by) missing.push_back(each.role);
    if (const auto open = rules::unverified_of(q.who, missing); free == gate.seats.end() && !open.empty())
        return rules::cannot_verify(open);
    if (free == gate.seats.end())
        return refuse("You have none of the roles that are still missing: the gate " + why_closed(q.state, step) +
                      ". Ask one of them to look at this card.");
    return static_cast<std::size_t>(free - gate.seats.begin());
}

/// The plan's own form decides, whatever a window said before (R2.12).
result<> check_form(const std::vector<form_field>& fields, const form_values& answers) {
    const auto wrong = check_answers(fields, answers);
    if (wrong.empty()) return {};
    std::string text;
    for (const auto& each : fields)
        if (const auto found = wrong.find(each.id); found != wrong.end())
            text += " “" + each.label + "”: " + found->second;
    return refuse(
        "The form of this question is not filled in as it has to be, so nothing was stored. Press the "
        "button of the card again." +
        text);
}

}  // namespace

bool asks_for_form(const release_state& state, const approve& asked, const actor& who) {
    if (state.plan.fields_of(asked.step).empty()) return false;
    const kinds none;
    const circumstances alone;
    const rules::question now{state, who, instant{}, none, alone};
    const auto found = gate_for(now, asked.step, asked.fingerprint);
    return found && free_seat(now, **found);
}

std::string why_closed(const release_state& state, const step_state& step) {
    if (!step.gate) return rules::has_open_blocking_item(step) ? "not every item is dealt with" : "";
    const auto& gate = *step.gate;
    if (gate.status != gate_status::open) return decided_words(gate);
    std::string text = "needs " + free_seats(gate);
    if (gate.four_eyes) text += "; " + name(state.requester) + " asked for this release and cannot fill a seat";
    text += authors_words(gate);
    if (!gate.shortage.empty()) text += "; " + gate.shortage;
    return text;
}

std::optional<instant> reminder_of(const gate_state& gate) {
    constexpr milliseconds before{10 * 60'000};
    if (gate.expires - gate.opened_at < 2 * before) return std::nullopt;
    return gate.expires - before;
}

bool may_withdraw(const step_state& step) {
    if (step.status != step_status::asking || !step.gate || step.gate->broken) return false;
    const auto status = step.gate->status;
    const bool counts = status == gate_status::open || status == gate_status::approved;
    return counts && std::ranges::any_of(step.gate->seats, [](const seat& each) { return each.taken_by.has_value(); });
}

bool may_request_stop(const release_state& state, const step_state& step, const actor& who) {
    const bool runs = state.is_live() && step.status == step_status::running && step.gate &&
                      step.gate->status == gate_status::approved;
    if (!runs || !rules::check_account(who)) return false;
    const auto people = seated(*step.gate);
    return has_a_role_of(*step.gate, who) ||
           std::ranges::any_of(people, [&](const person_id& each) { return same_person(each, who.who); });
}

namespace rules {
namespace {

/// The gate is open: what it guards goes on, or, when the answer was all there was to do, is done.
void open_gate(const question& q, const step_state& step, const std::string& reason, const std::string& confirmed,
               events& all) {
    all.push_back(gate_closed{step.id, gate_status::approved, q.who.who, reason, q.now});
    const auto* kind = kind_of(q, step);
    if (kind == nullptr || kind->what != step_class::confirm) return;
    step_ended ended;
    ended.step = step.id;
    ended.attempt = step.attempt;
    ended.text = confirmed;
    ended.by = q.who.who;
    ended.at = q.now;
    all.push_back(ended);
}

/// The question whose answer is taken back: open, or decided while what it lets run has not begun (R3.8). What was
/// opened past its rules needs nobody's approval.
result<const step_state*> gate_to_leave(const question& q, const std::string& step_id, const std::string& fingerprint) {
    const auto* step = q.state.step(step_id);
    if (step == nullptr || !q.state.is_live() || !may_withdraw(*step) || step->gate->fingerprint != fingerprint)
        return gate_for(q, step_id, fingerprint);
    if (const auto known = check_account(q.who); !known) return known.error();
    return step;
}

/// The decided question is open once more, with the seats of the others as they are.
event asked_again_without(const step_state& step, const person_id& who) {
    auto gate = *step.gate;
    gate.status = gate_status::open;
    gate.closed_by = {};
    gate.closed_at = {};
    gate.reason.clear();
    for (auto& each : gate.seats)
        if (each.taken_by == who) {
            each.taken_by.reset();
            each.answers.clear();
        }
    return gate_opened{step.id, std::move(gate)};
}

/// "only 1 of dba can still answer and 2 are missing": who has the roles now is too few for the seats that are open.
std::string shortage_of(const release_state& state, const gate_state& gate,
                        const std::map<std::string, std::vector<std::string>>& users) {
    std::map<std::string, int> missing;
    std::set<std::string> sitting;
    for (const auto& each : gate.seats) {
        if (each.taken_by)
            sitting.insert(each.taken_by->user);
        else
            ++missing[each.role];
    }
    if (gate.four_eyes) sitting.insert(state.requester.user);
    for (const auto& each : gate.authors) sitting.insert(each.slack);
    std::string text;
    for (const auto& [role, count] : missing) {
        const auto known = users.find(role);
        if (known == users.end()) continue;  // its source did not answer
        const auto can =
            std::ranges::count_if(known->second, [&](const auto& each) { return !sitting.contains(each); });
        if (can >= count) continue;
        text += (text.empty() ? "" : ", ") + std::string{can == 0 ? "nobody" : "only " + std::to_string(can)} + " of " +
                role + " can answer and " + std::to_string(count) + (count == 1 ? " is" : " are") + " missing";
    }
    return text;
}

}  // namespace

gate_state new_gate(const question& q, const step_state& step, const gate_rule& rule) {
    gate_state gate;
    gate.number = step.gate ? step.gate->number + 1 : 1;
    gate.shown = gate_inputs(q.state, step, q.known);
    gate.fingerprint = gate_fingerprint(q.state, step, gate.shown);
    if (step.gate && step.gate->status == gate_status::outdated)
        for (const auto& each : step.gate->seats)
            if (each.taken_by) gate.again.push_back(*each.taken_by);
    gate.commit = q.state.fact("candidate");
    gate.question = rule.question.empty() ? q.state.plan.find(step.id)->title + "?" : rule.question;
    gate.four_eyes = rule.four_eyes;
    if (const auto* asks = q.state.plan.find(step.id); rule.four_eyes && lets_deploy(q.state, *asks))
        gate.authors = authors_of_migrations(q.state);
    gate.opened_at = q.now;
    gate.expires = q.now + rule.expires;
    for (const auto& [role, count] : rule.seats)
        for (int i = 0; i < count; ++i) gate.seats.push_back({role, std::nullopt, {}});
    return gate;
}

result<events> decide(const question& q, const approve& asked) {
    const auto found = gate_for(q, asked.step, asked.fingerprint);
    if (!found) return found.error();
    const auto& gate = *(*found)->gate;
    const auto place = free_seat(q, **found);
    if (!place) return place.error();
    const auto& fields = q.state.plan.fields_of(asked.step);
    if (const auto good = check_form(fields, asked.answers); !good) return good.error();
    events all{seat_filled{asked.step, gate.seats[*place].role, q.who.who, q.now, answers_of(fields, asked.answers)}};
    auto after = gate;
    after.seats[*place].taken_by = q.who.who;
    if (!all_filled(after)) return all;
    open_gate(q, **found, "", "confirmed by " + name(q.who.who), all);
    return all;
}

result<events> decide(const question& q, const break_glass& asked) {
    const auto* step = q.state.step(asked.step);
    const auto shown =
        asked.fingerprint.empty() && step != nullptr && step->gate ? step->gate->fingerprint : asked.fingerprint;
    const auto found = gate_for(q, asked.step, shown);
    if (!found) return found.error();
    if (const auto allowed = may(q.state.rights, "break-glass", q.who); !allowed) return allowed.error();
    if (asked.version != q.state.version)
        return refuse(
            "To open this gate past its rules, type the version of the release so that it cannot be a slip: "
            "`/release break-glass " +
            asked.step + " " + q.state.version + " REASON`.");
    if (const auto reason = check_full_reason(asked.reason, "opening the gate past its rules"); !reason)
        return reason.error();
    events all{glass_broken{{asked.step, q.who.who, asked.reason, q.now}}};
    open_gate(q, **found, "break-glass: " + asked.reason,
              "opened past its rules by " + name(q.who.who) + ": " + asked.reason, all);
    return all;
}

result<events> decide(const question& q, const request_stop& asked) {
    if (const auto live = check_live(q.state); !live) return live.error();
    const auto* step = q.state.step(asked.step);
    const auto title = title_of(q.state, asked.step);
    if (step == nullptr || step->status != step_status::running || !step->gate)
        return refuse(title +
                      " is not running, so there is nothing to stop. `/release hold REASON` keeps everything "
                      "from starting.");
    if (const auto known = check_account(q.who); !known) return known.error();
    if (!may_request_stop(q.state, *step, q.who)) {
        const auto roles = roles_of(*step->gate);
        if (const auto open = unverified_of(q.who, roles); !open.empty()) return cannot_verify(open);
        return refuse("Only who may approve " + title + " can ask for it to be stopped: " + one_of(roles) +
                      ". `/release hold REASON` keeps everything else from starting.");
    }
    if (q.state.held)
        return refuse("The release is already on hold since " + clock_time(q.state.held->at) + " by " +
                      name(q.state.held->by) + ". What runs ends by itself; `/release abort " + q.state.version +
                      " REASON` stops what can be stopped.");
    if (const auto reason = check_reason(asked.reason, "the stop"); !reason) return reason.error();
    const auto words = "stop requested while " + title + " runs: " + asked.reason;
    return events{release_held{{q.who.who, untrusted{words}, q.now}}};
}

result<events> decide(const question& q, const reject& asked) {
    const auto found = gate_for(q, asked.step, asked.fingerprint);
    if (!found) return found.error();
    const auto& gate = *(*found)->gate;
    const bool sits_here = has_a_role_of(gate, q.who);
    const bool asked_for_it = same_person(q.who.who, q.state.requester);
    if (const auto open = unverified_of(q.who, roles_of(gate)); !sits_here && !asked_for_it && !open.empty())
        return cannot_verify(open);
    if (!sits_here && !asked_for_it)
        return refuse("A veto belongs to the roles this gate asks: it " + why_closed(q.state, **found) +
                      ". `/release hold REASON` stops the release for everybody.");
    if (const auto reason = check_reason(asked.reason, "the rejection"); !reason) return reason.error();
    return events{gate_closed{asked.step, gate_status::rejected, q.who.who, asked.reason, q.now}};
}

result<events> decide(const question& q, const withdraw& asked) {
    const auto found = gate_to_leave(q, asked.step, asked.fingerprint);
    if (!found) return found.error();
    const auto& gate = *(*found)->gate;
    for (const auto& each : gate.seats)
        if (each.taken_by && same_person(*each.taken_by, q.who.who)) {
            events all{seat_withdrawn{asked.step, *each.taken_by, q.now}};
            if (gate.status == gate_status::approved) all.push_back(asked_again_without(**found, *each.taken_by));
            return all;
        }
    return refuse("You have not approved " + title_of(q.state, asked.step) + ", so there is nothing to withdraw.");
}

std::optional<event> expiry_of(const step_state& step, instant now) {
    if (!step.gate || now < step.gate->expires) return std::nullopt;
    const bool open = step.gate->status == gate_status::open;
    if (!open && step.gate->status != gate_status::approved) return std::nullopt;
    const char* why = open ? "nobody answered in time" : "it was approved, and nothing began in time";
    return gate_closed{step.id, gate_status::expired, machine().who, why, now};
}

result<events> decide(const question& q, const tick& asked) {
    events all;
    const auto now = std::max(q.now, asked.reached);
    for (const auto& step : q.state.steps) {
        const auto late = late_at(q.state, step);
        if (late && now >= *late && step.intent->late == instant{})
            all.push_back(step_late{step.id, step.attempt, now});
        if (!q.state.is_live() || !step.gate || step.status != step_status::asking) continue;
        if (auto over = expiry_of(step, now)) {
            all.push_back(std::move(*over));
            continue;
        }
        if (step.gate->status != gate_status::open) continue;
        const auto remind = reminder_of(*step.gate);
        if (remind && now >= *remind && step.gate->reminded == instant{} && !q.state.aborting)
            all.push_back(gate_reminded{step.id, now});
    }
    return all;
}

result<events> decide(const question& q, const members_seen& seen) {
    events all;
    for (const auto& step : q.state.steps) {
        if (!q.state.is_live() || !step.gate || step.gate->status != gate_status::open) continue;
        const auto words = shortage_of(q.state, *step.gate, seen.users);
        if (words != step.gate->shortage) all.push_back(gate_staffed{step.id, words, q.now});
    }
    return all;
}

std::string moved_words(const std::map<std::string, std::string>& before,
                        const std::map<std::string, std::string>& now) {
    constexpr auto is_sentence = [](const std::string& what) {
        return what.starts_with("wh") || what.starts_with("the ");
    };
    std::string text;
    for (const auto& [what, value] : now) {
        const auto old = before.find(what);
        if (old != before.end() && old->second == value) continue;
        text += (text.empty() ? "" : ", ") + what + (is_sentence(what) ? " changed" : " moved");
    }
    return before.empty() || text.empty() ? "what it showed has changed" : text;
}

}  // namespace rules
}  // namespace slipway::release
