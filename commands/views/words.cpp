#include "commands/views/words.hpp"

namespace slipway::views::words {
namespace {

markup names_of(const std::vector<std::string>& all) {
    std::vector<markup> shown;
    shown.reserve(all.size());
    for (const auto& each : all) shown.push_back(slack::code(each));
    return slack::join(shown, ", ");
}

}  // namespace

markup unknown_button() {
    return say(
        "This button is not from a release I know, so nothing was changed. {} shows what is running and what can be "
        "pressed now.",
        slack::code("/release status"));
}

markup outdated_card() {
    return say(
        "This card is out of date, so nothing was changed: what it showed has moved since. The newest card in the "
        "release's thread is the one to answer.");
}

markup try_again() {
    return say("I could not write that down, so nothing was changed. Please try again in a minute.");
}

markup late_words() {
    return say(
        "I was away when you wrote this and read it only now, so nothing was done. Say it again if it still holds.");
}

markup already_running(const release::release_state& running, const names& people, std::string_view board_link) {
    const auto name = release_name(running, people.project());
    const auto shown = board_link.empty() ? say("{}", name) : slack::hyperlink(board_link, name);
    return say(
        "{} is running already ({}, asked for by {} at {}), and a project has one release at a time. Its board shows "
        "what it waits for; {} ends it.",
        shown, release::to_words(release::status_of(running)), people.of(running.requester),
        slack::date_token(running.started), slack::code("/release abort " + running.version + " REASON"));
}

markup nothing_running(std::string_view project) {
    return say("No release of {} is running. {} starts one.", project, slack::code("/release start VERSION"));
}

markup no_project_here(const std::vector<std::string>& known) {
    if (known.empty())
        return say(
            "No project is set up yet. Put a project file into the projects folder of the bot; the README tells what "
            "belongs into it.");
    return say("No project belongs to this channel. Name one of {}, for example {}, or go to its channel.",
               names_of(known), slack::code("/release start " + known.front() + " VERSION"));
}

markup unknown_project(std::string_view typed, const std::vector<std::string>& known) {
    if (known.empty()) return say("There is no project {}, and none is set up yet.", slack::code(typed));
    return say("There is no project {}. Known are {}.", slack::code(typed), names_of(known));
}

markup project_disabled(std::string_view project, const std::vector<std::string>& problems) {
    auto text = say(
        "{} is switched off because its files have faults; other projects go on. Correct them and try again:", project);
    for (const auto& each : problems) text += say("\n• {}", each);
    return text;
}

markup unknown_verb(std::string_view typed, const std::vector<std::string>& known) {
    return say("I do not know {}. I know {}; {} explains them.", slack::code(typed), names_of(known),
               slack::code("/release help"));
}

markup usage(std::string_view how) {
    return say("Type {}.", slack::code(how));
}

markup started(const release::release_state& state, const names& people) {
    return say("{} has begun. Its board is in the project's channel; everything else happens in the thread below it.",
               release_name(state, people.project()));
}

markup noted() {
    return say("Noted; it goes into the changelog and stays in the release's history.");
}
markup held() {
    return say("The release is on hold: what runs now ends, nothing new starts. {} lets it go on.",
               slack::code("/release resume"));
}
markup resumed() {
    return say("The release goes on.");
}
markup aborting() {
    return say(
        "The release is being aborted: what runs now ends, then it is over. What already took effect is listed in the "
        "channel.");
}

markup retrying(const std::vector<std::string>& titles) {
    if (titles.size() == 1) return say("“{}” starts over.", titles.front());
    return say("{} steps start over.", titles.size());
}

markup skipped(std::string_view title) {
    return say("“{}” is skipped; the board says so, with your reason.", title);
}

markup approved_waiting(const release::release_state& state, const release::step_state& step, const names& people) {
    return say("Your approval is counted. The gate is still closed: it {}.",
               people.sentence(release::why_closed(state, step)));
}

}  // namespace slipway::views::words
