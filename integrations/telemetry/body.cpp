#include "integrations/telemetry/body.hpp"

#include <zlib.h>
#include <algorithm>
#include <array>
#include <memory>

namespace slipway::telemetry {
namespace {

enum class format { zlib_or_gzip, raw_deflate };

failure too_large(std::size_t largest) {
    return {errc::limited, "the report is larger than " + std::to_string(largest) + " bytes when it is unpacked"};
}
failure broken() {
    return {errc::invalid, "the compressed report is damaged or cut off"};
}

struct end_inflate {
    void operator()(z_stream* stream) const noexcept { inflateEnd(stream); }
};

/// Inflates until the stream ends; gzip may hold several members one after another.
result<std::string> inflate_all(const std::string& body, format as, std::size_t largest) {
    z_stream stream{};
    const int window = as == format::raw_deflate ? -MAX_WBITS : MAX_WBITS + 32;  // + 32: zlib reads both headers
    if (inflateInit2(&stream, window) != Z_OK) return failure{errc::unavailable, "zlib has no memory"};
    const std::unique_ptr<z_stream, end_inflate> owner{&stream};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());

    std::string out;
    out.reserve(std::min(largest, body.size() * 8));
    std::array<char, 32UL * 1024> chunk{};
    while (true) {
        stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
        stream.avail_out = chunk.size();
        const int said = inflate(&stream, Z_NO_FLUSH);
        const auto produced = chunk.size() - stream.avail_out;
        if (out.size() + produced > largest) return too_large(largest);
        out.append(chunk.data(), produced);
        if (said == Z_STREAM_END) {
            if (stream.avail_in == 0 || inflateReset(&stream) != Z_OK) return out;
        } else if (said != Z_OK || (produced == 0 && stream.avail_in == 0)) {
            return broken();
        }
    }
}

std::string normal(std::string_view encoding) {
    std::string word;
    for (const char c : encoding)
        if (c != ' ' && c != '\t') word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return word;
}

}  // namespace

result<std::string> decode_body(std::string_view content_encoding, std::string body, std::size_t largest) {
    const auto encoding = normal(content_encoding);
    if (encoding.empty() || encoding == "identity") {
        if (body.size() > largest) return too_large(largest);
        return body;
    }
    if (encoding != "gzip" && encoding != "x-gzip" && encoding != "deflate")
        return failure{errc::refused, "this server reads gzip, deflate and identity bodies only"};
    auto unpacked = inflate_all(body, format::zlib_or_gzip, largest);
    const bool maybe_raw = !unpacked && unpacked.error().kind() == errc::invalid && encoding == "deflate";
    return maybe_raw ? inflate_all(body, format::raw_deflate, largest) : unpacked;
}

}  // namespace slipway::telemetry
