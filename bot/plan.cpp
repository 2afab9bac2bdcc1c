#include "bot/plan.hpp"

#include <ostream>

#include "bot/projects.hpp"
#include "commands/views/plan.hpp"

namespace slipway::bot {
namespace {

const release::project_settings* choose(const settings& from, const std::string& name, std::ostream& out) {
    if (!from.policy_problem.empty()) out << from.policy_problem << "\n";
    for (const auto& each : from.projects)
        for (const auto& problem : each.problems) out << problem.text() << "\n";
    if (name.empty() && from.projects.size() == 1 && from.projects.front().usable())
        return &from.projects.front().settings;
    const auto* found = from.project(name);
    if (found == nullptr) {
        out << (name.empty() ? "Name a project: slipway plan --config FILE PROJECT [VERSION]. There are:"
                             : "There is no usable project `" + name + "`. There are:");
        for (const auto& each : from.projects) out << " " << each.settings.name;
        out << "\n";
    }
    return found;
}

}  // namespace

int plan(const settings& from, const std::string& project, const std::string& version, std::ostream& out) {
    // `slipway plan 1.4.0` with a single project means the version.
    const bool only_version =
        version.empty() && !project.empty() && from.project(project) == nullptr && from.projects.size() == 1;
    const auto* chosen = choose(from, only_version ? "" : project, out);
    if (chosen == nullptr) return 2;
    const auto wanted = only_version ? project : version.empty() ? std::string{"VERSION"} : version;
    const auto list = read_project_checklist(*chosen, from.checklist, "release", from.policy_files.get());
    if (!list) {
        out << list.error().sentence() << "\n";
        return 2;
    }
    views::plan_words words;
    for (const auto& step : list->steps)
        if (const auto kind = steps::all_kinds().find(step.kind); kind != steps::all_kinds().end())
            words[step.id] = kind->second->plan(step, *chosen, wanted);
    out << views::plan_text(*list, words);
    return 0;
}

}  // namespace slipway::bot
