#include "bot/project_checklists.hpp"

#include <filesystem>
#include <optional>

#include "bot/policy.hpp"
#include "commands/release/checklist_override.hpp"
#include "commands/steps/step.hpp"
#include "integrations/base/json.hpp"

namespace slipway::bot {
namespace {

namespace files = std::filesystem;

std::string lines(const std::vector<yaml_problem>& problems) {
    std::string text;
    for (const auto& each : problems) text += (text.empty() ? "" : "\n") + each.text();
    return text;
}

const std::string& own_file(const release::project_settings& project, const std::string& kind) {
    if (kind == "rollback") return project.rollback_checklist_file;
    if (kind == "hotfix") return project.hotfix_checklist_file;
    return project.checklist_file;
}

const char* setting_of(const std::string& kind) {
    if (kind == "rollback") return "rollback_checklist";
    if (kind == "hotfix") return "hotfix_checklist";
    return "checklist";
}

/// The bot's own file of that kind: the ways back lie beside the default checklist.
std::string shipped_file(const std::string& default_file, const std::string& kind) {
    if (kind == "release") return default_file;
    return (files::path{default_file}.parent_path() / (kind + ".yaml")).string();
}

}  // namespace

bool names_checklist(const release::project_settings& project, const std::string& kind) {
    return !own_file(project, kind).empty();
}

result<release::checklist> read_project_checklist(const release::project_settings& project,
                                                  const std::string& default_file, const std::string& kind,
                                                  const policy_tree* branch) {
    const auto shipped = shipped_file(default_file, kind);
    const auto& own = own_file(project, kind);
    const auto& file = own.empty() ? shipped : own;
    const auto text = read_plan_text(branch, file);
    if (!text)
        return failure{errc::invalid, "The checklist file " + file + " of project " + project.name +
                                          " cannot be read. Check `" + setting_of(kind) + "` in " + project.file + "."};
    std::vector<release::kind_facts> kinds;
    for (const auto& [name, facts] : steps::kind_table()) kinds.push_back(facts);
    const auto base = release::base_of(*text);
    release::checked_checklist read;
    if (base.empty()) {
        read = release::read_checklist(*text, file, kinds, project.head_counts());
    } else {
        const auto base_file =
            base == "default" ? shipped : (files::path{file}.parent_path() / base).lexically_normal().string();
        const auto base_text = read_plan_text(branch, base_file);
        if (!base_text)
            return failure{errc::invalid, file + ": the base " + base_file +
                                              " that it extends cannot be read; write `extends: default` or a path "
                                              "from this file."};
        read = release::read_checklist_over(*text, file, *base_text, base_file, kinds, project.head_counts());
    }
    if (!read.problems.empty())
        return failure{errc::invalid, "The checklist of " + project.name + " has faults:\n" + lines(read.problems)};
    for (const auto& step : read.list.steps)
        if (const auto name = text_at(step.with, "runner"); step.kind == "job" && !project.runners.contains(name))
            return failure{errc::invalid, step.origin + ": step `" + step.id + "` runs on `" + name +
                                              "`, which is not under `runners` of " + project.file};
    return std::move(read.list);
}

}  // namespace slipway::bot
