// One decompressor per format behind decode_body. Room-internal; each stops at `largest` bytes of output.
#pragma once

#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway::telemetry::unpack {

inline failure too_large(std::size_t largest) {
    return {errc::limited, "the report is larger than " + std::to_string(largest) + " bytes when it is unpacked"};
}
inline failure damaged() {
    return {errc::invalid, "the compressed report is damaged or cut off"};
}

/// gzip, of one member or several one after another, and zlib's own form.
result<std::string> gzip_or_zlib(std::string_view body, std::size_t largest);
/// Deflate without any header, as some clients understand "deflate".
result<std::string> raw_deflate(std::string_view body, std::size_t largest);
result<std::string> brotli(std::string_view body, std::size_t largest);
/// Frames that need a window above 8 MiB are errc::limited: memory for it would be taken before a byte comes out.
result<std::string> zstd(std::string_view body, std::size_t largest);

}  // namespace slipway::telemetry::unpack
