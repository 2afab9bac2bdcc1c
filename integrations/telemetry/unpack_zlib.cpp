#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "integrations/telemetry/unpack.hpp"

namespace slipway::telemetry::unpack {
namespace {

struct end_inflate {
    void operator()(z_stream* stream) const noexcept { inflateEnd(stream); }
};

/// `window` as inflateInit2 takes it. gzip may hold several members one after another.
result<std::string> inflate_all(std::string_view body, int window, std::size_t largest) {
    z_stream stream{};
    if (inflateInit2(&stream, window) != Z_OK) return failure{errc::unavailable, "zlib has no memory"};
    const std::unique_ptr<z_stream, end_inflate> owner{&stream};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());

    std::string out;
    out.reserve(std::min(largest, body.size() * 8));
    std::array<char, 32UL * 1024> chunk;  // not zeroed: it is written before it is read
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
            return damaged();
        }
    }
}

}  // namespace

result<std::string> gzip_or_zlib(std::string_view body, std::size_t largest) {
    return inflate_all(body, MAX_WBITS + 32, largest);  // + 32: zlib looks which of the two headers it is
}

result<std::string> raw_deflate(std::string_view body, std::size_t largest) {
    return inflate_all(body, -MAX_WBITS, largest);
}

}  // namespace slipway::telemetry::unpack
