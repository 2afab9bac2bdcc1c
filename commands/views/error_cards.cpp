#include "commands/views/error_cards.hpp"

#include <algorithm>
#include <cmath>

#include "commands/errors/actions.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {
namespace {

constexpr std::size_t shown_suspects = 3;

std::uint64_t count_at(const json::value& data, std::string_view name) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_at(data, name)));
}

errors::suspect suspect_from(const json::value& data) {
    errors::suspect made;
    made.who.name = text_at(data, "name");
    made.who.username = text_at(data, "username");
    made.request = number_at(data, "request");
    if (const auto* share = at_path(data, "confidence"); share != nullptr && share->is_number())
        made.confidence = share->to_number<double>();
    for (const auto& each : array_at(data, "reasons"))
        if (const auto* text = each.if_string()) made.reasons.emplace_back(text->data(), text->size());
    return made;
}

error_report report_from(const json::value& data) {
    error_report made;
    made.hash = text_at(data, "hash");
    made.title = untrusted{text_at(data, "title")};
    made.what = text_at(data, "what");
    made.before = count_at(data, "before");
    made.after = count_at(data, "after");
    made.why = text_at(data, "why");
    made.issue = number_at(data, "issue");
    made.url = text_at(data, "url");
    made.how = text_at(data, "how");
    made.assignee = text_at(data, "assignee");
    made.assignee_slack = text_at(data, "assignee_slack");
    made.because = text_at(data, "because");
    made.umbrella = flag_at(data, "umbrella");
    for (const auto& each : array_at(data, "suspects")) made.suspects.push_back(suspect_from(each));
    return made;
}

/// "Ana" when the project knows the GitLab account, else the name git has.
std::string person_name(const std::string& username, const std::string& otherwise, const names& people) {
    const auto* known = username.empty() ? nullptr : people.project().by_gitlab(username);
    if (known != nullptr && !known->name.empty()) return known->name;
    return otherwise.empty() ? username : otherwise;
}

markup counts(const error_report& about) {
    return say("{}: {} before, {} after", about.what.empty() ? std::string{"error"} : about.what, about.before,
               about.after);
}

markup issue_link(const error_report& about) {
    return slack::hyperlink(about.url, "#" + std::to_string(about.issue));
}

markup issue_words(const error_report& about, const names& people) {
    if (about.issue == 0) return say("no issue yet");
    if (about.assignee.empty()) return say("issue {}, nobody assigned", issue_link(about));
    return say("issue {}, assigned to {}", issue_link(about), person_name(about.assignee, {}, people));
}

std::string short_title(const error_report& about, std::size_t most) {
    return slack::cut(slack::one_line(about.title.raw()), most);
}

/// "!12", as a link when the project's address is known.
markup request_link(std::int64_t iid, const release::release_state& state) {
    const auto number = "!" + std::to_string(iid);
    const auto project = state.fact("gitlab_url");
    if (project.empty()) return say("{}", number);
    return slack::hyperlink(project + "/-/merge_requests/" + std::to_string(iid), number);
}

markup suspects_text(const release::release_state& state, const error_report& about, const names& people) {
    if (about.suspects.empty())
        return say("*Likely cause:* no change of this release touches the lines of this error.");
    markup text = say("*Likely cause*");
    std::size_t rank = 0;
    for (const auto& each : about.suspects) {
        if (rank++ == shown_suspects) break;
        const auto percent = std::lround(std::clamp(each.confidence, 0.0, 1.0) * 100);
        text +=
            say("\n{}. {}, {} % of the evidence", rank, person_name(each.who.username, each.who.name, people), percent);
        if (each.request != 0) text += say(", {}", request_link(each.request, state));
        for (const auto& reason : each.reasons) text += say("\n      • {}", slack::cut(reason, 300));
    }
    return text;
}

markup assignment(const error_report& about, const names& people) {
    if (about.issue == 0 && about.assignee_slack.empty()) return {};
    const auto who = !about.assignee_slack.empty() ? people.of(about.assignee_slack)
                                                   : say("{}", person_name(about.assignee, {}, people));
    if (about.assignee.empty() && about.assignee_slack.empty())
        return say("*Nobody is assigned.* {} Please take it if it looks like yours.", about.because);
    return say("*{}* {}: {}", about.taken ? std::string{"Taken by"} : std::string{"Assigned to"}, who,
               about.because.empty() ? std::string{"most likely knows it"} : about.because);
}

