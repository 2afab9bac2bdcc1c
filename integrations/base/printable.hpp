// Bytes from outside as text that can be stored and shown.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

/// Valid UTF-8 (what is not becomes U+FFFD) without control characters except newline and tab; at most `most` bytes,
/// cut between characters.
std::string printable(std::string_view bytes, std::size_t most);

}  // namespace slipway
