#include "commands/migrations/client_error.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::migrations {
namespace {

/// Reads digits from the front of `text`; 0 when there are none.
template <class Number>
Number take_number(std::string_view& text) {
    Number read = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (problem != std::errc{}) return 0;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return read;
}

std::string_view line_of(std::string_view text, std::size_t number) {
    for (; number > 1; --number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::optional<client_error> find_client_error(std::string_view all) {
    constexpr std::string_view lead = "ERROR ";
    while (!all.empty() && !all.starts_with(lead)) {
        const auto end = all.find('\n');
        all.remove_prefix(end == std::string_view::npos ? all.size() : end + 1);
    }
    if (all.empty()) return std::nullopt;
    auto rest = all.substr(lead.size());
    client_error found;
    found.code = take_number<int>(rest);
    if (found.code == 0) return std::nullopt;
    if (rest.starts_with(" (") && rest.find(')') != std::string_view::npos) {
        found.state = rest.substr(2, rest.find(')') - 2);
        rest.remove_prefix(rest.find(')') + 1);
    }
    constexpr std::string_view at_line = " at line ";
    if (rest.starts_with(at_line)) {
        rest.remove_prefix(at_line.size());
        found.line = take_number<std::size_t>(rest);
    }
    if (rest.starts_with(":")) rest.remove_prefix(1);
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\n')) rest.remove_prefix(1);
    while (!rest.empty() && (rest.back() == '\n' || rest.back() == '\r')) rest.remove_suffix(1);
    found.text = rest;
    return found;
}

std::string to_words(const client_error& error, std::string_view sql) {
    std::string words;
    if (error.line > 0) words += "line " + std::to_string(error.line) + ", ";
    words += "error " + std::to_string(error.code) + (error.state.empty() ? "" : " (" + error.state + ")") + ": " +
             error.text;
    if (const auto line = error.line > 0 ? line_of(sql, error.line) : std::string_view{}; !line.empty())
        words += " — in “" + std::string{line.substr(0, 120)} + (line.size() > 120 ? "…”" : "”");
    return words;
}

}  // namespace slipway::migrations
