#include "commands/views/plan.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

using row = std::vector<std::string>;

std::string what_of(const release::step_rule& rule, const plan_words& what) {
    const auto found = what.find(rule.id);
    return slack::one_line(found == what.end() || found->second.empty() ? rule.title : found->second);
}

/// A line that is done in several steps is named once.
std::vector<std::string> line_names(const release::checklist& plan) {
    std::vector<std::string> names(plan.steps.size());
    for (const auto& line : plan.lines()) {
        const auto& name = plan.steps[line.front()].line;
        names[line.front()] = name.empty() ? "-" : name;
    }
    return names;
}

row row_of(const std::string& line, const release::step_rule& rule, const plan_words& what) {
    return {line,
            rule.id,
            rule.kind,
            "gate: " + gate_words(rule),
            std::string{boost::describe::enum_to_string(rule.effect, "none")},
            what_of(rule, what)};
}

/// Columns as wide as their widest cell; the last one is free.
std::string in_columns(const std::vector<row>& rows) {
    std::vector<std::size_t> width;
    for (const auto& each : rows) {
        width.resize(std::max(width.size(), each.size()));
        for (std::size_t i = 0; i < each.size(); ++i) width[i] = std::max(width[i], slack::length_of(each[i]));
    }
    std::string text;
    for (const auto& each : rows) {
        for (std::size_t i = 0; i + 1 < each.size(); ++i)
            text += each[i] + std::string(width[i] - slack::length_of(each[i]) + 2, ' ');
        text += each.back() + "\n";
    }
    return text;
}

}  // namespace

std::string gate_words(const release::step_rule& rule) {
    std::string text;
    for (const auto& gate : rule.gate)
        for (const auto& [role, seats] : gate.seats)
            text += (text.empty() ? "" : ", ") + (seats > 1 ? std::to_string(seats) + " × " : std::string{}) + role;
    return text.empty() ? "-" : text;
}

std::string plan_text(const release::checklist& plan, const plan_words& what) {
    std::vector<row> rows;
    rows.reserve(plan.steps.size());
    const auto lines = line_names(plan);
    for (std::size_t i = 0; i < plan.steps.size(); ++i) rows.push_back(row_of(lines[i], plan.steps[i], what));
    return in_columns(rows);
}

rendered plan_message(const std::string& title, const release::checklist& plan, const plan_words& what) {
    slack::message_builder made{say("{}: what would happen, step by step. Nothing was started.", title), "plan.txt"};
    made.header(title);
    made.context(say("A dry run: {} steps, nothing was started and nothing was changed.", plan.lines().size()));
    for (const auto& stage : plan.stages) {
        markup text = say("*{}*", stage.title);
        for (const auto& each : plan.steps) {
            if (each.stage != stage.id) continue;
            const auto gate = gate_words(each);
            text += say("\n{} {}: {}{}{}", each.line, slack::code(each.id), what_of(each, what),
                        gate == "-" ? markup{} : say(" · asks {}", gate),
                        each.effect == release::side_effect::irreversible ? say(" · cannot be undone") : markup{});
        }
        made.section(text);
    }
    return made.render();
}

}  // namespace slipway::views
