#include "commands/changelog/messages.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace slipway::changelog::detail {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return number;
}

/// GitLab's grammar for groups and projects; "" stands for the project at hand.
bool is_project_path(std::string_view text) {
    return std::ranges::all_of(
        text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '-' || c == '_'; });
}

std::optional<request_reference> parse_url(std::string_view url) {
    constexpr std::string_view marker = "/merge_requests/";
    const auto at = url.find(marker);
    const auto host = url.find("://");
    if (at == std::string_view::npos || host == std::string_view::npos) return std::nullopt;
    auto digits = url.substr(at + marker.size());
    digits = digits.substr(0, digits.find_first_of("/?#"));
    const auto iid = whole_number(digits);
    const auto path_start = url.find('/', host + 3);
    if (!iid || path_start == std::string_view::npos || path_start + 1 > at) return std::nullopt;
    auto path = url.substr(path_start + 1, at - path_start - 1);
    if (path.ends_with("/-")) path.remove_suffix(2);
    if (!is_project_path(path)) return std::nullopt;
    return request_reference{std::string{path}, *iid, evidence::trailer};
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view subject_of(std::string_view message) {
    const auto lines = lines_of(message);
    return lines.empty() ? std::string_view{} : trimmed(lines.front());
}

std::optional<request_reference> parse_reference(std::string_view text) {
    if (text.starts_with('<') && text.ends_with('>')) text = text.substr(1, text.size() - 2);
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.find("://") != std::string_view::npos) return parse_url(text);
    const auto mark = text.rfind('!');
    const auto digits = mark == std::string_view::npos ? text : text.substr(mark + 1);
    const auto project = mark == std::string_view::npos ? std::string_view{} : text.substr(0, mark);
    const auto iid = whole_number(digits);
    if (!iid || !is_project_path(project)) return std::nullopt;
    return request_reference{std::string{project}, *iid, evidence::trailer};
}

std::string title_in(std::string_view message) {
    auto title = subject_of(message);
    if (title.starts_with("Merge ")) {
        // GitLab's default: "Merge branch 'x' into 'y'", blank, title, blank, "See merge request …".
        const auto lines = lines_of(message);
        const auto next =
            std::find_if(lines.begin() + 1, lines.end(), [](auto line) { return !trimmed(line).empty(); });
        if (next != lines.end() && !next->starts_with("See merge request")) title = trimmed(*next);
    }
    const auto open = title.rfind('(');
    if (title.ends_with(')') && open != std::string_view::npos && open > 0) {
        const auto inside = title.substr(open + 1, title.size() - open - 2);
        if (inside.find('!') != std::string_view::npos && parse_reference(inside))
            title = trimmed(title.substr(0, open));
    }
    return std::string{title};
}

}  // namespace slipway::changelog::detail
