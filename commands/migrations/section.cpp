#include "commands/migrations/section.hpp"

#include <algorithm>
#include <optional>

namespace slipway::migrations {
namespace {

struct span {
    std::size_t from = 0;
    std::size_t to = 0;  ///< behind the end marker, before its line end
};

std::string_view trimmed(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    return line;
}

/// Every line that is this marker: where the marker begins.
std::vector<std::size_t> lines_with(std::string_view description, std::string_view marker) {
    std::vector<std::size_t> found;
    for (std::size_t from = 0; from <= description.size();) {
        const auto end = std::min(description.find('\n', from), description.size());
        const auto line = description.substr(from, end - from);
        if (trimmed(line) == marker) found.push_back(from + line.find(marker));
        from = end + 1;
    }
    return found;
}

result<std::optional<span>> find_section(std::string_view description) {
    const auto begins = lines_with(description, begin_marker);
    const auto ends = lines_with(description, end_marker);
    if (begins.empty() && ends.empty()) return std::optional<span>{};
    if (begins.size() == 1 && ends.size() == 1 && begins.front() < ends.front())
        return std::optional<span>{span{begins.front(), ends.front() + end_marker.size()}};
    return failure{errc::refused,
                   "The milestone's description has " + std::to_string(begins.size()) + " × `" +
                       std::string{begin_marker} + "` and " + std::to_string(ends.size()) + " × `" +
                       std::string{end_marker} +
                       "`, or in the wrong order, so it cannot be told which text is collected and which is yours. "
                       "Leave one of each, in this order, or remove them all with the text between them."};
}

std::string without_carriage_returns(std::string_view text) {
    std::string made{text};
    std::erase(made, '\r');
    return made;
}

std::string fence_for(const std::string& sql) {
    std::size_t longest = 2;
    for (std::size_t at = 0; at < sql.size();) {
        const auto run = std::min(sql.find_first_not_of('`', at), sql.size()) - at;
        longest = std::max(longest, run);
        at += run + 1;
    }
    return std::string(longest + 1, '`');
}

void add_part(std::string& text, const std::vector<migration>& all, moment when, std::string_view heading) {
    bool first = true;
    for (const auto& each : all) {
        if (each.when != when || each.pieces.empty()) continue;
        if (first) text += "### " + std::string{heading} + "\n\n";
        first = false;
        const auto sql = sql_of(each);
        const auto fence = fence_for(sql);
        text += each.id;
        if (!each.merge_request.empty() && each.merge_request != each.id) text += ", " + each.merge_request;
        text += "\n\n" + fence + "sql\n" + sql + fence + "\n\n";
    }
}

bool has_sql(const std::vector<migration>& all) {
    return std::ranges::any_of(all, [](const migration& each) { return !each.pieces.empty(); });
}

}  // namespace

std::string section_text(const std::vector<migration>& all) {
    std::string text{begin_marker};
    text += "\n## Migrations\n\n";
    if (!has_sql(all)) text += "None.\n\n";
    add_part(text, all, moment::before, "Before the build");
    add_part(text, all, moment::after, "After the build");
    text += "Collected from the issues; change it there.\n\n";
    return text + std::string{end_marker};
}

result<std::string> section_of(std::string_view description) {
    const auto found = find_section(description);
    if (!found) return found.error();
    if (!*found) return std::string{};
    const auto [from, to] = **found;
    return without_carriage_returns(description.substr(from, to - from));
}

result<std::string> with_section(std::string_view description, const std::vector<migration>& all) {
    const auto found = find_section(description);
    if (!found) return found.error();
    const auto wanted = section_text(all);
    if (*found) {
        const auto [from, to] = **found;
        const auto old = description.substr(from, to - from);
        if (without_carriage_returns(old) == wanted) return std::string{description};
        return std::string{description.substr(0, from)} + wanted + std::string{description.substr(to)};
    }
    if (!has_sql(all)) return std::string{description};
    std::string made{description};
    if (!made.empty()) made += made.ends_with("\n\n") ? "" : made.ends_with('\n') ? "\n" : "\n\n";
    return made + wanted + "\n";
}

}  // namespace slipway::migrations
