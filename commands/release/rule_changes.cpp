#include "commands/release/rule_changes.hpp"

#include <algorithm>
#include <set>

#include "commands/release/rules_parts.hpp"

namespace slipway::release {
namespace {

std::string words_of(const std::vector<gate_rule>& gate) {
    if (gate.empty()) return "no gate";
    std::string text;
    for (const auto& [role, count] : gate.front().seats)
        text += (text.empty() ? "" : " + ") + std::to_string(count) + " " + role;
    return text + (gate.front().four_eyes ? "" : ", without four eyes");
}

std::string words_of(const std::vector<std::string>& roles) {
    return roles.empty() ? "nobody" : rules::one_of(roles);
}

/// The most that any gate of the plan asks of each role.
std::map<std::string, int> strictest(const checklist& plan) {
    std::map<std::string, int> seats;
    for (const auto& step : plan.steps)
        if (!step.gate.empty())
            for (const auto& [role, count] : step.gate.front().seats) seats[role] = std::max(seats[role], count);
    return seats;
}

}  // namespace

bool rules_were_accepted(const release_state& earlier) {
    const auto* step = earlier.step(rules_step);
    return step == nullptr || step->status == step_status::done;
}

std::vector<std::string> changed_rules(const checklist& old_plan,
                                       const std::map<std::string, std::vector<std::string>>& old_rights,
                                       const checklist& new_plan,
                                       const std::map<std::string, std::vector<std::string>>& new_rights) {
    std::vector<std::string> lines;
    static const step_rule none;
    const auto compare = [&](const step_rule& before, const step_rule& now) {
        const auto& named = now.id.empty() ? before : now;
        const auto was = words_of(before.gate), is = words_of(now.gate);
        if (named.id != rules_step && was != is) lines.push_back("“" + named.title + "”: " + was + " → " + is);
    };
    for (const auto& before : old_plan.steps) {
        const auto* now = new_plan.find(before.id);
        compare(before, now != nullptr ? *now : none);
    }
    for (const auto& now : new_plan.steps)
        if (old_plan.find(now.id) == nullptr) compare(none, now);
    std::set<std::string> verbs;
    for (const auto& [verb, roles] : old_rights) verbs.insert(verb);
    for (const auto& [verb, roles] : new_rights) verbs.insert(verb);
    for (const auto& verb : verbs) {
        const auto before = old_rights.find(verb), now = new_rights.find(verb);
        const auto was = words_of(before != old_rights.end() ? before->second : std::vector<std::string>{});
        const auto is = words_of(now != new_rights.end() ? now->second : std::vector<std::string>{});
        if (was == is) continue;
        auto& line = lines.emplace_back("right to “");
        line.append(verb).append("”: ").append(was).append(" → ").append(is);
    }
    return lines;
}

result<checklist> guarded(checklist plan, const std::map<std::string, std::vector<std::string>>& rights,
                          const release_state& earlier, const std::map<std::string, int>& head_counts,
                          const std::string& confirm_kind) {
    const auto lines = changed_rules(earlier.plan, earlier.rights, plan, rights);
    const auto seats = strictest(earlier.plan);
    if (lines.empty() || seats.empty() || plan.steps.empty()) return plan;
    for (const auto& [role, count] : seats) {
        const auto has = head_counts.find(role);
        if (has == head_counts.end() || has->second < count)
            return rules::refuse("The gate rules changed, and new rules hold only once the old ones are satisfied: " +
                                 std::to_string(count) + " of the role " + role + ", which has " +
                                 std::to_string(has == head_counts.end() ? 0 : has->second) +
                                 ". Give the role back its people under `roles` of the project file.");
    }
    step_rule asked;
    asked.id = rules_step;
    asked.stage = plan.steps.front().stage;
    asked.kind = confirm_kind;
    asked.title = "Accept the new gate rules";
    asked.required = true;
    gate_rule gate;
    gate.seats = seats;
    gate.question = "Shall these rules hold from now on?";
    asked.gate.push_back(std::move(gate));
    asked.text = "The rules of who has to agree changed since " + earlier.version + ":";
    for (const auto& each : lines) asked.text += "\n• " + each;
    for (auto& each : plan.steps)
        if (each.needs.empty()) each.needs.push_back(asked.id);
    plan.steps.insert(plan.steps.begin(), std::move(asked));
    return plan;
}

}  // namespace slipway::release
