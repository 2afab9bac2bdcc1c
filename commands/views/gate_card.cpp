#include "commands/views/gate_card.hpp"

#include <algorithm>

#include <charconv>
#include <iterator>

#include "commands/release/authors.hpp"
#include "commands/views/change_table.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/limits.hpp"

namespace slipway::views {
namespace {

using release::gate_status;
using release::side_effect;

release::button pressed(const release::release_state& state, const release::step_state& step, const char* kind) {
    release::button made;
    made.release = state.id;
    made.kind = kind;
    made.step = step.id;
    made.fingerprint = step.gate->fingerprint;
    return made;
}

std::vector<slack::field> evidence(const release::release_state& state, const release::step_rule& rule,
                                   const release::gate_state& gate) {
    std::vector<slack::field> fields;
    fields.push_back({"Version", slack::code(state.version)});
    fields.push_back({"Commit", commit_link(state, gate.commit)});
    if (const auto url = state.fact("diff_url"); !url.empty())
        fields.push_back({"Diff", slack::hyperlink(url, "against stable")});
    for (const auto& each : state.steps) {
        const auto* checked = state.plan.find(each.id);
        const bool tests = checked != nullptr &&
                           (checked->kind == "run" || checked->kind == "salt_ping" || checked->fresh > milliseconds{0});
        // Only what was known when the question was asked: a card that is answered does not change any more.
        const bool known = each.status == release::step_status::done && each.ended <= gate.opened_at;
        if (tests && known && rule.id != each.id && fields.size() < 8)
            fields.push_back({checked->title, say("✅ {}, {}, {} before this question", brief(each.text, 100),
                                                  slack::date_token(each.ended, slack::date_style::time),
                                                  to_words(gate.opened_at - each.ended))});
    }
    return fields;
}

/// Who decided, as the last word of a card that is over.
markup ending(const release::release_state& state, const release::step_state& step, const names& people) {
    const auto& gate = *step.gate;
    const auto at = slack::date_token(gate.closed_at, slack::date_style::time);
    switch (gate.status) {
        case gate_status::approved:
            if (gate.broken)
                return say("🟥 *Opened past its rules* (break-glass) by {} at {}: {}", people.of(gate.closed_by), at,
                           people.full_sentence(gate.reason));
            return say("✅ *Approved* at {}.", at);
        case gate_status::rejected:
            return say("❌ *Rejected* by {} at {}: {}\nAfter the cause is gone: {}.", people.of(gate.closed_by), at,
                       people.sentence(gate.reason), slack::code("/release retry " + step.id));
        case gate_status::expired:
            return say("⌛ *Expired* at {}: {}. A release manager can ask again with {}.", at,
                       people.sentence(gate.reason), slack::code("/release retry " + step.id));
        case gate_status::outdated:
            return say("↔️ *Out of date* since {}: {} Earlier approvals are void; the newest card is the one to answer.",
                       at, people.full_sentence(gate.reason));
        case gate_status::open:
            break;
    }
    if (!state.is_live()) return say("The release is over; this question needs no answer.");
    if (state.aborting) return say("🛑 The release is being aborted; this question needs no answer any more.");
    if (step.status == release::step_status::skipped)
        return say("⏭️ Skipped by {}: {}", people.of(step.by), step.reason);
    return say("This question needs no answer now.");
}

/// Whom four eyes keep from a seat beside the requester, and for whose work nobody is kept: said, not hidden (R3.2).
void add_authors(slack::message_builder& made, const release::gate_state& gate, const names& people) {
    std::vector<markup> lines;
    for (const auto& each : release::authors_by_person(gate.authors)) {
        const auto wrote = release::listed(each.what);
        if (each.slack.empty())
            lines.push_back(
                say("⚠️ {} wrote migration {} in GitLab and was linked with nobody in Slack when this was "
                    "asked, so four eyes keep nobody from a seat for it. {} connects the accounts.",
                    each.gitlab, wrote, slack::code("/release link")));
        else
            lines.push_back(say("{} wrote migration {} and cannot fill a seat.", people.of(each.slack), wrote));
    }
    if (!lines.empty()) made.section(slack::join(lines, "\n"));
}

std::vector<slack::element> buttons(const release::release_state& state, const release::step_state& step,
                                    std::vector<release::button>& shown) {
    button_row row{shown};
    std::vector<slack::element> all{approve_button(state, step, row)};
    all.push_back(reject_button(state, step, row));
    if (release::may_withdraw(step)) all.push_back(row.make(pressed(state, step, "withdraw"), "Withdraw my approval"));
    if (const auto right = state.rights.find("break-glass"); right != state.rights.end() && !right->second.empty())
        all.push_back(row.make(pressed(state, step, "break_glass"), "Break glass", slack::button_style::danger));
    if (const auto url = state.fact("diff_url"); !url.empty()) {
        slack::button diff{"See diff", "slipway.open", {}};
        diff.url = url;
        all.push_back(std::move(diff));
    }
    return all;
}

void add_evidence(slack::message_builder& made, const release::release_state& state, const release::step_rule& rule,
                  const release::step_state& step, const names& people) {
    if (!rule.text.empty()) made.section(filled(rule.text, state));
    made.section(consequence(rule));
    made.fields(evidence(state, rule, *step.gate));
    if (!step.look) return;
    if (!step.look->summary.empty()) made.section(people.full_sentence(step.look->summary));
    if (const auto table = change_table(step.look->data); !table.empty()) {
        made.section(table);
        return;
    }
    std::string lines;
    for (const auto& each : step.look->lines) (lines += each) += '\n';
    made.verbatim(lines);
}

/// "yes", "3", "OPS-17": as a person would say it.
std::string answer_words(const json::value& answer) {
    if (const auto* flag = answer.if_bool()) return *flag ? "yes" : "no";
    if (const auto* text = answer.if_string()) return {text->data(), text->size()};
    if (!answer.is_double()) return json::serialize(answer);
    char digits[40];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), answer.get_double()).ptr;
    return {std::begin(digits), end};
}

