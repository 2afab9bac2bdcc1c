#include "commands/errors/markdown.hpp"

#include <algorithm>

#include "integrations/base/printable.hpp"

namespace slipway::errors {
namespace {

/// Invisible, and no letter: "@anna" with it after the sign is no mention any more, "<!--" no comment.
constexpr std::string_view zero_width_space = "\xE2\x80\x8B";
constexpr std::string_view ellipsis = "…";

std::string capped(const untrusted& text, std::size_t most) {
    auto kept = printable(text.raw(), most);
    if (kept.size() + 3 < text.raw().size() && kept.size() + 4 > most) kept += ellipsis;
    return kept;
}

std::string one_line(std::string text) {
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
    return text;
}

std::size_t longest_run(std::string_view text, char of) {
    std::size_t longest = 0, current = 0;
    for (const char c : text) {
        current = c == of ? current + 1 : 0;
        longest = std::max(longest, current);
    }
    return longest;
}

/// The one thing that has an effect even inside code: our own marker is searched in the raw text.
std::string without_comments(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (text[i] == '<' && text.substr(i + 1).starts_with("!--")) out += zero_width_space;
    }
    return out;
}

/// GitLab looks for "/close" at the start of lines; it skips code, and this does not depend on it.
std::string without_quick_actions(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/' && (i == 0 || text[i - 1] == '\n')) out += ' ';
        out += text[i];
    }
    return out;
}

constexpr bool starts_reference(char c) noexcept {
    return std::string_view{"@#!~%&$"}.find(c) != std::string_view::npos;
}

}  // namespace

std::string markdown_text(const untrusted& text, std::size_t most) {
    std::string out;
    for (const char c : one_line(capped(text, most))) {
        if (std::string_view{"\\`*_{}[]()<>#+-.!|~&:$/^="}.find(c) != std::string_view::npos) out += '\\';
        out += c;
        if (starts_reference(c)) out += zero_width_space;
    }
    return out;
}

std::string markdown_code(const untrusted& text, std::size_t most) {
    auto inside = without_comments(one_line(capped(text, most)));
    if (inside.find_first_not_of(' ') == std::string::npos) return "` `";
    std::string escaped;
    for (const char c : inside) {
        if (c == '|') escaped += '\\';  // a table cell would end here, also within code
        escaped += c;
    }
    const std::string fence(longest_run(escaped, '`') + 1, '`');
    const bool touches = escaped.front() == '`' || escaped.back() == '`';
    const std::string pad = touches ? " " : "";
    return fence + pad + escaped + pad + fence;
}

std::string markdown_block(const untrusted& text, std::size_t most) {
    const auto inside = without_quick_actions(without_comments(capped(text, most)));
    const std::string fence(std::max<std::size_t>(3, longest_run(inside, '`') + 1), '`');
    return fence + "text\n" + inside + (inside.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string title_text(const untrusted& text, std::size_t most) {
    std::string out;
    for (const char c : one_line(capped(text, most))) {
        out += c;
        if (starts_reference(c)) out += zero_width_space;
    }
    return out;
}

}  // namespace slipway::errors
