// What stands in the channel about a release's errors, what `/release errors` says of them, and who is called.
#include <map>

#include "commands/errors/actions.hpp"
#include "commands/views/error_words.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

/// Stop, stop with the numbers as the reason, or go back: what belongs to the whole release stands on the alert. The
/// last one is `/release rollback`: it shows the way first, and its own button there asks once more.
std::vector<slack::element> alert_buttons(const release::release_state& state, std::vector<release::button>& shown) {
    const auto* step = watch_of(state);
    if (step == nullptr || !state.is_live() || state.aborting || state.rolling_back) return {};
    button_row row{shown};
    release::button pressed;
    pressed.release = state.id;
    std::vector<slack::element> all;
    if (!state.held) {
        pressed.step = step->id;
        pressed.kind = "hold";
        all.push_back(row.make(pressed, "Hold the release"));
        pressed.kind = "propose_rollback";
        auto propose = row.make(pressed, "Propose a rollback");
        propose.confirm = sure_about("Propose a rollback?",
                                     say("{} {} is put on hold with these numbers as the reason. Nothing is deployed "
                                         "by this click; “Roll back …” shows the way back and begins it.",
                                         state.project, state.version),
                                     "Yes, hold and propose");
        all.push_back(std::move(propose));
    }
    if (state.kind == "rollback" || !release::has_deployed(state)) return all;
    pressed.step.clear();
    pressed.kind = "verb";
    pressed.choice = "rollback";
    all.push_back(row.make(pressed, "Roll back …", slack::button_style::danger));
    return all;
}

/// One line a look: when, what it said, how many against how many.
markup looks_table(const release::release_state& state, const names& people) {
    markup text;
    for (const auto& each : array_at(state.facts, "error_watch.looks")) {
        const auto at = from_iso(text_at(each, "at")).value_or(instant{});
        text += say("{} · *{}* · {}\n", slack::date_token(at, slack::date_style::time), text_at(each, "overall"),
                    people.sentence(slack::cut(text_at(each, "why"), 300)));
    }
    return text;
}

markup baseline_table(const release::release_state& state) {
    markup text;
    std::size_t shown = 0;
    for (const auto& step : state.steps) {
        const auto* rule = state.plan.find(step.id);
        if (rule == nullptr || rule->kind != "telemetry_baseline") continue;
        for (const auto& each : array_at(step.data, "groups"))
            if (shown++ < 5)
                text += say("{} × {}\n", number_at(each, "count"),
                            slack::cut(slack::one_line(text_at(each, "title")), 150));
    }
    return text;
}

/// One person, everything that is theirs: "*title* (#31)" and why them.
rendered call_for(const std::vector<const error_report*>& theirs) {
    const auto& one = *theirs.front();
    const auto who = slack::user_mention(one.assignee_slack);
    const auto line = [](const error_report& about) {
        const auto where = about.issue == 0 ? markup{} : say(" ({})", issue_link(about));
        return say("*{}*{}", short_title(about, 150), where);
    };
    if (theirs.size() == 1) {
        slack::message_builder made{say("{}: {}", short_title(one, 150), who), "call.txt"};
        made.section(say("{}\n{}, please look at this one: {}", line(one), who, one.because));
        if (one.turn == 0)
            made.context(say("Not yours? Press “Not me” on the card above; the next in line is asked then."));
        return made.render();
    }
    slack::message_builder made{say("{} errors: {}", theirs.size(), who), "call.txt"};
    auto text = say("{}, please look at these {}:", who, theirs.size());
    for (const auto* each : theirs) text += say("\n• {}: {}", line(*each), each->because);
    made.section(text);
    made.context(say("One is not yours? Press “Not me” on its card above; the next in line is asked then."));
    return made.render();
}

}  // namespace

rendered error_alert(const release::release_state& state, const std::vector<error_report>& all, const names& people,
                     std::vector<release::button>& shown) {
    const auto name = release_name(state, people.project());
    std::uint64_t groups = 0;
    for (const auto& each : all) groups += each.groups;
    const auto what = groups == 1 ? say("1 error") : say("{} different errors", groups);
    slack::message_builder made{say("🚨 {} after the deploy of {}", what, name), "errors.txt"};
    made.section(
        say("🚨 *{} after the deploy of {}*\nThe details of each, and who most likely knows it, are in this "
            "message's thread.",
            what, name));
    if (const auto* watch = watch_of(state); watch != nullptr && !watch->text.empty())
        made.section(people.full_sentence(capital(watch->text)));
    markup list;
    std::uint64_t listed = 0;
    const error_report* rest = nullptr;
    for (const auto& each : all) {
        if (each.umbrella) rest = &each;
        if (each.umbrella || listed == most_error_cards) continue;
        list += say("• *{}* · {}{}\n", short_title(each, 200), counts(each), issue_words(each, people));
        ++listed;
    }
    if (groups > listed) {
        list += say("and {} more", groups - listed);
        if (rest != nullptr) list += issue_words(*rest, people);
        list += say("; {} has their numbers", slack::code("/release errors"));
    }
    made.section(list);
    made.actions(alert_buttons(state, shown));
    made.context(say("Release {}", slack::code(state.id)));
    return made.render();
}

std::vector<error_call> error_calls(const std::vector<error_report>& all) {
    std::vector<error_call> calls;
    std::map<std::string, std::vector<const error_report*>> first;  // by Slack id
    for (std::size_t i = 0; i < all.size() && i < most_error_cards; ++i) {
        const auto& each = all[i];
        if (each.taken || each.umbrella || each.assignee_slack.empty()) continue;
        if (each.turn > 0)
            calls.push_back({each.hash + "/" + std::to_string(each.turn), call_for({&each})});
        else if (each.issue != 0)
            first[each.assignee_slack].push_back(&each);
    }
    for (const auto& [who, theirs] : first) calls.push_back({who, call_for(theirs)});
    return calls;
}

rendered errors_reply(const release::release_state& state, const names& people) {
    const auto name = release_name(state, people.project());
    slack::message_builder made{say("Errors of {}", name), "errors.txt"};
    made.section(say("*Errors of {}*", name));
    bool said = false;
    for (const auto& each : state.steps) {
        const auto* rule = state.plan.find(each.id);
        if (rule == nullptr || !rule->kind.starts_with("telemetry_") || each.text.empty()) continue;
        made.section(say("*{}*\n{}", step_name(*rule), people.sentence(capital(each.text))));
        said = true;
        if (rule->kind == "telemetry_baseline") made.section(baseline_table(state));
        if (rule->kind == "telemetry_watch") made.section(looks_table(state, people));
    }
    for (const auto& each : errors_of(state)) {
        made.section(say("*{}*\n{}{}", short_title(each, 300), counts(each), issue_words(each, people)));
        said = true;
    }
    if (!said)
        made.section(
            say("Nothing has been measured yet: the errors are counted before the build and watched after it."));
    return made.render();
}

}  // namespace slipway::views
