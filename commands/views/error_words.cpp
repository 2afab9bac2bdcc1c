#include "commands/views/error_words.hpp"

#include "integrations/slack/blocks/text.hpp"

namespace slipway::views {

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
    if (about.issue == 0) return {};
    if (about.assignee.empty()) return say(" · issue {}, nobody assigned", issue_link(about));
    return say(" · issue {}, assigned to {}", issue_link(about), person_name(about.assignee, {}, people));
}

std::string short_title(const error_report& about, std::size_t most) {
    return slack::cut(slack::one_line(about.title.raw()), most);
}

std::string capital(std::string text) {
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 32);
    return text;
}

const release::step_state* watch_of(const release::release_state& state) {
    for (const auto& each : state.steps) {
        const auto* rule = state.plan.find(each.id);
        if (rule != nullptr && rule->kind == "telemetry_watch") return &each;
    }
    return nullptr;
}

slack::confirm_dialog sure_about(const std::string& title, const markup& text, const std::string& yes) {
    slack::confirm_dialog sure;
    sure.title = title;
    sure.text = text;
    sure.confirm = yes;
    sure.deny = "Not yet";
    return sure;
}

}  // namespace slipway::views
