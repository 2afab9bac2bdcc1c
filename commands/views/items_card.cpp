#include "commands/views/items_card.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

using release::item_state;
using release::item_status;

bool offers_buttons(const release::release_state& state, const release::step_state& step, const item_state& item) {
    const bool step_asks = step.status == release::step_status::asking || step.status == release::step_status::looking;
    const bool open =
        item.status == item_status::open || item.status == item_status::failed || item.status == item_status::errored;
    return state.is_live() && !state.aborting && !state.held && step_asks && open;
}

/// What may still be chosen when the step has ended: an item that nothing waited for.
bool offers_lasting(const release::release_state& state, const release::step_state& step, const item_state& item) {
    return state.is_live() && step.status == release::step_status::done && item.status == item_status::open &&
           std::ranges::any_of(item.choices, &release::choice::lasting);
}

slack::button_style style_of(const release::choice& choice) {
    if (choice.style == "primary") return slack::button_style::primary;
    if (choice.style == "danger") return slack::button_style::danger;
    return slack::button_style::plain;
}

slack::button choice_button(const release::release_state& state, const release::step_state& step, std::string item,
                            std::string fingerprint, const release::choice& choice, const std::string& object,
                            std::string label, button_row& row) {
    release::button pressed;
    pressed.release = state.id;
    pressed.kind = "choose";
    pressed.step = step.id;
    pressed.item = std::move(item);
    pressed.choice = choice.id;
    pressed.fingerprint = std::move(fingerprint);
    auto made = row.make(pressed, std::move(label), style_of(choice));
    // A choice that asks for a reason has its own window; a second question would be one too many.
    const bool destructive = choice.effect == release::side_effect::irreversible || choice.style == "danger";
    if (!destructive || choice.needs_reason) return made;
    slack::confirm_dialog sure;
    sure.title = choice.label + " " + object + "?";
    sure.text = say("For {} {}. {}", state.project, state.version, reversibility(choice.effect));
    sure.confirm = "Yes, " + choice.label;
    sure.confirm[5] = static_cast<char>(std::tolower(static_cast<unsigned char>(sure.confirm[5])));
    sure.deny = "Not yet";
    made.confirm = std::move(sure);
    return made;
}

/// Choices without a reason that two or more open items offer.
std::vector<slack::element> buttons_for_all(const release::release_state& state, const release::step_state& step,
                                            button_row& row) {
    std::map<std::string, std::pair<int, const release::choice*>> offered;
    for (const auto& item : step.items)
        if (offers_buttons(state, step, item))
            for (const auto& each : item.choices) {
                if (!each.people.empty()) continue;  // what is for named people is answered one by one
                auto& known = offered[each.id];
                ++known.first;
                known.second = &each;
            }
    std::string shown_state;
    for (const auto& item : step.items) shown_state += item.fingerprint;
    std::vector<slack::element> all;
    for (const auto& [id, found] : offered) {
        const auto& [count, choice] = found;
        if (count < 2 || choice->needs_reason || choice->style == "danger") continue;
        all.push_back(choice_button(state, step, "*", shown_state, *choice, "all " + std::to_string(count),
                                    choice->label + " all " + std::to_string(count), row));
    }
    return all;
}

/// " by Ana", " for Eve by Ana: she is ill" (R2.7).
markup who_did(const item_state& item, const names& people) {
    if (item.by.empty()) return {};
    const auto by = say(" by {}", people.of(item.by));
    if (item.instead_of.empty()) return by;
    return say(" for {}{}: {}", list_of_people(users_of(item.instead_of), people), by, brief(item.reason, 300));
}

markup delegation_text(const item_state& item, const names& people) {
    if (!item.delegated || item.status == item_status::done) return {};
    const auto& given = *item.delegated;
    return say("\nGiven to {} by {}: {}", people.of(given.to), people.of(given.by), brief(given.reason, 300));
}

bool is_for_named_people(const item_state& item) {
    return std::ranges::any_of(item.choices, [](const release::choice& each) { return !each.people.empty(); });
}

markup status_text(const item_state& item, const names& people) {
    const auto at = slack::date_token(item.at, slack::date_style::time);
    const auto by = who_did(item, people);
    switch (item.status) {
        case item_status::open:
            return item.text.empty() ? markup{} : say("\n{}", people.sentence(item.text));
        case item_status::running:
            return say("\n⏳ {} since {}{}", item.chosen, at, by);
        case item_status::done:
            return say("\n✅ {}{}", people.sentence(item.text.empty() ? "done" : item.text), by);
        case item_status::failed:
            return say("\n❌ failed: {} Press again when its cause is gone.", people.full_sentence(item.text));
        case item_status::errored:
            return say("\n⚠️ errored, we could not know: {} Press again.", people.full_sentence(item.text));
        case item_status::unknown_outcome:
            return say("\n❓ it is not known whether this took effect: {}", people.sentence(item.text));
    }
    return {};
}

