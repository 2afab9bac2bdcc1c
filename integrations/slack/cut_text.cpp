#include "integrations/slack/cut_text.hpp"

namespace slipway::slack {
namespace {

/// The offset behind the character at `from`: its lead byte and what continues it; broken bytes stand alone.
std::size_t character_end(std::string_view text, std::size_t from) {
    auto end = from + 1;
    while (end < text.size() && end < from + 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    return end;
}

/// The offset behind the unit at `from`: a whole <…>, a whole &…;, or one character.
std::size_t unit_end(std::string_view text, std::size_t from) {
    const auto closes = text[from] == '<' ? text.find('>', from) : text[from] == '&' ? text.find(';', from) : text.npos;
    const std::size_t longest = text[from] == '&' ? 8 : 4'000;
    if (closes != text.npos && closes - from < longest) return closes + 1;
    return character_end(text, from);
}

std::size_t characters_in(std::string_view unit) {
    std::size_t count = 0;
    for (const char each : unit) {
        const auto byte = static_cast<unsigned char>(each);
        if ((byte & 0xC0U) != 0x80U) count += byte >= 0xF0U && byte < 0xF8U ? 2 : 1;
    }
    return count;
}

}  // namespace

std::string cut_text(std::string_view text, std::size_t limit) {
    std::size_t kept = 0;   // bytes that fit with the ellipsis behind them
    std::size_t count = 0;  // characters up to `at`
    for (std::size_t at = 0; at < text.size();) {
        const auto end = unit_end(text, at);
        count += characters_in(text.substr(at, end - at));
        if (count > limit) return std::string{text.substr(0, kept)} + "…";
        if (count < limit) kept = end;
        at = end;
    }
    return std::string{text};
}

}  // namespace slipway::slack
