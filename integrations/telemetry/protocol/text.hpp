// Small helpers on text that strangers wrote. Room-internal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "integrations/base/json.hpp"
#include "integrations/base/printable.hpp"

namespace slipway::telemetry::text {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_alpha(char c) noexcept {
    return is_upper(c) || is_lower(c);
}
constexpr bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
/// Letters, digits, underscore, and every byte of a non-ASCII character.
constexpr bool is_word(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::string lower(std::string_view from);
bool equal_without_case(std::string_view a, std::string_view b) noexcept;
std::string_view trim(std::string_view from) noexcept;
/// Runs of white space become one blank; ends trimmed.
std::string collapse(std::string_view from);

/// Writes the member unless it is empty, as the protocol's own writers do.
inline void put(json::object& into, std::string_view name, const std::string& value) {
    if (!value.empty()) into[name] = value;
}

/// A string, number or boolean as printable text; "" for everything else.
std::string scalar(const json::value* from, std::size_t most);
/// A whole number within int, from a number; `otherwise` for everything else, NaN and overflow included.
int whole(const json::value* from, int otherwise) noexcept;

/// parse_json, but bytes that are no UTF-8 pass (printable() repairs them later): a broken message is still an error
/// report.
result<json::value> parse_lenient(std::string_view bytes, json::storage_ptr storage = {});

}  // namespace slipway::telemetry::text
