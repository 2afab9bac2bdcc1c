#include "integrations/telemetry/protocol/group.hpp"

#include "tests/fuzz/check.hpp"

using namespace slipway;
using namespace slipway::telemetry;

namespace {

/// Lines, columns, times and ids differ between occurrences of one error.
void shift(event& what) {
    what.id = "00000000000000000000000000000001";
    what.at += std::chrono::seconds{30};
    const auto next_lines = [](trace& of) {
        auto calls = of.calls();
        for (auto& frame : calls) frame.line += 1;
        of = std::move(calls);
    };
    for (auto& each : what.exceptions) next_lines(each.frames);
    next_lines(what.frames);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    MUST(parameterise(bytes.substr(0, 8192)).size() <= 8 * 8192);
    auto found = read_event(bytes, {.received = from_unix_ms(1'795'446'000'000), .sent_at = {}, .event_id = {}});
    if (!found) return 0;
    const auto before = group_of(*found);
    shift(*found);
    const auto after = group_of(*found);
    MUST(before.hash.size() == 32);
    MUST(before.hash == after.hash);
    MUST(!before.title.raw().empty());
    MUST(before.title.raw().size() <= 256);
    MUST(before.culprit.raw().size() <= 2048);
    return 0;
}
