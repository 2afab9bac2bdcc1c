#include "commands/views/changelog_text.hpp"

#include <algorithm>
#include <cctype>

#include "commands/changelog/entry.hpp"
#include "integrations/base/json.hpp"

namespace slipway::views {
namespace {

using slack::say;

/// What stands before the request at the end of a bullet, and which that is: "(!12)", "([cig/lib!12](url))".
struct referring {
    std::string_view words;
    std::string_view project;  ///< "" = ours
    std::string_view number;   ///< "!12"; "" = there is none
};

bool is_path(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view{"/-_."}.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

referring split(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const auto open = text.rfind(" (");
    if (open == std::string_view::npos || !text.ends_with(')')) return {text, {}, {}};
    auto rest = text.substr(open + 2);
    const bool linked = rest.starts_with('[');
    if (linked) rest.remove_prefix(1);
    const auto mark = rest.find('!');
    if (mark == std::string_view::npos || !is_path(rest.substr(0, mark))) return {text, {}, {}};
    const auto project = rest.substr(0, mark);
    rest.remove_prefix(mark);
    const auto end = std::min(rest.find_first_not_of(digits, 1), rest.size());
    const bool whole = linked ? rest.substr(end).starts_with("](") : rest.substr(end) == ")";
    if (end < 2 || end > 19 || !whole) return {text, {}, {}};
    return {text.substr(0, open), project, rest.substr(0, end)};
}

/// Where our project and those it depends on are shown; the address in the text itself is anybody's.
struct places {
    std::string home;  ///< "https://git.example/cig/web"; "" = nowhere
    std::string root;  ///< "https://git.example/"; "" = not known
};

slack::markup bullet(std::string_view text, const places& at) {
    const auto found = split(text);
    const auto base = found.project.empty() ? at.home
                      : at.root.empty()     ? at.root
                                            : at.root + std::string{found.project};
    if (found.number.empty() || base.empty()) return say("• {}", text);
    const auto name = std::string{found.project} + std::string{found.number};
    return say("• {} ({})", found.words,
               slack::hyperlink(base + "/-/merge_requests/" + std::string{found.number.substr(1)}, name));
}

slack::markup line_text(std::string_view line, const places& at) {
    const auto marks = std::min(line.find_first_not_of('#'), line.size());
    if (marks > 0 && marks < line.size() && line[marks] == ' ') return say("*{}*", line.substr(marks + 1));
    for (const std::string_view mark : {"- ", "* "})
        if (line.starts_with(mark)) return bullet(line.substr(2), at);
    const std::string all = "[All changes](";
    if (!at.home.empty() && line.starts_with(all + at.home + "/-/compare/") && line.ends_with(')'))
        return slack::hyperlink(line.substr(all.size(), line.size() - all.size() - 1), "All changes");
    return say("{}", line);
}

}  // namespace

slack::markup changelog_text(std::string_view entry, const release::release_state& state,
                             const release::project_settings& project) {
    if (entry.empty()) return say("The changelog of {} has no entry for this version.", project.name);
    places at{state.fact("gitlab_url"), {}};
    if (const auto own = "/" + project.gitlab.project; own.size() > 1 && at.home.ends_with(own))
        at.root = at.home.substr(0, at.home.size() - own.size() + 1);
    slack::markup text;
    bool blank = true;
    while (!entry.empty()) {
        const auto end = std::min(entry.find('\n'), entry.size());
        const auto line = entry.substr(0, end);
        entry.remove_prefix(std::min(end + 1, entry.size()));
        const bool empty = line.find_first_not_of(" \r") == std::string_view::npos;
        if (!(empty && blank)) text += line_text(line, at) + say("\n");
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
