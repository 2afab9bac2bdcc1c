#include "commands/views/parts.hpp"

#include <algorithm>
#include <map>

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {

using release::step_status;

namespace {

/// "Merge: !12 of shop-1.4.0-1", "Approve: build of shop-1.4.0-1"; "" where the label alone is enough.
std::string spoken_label(const release::button& pressed, const std::string& label) {
    const auto& about = pressed.item.empty() || pressed.item == "*" ? pressed.step : pressed.item;
    if (about.empty() || pressed.kind == "verb") return {};
    return label + ": " + about + " of " + pressed.release;
}

}  // namespace

slack::button button_row::make(const release::button& pressed, std::string label, slack::button_style style) {
    shown_.push_back(pressed);
    slack::button made;
    made.spoken = spoken_label(pressed, label);
    made.text = std::move(label);
    made.action_id = "slipway." + pressed.kind;
    made.value = release::id_of(pressed);
    made.style = style;
    return made;
}

markup status_mark(step_status status) {
    switch (status) {
        case step_status::waiting:
            return say("▫️ waiting");
        case step_status::looking:
            return say("🔎 looking");
        case step_status::asking:
            return say("✋ asking");
        case step_status::running:
            return say("⏳ running");
        case step_status::done:
            return say("✅ done");
        case step_status::failed:
            return say("❌ failed");
        case step_status::errored:
            return say("⚠️ errored");
        case step_status::unknown_outcome:
            return say("❓ unknown outcome");
        case step_status::skipped:
            return say("⏭️ skipped");
        case step_status::not_needed:
            return say("➖ not needed");
    }
    return say("{}", release::to_words(status));
}

markup step_name(const release::step_rule& rule, std::size_t most) {
    const auto title = slack::cut(slack::one_line(rule.title.empty() ? rule.id : rule.title), most);
    return rule.line.empty() ? say("{}", title) : say("{} {}", rule.line, title);
}

markup commit_link(const release::release_state& state, std::string_view commit) {
    if (commit.empty()) return say("not pinned yet");
    const auto digits = std::string{commit.substr(0, 10)};
    const auto base = state.fact("gitlab_url");
    if (base.empty()) return slack::code(digits);
    return slack::hyperlink(base + "/-/commit/" + std::string{commit}, digits);
}

std::vector<std::string> users_of(const std::vector<release::person_id>& people) {
    std::vector<std::string> all;
    all.reserve(people.size());
    for (const auto& each : people) all.push_back(each.user);
    return all;
}

markup list_of_people(const std::vector<std::string>& users, const names& people) {
    constexpr std::size_t most = 5;
    std::vector<markup> shown;
    for (const auto& each : users)
        if (shown.size() < most) shown.push_back(people.of(each));
    if (users.size() > most) return say("{} and {} others", slack::join(shown, ", "), users.size() - most);
    if (shown.size() < 2) return slack::join(shown, ", ");
    const auto last = shown.back();
    shown.pop_back();
    return say("{} or {}", slack::join(shown, ", "), last);
}

markup seats_text(const release::release_state& state, const release::gate_state& gate, const names& people) {
    std::vector<markup> lines;
    std::map<std::string, int> missing;
    for (const auto& each : gate.seats) {
        if (each.taken_by)
            lines.push_back(say("✅ {}: {}, {}", each.role, people.of(*each.taken_by),
                                slack::date_token(each.at, slack::date_style::time)));
        else
            ++missing[each.role];
    }
    for (const auto& [role, count] : missing) {
        const auto can = people.who_can_fill(state, gate, role);
        const bool elsewhere = people.project().role_sources.contains(role);
        const auto nobody =
            elsewhere ? say("who has it is looked up at each click") : say("nobody of the project can fill it now");
        const auto who = can.empty() ? nobody : list_of_people(can, people);
        lines.push_back(count == 1 ? say("▫️ {}: missing ({})", role, who)
                                   : say("▫️ {}: {} missing ({})", role, count, who));
    }
    return slack::join(lines, "\n");
}

namespace {

/// What stands between backticks is something to type.
markup with_code(std::string_view text) {
    markup made;
    for (;;) {
        const auto open = text.find('`');
        const auto close = open == std::string_view::npos ? open : text.find('`', open + 1);
        if (close == std::string_view::npos) return made + slack::escape(text);
        made += slack::escape(text.substr(0, open));
        if (close > open + 1) made += slack::code(text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
}

}  // namespace

markup filled(std::string_view text, const release::release_state& state) {
    const std::map<std::string, markup, std::less<>> words{
        {"{version}", say("{}", state.version)},
        {"{project}", say("{}", state.project)},
        {"{milestone}", say("{}", state.fact("milestone_title"))},
        {"{milestone_url}", slack::hyperlink(state.fact("milestone_url"), state.fact("milestone_url"))},
        {"{candidate}", commit_link(state, state.fact("candidate"))},
        {"{previous}", say("{}", state.fact("previous_tag"))},
        {"{changelog}", slack::escape(state.fact("changelog"))},
    };
    markup made;
    while (!text.empty()) {
        const auto open = std::min(text.find('{'), text.size());
        made += with_code(text.substr(0, open));
        text.remove_prefix(open);
        if (text.empty()) break;
        const auto close = text.find('}');
        const auto word = close == std::string_view::npos ? words.end() : words.find(text.substr(0, close + 1));
        if (word == words.end()) {
            made += say("{}", "{");
            text.remove_prefix(1);
        } else {
            made += word->second;
            text.remove_prefix(close + 1);
        }
    }
    return made;
}

markup brief(std::string_view text, std::size_t most) {
    return say("{}", slack::cut(slack::one_line(text.substr(0, text.find('\n'))), most));
}

markup reversibility(release::side_effect effect) {
    switch (effect) {
        case release::side_effect::none:
            return say("It changes nothing outside.");
        case release::side_effect::reversible:
            return say("It can be undone.");
        case release::side_effect::irreversible:
            return say("It cannot be undone.");
    }
    return {};
}

std::string release_name(const release::release_state& state, const release::project_settings& project) {
    const auto title = project.title.empty() ? state.project : project.title;
    if (state.kind == "rollback") return title + " rollback to " + state.version;
    if (state.kind == "hotfix") return title + " hotfix " + state.version;
    return title + " " + state.version;
}

}  // namespace slipway::views
