#include "commands/changelog/messages.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace slipway::changelog::detail {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return number;
}

/// The hex id at the start of `text`, 7 to 64 digits.
std::string leading_id(std::string_view text) {
    const auto length = std::min(text.find_first_not_of(hex_digits), text.size());
    if (length < 7 || length > 64) return {};
    return std::string{text.substr(0, length)};
}

/// What follows `prefix` in `line`; nullopt when it does not start so.
std::optional<std::string_view> after(std::string_view line, std::string_view prefix) {
    if (!line.starts_with(prefix)) return std::nullopt;
    return trimmed(line.substr(prefix.size()));
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

/// '… "subject"' → subject; nested quotes stay.
std::string quoted(std::string_view text) {
    const auto open = text.find('"');
    const auto close = text.rfind('"');
    if (open == std::string_view::npos || close <= open) return {};
    return std::string{text.substr(open + 1, close - open - 1)};
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

revert_claim revert_in(std::string_view message) {
    revert_claim claim;
    for (const auto raw : lines_of(message)) {
        const auto line = trimmed(raw);
        if (const auto id = after(line, "This reverts commit")) claim.commit = leading_id(*id);
        const auto request = after(line, "This reverts merge request");
        if (const auto named = request ? parse_reference(*request) : std::nullopt) claim.request = named->iid;
    }
    const auto subject = subject_of(message);
    const bool says_so = subject.starts_with("Revert \"") || subject.starts_with("Reapply \"");
    if (claim.commit.empty() && claim.request == 0 && says_so) {
        // "Reapply X" undoes 'Revert "X"' (git 2.43 and later).
        claim.subject = subject.starts_with("Reapply") ? "Revert \"" + quoted(subject) + "\"" : quoted(subject);
    }
    return claim;
}

std::string cherry_pick_source(std::string_view message) {
    std::string source;
    for (const auto raw : lines_of(message)) {
        const auto line = trimmed(raw);
        for (const std::string_view prefix : {"(cherry picked from commit", "(cherry-picked from commit"}) {
            if (const auto id = after(line, prefix)) source = leading_id(*id);
        }
    }
    return source;
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

namespace slipway::changelog {

std::vector<request_reference> references_in(std::string_view message) {
    using namespace detail;
    std::vector<request_reference> found;
    const auto subject = subject_of(message);
    const auto open = subject.rfind('(');
    if (subject.ends_with(')') && open != std::string_view::npos) {
        const auto inside = subject.substr(open + 1, subject.size() - open - 2);
        auto named = parse_reference(inside);
        if (named && inside.find('!') != std::string_view::npos) {  // "(#12)" and "(12)" may be anything
            named->how = evidence::subject;
            found.push_back(*named);
        }
    }
    for (const auto raw : lines_of(message)) {
        const auto line = trimmed(raw);
        if (raw.starts_with('>')) continue;  // quoted mail or text
        if (const auto text = after(line, "See merge request")) {
            if (const auto named = parse_reference(*text)) found.push_back(*named);
        } else if (const auto part = after(line, "Part-of:")) {
            auto named = parse_reference(*part);
            if (!named) continue;
            named->how = evidence::part_of;
            found.push_back(*named);
        }
    }
    return found;
}

}  // namespace slipway::changelog
