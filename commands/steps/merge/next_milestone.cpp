#include "commands/steps/merge/next_milestone.hpp"

#include "commands/changelog/version.hpp"

namespace slipway::steps {
namespace {

/// "1.5.0" of "Platform 1.5.0" when the project's titles are "Platform {version}"; "" when it has another form.
std::string version_in(const std::string& title, const std::string& form) {
    const std::string word = "{version}";
    const auto at = form.find(word);
    if (at == std::string::npos) return {};
    const auto before = form.substr(0, at);
    const auto after = form.substr(at + word.size());
    const bool fits =
        title.size() > before.size() + after.size() && title.starts_with(before) && title.ends_with(after);
    return fits ? title.substr(before.size(), title.size() - before.size() - after.size()) : std::string{};
}

}  // namespace

std::optional<gitlab::milestone> next_milestone(const std::vector<gitlab::milestone>& open,
                                                const release::project_settings& project, const std::string& version,
                                                std::int64_t present_id) {
    const auto grammar = changelog::version_grammar::create(project.version.grammar);
    const auto present = grammar ? grammar->parse(version) : result<changelog::version>{grammar.error()};
    const gitlab::milestone* by_version = nullptr;
    changelog::version smallest;
    const gitlab::milestone* by_date = nullptr;
    std::string due;
    for (const auto& each : open)
        if (each.id == present_id) due = each.due_date;
    for (const auto& each : open) {
        if (each.id == present_id) continue;
        const auto parsed = present ? grammar->parse(version_in(each.title.raw(), project.milestone))
                                    : result<changelog::version>{present.error()};
        if (parsed && *parsed > *present && (by_version == nullptr || *parsed < smallest)) {
            by_version = &each;
            smallest = *parsed;
        }
        const bool later = !due.empty() && each.due_date > due;
        if (!parsed && later && (by_date == nullptr || each.due_date < by_date->due_date)) by_date = &each;
    }
    if (by_version != nullptr) return *by_version;
    if (by_date != nullptr) return *by_date;
    return std::nullopt;
}

}  // namespace slipway::steps
