// What is asked about a project once its file was read.
#include "commands/release/project.hpp"

#include <algorithm>

namespace slipway::release {
namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace

std::map<std::string, int> project_settings::head_counts() const {
    std::map<std::string, int> counts;
    constexpr int many = 1'000'000;
    for (const auto& [role, users] : roles)
        counts[role] = role_sources.contains(role) ? many : static_cast<int>(users.size());
    return counts;
}

std::set<std::string> project_settings::roles_of(const std::string& slack_user) const {
    std::set<std::string> held;
    for (const auto& [role, users] : roles)
        if (std::ranges::find(users, slack_user) != users.end()) held.insert(role);
    return held;
}

const person_settings* project_settings::by_slack(std::string_view user) const noexcept {
    const auto found = std::ranges::find(people, user, &person_settings::slack);
    return found != people.end() ? &*found : nullptr;
}

const person_settings* project_settings::by_gitlab(std::string_view username) const noexcept {
    const auto found = std::ranges::find(people, username, &person_settings::gitlab);
    return found != people.end() ? &*found : nullptr;
}

const person_settings* project_settings::by_email(std::string_view email) const noexcept {
    const auto wanted = lower(email);
    const auto has = [&wanted](const person_settings& each) {
        return std::ranges::any_of(each.emails, [&wanted](const auto& one) { return lower(one) == wanted; });
    };
    const auto found = std::ranges::find_if(people, has);
    return found != people.end() ? &*found : nullptr;
}

boost::json::object project_settings::condition_settings() const {
    boost::json::object made;
    const auto note = [&made](const std::string& name, const std::string& value) {
        if (!value.empty()) made[name] = value;
    };
    note("gitlab", gitlab.project);
    note("tests", tests.argv.empty() ? std::string{} : tests.argv.front());
    note("assets", assets.argv.empty() ? std::string{} : assets.argv.front());
    note("salt", salt.state);
    note("home_page", home_page.urls.empty() ? std::string{} : home_page.urls.front());
    note("ingest", ingest.project_number);
    note("sentry", sentry.organization);
    for (const auto& [step, settings] : restarts) made["restart." + step] = true;
    return made;
}

std::string sentry_settings::release_name(std::string_view project_name, std::string_view version) const {
    // Sentry compares versions only of releases that are called package@version; bare ones come back as regressions.
    return (package.empty() ? std::string{project_name} : package) + "@" + std::string{version};
}

std::string project_settings::tag_name(std::string_view version_text) const {
    return version.tag_prefix + std::string{version_text};
}

std::string project_settings::milestone_title(std::string_view version_text) const {
    constexpr std::string_view place = "{version}";
    std::string made = milestone;
    if (const auto at = made.find(place); at != std::string::npos) made.replace(at, place.size(), version_text);
    return made;
}

}  // namespace slipway::release
