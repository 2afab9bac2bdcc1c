// Bodies as they travel: compressed or not, never larger in memory than allowed.
#pragma once

#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::telemetry {

/// Undoes Content-Encoding: none, "" (sentry-ruby sends it empty), identity, gzip, deflate (zlib form, and the raw form
/// some clients send), br, zstd. errc::limited when it grows above `largest` bytes: inflating stops there.
/// errc::invalid when the bytes are broken; errc::refused for an encoding we cannot read.
result<std::string> decode_body(std::string_view content_encoding, std::string_view body, std::size_t largest);

/// Nothing to undo: the body is what was sent.
bool is_identity(std::string_view content_encoding);

}  // namespace slipway::telemetry
