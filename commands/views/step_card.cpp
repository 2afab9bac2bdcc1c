#include "commands/views/step_card.hpp"

#include "commands/views/change_table.hpp"
#include "commands/views/changelog_text.hpp"
#include "commands/views/gate_card.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

using release::step_status;

release::button pressed(const release::release_state& state, const release::step_state& step, const char* kind) {
    release::button made;
    made.release = state.id;
    made.kind = kind;
    made.step = step.id;
    return made;
}

markup opening(const release::step_rule& rule, const release::step_state& step, const names& people) {
    const auto said = people.full_sentence(step.text.empty() ? "It gave no reason." : step.text);
    const auto attempt = step.attempt > 1 ? say(" (attempt {})", step.attempt) : markup{};
    switch (step.status) {
        case step_status::failed:
            return say("❌ *{}* failed{}\n{}", step_name(rule), attempt, said);
        case step_status::errored:
            return say("⚠️ *{}* errored{}: we could not know\n{}", step_name(rule), attempt, said);
        default:
            return say("❓ *{}*: it is not known whether it took effect{}\n{}", step_name(rule), attempt, said);
    }
}

/// What can be done, in the order in which a person should think of it.
markup way_out(const release::step_rule& rule, const release::step_state& step) {
    const auto retry = slack::code("/release retry " + rule.id);
    if (step.status == step_status::unknown_outcome)
        return say(
            "Look outside first: did it happen? Then press the button that is true. “Treat as done” goes on as if it "
            "had succeeded; “Run again” does it once more. {}",
            reversibility(rule.effect));
    const bool can_skip = !rule.required && rule.effect != release::side_effect::irreversible;
    const auto skip = can_skip
                          ? say(" If it does not matter this time, skip it with a reason; the board says so for ever.")
                          : say(" It cannot be skipped.");
    if (step.status == step_status::errored)
        return say("Nothing that cannot be undone has happened. Press Retry, or type {}.{}", retry, skip);
    return say("Remove the cause, then press Retry or type {}.{}", retry, skip);
}

std::vector<slack::element> buttons(const release::release_state& state, const release::step_rule& rule,
                                    const release::step_state& step, std::vector<release::button>& shown) {
    if (!state.is_live()) return {};
    button_row row{shown};
    if (step.status == step_status::unknown_outcome) {
        auto again = row.make(pressed(state, step, "run_again"), "It did not: run again", slack::button_style::danger);
        slack::confirm_dialog sure;
        sure.title = "Run it again?";
        sure.text = say("{} is done once more. {}", step_name(rule, 150), reversibility(rule.effect));
        sure.confirm = "Yes, run again";
        sure.danger = true;
        again.confirm = std::move(sure);
        return {row.make(pressed(state, step, "treat_as_done"), "It happened: treat as done"), again};
    }
    if (state.aborting) return {};
    std::vector<slack::element> all{row.make(pressed(state, step, "retry"), "Retry", slack::button_style::primary)};
    if (!rule.required && rule.effect != release::side_effect::irreversible)
        all.push_back(row.make(pressed(state, step, "skip"), "Skip with a reason"));
    return all;
}

std::string log_name(const release::step_state& step) {
    return step.id + "-" + std::to_string(step.attempt) + ".log";
}

}  // namespace

rendered failure_card(const release::release_state& state, const release::step_state& step, const names& people,
                      std::vector<release::button>& shown) {
    const auto* rule = state.plan.find(step.id);
    const auto name = release_name(state, people.project());
    const auto said = slack::cut(slack::one_line(step.text), 200);
    slack::message_builder made{
        say("{}: {} {}. {}", name, step_name(*rule), release::to_words(step.status), people.full_sentence(said)),
        step.id + ".txt"};
    made.section(opening(*rule, step, people));
    made.log(step.detail, log_name(step), 20);
    made.section(way_out(*rule, step));
    made.actions(buttons(state, *rule, step, shown));
    made.context(say("{} · ended {} · intent {}", name, slack::date_token(step.ended, slack::date_style::time),
                     step.intent ? slack::code(step.intent->key.substr(0, 12)) : say("none")));
    return made.render();
}

bool has_result(const release::step_state& step) {
    return step.status == step_status::done && (!step.detail.empty() || !array_at(step.data, "table").empty() ||
                                                (step.look && !step.look->lines.empty() && !step.gate));
}

rendered result_card(const release::release_state& state, const release::step_state& step, const names& people,
                     std::vector<release::button>& shown) {
    const auto* rule = state.plan.find(step.id);
    slack::message_builder made{say("{}: {} done. {}", release_name(state, people.project()), step_name(*rule),
                                    slack::cut(slack::one_line(step.text), 200)),
                                step.id + ".txt"};
    made.section(say("✅ *{}* done\n{}", step_name(*rule), people.sentence(step.text)));
    if (const auto table = change_table(step.data); !table.empty()) made.section(table);
    std::string lines;
    if (step.look)
        for (const auto& each : step.look->lines) (lines += each) += '\n';
    made.verbatim(lines);
    const bool is_entry = rule->kind == "changelog" && state.is_live() && state.fact("commit").empty();
    made.log(is_entry ? entry_now(state) : step.detail, log_name(step), 40);
    if (is_entry) {
        // Drafted anew with every note, until the release commit holds it.
        auto edit = pressed(state, step, "edit_notes");
        edit.fingerprint = release::notes_to_edit(state.notes).fingerprint;
        button_row row{shown};
        made.actions({row.make(edit, "Edit the notes")});
    }
    return made.render();
}

}  // namespace slipway::views
