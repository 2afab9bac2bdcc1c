#include "integrations/telemetry/protocol/event.hpp"

#include "integrations/telemetry/protocol/essence.hpp"
#include "integrations/telemetry/protocol/reports.hpp"
#include "integrations/telemetry/protocol/trace_memory.hpp"
#include "tests/fuzz/check.hpp"

using namespace slipway;
using namespace slipway::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    static_cast<void>(read_client_report(bytes));
    static_cast<void>(read_sessions("sessions", bytes));
    const instant now = from_unix_ms(1'795'446'000'000);
    const auto found = read_event(bytes, {.received = now, .sent_at = {}, .event_id = {}});
    if (!found) return 0;
    MUST(found->at <= now + std::chrono::minutes{1});
    MUST(found->at >= now - std::chrono::hours{24 * 30});
    MUST(found->message.size() <= 8192);
    MUST(found->exceptions.size() <= 50);
    const auto once = json::serialize(write_event(*found));
    const auto again = json::serialize(write_event(event_from(write_event(*found))));
    MUST(once == again);
    static trace_memory known;
    const auto lean = read_event(essence_of(bytes), {.received = now, .sent_at = {}, .event_id = {}}, known);
    MUST(lean && json::serialize(write_event(*lean)) == once);
    return 0;
}
