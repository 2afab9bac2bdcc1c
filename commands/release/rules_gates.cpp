// Gates: seats, four eyes, fingerprints, veto, withdrawal, expiry. First valid decision wins (R3.15).
#include <algorithm>

#include "commands/release/rules_parts.hpp"

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
    if (gate.status != gate_status::open)
        return refuse("The question " + rules::title_of(q.state, step_id) + " is closed: " + decided_words(gate) + ".");
    if (q.now >= gate.expires)
        return refuse("The question " + rules::title_of(q.state, step_id) + " expired at " + clock_time(gate.expires) +
                      ". A release manager can ask again with `/release retry " + step_id + "`.");
    if (!q.who.roles_known)
        return refuse(
            "I cannot verify your roles right now because their source does not answer; nothing was changed. Try again "
            "in a minute.");
    if (q.who.is_robot) return refuse("Bot accounts never fill a seat; a person has to decide this.");
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
    const auto fits = [&](const seat& each) { return !each.taken_by && q.who.roles.contains(each.role); };
    const auto free = std::ranges::find_if(gate.seats, fits);
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
    return text;
}

namespace rules {

gate_state new_gate(const question& q, const step_state& step, const gate_rule& rule) {
    gate_state gate;
    gate.number = step.gate ? step.gate->number + 1 : 1;
    gate.fingerprint = gate_fingerprint(q.state, step);
    gate.commit = q.state.fact("candidate");
    gate.question = rule.question.empty() ? q.state.plan.find(step.id)->title + "?" : rule.question;
    gate.four_eyes = rule.four_eyes;
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
    all.push_back(gate_closed{asked.step, gate_status::approved, q.who.who, "", q.now});
    const auto* kind = kind_of(q, **found);
    if (kind != nullptr && kind->what == step_class::confirm) {
        step_ended ended;
        ended.step = asked.step;
        ended.attempt = (*found)->attempt;
        ended.text = "confirmed by " + name(q.who.who);
        ended.by = q.who.who;
        ended.at = q.now;
        all.push_back(ended);
    }
    return all;
}

result<events> decide(const question& q, const reject& asked) {
    const auto found = gate_for(q, asked.step, asked.fingerprint);
    if (!found) return found.error();
    const auto& gate = *(*found)->gate;
    const bool sits_here =
        std::ranges::any_of(gate.seats, [&](const seat& each) { return q.who.roles.contains(each.role); });
    if (!sits_here && !(q.who.who == q.state.requester))
        return refuse("A veto belongs to the roles this gate asks: it " + why_closed(q.state, **found) +
                      ". `/release hold REASON` stops the release for everybody.");
    if (const auto reason = check_reason(asked.reason, "the rejection"); !reason) return reason.error();
    return events{gate_closed{asked.step, gate_status::rejected, q.who.who, asked.reason, q.now}};
}

result<events> decide(const question& q, const withdraw& asked) {
    const auto found = gate_for(q, asked.step, asked.fingerprint);
    if (!found) return found.error();
    for (const auto& each : (*found)->gate->seats)
        if (each.taken_by && same_person(*each.taken_by, q.who.who))
            return events{seat_withdrawn{asked.step, *each.taken_by, q.now}};
    return refuse("You have not approved " + title_of(q.state, asked.step) + ", so there is nothing to withdraw.");
}

result<events> decide(const question& q, const tick&) {
    events all;
    for (const auto& step : q.state.steps)
        if (q.state.is_live() && step.gate && step.gate->status == gate_status::open && q.now >= step.gate->expires &&
            step.status == step_status::asking)
            all.push_back(gate_closed{step.id, gate_status::expired, machine().who, "nobody answered in time", q.now});
    return all;
}

}  // namespace rules
}  // namespace slipway::release
