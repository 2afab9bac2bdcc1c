#include "commands/views/board.hpp"

#include <algorithm>

#include "commands/release/authors.hpp"
#include "commands/release/usual.hpp"
#include "commands/views/gate_card.hpp"
#include "commands/views/lanes.hpp"
#include "commands/views/sign_off_posts.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

using release::step_status;

constexpr std::size_t shown_decisions = 3;
constexpr std::size_t shown_questions = 6;

std::string title_line(const release::release_state& state, const names& people) {
    auto title = release_name(state, people.project()) + " · " + release::to_words(release::status_of(state));
    if (state.attempt > 1) title += " · attempt " + std::to_string(state.attempt);
    if (!state.broken.empty()) title += " · 🟥 break-glass";
    return title;
}

std::vector<slack::field> facts_of(const release::release_state& state, const names& people) {
    std::vector<slack::field> fields;
    fields.push_back({"Candidate", commit_link(state, state.fact("candidate"))});
    const auto previous = state.fact("previous_tag");
    fields.push_back({"Follows", previous.empty() ? commit_link(state, state.fact("base")) : slack::code(previous)});
    fields.push_back({"Asked for by", people.of(state.requester)});
    fields.push_back({"Started", slack::date_token(state.started)});
    const auto milestone = state.fact("milestone_title");
    if (!milestone.empty()) fields.push_back({"Milestone", slack::hyperlink(state.fact("milestone_url"), milestone)});
    if (state.held) fields.push_back({"On hold", say("by {}: {}", people.of(state.held->by), state.held->reason)});
    if (!state.is_live()) {
        fields.push_back({"Ended", slack::date_token(state.ended_at)});
        fields.push_back({"Took", say("{}", to_words(state.ended_at - state.started))});
        if (const auto head = state.fact("journal_head"); !head.empty())
            fields.push_back({"Journal", say("{} events, {}", state.journal, slack::code(head.substr(0, 12)))});
    }
    return fields;
}

markup gate_words(const release::release_state& state, const release::step_rule& rule, const release::step_state& step,
                  const names& people) {
    return say("✋ *{}*\n{}. The gate is closed: {}.", filled(step.gate->question, state), step_name(rule),
               people.sentence(release::why_closed(state, step)));
}

markup resource_words(const release::step_rule& rule, const release::step_state& step) {
    return say("⏳ *{}* waits for {}.", step_name(rule), step.awaits);
}

markup items_words(const release::step_rule& rule, const release::step_state& step) {
    std::size_t open = 0, running = 0;
    for (const auto& each : step.items) {
        open += each.blocking && each.status != release::item_status::done ? 1 : 0;
        running += each.status == release::item_status::running ? 1 : 0;
    }
    if (open + running == 0) return say("✋ *{}* is ready; it goes on as soon as the release does.", step_name(rule));
    auto text = say("✋ *{}*: {} of {} still need somebody. The list with its buttons is in this thread.",
                    step_name(rule), open, step.items.size());
    if (running > 0) text += say(" {} being worked on.", running);
    return text;
}

markup failure_words(const release::step_rule& rule, const release::step_state& step, const names& people) {
    const auto what = people.full_sentence(slack::cut(step.text, 300));
    if (step.status == step_status::unknown_outcome)
        return say(
            "❓ *{}*: it is not known whether this took effect. {} The evidence and two buttons are in this thread.",
            step_name(rule), what);
    const auto way_out = say("Repeat it with {}, after its cause is gone.", slack::code("/release retry " + rule.id));
    if (step.status == step_status::errored)
        return say("⚠️ *{}* errored: we could not know. {} {}", step_name(rule), what, way_out);
    return say("❌ *{}* failed. {} {}", step_name(rule), what, way_out);
}

/// Since when, until when usually, and in other words too when it takes far longer (R7.13).
markup running_words(const release::release_state& state, const release::step_rule& rule,
                     const release::step_state& step) {
    const auto since = slack::date_token(step.began, slack::date_style::time);
    const auto usual = release::usual_time(state, step.id);
    if (!usual || !step.intent) return say("⏳ *{}* runs since {}.", step_name(rule), since);
    if (step.intent->late != instant{})
        return say("🟠 *{}* runs since {}, far longer than usual: nine of ten times it is done within {}.",
                   step_name(rule), since, to_words(*usual));
    return say("⏳ *{}* runs since {}, usually until {} at the latest.", step_name(rule), since,
               slack::date_token(step.intent->at + *usual, slack::date_style::time));
}

