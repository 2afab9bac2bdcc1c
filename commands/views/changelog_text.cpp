#include "commands/views/changelog_text.hpp"

#include <algorithm>

#include "commands/changelog/entry.hpp"
#include "integrations/base/json.hpp"

namespace slipway::views {
namespace {

using slack::say;

/// What stands before the request at the end of a bullet, and its number: "(!12)" or "([!12](url))".
struct referring {
    std::string_view words, number;
};

referring split(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const auto open = text.rfind(" (");
    if (open == std::string_view::npos || !text.ends_with(')')) return {text, {}};
    auto rest = text.substr(open + 2);
    const bool linked = rest.starts_with('[');
    if (linked) rest.remove_prefix(1);
    if (!rest.starts_with('!')) return {text, {}};
    const auto end = std::min(rest.find_first_not_of(digits, 1), rest.size());
    const bool whole = linked ? rest.substr(end).starts_with("](") : rest.substr(end) == ")";
    if (end < 2 || end > 19 || !whole) return {text, {}};
    return {text.substr(0, open), rest.substr(1, end - 1)};
}

slack::markup bullet(std::string_view text, const std::string& home) {
    const auto found = split(text);
    if (found.number.empty() || home.empty()) return say("• {}", text);
    return say(
        "• {} ({})", found.words,
        slack::hyperlink(home + "/-/merge_requests/" + std::string{found.number}, "!" + std::string{found.number}));
}

slack::markup line_text(std::string_view line, const std::string& home) {
    const auto marks = std::min(line.find_first_not_of('#'), line.size());
    if (marks > 0 && marks < line.size() && line[marks] == ' ') return say("*{}*", line.substr(marks + 1));
    for (const std::string_view mark : {"- ", "* "})
        if (line.starts_with(mark)) return bullet(line.substr(2), home);
    const std::string all = "[All changes](";
    if (!home.empty() && line.starts_with(all + home + "/-/compare/") && line.ends_with(')'))
        return slack::hyperlink(line.substr(all.size(), line.size() - all.size() - 1), "All changes");
    return say("{}", line);
}

}  // namespace

slack::markup changelog_text(std::string_view entry, const release::release_state& state,
                             const release::project_settings& project) {
    if (entry.empty()) return say("The changelog of {} has no entry for this version.", project.name);
    const auto home = state.fact("gitlab_url");
    slack::markup text;
    bool blank = true;
    while (!entry.empty()) {
        const auto end = std::min(entry.find('\n'), entry.size());
        const auto line = entry.substr(0, end);
        entry.remove_prefix(std::min(end + 1, entry.size()));
        const bool empty = line.find_first_not_of(" \r") == std::string_view::npos;
        if (!(empty && blank)) text += line_text(line, home) + say("\n");
        blank = empty;
    }
    return text;
}

std::string entry_now(const release::release_state& state) {
    const auto& kept = object_at(state.facts, "changelog_plan");
    if (kept.empty()) return {};
    auto plan = changelog::plan_from_json(kept);
    plan.notes.clear();
    for (const auto& each : state.notes) plan.notes.push_back(each.text);
    return changelog::entry_text(plan);
}

}  // namespace slipway::views
