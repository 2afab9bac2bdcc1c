// Housekeeping is recognised by its words (or author) and by the paths it touches.
#include <algorithm>

#include "commands/changelog/housekeeping.hpp"
#include "commands/changelog/messages.hpp"

namespace slipway::changelog {
namespace {

bool holds(const std::vector<std::string>& allowed, const std::string& path) {
    return std::ranges::any_of(allowed, [&path](const std::string& each) {
        if (each.starts_with('*')) return path.ends_with(std::string_view{each}.substr(1));
        return path == each || (each.ends_with('/') && path.starts_with(each));
    });
}

bool only_touches(const range_commit& commit, const std::vector<std::string>& allowed) {
    return std::ranges::all_of(commit.paths, [&](const std::string& path) { return holds(allowed, path); });
}

bool speaks_of(const range_commit& commit, const housekeeping_rule& rule) {
    if (rule.subject.empty() && rule.author.empty()) return false;
    if (!detail::subject_of(commit.message.raw()).starts_with(rule.subject)) return false;
    return rule.author.empty() || rule.author == commit.author_email || rule.author == commit.author.raw();
}

bool has_usual_subject(const range_commit& commit, const attribution_settings& settings) {
    const auto subject = detail::subject_of(commit.message.raw());
    const auto begins = [subject](const std::string& beginning) { return subject.starts_with(beginning); };
    return std::ranges::any_of(settings.housekeeping_subjects, begins);
}

}  // namespace

bool needs_paths(const range_commit& commit, const attribution_settings& settings) {
    return has_usual_subject(commit, settings) ||
           std::ranges::any_of(settings.housekeeping, [&](const auto& rule) { return speaks_of(commit, rule); }) ||
           (commit.parents.size() > 1 && !detail::merged_branch_in(detail::subject_of(commit.message.raw())).empty() &&
            references_in(commit.message.raw()).empty());
}

std::vector<std::size_t> brought_that_need_paths(const range_landing& landing, const attribution_settings& settings) {
    std::vector<std::size_t> found;
    if (landing.tip.parents.size() < 2 || !needs_paths(landing.tip, settings)) return found;
    for (std::size_t each = 0; each < landing.brought.size(); ++each)
        if (needs_paths(landing.brought[each], settings)) found.push_back(each);
    return found;
}

namespace detail {

bool is_housekeeping(const range_commit& tip, bool carrier, const attribution_settings& settings) {
    if ((carrier || has_usual_subject(tip, settings)) && only_touches(tip, settings.housekeeping_paths)) return true;
    return std::ranges::any_of(settings.housekeeping, [&](const housekeeping_rule& rule) {
        return speaks_of(tip, rule) && only_touches(tip, rule.paths);
    });
}

}  // namespace detail
}  // namespace slipway::changelog