const release::step_state* watch_of(const release::release_state& state) {
    for (const auto& each : state.steps) {
        const auto* rule = state.plan.find(each.id);
        if (rule != nullptr && rule->kind == "telemetry_watch") return &each;
    }
    return nullptr;
}

const release::item_state* item_for(const release::release_state& state, const error_report& about) {
    const auto* step = watch_of(state);
    return step != nullptr ? step->item(errors::item_of(about.hash)) : nullptr;
}

/// What somebody did to the group, or what goes wrong with it.
markup dealt_with(const release::item_state& item, const names& people) {
    if (item.text.empty()) return {};
    const bool bad = item.status == release::item_status::failed || item.status == release::item_status::errored;
    const auto by = item.by.empty() ? markup{} : say(", {}", people.of(item.by));
    return say("{} {}{}", bad ? "⚠️" : "✅", people.sentence(item.text), by);
}

/// R7.14: what is not taken back by pressing again asks once more.
slack::confirm_dialog sure_about(const std::string& title, const markup& text, const std::string& yes) {
    slack::confirm_dialog sure;
    sure.title = title;
    sure.text = text;
    sure.confirm = yes;
    sure.deny = "Not yet";
    return sure;
}

std::vector<slack::element> group_buttons(const release::release_state& state, const release::item_state& item,
                                          std::vector<release::button>& shown) {
    const auto* step = watch_of(state);
    const bool open = item.status == release::item_status::open || item.status == release::item_status::failed ||
                      item.status == release::item_status::errored;
    std::vector<slack::element> all;
    if (!open) return all;
    button_row row{shown};
    for (const auto& each : item.choices) {
        if (!state.is_live() && !each.lasting) continue;
        release::button pressed;
        pressed.release = state.id;
        pressed.kind = "choose";
        pressed.step = step->id;
        pressed.item = item.id;
        pressed.choice = each.id;
        pressed.fingerprint = item.fingerprint;
        auto made = row.make(pressed, each.label,
                             each.style == "primary" ? slack::button_style::primary : slack::button_style::plain);
        if (each.id == errors::action::mute || each.id == errors::action::resolve)
            made.confirm = sure_about(each.label + "?", say("{} {}", item.id, reversibility(each.effect)), "Yes");
        all.push_back(std::move(made));
    }
    return all;
}

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