std::vector<slack::element> unknown_buttons(const release::release_state& state, const release::step_state& step,
                                            const item_state& item, button_row& row) {
    if (!state.is_live() || item.status != item_status::unknown_outcome) return {};
    release::button pressed;
    pressed.release = state.id;
    pressed.step = step.id;
    pressed.item = item.id;
    pressed.kind = "treat_as_done";
    std::vector<slack::element> all{row.make(pressed, "It happened: treat as done")};
    pressed.kind = "run_again";
    auto again = row.make(pressed, "It did not: run again", slack::button_style::danger);
    const auto* chosen = item.find(item.chosen);
    slack::confirm_dialog sure;
    sure.title = "Run " + item.id + " again?";
    sure.text = say("{} {} is done once more. {}", chosen != nullptr ? chosen->label : item.chosen, item.id,
                    reversibility(chosen != nullptr ? chosen->effect : release::side_effect::irreversible));
    sure.confirm = "Yes, run again";
    sure.danger = true;
    again.confirm = std::move(sure);
    all.push_back(std::move(again));
    return all;
}

/// The title as the first half of "title: what became of it".
std::string heading_of(const item_state& item) {
    auto title = slack::one_line(item.title.raw());
    while (title.ends_with('.') || title.ends_with(':')) title.pop_back();
    return slack::cut(title, 100);
}

markup settled_text(const release::step_state& step, const names& people) {
    markup text;
    for (const auto& item : step.items)
        if (item.status == item_status::done)
            text += say("✅ {}{}: {}{}\n", slack::hyperlink(item.url, item.id),
                        item.title.raw().empty() ? markup{} : say(" {}", heading_of(item)),
                        people.sentence(item.text.empty() ? "done" : item.text),
                        item.by.empty()           ? markup{}
                        : item.instead_of.empty() ? say(", {}", people.of(item.by))
                                                  : say(",{}", who_did(item, people)));
    return text;
}

}  // namespace

std::vector<slack::element> item_buttons(const release::release_state& state, const release::step_state& step,
                                         const item_state& item, button_row& row) {
    const bool ended = offers_lasting(state, step, item);
    if (!ended && !offers_buttons(state, step, item)) return unknown_buttons(state, step, item, row);
    std::vector<slack::element> all;
    all.reserve(item.choices.size());
    for (const auto& each : item.choices)
        if (!ended || each.lasting)
            all.push_back(choice_button(state, step, item.id, item.fingerprint, each, item.id, each.label, row));
    if (!is_for_named_people(item)) return all;
    release::button pressed;
    pressed.release = state.id;
    pressed.kind = "delegate";
    pressed.step = step.id;
    pressed.item = item.id;
    pressed.fingerprint = item.fingerprint;
    all.push_back(row.make(pressed, "Somebody else…"));
    return all;
}

markup item_text(const item_state& item, const names& people) {
    auto text = say("*{}* {}", slack::hyperlink(item.url, item.id), slack::cut(slack::one_line(item.title.raw()), 300));
    std::vector<markup> details;
    details.reserve(item.details.size());
    for (const auto& each : item.details) details.push_back(people.sentence(slack::cut(each, 300)));
    if (!details.empty()) text += say("\n{}", slack::join(details, " · "));
    return text + delegation_text(item, people) + status_text(item, people);
}

rendered item_direct_message(const release::release_state& state, const release::step_state& step,
                             const item_state& item, const names& people, std::vector<release::button>& shown) {
    const auto* rule = state.plan.find(step.id);
    const auto name = release_name(state, people.project());
    button_row row{shown};
    auto buttons = item_buttons(state, step, item, row);
    const auto opening = buttons.empty() ? say("*{}*\n{}", step_name(*rule), name)
                                         : say("*{}*\n{} · this waits for your word.", step_name(*rule), name);
    slack::message_builder made{
        say("{}: {}, {}{}", name, step_name(*rule), slack::cut(slack::one_line(item.title.raw()), 100),
            buttons.empty() ? markup{} : say(" waits for your word")),
        step.id + ".txt"};
    made.section(opening);
    if (!rule->text.empty()) made.section(filled(rule->text, state));
    made.item(item_text(item, people), std::move(buttons));
    made.verbatim(item.body);
    if (!state.is_live()) made.context(say("The release is over; this needs no answer any more."));
    return made.render();
}

rendered items_card(const release::release_state& state, const release::step_state& step, const names& people,
                    std::vector<release::button>& shown) {
    const auto* rule = state.plan.find(step.id);
    // The last look may be older than the last item's end, so a settled step speaks for itself.
    const bool ended = step.is_settled() && !step.text.empty();
    const auto summary = ended       ? people.sentence(step.text)
                         : step.look ? people.sentence(step.look->summary)
                                     : markup{};
    const auto name = release_name(state, people.project());
    button_row row{shown};
    slack::message_builder made{say("{}: {}. {}", name, step_name(*rule), summary), step.id + ".txt"};
    made.section(say("*{}*\n{} · {}", step_name(*rule), name, summary));
    if (state.is_live() && state.held)
        made.section(say("⏸️ On hold by {}; the buttons come back when somebody resumes the release.",
                         people.of(state.held->by)));
    for (const auto& item : step.items)
        if (item.status != item_status::done) {
            made.item(item_text(item, people), item_buttons(state, step, item, row));
            made.verbatim(item.body);
        }
    made.section(settled_text(step, people));
    made.actions(buttons_for_all(state, step, row));
    return made.render();
}

}  // namespace slipway::views
