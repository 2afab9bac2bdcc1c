#include "commands/steps/machines/salt_words.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>

namespace slipway::steps {
namespace {

constexpr std::size_t most_state_lines = 60;
constexpr std::size_t longest_words = 300;

std::string first_line(const std::string& text) {
    const auto line = text.substr(0, text.find('\n'));
    return line.size() <= longest_words ? line : line.substr(0, longest_words) + "…";
}

std::string plural(std::size_t number, const std::string& thing) {
    return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

/// What a host would be made to do, as text: equal for hosts that are alike.
std::string would_do(const salt::host_row& row) {
    std::string text;
    for (const auto& each : row.states) {
        if (each.result == true) continue;
        text += fmt::format("  {} {} {}: {}\n", each.result ? "✗" : "·", each.function, each.id,
                            first_line(each.comment.raw()));
    }
    return text;
}

}  // namespace

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& each : names) text += (text.empty() ? "" : ", ") + each;
    return text;
}

std::string cause_of(const salt::host_row& row) {
    const auto* cause = row.cause();
    if (cause == nullptr) return first_line(row.text.raw());
    const auto failed = std::ranges::count_if(row.states, [](const auto& each) { return each.result == false; });
    const auto followers = static_cast<std::size_t>(
        std::ranges::count_if(row.states, [](const auto& each) { return each.result == false && each.follower; }));
    auto text = fmt::format("{} ({}): {}", cause->id, cause->function, first_line(cause->comment.raw()));
    if (followers > 0) text += "; " + plural(followers, "state") + " only followed";
    const auto others = static_cast<std::size_t>(failed) - followers - (cause->follower ? 0 : 1);
    if (others > 0 && others < row.states.size()) text += "; " + plural(others, "other state") + " failed too";
    return text;
}

std::vector<std::string> host_lines(const salt::salt_rows& rows) {
    std::vector<std::string> lines;
    for (const auto& [name, row] : rows.hosts) {
        std::string line = name + ": " + std::string{salt::to_string(row.what)};
        if (const auto why = cause_of(row); !why.empty())
            line += ", " + why;
        else if (!row.states.empty())
            line += fmt::format(", {} of {} states {}", row.changed(), row.states.size(),
                                row.what == salt::reply::would ? "would change" : "changed");
        if (!row.expected) line += " (nobody asked it)";
        lines.push_back(std::move(line));
    }
    for (const auto& each : rows.chatter) lines.push_back("salt: " + each.raw());
    if (rows.complaint) lines.push_back("salt: " + rows.complaint->raw());
    return lines;
}

std::vector<std::string> dry_run_lines(const salt::salt_rows& dry) {
    auto lines = host_lines(dry);
    std::map<std::string, std::vector<std::string>> alike;
    for (const auto& [name, row] : dry.hosts)
        if (auto what = would_do(row); !what.empty()) alike[std::move(what)].push_back(name);
    std::size_t budget = most_state_lines;
    for (const auto& [what, hosts] : alike) {
        lines.push_back((hosts.size() == 1 ? "on " : "alike on ") + listed(hosts) + ":");
        for (std::size_t at = 0; at < what.size();) {
            const auto end = what.find('\n', at);
            if (budget == 0) {
                lines.push_back("  … and more; the log has all of it");
                break;
            }
            lines.push_back(what.substr(at, end - at));
            --budget;
            at = end + 1;
        }
    }
    return lines;
}

std::string first_cause(const salt::salt_rows& rows) {
    for (const auto& [name, row] : rows.hosts) {
        const bool bad = row.what == salt::reply::failed || row.what == salt::reply::busy;
        if (bad) return name + ": " + cause_of(row);
    }
    return rows.complaint ? rows.complaint->raw() : std::string{};
}

}  // namespace slipway::steps
