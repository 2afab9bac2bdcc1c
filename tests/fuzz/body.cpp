#include "integrations/telemetry/body.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    constexpr std::size_t largest = 100'000;
    const std::string bytes{reinterpret_cast<const char*>(data), size};
    for (const auto* encoding : {"gzip", "deflate", "br", "zstd", ""}) {
        const auto text = slipway::telemetry::decode_body(encoding, bytes, largest);
        MUST(!text || text->size() <= largest);
    }
    return 0;
}
