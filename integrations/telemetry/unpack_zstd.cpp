#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <memory>

#include "integrations/telemetry/unpack.hpp"

namespace slipway::telemetry::unpack {
namespace {

constexpr int largest_window_log = 23;

struct destroy_zstd {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

}  // namespace

result<std::string> zstd(std::string_view body, std::size_t largest) {
    const std::unique_ptr<ZSTD_DCtx, destroy_zstd> context{ZSTD_createDCtx()};
    if (!context || ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, largest_window_log)) != 0)
        return failure{errc::unavailable, "zstd has no memory"};
    ZSTD_inBuffer in{body.data(), body.size(), 0};
    std::string out;
    std::array<char, 32UL * 1024> chunk;  // not zeroed: it is written before it is read
    while (true) {
        ZSTD_outBuffer into{chunk.data(), chunk.size(), 0};
        const auto said = ZSTD_decompressStream(context.get(), &into, &in);
        if (ZSTD_isError(said) != 0) {
            if (ZSTD_getErrorCode(said) == ZSTD_error_frameParameter_windowTooLarge) return too_large(largest);
            return damaged();
        }
        if (out.size() + into.pos > largest) return too_large(largest);
        out.append(chunk.data(), into.pos);
        const bool ended = said == 0 && in.pos == in.size;
        if (ended) return out;
        if (in.pos == in.size && into.pos < into.size) return damaged();  // it wants more and nothing is left to come
    }
}

}  // namespace slipway::telemetry::unpack
