#include "commands/errors/function_lines.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace slipway::errors {
namespace {

constexpr std::size_t furthest_head = 400;
constexpr std::size_t longest_function = 400;

constexpr bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> all;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        all.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

/// "App\Cart::total", "Object.total", "total()" → "total"
std::string_view bare_name(std::string_view function) {
    while (!function.empty() && !is_word(function.back())) function.remove_suffix(1);
    auto start = function.size();
    while (start > 0 && is_word(function[start - 1])) --start;
    return function.substr(start);
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::size_t indentation(std::string_view line) {
    std::size_t columns = 0;
    for (const char c : line) {
        if (c == ' ')
            ++columns;
        else if (c == '\t')
            columns = columns / 8 * 8 + 8;
        else
            break;
    }
    return columns;
}

/// Where `word` stands as a whole word at or after `from`; npos when it does not.
std::size_t find_word(std::string_view line, std::string_view word, std::size_t from = 0) noexcept {
    if (word.empty()) return std::string_view::npos;
    for (auto at = line.find(word, from); at != std::string_view::npos; at = line.find(word, at + 1)) {
        const bool begins = at == 0 || !is_word(line[at - 1]);
        const bool ends = at + word.size() == line.size() || !is_word(line[at + word.size()]);
        if (begins && ends) return at;
    }
    return std::string_view::npos;
}

constexpr std::array<std::string_view, 17> makers{"function", "def",    "class", "fn",    "func",     "interface",
                                                  "trait",    "macro",  "const", "let",   "var",      "define",
                                                  "module",   "struct", "sub",   "block", "function*"};

}  // namespace

bool holds_word(std::string_view line, std::string_view word) noexcept {
    return find_word(line, word) != std::string_view::npos;
}

bool looks_like_definition(std::string_view line, std::string_view name) noexcept {
    const auto at = find_word(line, name);
    if (at == std::string_view::npos) return false;
    const auto before = line.substr(0, at);
    if (std::ranges::any_of(makers, [&before](auto word) { return holds_word(before, word); })) return true;
    auto after = line.substr(at + name.size());
    while (!after.empty() && (after.front() == ' ' || after.front() == '"' || after.front() == '\''))
        after.remove_prefix(1);
    const bool assigned = (after.starts_with('=') && !after.starts_with("==")) || after.starts_with(':');
    const auto first = before.find_first_not_of(" \t\"'$");
    return assigned && (first == std::string_view::npos || !is_word(before.back()));
}

std::optional<line_range> function_around(std::string_view text, int line, std::string_view function) {
    const auto name = bare_name(function);
    const auto lines = lines_of(text);
    if (name.empty() || line < 1 || static_cast<std::size_t>(line) > lines.size()) return std::nullopt;
    const auto here = static_cast<std::size_t>(line) - 1;
    auto head = here + 1;
    for (std::size_t back = 0; back <= here && back <= furthest_head; ++back) {
        const auto& candidate = lines[here - back];
        const bool calls_itself = indentation(candidate) >= indentation(lines[here]) && back > 0;
        const auto at = find_word(candidate, name);
        if (at == std::string_view::npos || calls_itself) continue;
        const bool opens = candidate.substr(at).find('(') != std::string_view::npos &&
                           (candidate.ends_with('{') || candidate.ends_with(':') || candidate.ends_with(')'));
        if (!opens && !looks_like_definition(candidate, name)) continue;
        head = here - back;
        break;
    }
    if (head > here) return std::nullopt;
    const auto edge = indentation(lines[head]);
    auto last = head;
    for (auto each = head + 1; each < lines.size() && each <= head + longest_function; ++each) {
        if (is_blank(lines[each])) continue;
        if (indentation(lines[each]) <= edge) {
            const auto word = lines[each].find_first_not_of(" \t");
            const bool closes = word != std::string_view::npos &&
                                (lines[each][word] == '}' || lines[each][word] == ')' || lines[each][word] == '{' ||
                                 lines[each].substr(word).starts_with("end"));
            if (!closes) break;
            last = each;
            if (lines[each][word] == '{') continue;  // a brace on a line of its own opens the body
            break;
        }
        last = each;
    }
    if (last < here) return std::nullopt;
    return line_range{static_cast<int>(head) + 1, static_cast<int>(last) + 1};
}

}  // namespace slipway::errors
