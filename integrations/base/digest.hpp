// SHA-256 and friends, over bytes in memory.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

/// Lower-case hex SHA-256 of `bytes`.
std::string sha256_hex(std::string_view bytes);
/// SHA-256 over length-prefixed parts, so that {"ab","c"} and {"a","bc"} differ. Lower-case hex.
std::string fingerprint(std::initializer_list<std::string_view> parts);
/// Raw HMAC-SHA256 as lower-case hex.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
/// Compares in time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;
/// `bytes` random bytes from the operating system, as hex.
std::string random_hex(std::size_t bytes);
std::string to_base64(std::string_view bytes);
/// nullopt when it is no base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace slipway
