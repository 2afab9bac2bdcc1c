#include "commands/views/error_cards.hpp"

#include <algorithm>
#include <cmath>

#include "commands/errors/actions.hpp"
#include "commands/views/error_words.hpp"
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
    if (made.umbrella) made.groups = std::max<std::uint64_t>(1, count_at(data, "groups"));
    for (const auto& each : array_at(data, "suspects")) made.suspects.push_back(suspect_from(each));
    return made;
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

const release::item_state* item_for(const release::release_state& state, const error_report& about) {
    const auto* step = watch_of(state);
    return step != nullptr ? step->item(errors::item_of(about.hash)) : nullptr;
}

/// What somebody did to the group, or what goes wrong with it.
markup dealt_with(const release::item_state& item, const names& people) {
    if (item.text.empty()) return {};
    const auto by = item.by.empty() ? markup{} : say(", {}", people.of(item.by));
    const auto text = people.sentence(item.text);
    if (item.status == release::item_status::failed) return say("❌ failed: {}{}", text, by);
    if (item.status == release::item_status::errored) return say("⚠️ errored, we could not know: {}{}", text, by);
    return say("✅ {}{}", text, by);
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

rendered error_card(const release::release_state& state, const error_report& about, const names& people,
                    std::vector<release::button>& shown) {
    const auto* item = item_for(state, about);
    slack::message_builder made{say("{}. {}", short_title(about, 200), counts(about)), "error.txt"};
    made.section(say("*{}*", about.title));
    made.fields({{"Errors", counts(about)},
                 {"Issue", about.issue == 0 ? say("not written yet") : say("{}, {}", issue_link(about), about.how)}});
    made.section(people.sentence(capital(about.why)));
    if (!about.umbrella && (about.issue != 0 || !about.suspects.empty()))
        made.section(suspects_text(state, about, people));
    made.section(assignment(about, people));
    if (item == nullptr) return made.render();
    made.section(dealt_with(*item, people));
    made.actions(group_buttons(state, *item, shown));
    return made.render();
}

}  // namespace slipway::views