/// Who said what in the form, a person a section.
void add_answers(slack::message_builder& made, const release::release_state& state, const release::step_state& step,
                 const names& people) {
    constexpr std::size_t most = 300;  // characters of one answer; the journal has all of it
    for (const auto& seat : step.gate->seats) {
        if (!seat.taken_by || seat.answers.empty()) continue;
        markup text = say("{} answered:", people.of(*seat.taken_by));
        for (const auto& field : state.plan.fields_of(step.id))
            if (const auto* answer = seat.answers.if_contains(field.id))
                text += say("\n• {}: {}", field.label, brief(answer_words(*answer), most));
        made.section(text);
    }
}

bool runs_behind(const release::release_state& state, const release::step_state& step) {
    return state.is_live() && step.status == release::step_status::running &&
           step.gate->status == gate_status::approved && !state.held;
}

/// Everybody has approved, and something else keeps it from starting: a hold, a lock, a freeze, a resource.
bool waits_to_begin(const release::release_state& state, const release::step_state& step) {
    return state.is_live() && !state.aborting && release::may_withdraw(step) &&
           step.gate->status == gate_status::approved;
}

/// Whose approval of the question before counts no more is called, once: by a direct message, or else by the post of
/// the card in the channel (R3.5, R7.10).
markup called_again(const release::release_state& state, const release::gate_state& gate, const names& people,
                    bool in_channel) {
    const auto directly = people.asked_directly(state, gate);
    std::vector<markup> all;
    all.reserve(gate.again.size());
    for (const auto& each : gate.again) {
        const bool calls = in_channel && !directly.contains(each.user);
        all.push_back(calls ? slack::user_mention(each.user) : people.of(each));
    }
    return say("Approved before and void now: {}. Please look again.", slack::join(all, ", "));
}

