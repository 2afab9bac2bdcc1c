#include "commands/views/changelog_text.hpp"

#include <algorithm>

namespace slipway::views {
namespace {

using slack::say;

slack::markup line_text(std::string_view line) {
    const auto marks = std::min(line.find_first_not_of('#'), line.size());
    if (marks > 0 && marks < line.size() && line[marks] == ' ') return say("*{}*", line.substr(marks + 1));
    for (const std::string_view bullet : {"- ", "* "})
        if (line.starts_with(bullet)) return say("• {}", line.substr(2));
    return say("{}", line);
}

}  // namespace

slack::markup changelog_text(std::string_view entry, const release::project_settings& project) {
    if (entry.empty()) return say("The changelog of {} has no entry for this version.", project.name);
    slack::markup text;
    bool blank = true;
    while (!entry.empty()) {
        const auto end = std::min(entry.find('\n'), entry.size());
        const auto line = entry.substr(0, end);
        entry.remove_prefix(std::min(end + 1, entry.size()));
        const bool empty = line.find_first_not_of(" \r") == std::string_view::npos;
        if (!(empty && blank)) text += line_text(line) + say("\n");
        blank = empty;
    }
    return text;
}

}  // namespace slipway::views
