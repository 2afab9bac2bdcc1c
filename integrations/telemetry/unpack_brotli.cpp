#include <brotli/decode.h>

#include <array>
#include <memory>

#include "integrations/telemetry/unpack.hpp"

namespace slipway::telemetry::unpack {
namespace {

struct destroy_brotli {
    void operator()(BrotliDecoderState* state) const noexcept { BrotliDecoderDestroyInstance(state); }
};

}  // namespace

result<std::string> brotli(std::string_view body, std::size_t largest) {
    const std::unique_ptr<BrotliDecoderState, destroy_brotli> state{
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
    if (!state) return failure{errc::unavailable, "brotli has no memory"};
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(body.data());
    std::size_t left = body.size();
    std::string out;
    std::array<std::uint8_t, 32UL * 1024> chunk;  // not zeroed: it is written before it is read
    while (true) {
        auto* next_out = chunk.data();
        std::size_t room = chunk.size();
        const auto said = BrotliDecoderDecompressStream(state.get(), &left, &next_in, &room, &next_out, nullptr);
        const auto produced = chunk.size() - room;
        if (out.size() + produced > largest) return too_large(largest);
        out.append(reinterpret_cast<const char*>(chunk.data()), produced);
        if (said == BROTLI_DECODER_RESULT_SUCCESS) return out;
        if (said != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return damaged();
    }
}

}  // namespace slipway::telemetry::unpack