/// One step's part of "now"; empty for steps that neither wait nor move.
markup step_words(const release::release_state& state, const release::step_rule& rule, const release::step_state& step,
                  const names& people) {
    if (!step.awaits.empty()) return resource_words(rule, step);
    switch (step.status) {
        case step_status::asking:
            if (step.gate && step.gate->status == release::gate_status::open)
                return gate_words(state, rule, step, people);
            if (step.gate && step.gate->status == release::gate_status::expired)
                return say("⌛ *{}*: {}. A release manager can ask again with {}.", step_name(rule),
                           people.sentence(step.gate->reason), slack::code("/release retry " + rule.id));
            return items_words(rule, step);
        case step_status::failed:
        case step_status::errored:
        case step_status::unknown_outcome:
            return failure_words(rule, step, people);
        case step_status::running:
            return running_words(state, rule, step);
        case step_status::looking:
            return say("🔎 *{}* is looking, since {}.", step_name(rule),
                       slack::date_token(step.began, slack::date_style::time));
        default:
            return {};
    }
}

/// What concerns the whole release stands before what concerns one step.
std::vector<markup> whole_release_words(const release::release_state& state, const names& people) {
    std::vector<markup> all;
    if (state.aborting)
        all.push_back(say("🛑 *Being aborted* by {} since {}: {}\nIt ends as soon as what runs has ended.",
                          people.of(state.aborting->by), slack::date_token(state.aborting->at, slack::date_style::time),
                          state.aborting->reason));
    if (state.held)
        all.push_back(say("⏸️ *On hold* by {} since {}: {}\nNothing new starts until somebody resumes it.",
                          people.of(state.held->by), slack::date_token(state.held->at, slack::date_style::time),
                          state.held->reason));
    if (state.rolling_back)
        all.push_back(say("↩️ *Being rolled back* to {} by {} since {}. Its own board shows how far it is.",
                          slack::code(state.rolling_back->version), people.of(state.rolling_back->by),
                          slack::date_token(state.rolling_back->at, slack::date_style::time)));
    if (state.locked)
        all.push_back(say("🔒 *The project is locked* (lock {}) by {} until {}: {}\nWhat cannot be undone waits.",
                          state.locked->number,
                          state.locked->automatic ? say("Slipway") : people.of(state.locked->owner),
                          slack::date_token(state.locked->until), state.locked->reason));
    if (state.frozen)
        all.push_back(say("🧊 *A freeze is open* {}: {}\nThis stage may end; “{}” begins when it is over.",
                          state.frozen->until > state.frozen->at
                              ? say("until {}", slack::date_token(state.frozen->until))
                              : say("with no end in sight"),
                          state.frozen->reason, state.frozen->stage));
    if (state.drifts.empty()) return all;
    const auto& last = state.drifts.back();
    if (last.what == release::authors_moved) {
        all.push_back(say("↔️ *Who wrote its migrations changed* at {}: {}. What was approved before no longer counts.",
                          slack::date_token(last.at, slack::date_style::time),
                          people.sentence(slack::cut(last.to, 300))));
        return all;
    }
    all.push_back(say("↔️ *{} moved* from {} to {} at {}. What was approved on the old state no longer counts.",
                      last.what, slack::code(last.from.substr(0, 10)), slack::code(last.to.substr(0, 10)),
                      slack::date_token(last.at, slack::date_style::time)));
    return all;
}

/// The one open gate. When several are open the board shows no Approve: which one would it be?
const release::step_state* only_open_gate(const release::release_state& state) {
    const release::step_state* found = nullptr;
    for (const auto& each : state.steps) {
        if (!takes_answers(state, each)) continue;
        if (found != nullptr) return nullptr;
        found = &each;
    }
    return found;
}

bool has_failed(const release::release_state& state) {
    return std::ranges::any_of(state.steps, [](const release::step_state& each) {
        return each.status == step_status::failed || each.status == step_status::errored;
    });
}

