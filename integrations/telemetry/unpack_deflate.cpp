// gzip, zlib and bare deflate by libdeflate, which inflates whole bodies in half of zlib's time.
#include <libdeflate.h>

#include <algorithm>
#include <memory>

#include "integrations/telemetry/unpack.hpp"

namespace slipway::telemetry::unpack {
namespace {

struct free_inflater {
    void operator()(libdeflate_decompressor* made) const noexcept { libdeflate_free_decompressor(made); }
};

/// One of libdeflate_{gzip,zlib,deflate}_decompress_ex: bytes in, room out, bytes used and made.
using member_reader = libdeflate_result (*)(libdeflate_decompressor*, const void*, std::size_t, void*, std::size_t,
                                            std::size_t*, std::size_t*);

bool is_gzip(std::string_view body) noexcept {
    return body.starts_with("\x1f\x8b");
}

/// Mostly right at once: gzip ends with its size, and other reports shrink to an eighth. Whatever it says, no more than
/// deflate can make of so many bytes.
std::size_t first_guess(std::string_view body) noexcept {
    constexpr std::size_t usual = 8, most = 1032;
    if (!is_gzip(body) || body.size() < 18) return body.size() * usual;
    std::size_t size = 0;
    for (std::size_t each = 1; each <= 4; ++each)
        size = size << 8U | static_cast<unsigned char>(body[body.size() - each]);
    return std::min(size, body.size() * most);
}

/// Members one after another, until the bytes end. libdeflate wants the room of a member at once: when it was too
/// small, the member is begun again with more, at most to `largest` in all.
result<std::string> inflate_all(std::string_view body, member_reader read, std::size_t largest) {
    // Kept: it carries tables of eleven kilobytes, and nothing of one body into the next.
    thread_local const std::unique_ptr<libdeflate_decompressor, free_inflater> inflater{
        libdeflate_alloc_decompressor()};
    if (!inflater) return failure{errc::unavailable, "libdeflate has no memory"};
    constexpr std::size_t smallest = 256;
    std::string out(std::min(std::max(first_guess(body), smallest), largest), '\0');
    std::size_t done = 0;
    do {
        std::size_t used = 0, made = 0;
        const auto said =
            read(inflater.get(), body.data(), body.size(), out.data() + done, out.size() - done, &used, &made);
        if (said == LIBDEFLATE_INSUFFICIENT_SPACE) {
            if (out.size() == largest) return too_large(largest);
            out.resize(std::min(out.size() * 4, largest));
            continue;
        }
        if (said != LIBDEFLATE_SUCCESS) return damaged();
        done += made;
        body.remove_prefix(used);
    } while (!body.empty());
    out.resize(done);
    return out;
}

}  // namespace

result<std::string> gzip_or_zlib(std::string_view body, std::size_t largest) {
    return inflate_all(body, is_gzip(body) ? libdeflate_gzip_decompress_ex : libdeflate_zlib_decompress_ex, largest);
}

result<std::string> raw_deflate(std::string_view body, std::size_t largest) {
    return inflate_all(body, libdeflate_deflate_decompress_ex, largest);
}

}  // namespace slipway::telemetry::unpack
