#include "commands/views/start_window.hpp"

#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/modal.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

slack::external_input project_menu(const start_memory& memory, const std::string& title) {
    slack::external_input made;
    made.block_id = start_input::project;
    made.label = "Project";
    made.placeholder = "Which product?";
    made.tells = true;
    const bool fits = slack::length_of(memory.project) <= slack::limit::option_value;
    if (!memory.project.empty() && fits)
        made.initial = slack::option{title.empty() ? memory.project : title, memory.project, {}};
    return made;
}

}  // namespace

std::string to_text(const start_memory& memory) {
    return json::serialize(json::object{{"project", memory.project}, {"channel", memory.channel}});
}

start_memory start_memory_of(const std::string& private_metadata) {
    const auto read = parse_json(private_metadata);
    if (!read) return {};
    return {text_at(*read, "project"), text_at(*read, "channel")};
}

json::object start_window(const start_memory& memory, const std::string& title, const markup& around) {
    slack::modal_builder made{"Start a release", start_input::callback};
    made.private_metadata(to_text(memory)).submit("Start");
    if (!around.empty()) made.section(around);
    made.input(project_menu(memory, title));
    slack::external_input milestone;
    milestone.block_id = start_input::milestone_prefix + memory.project;
    milestone.label = "Milestone";
    milestone.placeholder = "Open milestones";
    milestone.optional = true;
    made.input(milestone);
    slack::external_input version;
    version.block_id = start_input::version_prefix + memory.project;
    version.label = "Version";
    version.placeholder = "Choose one, or type it";
    version.hint = "The milestone says it already; choose only one of the two.";
    version.optional = true;
    made.input(version);
    slack::boxes_input how;
    how.block_id = start_input::options;
    how.label = "How";
    how.options = {{"Dry run: show every step, change nothing", start_input::dry, {}},
                   {"Wait in the queue when something runs", start_input::queue, {}}};
    how.optional = true;
    made.input(how);
    made.context(
        say("The board appears in the project's channel. Nothing is merged, pushed or deployed before somebody "
            "presses the button for it. {} says where a release is.",
            slack::code("/release status")));
    return made.render();
}

json::object note_message_window(const start_memory& memory, const std::string& title, const untrusted& text) {
    slack::modal_builder made{"Add to the notes", start_input::note_callback};
    made.private_metadata(to_text(memory)).submit("Add");
    made.input(project_menu(memory, title));
    slack::text_input words;
    words.block_id = start_input::note;
    words.label = "Note";
    words.hint = "One line for the changelog of the release that runs; it is shown with your name.";
    words.initial = text.raw();
    words.multiline = true;
    words.min_length = 3;
    words.max_length = 1000;
    return made.input(words).render();
}

}  // namespace slipway::views