std::vector<slack::element> buttons_of(const release::release_state& state, std::vector<release::button>& shown) {
    if (!state.is_live() || state.rolling_back) return {};
    button_row row{shown};
    std::vector<slack::element> all;
    const auto button = [&](const char* kind) {
        release::button pressed;
        pressed.release = state.id;
        pressed.kind = kind;
        return pressed;
    };
    if (const auto* gate = only_open_gate(state)) {
        all.push_back(approve_button(state, *gate, row));
        all.push_back(reject_button(state, *gate, row));
    }
    if (has_failed(state) && !state.aborting)
        all.push_back(row.make(button("retry"), "Retry what failed", slack::button_style::primary));
    if (state.held)
        all.push_back(row.make(button("resume"), "Resume", slack::button_style::primary));
    else if (!state.aborting)
        all.push_back(row.make(button("hold"), "Hold"));
    if (state.held && state.kind != "rollback" && release::has_deployed(state)) {
        auto back = button("verb");
        back.choice = "rollback";
        all.push_back(row.make(back, "Roll back …", slack::button_style::danger));
    }
    all.push_back(row.make(button("note"), "Add a note"));
    if (!state.aborting) all.push_back(row.make(button("abort"), "Abort", slack::button_style::danger));
    return all;
}

markup decisions_of(const release::release_state& state, const names& people) {
    markup text;
    const auto from = state.decisions.size() > shown_decisions ? state.decisions.size() - shown_decisions : 0;
    for (auto i = from; i < state.decisions.size(); ++i) {
        const auto& each = state.decisions[i];
        text += say("{} {} {}\n", slack::date_token(each.at, slack::date_style::time), people.of(each.by),
                    people.sentence(slack::cut(slack::one_line(each.text), 120)));
    }
    return text;
}

}  // namespace

markup progress(const release::release_state& state) {
    std::size_t moving = 0, asking = 0, stuck = 0;
    for (const auto& each : state.steps) {
        moving += each.status == step_status::running || each.status == step_status::looking ? 1 : 0;
        asking += each.status == step_status::asking ? 1 : 0;
        stuck += each.status == step_status::failed || each.status == step_status::errored ||
                         each.status == step_status::unknown_outcome
                     ? 1
                     : 0;
    }
    const auto lines = release::count_lines(state);
    auto text = say("{} of {} done", lines.settled, lines.all);
    if (moving > 0) text += say(" · {} running", moving);
    if (asking > 0) text += asking == 1 ? say(" · 1 waits for people") : say(" · {} wait for people", asking);
    if (stuck > 0) text += stuck == 1 ? say(" · 1 needs a decision") : say(" · {} need a decision", stuck);
    return text;
}

std::vector<markup> what_is_going_on(const release::release_state& state, const names& people) {
    const auto broken = broken_words(state, people);
    if (!state.is_live()) {
        std::vector<markup> over{say("{}", people.sentence(state.ended_text))};
        if (!broken.empty()) over.push_back(broken);
        return over;
    }
    auto all = whole_release_words(state, people);
    if (!broken.empty()) all.push_back(broken);
    std::size_t more = 0;
    for (const auto& step : state.steps) {
        const auto* rule = state.plan.find(step.id);
        auto words = rule == nullptr ? markup{} : step_words(state, *rule, step, people);
        if (words.empty()) continue;
        if (all.size() < shown_questions)
            all.push_back(std::move(words));
        else
            ++more;
    }
    if (more > 0) all.push_back(say("+ {} more in this thread", more));
    if (all.empty()) all.push_back(say("Nothing waits for a person; the next step is about to start."));
    return all;
}

rendered board(const release::release_state& state, const names& people, std::vector<release::button>& shown) {
    const auto title = title_line(state, people);
    const auto now = what_is_going_on(state, people);
    slack::message_builder made{say("{}. {}", title, slack::cut(now.front(), 300)), state.id + "-board.txt"};
    made.header(title);
    made.fields(facts_of(state, people));
    made.context(progress(state));
    for (const auto& stage : state.plan.stages) made.section(lane(state, stage, people));
    made.divider();
    made.section(slack::cut(slack::join(now, "\n\n"), 2700));
    made.actions(buttons_of(state, shown));
    const auto policy = state.fact("policy_commit");
    made.context(decisions_of(state, people) +
                 say("Release {} · plan {}", slack::code(state.id), slack::code(state.plan_hash.substr(0, 8))) +
                 (policy.empty() ? markup{} : say(" · policy {}", slack::code(policy.substr(0, 10)))));
    return made.render();
}

}  // namespace slipway::views
