#include "commands/slash/menus.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "commands/changelog/version.hpp"
#include "commands/steps/step.hpp"
#include "commands/views/start_window.hpp"
#include "integrations/gitlab/gitlab.hpp"
#include "integrations/slack/blocks/elements.hpp"
#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::slash {
namespace {

namespace limit = slack::limit;

std::string lowered(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool holds(const std::string& text, const std::string& typed) {
    return lowered(text).find(lowered(typed)) != std::string::npos;
}

void offer(std::vector<slack::option>& all, std::string text, const std::string& value, std::string more = {}) {
    const bool fits = !value.empty() && slack::length_of(value) <= limit::option_value;
    if (fits && all.size() < limit::options) all.push_back({std::move(text), value, std::move(more)});
}

std::vector<slack::option> projects_like(const desk& with, const std::string& typed) {
    std::vector<slack::option> all;
    for (const auto& name : with.project_names()) {
        const auto project = with.project(name);
        if (!project) continue;
        const auto title = project->title.empty() ? name : project->title;
        if (holds(title, typed) || holds(name, typed)) offer(all, title, name);
    }
    return all;
}

std::vector<slack::option> milestones_like(const desk& with, const std::string& project, const std::string& typed) {
    std::vector<slack::option> all;
    const auto known = with.menus->find(project);
    if (known == with.menus->end()) return all;
    for (const auto& each : known->second)
        if (holds(each.title, typed)) offer(all, each.title, each.version, each.due.empty() ? "" : "due " + each.due);
    return all;
}

std::vector<slack::option> versions_like(const desk& with, const std::string& name, const std::string& typed) {
    std::vector<slack::option> all;
    const auto project = with.project(name);
    if (!project) return all;
    const auto grammar = changelog::version_grammar::create(project->version.grammar);
    const bool is_version = grammar && grammar->parse(typed);
    if (is_version) offer(all, typed, typed, "as you typed it");
    if (const auto known = with.menus->find(name); known != with.menus->end())
        for (const auto& each : known->second)
            if (holds(each.version, typed) && each.version != typed) offer(all, each.version, each.version, each.title);
    return all;
}

}  // namespace

task<> refresh_menus(desk& with, std::string name) {
    const auto project = with.project(name);
    const auto* services = with.services(name);
    if (!project || services == nullptr || services->gitlab == nullptr || project->gitlab.project.empty()) co_return;
    auto* gitlab = services->gitlab;
    const auto home = co_await gitlab->project_by_path(project->gitlab.project);
    if (!home) {
        spdlog::warn("project={} its milestones cannot be offered: {}", name, home.error().sentence());
        co_return;
    }
    const auto open = co_await gitlab->open_milestones(home->id);
    if (!open) {
        spdlog::warn("project={} its milestones cannot be offered: {}", name, open.error().sentence());
        co_return;
    }
    const auto grammar = changelog::version_grammar::create(project->version.grammar);
    if (!grammar) co_return;
    std::vector<milestone_choice> found;
    for (const auto& each : *open) {
        const auto version = changelog::version_in_title(each.title.raw(), project->milestone, *grammar);
        if (version) found.push_back({grammar->text(*version), each.title.raw(), each.due_date});
    }
    (*with.menus)[name] = std::move(found);
}

std::optional<boost::json::object> menu_options(const desk& with, const slack::block_suggestion& asked) {
    const auto& window = asked.view.callback_id;
    if (window != views::start_input::callback && window != views::start_input::note_callback) return std::nullopt;
    const auto memory = views::start_memory_of(asked.view.private_metadata);
    std::vector<slack::option> all;
    if (asked.block_id == views::start_input::project)
        all = projects_like(with, asked.typed.raw());
    else if (asked.block_id.starts_with(views::start_input::milestone_prefix))
        all = milestones_like(with, memory.project, asked.typed.raw());
    else if (asked.block_id.starts_with(views::start_input::version_prefix))
        all = versions_like(with, memory.project, asked.typed.raw());
    return boost::json::object{{"options", slack::options_of(all)}};
}

}  // namespace slipway::slash
