#include "commands/slash/windows.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "commands/slash/menus.hpp"
#include "commands/slash/verb.hpp"
#include "commands/views/start_window.hpp"
#include "commands/views/ways_back.hpp"
#include "commands/views/words.hpp"
#include "commands/windows/calendar.hpp"
#include "integrations/slack/blocks/modal.hpp"
#include "integrations/slack/blocks/text.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slash {
namespace {

namespace start_input = views::start_input;

/// By channel, else the only one there is, else "".
std::string project_of(const desk& with, const std::string& channel) {
    const auto names = with.project_names();
    for (const auto& each : names)
        if (const auto project = with.project(each); project && !channel.empty() && project->channel == channel)
            return each;
    return names.size() == 1 ? names.front() : std::string{};
}

std::string title_of(const desk& with, const std::string& name) {
    const auto project = with.project(name);
    return project ? project->title : std::string{};
}

/// Lock, freeze, queue and what runs: what whoever starts should know before they send.
task<views::markup> around_start(desk& with, std::string name) {
    views::markup text;
    const auto project = with.project(name);
    if (!project) co_return text;
    const views::names people{*project};
    const auto house = co_await with.releases.load_project(name);
    if (house) text = views::house_words(**house, people, with.time.now());
    if (const auto open = windows::open_freeze(*project, windows::starter::person, with.time.now()))
        text += slack::say("{}🧊 *A freeze is open* until {}: {}", text.empty() ? "" : "\n",
                           slack::date_token(open->until), open->reason);
    const auto live = co_await with.releases.live(name);
    if (!live || !*live) co_return text;
    const auto state = co_await with.releases.load(**live);
    if (!state) co_return text;
    if (!text.empty()) text += slack::say("\n");
    text += views::words::already_running(**state, people, "");
    co_return text;
}

/// Shows in the window what became known since it stands. That somebody changed it meanwhile, or closed it, is fine.
task<> show_around(desk& with, slack::view_ref window, views::start_memory memory) {
    const auto around = co_await around_start(with, memory.project);
    if (!around.empty()) {
        auto view = views::start_window(memory, title_of(with, memory.project), around);
        const auto shown = co_await slack::update_view(with.slack, std::move(window), std::move(view));
        if (!shown) spdlog::info("the start window stays as it is: {}", shown.error().sentence());
    }
    co_await refresh_menus(with, memory.project);
}

std::string chosen_in(const slack::form_state& state, const std::string& prefix) {
    for (const auto& each : state.all)
        if (each.block.starts_with(prefix) && !each.values.empty()) return each.values.front();
    return {};
}

std::string project_in(const slack::view_submission& sent) {
    const auto chosen = chosen_in(sent.state, start_input::project);
    return chosen.empty() ? views::start_memory_of(sent.view.private_metadata).project : chosen;
}

}  // namespace

std::optional<std::string> wants_start_window(const desk& with, const std::string& channel, const std::string& words) {
    const auto [verb, rest] = first_word(words);
    if (verb.empty()) return project_of(with, channel);
    if (verb != "start") return std::nullopt;
    if (rest.empty()) return project_of(with, channel);
    const auto project = with.project(rest);
    return project ? std::optional{rest} : std::nullopt;
}

task<bool> open_start_window(desk& with, slack::origin from, std::string project, std::string channel) {
    if (from.trigger_id.empty()) co_return false;
    const views::start_memory memory{std::move(project), std::move(channel)};
    auto view = views::start_window(memory, title_of(with, memory.project), {});
    const auto opened = co_await slack::open_view(with.slack, from.trigger_id, std::move(view));
    if (!opened) {
        spdlog::info("user={} the start window was not opened: {}", from.user, opened.error().sentence());
        co_return false;
    }
    co_await show_around(with, *opened, memory);
    co_return true;
}

task<> follow_chosen_project(desk& with, slack::block_action chosen) {
    auto memory = views::start_memory_of(chosen.view.private_metadata);
    const auto project = chosen.selected.empty() ? std::string{} : chosen.selected.front();
    if (project == memory.project) co_return;
    memory.project = project;
    auto view = views::start_window(memory, title_of(with, project), {});
    const slack::view_ref there{chosen.view.id, chosen.view.hash};
    const auto shown = co_await slack::update_view(with.slack, there, std::move(view));
    if (!shown) {
        spdlog::info("user={} the start window stays as it is: {}", chosen.from.user, shown.error().sentence());
        co_return;
    }
    co_await show_around(with, *shown, memory);
}

task<bool> open_note_window(desk& with, slack::message_action used) {
    if (used.from.trigger_id.empty()) co_return false;
    const views::start_memory memory{project_of(with, used.from.channel), used.from.channel};
    auto view = views::note_message_window(memory, title_of(with, memory.project), used.text);
    const auto opened = co_await slack::open_view(with.slack, used.from.trigger_id, std::move(view));
    if (!opened) spdlog::info("user={} the note window was not opened: {}", used.from.user, opened.error().sentence());
    co_return opened.has_value();
}

std::optional<slack::slash_command> typed_in(const slack::view_submission& sent) {
    const bool starts = sent.view.callback_id == start_input::callback;
    if (!starts && sent.view.callback_id != start_input::note_callback) return std::nullopt;
    slack::slash_command typed;
    typed.from = sent.from;
    typed.from.channel = views::start_memory_of(sent.view.private_metadata).channel;
    typed.command = "/release";
    const auto project = project_in(sent);
    if (!starts) {
        const auto note = slack::one_line(sent.state.value_of(start_input::note, slack::input_action_id));
        typed.text = untrusted{"note " + project + " " + note};
        return typed;
    }
    auto version = chosen_in(sent.state, start_input::version_prefix);
    if (version.empty()) version = chosen_in(sent.state, start_input::milestone_prefix);
    auto words = "start " + project + " " + version;
    const auto boxes = sent.state.values_of(start_input::options, slack::input_action_id);
    const auto ticked = [&boxes](const char* box) { return std::ranges::find(boxes, box) != boxes.end(); };
    if (ticked(start_input::dry)) words += " --dry-run";
    if (ticked(start_input::queue)) words += " --queue";
    typed.text = untrusted{words};
    return typed;
}

boost::json::object faults_of(const desk& with, const slack::view_submission& sent) {
    boost::json::object faults;
    const bool starts = sent.view.callback_id == start_input::callback;
    if (!starts && sent.view.callback_id != start_input::note_callback) return faults;
    const auto project = project_in(sent);
    if (const auto why = with.why_disabled(project); !why.empty())
        faults[start_input::project] = "This project is switched off: " + slack::cut(why, 200);
    else if (!with.project(project))
        faults[start_input::project] = "There is no such project any more; choose another one.";
    if (!starts || !faults.empty()) return faults;
    const auto version = chosen_in(sent.state, start_input::version_prefix);
    const auto milestone = chosen_in(sent.state, start_input::milestone_prefix);
    const auto block = start_input::version_prefix + views::start_memory_of(sent.view.private_metadata).project;
    if (version.empty() && milestone.empty())
        faults[block] = "Choose a milestone, or a version.";
    else if (!version.empty() && !milestone.empty() && version != milestone)
        faults[block] = "The chosen milestone is that of " + milestone + "; choose only one of the two.";
    return faults;
}

}  // namespace slipway::slash
