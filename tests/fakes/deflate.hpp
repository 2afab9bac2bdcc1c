// A body as an SDK compresses it.
#pragma once

#include <zlib.h>

#include <string>

namespace slipway::fakes {

/// zlib's `windowBits` for the largest window (zlib.h, deflateInit2).
enum class zlib_format { gzip = 31, zlib = 15, raw = -15 };

inline std::string deflated(const std::string& text, zlib_format format) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, static_cast<int>(format), 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

inline std::string gzip(const std::string& text) {
    return deflated(text, zlib_format::gzip);
}

}  // namespace slipway::fakes
