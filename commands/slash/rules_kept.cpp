#include "commands/slash/rules_kept.hpp"

#include <algorithm>

#include "commands/release/rule_changes.hpp"

namespace slipway::slash {
namespace {

/// How many people each role has now: those of the file, and those that the role's source names (R3.11).
task<result<std::map<std::string, int>>> heads_of(desk& with, project_pointer project,
                                                  std::map<std::string, int> demanded) {
    auto counts = project->head_counts();
    if (project->role_sources.empty() || !with.members) co_return counts;
    const auto found = co_await with.members(project->name);
    for (const auto& [role, most] : demanded) {
        if (!project->role_sources.contains(role)) continue;
        const auto members = found.find(role);
        if (members == found.end())
            co_return failure{errc::unavailable, "I cannot verify right now who has the role " + role +
                                                     ", because its source does not answer; nothing was started. Try "
                                                     "again in a minute."};
        counts[role] = static_cast<int>(members->second.size());
    }
    co_return counts;
}

std::map<std::string, int> demanded_by(const release::checklist& plan) {
    std::map<std::string, int> most;
    for (const auto& step : plan.steps)
        for (const auto& gate : step.gate)
            for (const auto& [role, count] : gate.seats) most[role] = std::max(most[role], count);
    return most;
}

/// The newest release of the project whose gate rules were in force; nullptr = there was none.
task<result<conductor::state_pointer>> last_accepted(desk& with, std::string project) {
    const auto ids = co_await with.releases.ids(project);
    if (!ids) co_return ids.error();
    for (auto each = ids->rbegin(); each != ids->rend(); ++each) {
        const auto state = co_await with.releases.load(*each);
        if (!state) co_return state.error();
        const bool counts = (*state)->project == project && (*state)->kind == "release";
        if (counts && release::rules_were_accepted(**state)) co_return *state;
    }
    co_return conductor::state_pointer{};
}

}  // namespace

task<result<release::checklist>> with_rules_kept(desk& with, project_pointer project, release::checklist plan,
                                                 std::map<std::string, std::vector<std::string>> rights) {
    const auto before = co_await last_accepted(with, project->name);
    if (!before) co_return before.error();
    auto demanded = demanded_by(plan);
    if (*before)
        for (const auto& [role, count] : demanded_by((*before)->plan)) demanded.try_emplace(role, count);
    const auto counts = co_await heads_of(with, project, demanded);
    if (!counts) co_return counts.error();
    for (const auto& [role, count] : demanded_by(plan)) {
        const auto has = counts->find(role);
        if (has != counts->end() && has->second < count)
            co_return failure{errc::refused, "A gate of the checklist asks for " + std::to_string(count) + " of " +
                                                 role + ", which has " + std::to_string(has->second) +
                                                 " now. Add people to the role, or change the checklist."};
    }
    if (!*before) co_return plan;
    std::string confirm;
    for (const auto& [name, kind] : with.kind_table)
        if (kind.what == release::step_class::confirm && !kind.looks) confirm = name;
    if (with.kind_table.contains("confirm")) confirm = "confirm";
    co_return release::guarded(std::move(plan), rights, **before, *counts, confirm);
}

}  // namespace slipway::slash
