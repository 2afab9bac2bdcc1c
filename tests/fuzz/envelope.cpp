#include "integrations/telemetry/protocol/envelope.hpp"

#include "tests/fuzz/check.hpp"

using namespace slipway::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto found = parse_envelope(bytes);
    if (!found) return 0;
    MUST(found->items.size() <= 100);
    MUST(found->event_id.empty() || found->event_id.size() == 32);
    for (const auto& each : found->items) {
        MUST(each.type.size() <= 64);
        MUST(each.payload.empty() ||
             (each.payload.data() >= bytes.data() && each.payload.data() + each.payload.size() <= bytes.data() + size));
    }
    return 0;
}
