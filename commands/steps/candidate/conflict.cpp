#include "commands/steps/candidate/conflict.hpp"

#include <algorithm>
#include <set>

#include "commands/changelog/landed.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_named = 8;  // of one side and path; more than that and the newest tell enough

/// The people behind a landing: authors of what it brought, else of itself.
std::string people_behind(const git::landing& step, const release::project_settings& project) {
    std::set<std::string> names;
    const auto add = [&](const git::commit& each) {
        const auto* person = project.by_email(each.author.email);
        names.insert(person != nullptr && !person->name.empty() ? person->name : each.author.name);
    };
    for (const auto& each : step.brought)
        if (each.parents.size() == 1) add(each);
    if (names.empty()) add(step.tip);
    std::string text;
    for (const auto& each : names) text += (text.empty() ? "" : ", ") + each;
    return text;
}

/// "!12 “Login” by Ana" or "4c0ffee “Hotfix” by Ben".
std::string words_for(const git::landing& step, const release::project_settings& project) {
    std::string number;
    for (const auto& each : changelog::references_in(step.tip.message.raw()))
        if (each.iid != 0 && (each.project.empty() || each.project == project.gitlab.project))
            number = "!" + std::to_string(each.iid);
    const auto subject = step.brought.empty() ? step.tip.subject() : step.brought.front().subject();
    return (number.empty() ? short_id(step.tip.id) : number) + " “" + subject.raw() + "” by " +
           people_behind(step, project);
}

using touched = std::map<std::string, std::vector<std::string>>;  ///< path → words, newest first

task<result<touched>> touched_on(context here, git::repository* repository, std::string base, std::string head,
                                 std::vector<std::string> paths) {
    touched found;
    const auto steps = co_await repository->landings(base, head);
    if (!steps) co_return steps.error();
    git::diff_options options;
    options.lines = git::line_counts::skipped;
    options.paths = paths;
    for (const auto& step : *steps) {
        if (step.tip.parents.empty()) continue;
        const auto changes = co_await repository->diff(step.tip.parents.front(), step.tip.id, options);
        if (!changes) co_return changes.error();
        for (const auto& each : *changes) {
            auto& words = found[each.new_path];
            if (words.size() < most_named) words.push_back(words_for(step, *here.project));
        }
    }
    co_return found;
}

std::string listed(const touched& found, const std::string& path) {
    const auto words = found.find(path);
    if (words == found.end()) return "nothing that touched it under this name";
    std::string text;
    for (const auto& each : words->second) text += (text.empty() ? "" : "; ") + each;
    return text;
}

}  // namespace

task<result<std::string>> explain_conflict(context here, git::repository* repository, std::string stable,
                                           std::string trunk, std::vector<std::string> paths) {
    const auto base = co_await repository->merge_base(stable, trunk);
    if (!base) co_return base.error();
    const auto on_trunk = co_await touched_on(here, repository, *base, trunk, paths);
    if (!on_trunk) co_return on_trunk.error();
    const auto on_stable = co_await touched_on(here, repository, *base, stable, paths);
    if (!on_stable) co_return on_stable.error();
    std::string text;
    for (const auto& path : paths) {
        text += path + "\n  on " + here.project->repository.trunk + ": " + listed(*on_trunk, path) + "\n  on " +
                here.project->repository.stable + ": " + listed(*on_stable, path) + "\n";
    }
    co_return text;
}

}  // namespace slipway::steps