/// One line a look: when, how many against how many, what it said.
markup looks_table(const release::release_state& state, const names& people) {
    markup text;
    for (const auto& each : array_at(state.facts, "error_watch.looks")) {
        const auto at = from_iso(text_at(each, "at")).value_or(instant{});
        text +=
            say("{} · *{}* · {} new, {} regressed, {} louder · {}\n", slack::date_token(at, slack::date_style::time),
                text_at(each, "overall"), number_at(each, "new"), number_at(each, "regressed"),
                number_at(each, "louder"), people.sentence(slack::cut(text_at(each, "why"), 300)));
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

/// What people said on the card goes before what the issue step wrote down.
void add_owner(error_report& to, const release::item_state& item) {
    namespace member = errors::owner_member;
    if (to.suspects.empty())
        for (const auto& each : array_at(item.data, member::suspects)) to.suspects.push_back(suspect_from(each));
    to.turn = number_at(item.data, member::turn);
    if (!item.data.contains(member::owner)) return;
    if (const auto owner = text_at(item.data, member::owner); !owner.empty()) to.assignee = owner;
    to.assignee_slack = text_at(item.data, member::owner_slack);
    to.because = text_at(item.data, member::because);
    to.taken = to.because == "taken in Slack";
}

}  // namespace

std::vector<error_report> errors_of(const release::release_state& state) {
    const json::array* found = &array_at(state.facts, "error_groups");
    for (const auto& each : state.steps) {
        const auto* rule = state.plan.find(each.id);
        if (rule != nullptr && rule->kind == "error_issues" && !array_at(each.data, "issues").empty())
            found = &array_at(each.data, "issues");
    }
    std::vector<error_report> all;
    for (const auto& each : *found) {
        all.push_back(report_from(each));
        if (const auto* item = item_for(state, all.back())) add_owner(all.back(), *item);
    }
    return all;
}

rendered error_alert(const release::release_state& state, const std::vector<error_report>& all, const names& people,
                     std::vector<release::button>& shown) {
    const auto name = release_name(state, people.project());
    const auto what = all.size() == 1 ? say("1 error") : say("{} errors", all.size());
    slack::message_builder made{say("🚨 {} after the deploy of {}", what, name), "errors.txt"};
    made.section(
        say("🚨 *{} after the deploy of {}*\nThe details of each, and who most likely knows it, are in this "
            "message's thread.",
            what, name));
    if (const auto* watch = watch_of(state); watch != nullptr && !watch->text.empty())
        made.section(people.full_sentence(watch->text));
    markup list;
    for (std::size_t i = 0; i < all.size() && i < most_error_cards; ++i)
        list += say("• *{}* · {} · {}\n", short_title(all[i], 200), counts(all[i]), issue_words(all[i], people));
    if (all.size() > most_error_cards)
        list += say("and {} more; {} has their numbers", all.size() - most_error_cards, slack::code("/release errors"));
    made.section(list);
    made.actions(alert_buttons(state, shown));
    made.context(say("Release {}", slack::code(state.id)));
    return made.render();
}

rendered error_card(const release::release_state& state, const error_report& about, const names& people,
                    std::vector<release::button>& shown) {
    const auto* item = item_for(state, about);
    slack::message_builder made{say("{}. {}", short_title(about, 200), counts(about)), "error.txt"};
    made.section(say("*{}*", about.title));
    made.fields({{"Errors", counts(about)},
                 {"Issue", about.issue == 0 ? say("not written yet") : say("{}, {}", issue_link(about), about.how)}});
    made.section(people.sentence(about.why));
    if (!about.umbrella && (about.issue != 0 || !about.suspects.empty()))
        made.section(suspects_text(state, about, people));
    made.section(assignment(about, people));
    if (item == nullptr) return made.render();
    made.section(dealt_with(*item, people));
    made.actions(group_buttons(state, *item, shown));
    return made.render();
}

std::optional<rendered> error_call(const error_report& about) {
    if (about.taken || about.umbrella || about.assignee_slack.empty() || (about.issue == 0 && about.turn == 0))
        return std::nullopt;
    const auto who = slack::user_mention(about.assignee_slack);
    const auto what = short_title(about, 150);
    slack::message_builder made{say("{}: {}", what, who), "call.txt"};
    const auto where = about.issue == 0 ? markup{} : say(" ({})", issue_link(about));
    made.section(say("{}{}\n{}, please look at this one: {}", slack::bold(say("{}", what)), where, who, about.because));
    if (about.turn == 0)
        made.context(say("Not yours? Press “Not me” on the card above; the next in line is asked then."));
    return made.render();
}

rendered errors_reply(const release::release_state& state, const names& people) {
    const auto name = release_name(state, people.project());
    slack::message_builder made{say("Errors of {}", name), "errors.txt"};
    made.section(say("*Errors of {}*", name));
    bool said = false;
    for (const auto& each : state.steps) {
        const auto* rule = state.plan.find(each.id);
        if (rule == nullptr || !rule->kind.starts_with("telemetry_") || each.text.empty()) continue;
        made.section(say("{} · {}", step_name(*rule), people.sentence(each.text)));
        said = true;
        if (rule->kind == "telemetry_baseline") made.section(baseline_table(state));
        if (rule->kind == "telemetry_watch") made.section(looks_table(state, people));
    }
    for (const auto& each : errors_of(state)) {
        made.section(say("*{}*\n{} · {}", short_title(each, 300), counts(each), issue_words(each, people)));
        said = true;
    }
    if (!said)
        made.section(
            say("Nothing has been measured yet: the errors are counted before the build and watched after it."));
    return made.render();
}

}  // namespace slipway::views
