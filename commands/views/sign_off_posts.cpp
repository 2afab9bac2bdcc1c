#include "commands/views/sign_off_posts.hpp"

#include <map>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

/// A role with more people than that is named, not called: a call to everybody is a call to nobody.
constexpr std::size_t most_called = 5;

markup mentions(const std::vector<std::string>& users) {
    std::vector<markup> all;
    all.reserve(users.size());
    for (const auto& each : users) all.push_back(slack::user_mention(each));
    return slack::join(all, ", ");
}

markup step_words(const release::release_state& state, const std::string& step) {
    const auto* rule = state.plan.find(step);
    return rule != nullptr ? step_name(*rule) : say("{}", step);
}

}  // namespace

rendered reminder_post(const release::release_state& state, const release::step_state& step, const names& people) {
    const auto& gate = *step.gate;
    std::map<std::string, int> missing;
    for (const auto& each : gate.seats)
        if (!each.taken_by) ++missing[each.role];
    std::vector<markup> lines;
    for (const auto& [role, count] : missing) {
        const auto can = people.who_can_fill(state, gate, role);
        const bool called = !can.empty() && can.size() <= most_called;
        lines.push_back(say("{} more from {}{}", count, role, called ? say(": {}", mentions(can)) : markup{}));
    }
    const auto head = say("⏰ *{}* is still open and expires at {}.", filled(gate.question, state),
                          slack::date_token(gate.expires, slack::date_style::time));
    slack::message_builder made{say("{}: {}", release_name(state, people.project()), head), step.id + ".txt"};
    made.section(lines.empty() ? head : say("{} Missing: {}.", head, slack::join(lines, "; ")));
    return made.render();
}

rendered veto_message(const release::release_state& state, const release::step_state& step, const names& people) {
    const auto& gate = *step.gate;
    const auto said = say("❌ {} rejected *{}* of {}: {}", people.of(gate.closed_by), step_words(state, step.id),
                          release_name(state, people.project()), people.full_sentence(gate.reason));
    slack::message_builder made{said, step.id + ".txt"};
    made.section(said);
    made.section(say("You asked for this release. When the cause is gone, {} asks again.",
                     slack::code("/release retry " + step.id)));
    return made.render();
}

rendered broken_glass_message(const release::release_state& state, const release::broken_glass& broken,
                              const names& people) {
    const auto said = say("🟥 *Break-glass:* {} opened *{}* of {} past its rules: {}", people.of(broken.by),
                          step_words(state, broken.step), release_name(state, people.project()), broken.reason);
    slack::message_builder made{said, broken.step + ".txt"};
    made.section(said);
    made.section(say("You are told because you lead a role of this project. {} stops what has not begun yet.",
                     slack::code("/release hold REASON")));
    return made.render();
}

markup broken_words(const release::release_state& state, const names& people) {
    std::vector<markup> lines;
    for (const auto& each : state.broken)
        lines.push_back(say("🟥 *Break-glass:* {} opened “{}” past its rules at {}: {}", people.of(each.by),
                            step_words(state, each.step), slack::date_token(each.at, slack::date_style::time),
                            slack::cut(slack::one_line(each.reason), 300)));
    return slack::join(lines, "\n");
}

}  // namespace slipway::views
