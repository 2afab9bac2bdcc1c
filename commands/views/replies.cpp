#include "commands/views/replies.hpp"
#include "commands/views/changelog_text.hpp"

#include "commands/views/board.hpp"
#include "commands/views/lanes.hpp"

namespace slipway::views {

rendered reply(const markup& sentence, const std::optional<slack::element>& next) {
    slack::message_builder made{sentence, "answer.txt"};
    made.section(sentence);
    if (next) made.actions({*next});
    return made.render();
}

rendered refusal(const failure& why, const names& people, const std::optional<slack::element>& next) {
    return reply(people.sentence(why.sentence()), next);
}

rendered status_reply(const release::release_state& state, const names& people) {
    const auto title = release_name(state, people.project()) + " · " + release::to_words(release::status_of(state));
    slack::message_builder made{say("{}. {}", title, progress(state)), "status.txt"};
    made.header(title);
    made.context(say("{} · asked for by {} at {}", progress(state), people.of(state.requester),
                     slack::date_token(state.started)));
    for (const auto& each : what_is_going_on(state, people)) made.section(each);
    made.divider();
    for (const auto& stage : state.plan.stages) made.section(lane(state, stage, people));
    return made.render();
}

rendered notes_reply(const release::release_state& state, const names& people) {
    const auto name = release_name(state, people.project());
    slack::message_builder made{say("Notes of {}", name), "notes.txt"};
    made.section(say("*Notes of {}*", name));
    for (const auto& each : state.notes)
        made.section(say("{}, {}:\n", people.of(each.by), slack::date_token(each.at)) + slack::escape(each.text));
    if (state.notes.empty())
        made.section(
            say("There are none yet. {} adds one; it goes into the changelog.", slack::code("/release note TEXT")));
    const auto committed = state.fact("commit");
    const auto entry = committed.empty() ? entry_now(state) : state.fact("changelog");
    if (!entry.empty()) {
        made.section(committed.empty() ? say("*The entry as it stands now*") : say("*The entry, as it was committed*"));
        made.section(changelog_text(entry, state, people.project()));
    }
    return made.render();
}

rendered help_reply(const std::vector<verb_help>& verbs) {
    slack::message_builder made{say("What /release can do"), "help.txt"};
    markup list;
    for (const auto& each : verbs) list += say("{}  {}\n", slack::code("/release " + each.usage), each.does);
    made.section(say("*What /release can do*\n") + list);
    made.context(
        say("The board of a release shows what it waits for and has the buttons that work now; its thread has the "
            "evidence."));
    return made.render();
}

}  // namespace slipway::views
