#include "commands/views/lanes.hpp"

#include <algorithm>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

using release::step_status;

constexpr std::size_t fold_done_above = 6, next_waiting = 3, lane_characters = 2600, text_characters = 140;

struct lane_step {
    const release::step_rule* rule;
    const release::step_state* step;
};

std::vector<lane_step> steps_of(const release::release_state& state, const std::string& stage) {
    std::vector<lane_step> all;
    for (const auto& rule : state.plan.steps)
        if (rule.stage == stage)
            if (const auto* step = state.step(rule.id)) all.push_back({&rule, step});
    return all;
}

/// The text without the words that the mark says already.
std::string why_not_needed(const release::step_state& step) {
    constexpr std::string_view mark = "not needed: ";
    return step.text.starts_with(mark) ? step.text.substr(mark.size()) : step.text;
}

markup step_line(const lane_step& each, const names& people, bool live) {
    const bool left_out = !live && each.step->status == step_status::waiting;
    auto line =
        say("{} · {}", left_out ? say("▫️ not done") : status_mark(each.step->status), step_name(*each.rule, 80));
    if (each.step->attempt > 1) line += say(" · attempt {}", each.step->attempt);
    if (each.step->status == step_status::running || each.step->status == step_status::looking)
        line += say(" · since {}", slack::date_token(each.step->began, slack::date_style::time));
    else if (each.step->status == step_status::skipped)
        line += say(" by {}: {}", people.of(each.step->by), brief(each.step->reason, text_characters));
    else if (each.step->status == step_status::not_needed)
        line += say(": {}", people.sentence(slack::cut(slack::one_line(why_not_needed(*each.step)), text_characters)));
    else if (!each.step->text.empty() && each.step->status != step_status::waiting)
        line += say(" · {}", people.sentence(slack::cut(slack::one_line(each.step->text), text_characters)));
    return line;
}

}  // namespace

markup lane(const release::release_state& state, const release::stage_rule& stage, const names& people) {
    const auto steps = steps_of(state, stage.id);
    const auto count = [&](step_status status) {
        return static_cast<std::size_t>(
            std::ranges::count_if(steps, [&](const lane_step& each) { return each.step->status == status; }));
    };
    const auto done = count(step_status::done);
    const auto lines = release::count_lines(state, stage.id);
    const bool folded = done > fold_done_above;
    auto text = say("*{}*  {}{} of {} done", stage.title, folded ? say("✅ ") : markup{}, lines.settled, lines.all);
    std::size_t waiting = 0, hidden = 0;
    for (const auto& each : steps) {
        if (each.step->status == step_status::done && folded) continue;
        if (each.step->status == step_status::waiting && ++waiting > next_waiting) continue;
        const auto line = say("\n{}", step_line(each, people, state.is_live()));
        if (slack::length_of(text.text()) + slack::length_of(line.text()) > lane_characters)
            ++hidden;
        else
            text += line;
    }
    if (waiting > next_waiting)
        text += state.is_live() ? say("\n▫️ {} more waiting", waiting - next_waiting)
                                : say("\n▫️ {} more not done", waiting - next_waiting);
    if (hidden > 0) text += say("\n+ {} more → {}", hidden, slack::code("/release status"));
    return text;
}

}  // namespace slipway::views