rendered card(const release::release_state& state, const release::step_state& step, const names& people,
              const markup& opening, std::vector<release::button>& shown) {
    const auto* rule = state.plan.find(step.id);
    const auto& gate = *step.gate;
    const auto question = filled(gate.question, state);
    const auto name = release_name(state, people.project());
    slack::message_builder made{takes_answers(state, step)
                                    ? say("{}: {}", name, question)
                                    : say("{}: {} {}", name, question, ending(state, step, people)),
                                step.id + ".txt"};
    made.section(say("*{}*\n{} · {}{}", question, name, step_name(*rule),
                     gate.number > 1 ? say(" · asked again, question {}", gate.number) : markup{}));
    if (!opening.empty()) made.section(opening);
    if (!gate.again.empty()) made.section(called_again(state, gate, people, /*in_channel=*/opening.empty()));
    add_evidence(made, state, *rule, step, people);
    made.section(seats_text(state, gate, people));
    if (takes_answers(state, step)) add_authors(made, gate, people);
    add_answers(made, state, step, people);
    if (takes_answers(state, step))
        made.actions(buttons(state, step, shown));
    else
        made.section(ending(state, step, people));
    if (waits_to_begin(state, step)) {
        button_row row{shown};
        made.actions({row.make(pressed(state, step, "withdraw"), "Withdraw my approval")});
    }
    if (runs_behind(state, step)) {
        button_row row{shown};
        made.actions({request_stop_button(state, step, row)});
    }
    if (takes_answers(state, step) && !gate.shortage.empty())
        made.section(say("⚠️ As the roles are now: {}.", people.sentence(gate.shortage)));
    const auto rule_text = gate.four_eyes
                               ? say("{} asked for this release and cannot fill a seat", people.of(state.requester))
                               : say("whoever asked for the release may answer too");
    made.context(say("Open until {} · {} · shown state {}", slack::date_token(gate.expires), rule_text,
                     slack::code(gate.fingerprint.substr(0, 8))));
    return made.render();
}

}  // namespace

markup consequence(const release::step_rule& rule) {
    if (is_confirmation(rule)) return say("Your click says that this was done; nothing runs because of it.");
    return say("When every seat is filled, *{}* starts by itself. {}", step_name(rule), reversibility(rule.effect));
}

bool is_confirmation(const release::step_rule& rule) {
    return rule.kind == "confirm" || rule.kind == "reading";
}

slack::button approve_button(const release::release_state& state, const release::step_state& step, button_row& row) {
    const auto* rule = state.plan.find(step.id);
    const bool confirms = is_confirmation(*rule);
    auto made =
        row.make(pressed(state, step, "approve"), confirms ? "Confirm" : "Approve", slack::button_style::primary);
    if (confirms || !state.plan.fields_of(step.id).empty()) return made;  // a form asks often enough
    slack::confirm_dialog sure;
    sure.title = "Approve for " + state.project + " " + state.version + "?";
    sure.text =
        say("{} starts as soon as every seat is filled. {}", step_name(*rule, 150), reversibility(rule->effect));
    sure.confirm = "Yes, approve";
    sure.deny = "Not yet";
    sure.danger = rule->effect == side_effect::irreversible;
    made.confirm = std::move(sure);
    return made;
}

slack::button reject_button(const release::release_state& state, const release::step_state& step, button_row& row) {
    const auto* rule = state.plan.find(step.id);
    return row.make(pressed(state, step, "reject"), is_confirmation(*rule) ? "Not OK" : "Reject",
                    slack::button_style::danger);
}

slack::button request_stop_button(const release::release_state& state, const release::step_state& step,
                                  button_row& row) {
    return row.make(pressed(state, step, "request_stop"), "Request stop", slack::button_style::danger);
}

bool takes_answers(const release::release_state& state, const release::step_state& step) {
    return state.is_live() && !state.aborting && step.status == release::step_status::asking && step.gate &&
           step.gate->status == gate_status::open;
}

rendered gate_card(const release::release_state& state, const release::step_state& step, const names& people,
                   std::vector<release::button>& shown) {
    return card(state, step, people, {}, shown);
}

rendered gate_direct_message(const release::release_state& state, const release::step_state& step, const names& people,
                             std::vector<release::button>& shown) {
    const auto opening = say("This waits for you or somebody else of your role; the same card is in the channel.");
    return card(state, step, people, opening, shown);
}

rendered without_buttons(rendered card, const markup& why) {
    json::array kept;
    for (auto& each : card.blocks) {
        if (text_at(each, "type") == "actions") continue;
        if (auto* block = each.if_object()) block->erase("accessory");
        kept.push_back(std::move(each));
    }
    // The card was built to the limit of one message; what is added must still fit.
    const auto used = slack::characters_in(kept);
    const auto left = slack::limit::message_characters - std::min(used, slack::limit::message_characters);
    constexpr std::size_t least_worth_saying = 40, most_words = 2'000;
    if (kept.size() < slack::limit::message_blocks && left >= least_worth_saying)
        for (auto& each : slack::context_blocks(slack::cut(why, std::min(left, most_words))))
            kept.push_back(std::move(each.json));
    card.blocks = std::move(kept);
    return card;
}

}  // namespace slipway::views
