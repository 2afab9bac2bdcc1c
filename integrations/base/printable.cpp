#include "integrations/base/printable.hpp"

#include <algorithm>

namespace slipway {
namespace {

/// Bytes of the valid UTF-8 character at the front of `from`; 0 when there is none.
std::size_t character(std::string_view from) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(from[i]); };
    const auto first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || from.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    const auto second = byte(1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return size;
}

/// To the end in any case: without a way out in the middle the compiler looks at many bytes at once.
bool is_plain(std::string_view bytes) noexcept {
    bool other = false;
    for (const char c : bytes) other |= static_cast<unsigned char>(c - ' ') >= 0x7F - ' ';
    return !other;
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t most) {
    // Nearly every text is short ASCII: looked at once, copied once.
    if (bytes.size() <= most && is_plain(bytes)) return std::string{bytes};
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string out;
    out.reserve(std::min(bytes.size(), most));
    while (!bytes.empty()) {
        const auto size = character(bytes);
        const auto piece = size == 0 ? replacement : bytes.substr(0, size);
        const auto first = static_cast<unsigned char>(piece[0]);
        const bool control = size == 1 && (first == 0x7F || (first < 0x20 && first != '\n' && first != '\t'));
        if (!control) {
            if (out.size() + piece.size() > most) break;
            out += piece;
        }
        bytes.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

}  // namespace slipway
