#include "commands/views/modals.hpp"

#include <algorithm>
#include <sstream>

#include "commands/views/gate_card.hpp"
#include "commands/views/ways_back.hpp"
#include "integrations/slack/blocks/modal.hpp"

namespace slipway::views {
namespace {

using slack::modal_builder;
using slack::text_input;

constexpr int short_reason = 3;
constexpr int full_reason = 10;  ///< for what is decided in the place of others (R2.7)

text_input reason_input(const std::string& label, int least = short_reason) {
    text_input made;
    made.block_id = input::reason;
    made.label = label;
    made.hint = "Everybody can read it, and it stays in the release's history.";
    made.multiline = true;
    made.min_length = least;
    made.max_length = 1000;
    return made;
}

const release::item_state* item_of(const release::release_state& state, const release::button& pressed) {
    const auto* step = state.step(pressed.step);
    return step != nullptr ? step->item(pressed.item) : nullptr;
}

const release::choice* choice_of(const release::release_state& state, const release::button& pressed) {
    const auto* item = item_of(state, pressed);
    return item != nullptr ? item->find(pressed.choice) : nullptr;
}

modal_builder begun(const std::string& title, const release::release_state& state, const release::button& pressed,
                    const names& people) {
    modal_builder made{title, "slipway." + pressed.kind};
    made.private_metadata(release::id_of(pressed));
    made.section(say("*{}*", release_name(state, people.project())));
    return made;
}

markup already_happened(const release::release_state& state, const names& people) {
    const auto words = compensation_words(state, people);
    if (words.empty()) return say("Nothing outside was changed so far.");
    return say("This has already taken effect, and this undoes it:") + words;
}

json::object reject_window(const release::release_state& state, const release::step_rule& rule,
                           const release::button& pressed, const names& people) {
    auto made = begun("Reject", state, pressed, people);
    made.submit("Reject");
    made.section(say("You stop *{}* for everybody. {} is told why, and can ask again when the cause is gone.",
                     step_name(rule), people.of(state.requester)));
    return made.input(reason_input("Why not?")).render();
}

json::object skip_window(const release::release_state& state, const release::step_rule& rule,
                         const release::button& pressed, const names& people) {
    auto made = begun("Skip a step", state, pressed, people);
    made.submit("Skip");
    made.section(say("*{}* is left out of this release. The board says for ever that you skipped it, and why.",
                     step_name(rule)));
    return made.input(reason_input("Why can it be left out?")).render();
}

json::object treat_as_done_window(const release::release_state& state, const release::step_rule& rule,
                                  const release::button& pressed, const names& people) {
    auto made = begun("Treat as done", state, pressed, people);
    made.submit("Treat as done");
    made.section(
        say("You say that *{}*{} took effect, and the release goes on as if it had succeeded. Look outside before "
            "you say so.",
            step_name(rule), pressed.item.empty() ? markup{} : say(", {},", pressed.item)));
    return made.input(reason_input("How do you know?")).render();
}

/// "Whole answer like OPS-[0-9]+", "1 to 5", behind the checklist's own hint.
std::string hint_of(const release::form_field& field) {
    const auto kind = field.type == release::field_type::number ? std::string{} : std::string{" characters"};
    std::string text = field.hint;
    const auto add = [&](const std::string& more) { text += (text.empty() ? "" : " · ") + more; };
    if (field.least && field.most)
        add(std::to_string(*field.least) + " to " + std::to_string(*field.most) + kind);
    else if (field.least)
        add("at least " + std::to_string(*field.least) + kind);
    else if (field.most)
        add("at most " + std::to_string(*field.most) + kind);
    return text;
}

/// Text inputs carry no limits of their own: one judge, with one sentence (release::check_answers).
void add_field(modal_builder& made, const release::form_field& field) {
    const auto block = input::field_prefix + field.id;
    const bool optional = !field.required;
    switch (field.type) {
        case release::field_type::text: {
            text_input typed;
            typed.block_id = block;
            typed.label = field.label;
            typed.hint = hint_of(field);
            typed.optional = optional;
            made.input(typed);
            return;
        }
        case release::field_type::number:
            made.input(slack::number_input{block, field.label, hint_of(field), optional});
            return;
        case release::field_type::checkbox:
            made.input(slack::boxes_input{
                block, field.label, {{"Yes", std::string{release::form_limit::ticked}, {}}}, field.hint, optional});
            return;
        case release::field_type::choice:
            break;
    }
    slack::select_input chosen;
    chosen.block_id = block;
    chosen.label = field.label;
    chosen.hint = field.hint;
    chosen.optional = optional;
    for (const auto& each : field.options) chosen.options.push_back({each, each, {}});
    made.input(chosen);
}

json::object approve_window(const release::release_state& state, const release::step_rule& rule,
                            const release::button& pressed, const names& people) {
    const std::string word = is_confirmation(rule) ? "Confirm" : "Approve";
    const auto& fields = state.plan.fields_of(rule.id);
    auto made = begun(word, state, pressed, people);
    made.private_metadata(to_text({release::id_of(pressed), release::compact_schema(fields), {}}));
    made.submit(word);
    const auto* step = state.step(rule.id);
    if (step != nullptr && step->gate) made.section(say("*{}*", filled(step->gate->question, state)));
    made.section(consequence(rule));
    for (const auto& each : fields) add_field(made, each);
    return made.render();
}

json::object choice_window(const release::release_state& state, const release::step_rule& rule,
                           const release::choice& choice, const release::button& pressed, const names& people) {
    auto made = begun(choice.label, state, pressed, people);
    made.submit(choice.label);
    made.section(say("{} · *{}* {}. {}", step_name(rule), choice.label, pressed.item, reversibility(choice.effect)));
    return made.input(reason_input("Why?")).render();
}

json::object stand_in_window(const release::release_state& state, const release::step_rule& rule,
                             const release::item_state& item, const release::choice& choice,
                             const release::button& pressed, const names& people) {
    auto made = begun(choice.label, state, pressed, people);
    made.submit(choice.label);
    made.section(say("{} · *{}* {} is for {}. You answer for them, and everybody sees that you did.", step_name(rule),
                     choice.label, pressed.item, list_of_people(users_of(item.entitled(choice)), people)));
    return made.input(reason_input("Why do you answer for them?", full_reason)).render();
}

json::object delegate_window(const release::release_state& state, const release::step_rule& rule,
                             const release::item_state& item, const release::button& pressed, const names& people) {
    auto made = begun("Somebody else", state, pressed, people);
    made.submit("Ask them");
    made.section(say("{} · {} is for {}. Whoever you name is asked by direct message and may answer too.",
                     step_name(rule), pressed.item, list_of_people(users_of(item.asked()), people)));
    slack::select_input who;
    who.block_id = input::person;
    who.label = "Who shall answer?";
    for (const auto& each : people.project().people)
        if (!each.slack.empty() && !people.project().roles_of(each.slack).empty())
            who.options.push_back({each.name.empty() ? each.slack : each.name, each.slack, {}});
    if (who.options.empty()) {
        made.section(say("The project file names nobody under `people`; add them there."));
        return made.render();
    }
    made.input(who);
    return made.input(reason_input("Why not the one who is asked?", full_reason)).render();
}

json::object hold_window(const release::release_state& state, const release::button& pressed, const names& people) {
    auto made = begun("Hold", state, pressed, people);
    made.submit("Hold");
    made.section(say("What runs now ends; nothing new starts until somebody resumes the release."));
    return made.input(reason_input("What should everybody wait for?")).render();
}

json::object request_stop_window(const release::release_state& state, const release::step_rule& rule,
                                 const release::button& pressed, const names& people) {
    auto made = begun("Request stop", state, pressed, people);
    made.submit("Request stop");
    made.section(say("*{}* runs and ends by itself; nothing new starts after it until somebody resumes the release.",
                     step_name(rule)));
    return made.input(reason_input("Why shall it stop?")).render();
}

/// What was typed is compared before the window closes (R7.14).
void ask_for_version(modal_builder& made, const release::release_state& state, const release::button& pressed) {
    made.private_metadata(to_text({release::id_of(pressed), {}, state.version}));
    text_input version;
    version.block_id = input::version;
    version.label = "Type the version, " + state.version + ", so that this cannot be a slip";
    version.max_length = 100;
    made.input(version);
}

json::object break_glass_window(const release::release_state& state, const release::step_rule& rule,
                                const release::button& pressed, const names& people) {
    auto made = begun("Break glass", state, pressed, people);
    made.submit("Open the gate");
    made.section(
        say("You open the gate of *{}* past its rules. {} The leads of all roles are told, and this release "
            "carries a red mark for ever.",
            step_name(rule), reversibility(rule.effect)));
    ask_for_version(made, state, pressed);
    return made.input(reason_input("Why can this not wait for its people?", full_reason)).render();
}

json::object abort_window(const release::release_state& state, const release::button& pressed, const names& people) {
    auto made = begun("Abort", state, pressed, people);
    made.submit("Abort");
    made.section(say("The release ends and cannot be taken up again. {}", already_happened(state, people)));
    ask_for_version(made, state, pressed);
    return made.input(reason_input("Why?")).render();
}

json::object note_window(const release::release_state& state, const release::button& pressed, const names& people) {
    auto made = begun("Add a note", state, pressed, people);
    made.submit("Add");
    text_input words;
    words.block_id = input::note;
    words.label = "Note";
    words.hint = "One line for the changelog; it is shown with your name.";
    words.multiline = true;
    words.min_length = 3;
    words.max_length = 1000;
    return made.input(words).render();
}

/// Only the hand-written lines; what git says stays. The form answers for the notes as they are now.
json::object edit_notes_window(const release::release_state& state, release::button pressed, const names& people) {
    const auto editable = release::notes_to_edit(state.notes);
    pressed.fingerprint = editable.fingerprint;
    auto made = begun("Edit the notes", state, pressed, people);
    made.submit("Save");
    made.section(
        say("One line of the changelog a line. Lines that come from merge requests are not shown here: their "
            "titles are edited in GitLab."));
    if (editable.first > 0)
        made.context(say("The {} oldest notes do not fit in here and stay as they are.", editable.first));
    text_input words;
    words.block_id = input::note;
    words.label = "Hand-written lines";
    words.initial = editable.lines;
    words.multiline = true;
    words.optional = true;
    words.max_length = 3000;
    return made.input(words).render();
}

}  // namespace

std::string to_text(const window_memory& memory) {
    if (!memory.version.empty()) return memory.button_id + "\n" + memory.schema + "\n" + memory.version;
    return memory.schema.empty() ? memory.button_id : memory.button_id + "\n" + memory.schema;
}

window_memory memory_of(const std::string& private_metadata) {
    window_memory made;
    std::istringstream lines{private_metadata};
    std::getline(lines, made.button_id);
    std::getline(lines, made.schema);
    std::getline(lines, made.version);
    return made;
}

bool asks_for_words(const release::release_state& state, const release::button& pressed, const release::actor& who) {
    if (pressed.kind == "approve")
        return release::asks_for_form(state, release::approve{pressed.step, pressed.fingerprint}, who);
    if (pressed.kind == "choose") {
        const auto* choice = choice_of(state, pressed);
        if (choice == nullptr) return false;
        return choice->needs_reason || release::stands_in(state, *item_of(state, pressed), *choice, who);
    }
    static constexpr std::string_view kinds[] = {"reject",       "skip",       "treat_as_done", "hold",
                                                 "abort",        "note",       "edit_notes",    "delegate",
                                                 "request_stop", "break_glass"};
    return std::ranges::find(kinds, pressed.kind) != std::end(kinds);
}

std::optional<json::object> window_for(const release::release_state& state, const release::button& pressed,
                                       const release::actor& who, const names& people) {
    if (pressed.kind == "hold") return hold_window(state, pressed, people);
    if (pressed.kind == "abort") return abort_window(state, pressed, people);
    if (pressed.kind == "edit_notes") return edit_notes_window(state, pressed, people);
    if (pressed.kind == "note") return note_window(state, pressed, people);
    const auto* rule = state.plan.find(pressed.step);
    if (rule == nullptr) return std::nullopt;
    if (pressed.kind == "approve") return approve_window(state, *rule, pressed, people);
    if (pressed.kind == "reject") return reject_window(state, *rule, pressed, people);
    if (pressed.kind == "request_stop") return request_stop_window(state, *rule, pressed, people);
    if (pressed.kind == "break_glass") return break_glass_window(state, *rule, pressed, people);
    if (pressed.kind == "skip") return skip_window(state, *rule, pressed, people);
    if (pressed.kind == "treat_as_done") return treat_as_done_window(state, *rule, pressed, people);
    const auto* item = item_of(state, pressed);
    if (pressed.kind == "delegate" && item != nullptr) return delegate_window(state, *rule, *item, pressed, people);
    const auto* choice = pressed.kind == "choose" ? choice_of(state, pressed) : nullptr;
    if (choice == nullptr) return std::nullopt;
    if (release::stands_in(state, *item, *choice, who))
        return stand_in_window(state, *rule, *item, *choice, pressed, people);
    return choice_window(state, *rule, *choice, pressed, people);
}

}  // namespace slipway::views
