#include "integrations/slack/blocks/text.hpp"

#include <algorithm>
#include <cstdint>

namespace slipway::slack {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr char32_t broken = 0xFFFFFFFF;

struct decoded {
    char32_t point = broken;
    std::size_t bytes = 1;
};

/// The first code point of non-empty `text`; `broken` with one byte when it is not UTF-8 (overlong, surrogate, cut
/// off).
decoded decode(std::string_view text) noexcept {
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
    char32_t point = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        point = (point << 6U) | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
    return {point, size};
}

/// Invisible characters that change how the text around them is shown or read.
bool disturbs(char32_t point) noexcept {
    if (point < 0x20) return point != '\n' && point != '\t';
    if (point >= 0x7F && point <= 0x9F) return true;
    if (point >= 0x202A && point <= 0x202E) return true;  // bidirectional embedding and override
    if (point >= 0x2066 && point <= 0x2069) return true;  // bidirectional isolates
    return point == 0x2028 || point == 0x2029 || point == 0xFEFF || point >= 0xE0000;
}

/// Length of the terminal sequence ("ESC [ 31 m") at the start of `text`; 0 when there is none.
std::size_t terminal_sequence(std::string_view text) noexcept {
    if (text.size() < 2 || text[0] != '\x1B' || text[1] != '[') return 0;
    const auto end = std::find_if(text.begin() + 2, text.end(), [](char c) { return c >= '@' && c <= '~'; });
    return end == text.end() ? 0 : static_cast<std::size_t>(end - text.begin()) + 1;
}

/// True when `point` belongs to the character before it.
bool combines(char32_t point) noexcept {
    return (point >= 0x300 && point <= 0x36F) || (point >= 0x1AB0 && point <= 0x1AFF) ||
           (point >= 0x20D0 && point <= 0x20FF) || (point >= 0xFE00 && point <= 0xFE0F) ||
           (point >= 0x1F3FB && point <= 0x1F3FF) || point == 0x200D;
}

/// How many bytes from the start are printable ASCII or a line end: nearly all of nearly every text.
std::size_t printable_prefix(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end && ((*at >= 0x20 && *at < 0x7F) || *at == '\n')) ++at;
    return static_cast<std::size_t>(at - text.data());
}

constexpr std::size_t units(char32_t point) noexcept {
    return point != broken && point > 0xFFFF ? 2 : 1;
}

}  // namespace

std::string tidy(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto plain = printable_prefix(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        if (const auto sequence = terminal_sequence(text); sequence > 0) {
            text.remove_prefix(sequence);
            continue;
        }
        if (text[0] == '\r') {
            out += '\n';
            text.remove_prefix(text.size() > 1 && text[1] == '\n' ? 2 : 1);
            continue;
        }
        const auto next = decode(text);
        if (next.point == broken)
            out += replacement;
        else if (!disturbs(next.point))
            out += text.substr(0, next.bytes);
        text.remove_prefix(next.bytes);
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : tidy(text)) {
        const bool space = c == ' ' || c == '\n' || c == '\t';
        if (!space)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::size_t length_of(std::string_view text) noexcept {
    std::size_t length = 0;
    while (!text.empty()) {
        const auto plain = printable_prefix(text);
        length += plain;
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto next = decode(text);
        length += units(next.point);
        text.remove_prefix(next.bytes);
    }
    return length;
}

std::size_t byte_at(std::string_view text, std::size_t limit) noexcept {
    std::size_t at = 0, length = 0, boundary = 0;
    while (at < text.size()) {
        const auto next = decode(text.substr(at));
        const bool joined = combines(next.point) || (at >= 3 && text.substr(at - 3, 3) == "\xE2\x80\x8D");
        // A cluster that never ends (a thousand accents on one letter) is cut anyway.
        if (!joined || at - boundary > 64) boundary = at;
        length += units(next.point);
        if (length > limit && at > 0) return boundary > 0 ? boundary : at;
        at += next.bytes;
    }
    return text.size();
}

std::string cut(std::string_view text, std::size_t limit) {
    if (length_of(text) <= limit) return std::string{text};
    const auto kept = limit > 1 ? byte_at(text, limit - 1) : 0;
    return std::string{text.substr(0, kept)} + "…";
}

std::vector<std::string> split_lines(std::string_view text, std::size_t limit) {
    std::vector<std::string> pieces;
    while (!text.empty()) {
        auto end = byte_at(text, limit);
        if (end < text.size()) {
            const auto line = text.rfind('\n', end - 1);
            if (line != std::string_view::npos && line + 1 >= end / 3) end = line + 1;
        }
        pieces.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return pieces;
}

}  // namespace slipway::slack
