// Hostile bytes: thousands of damaged reports, the same ones on every run.
#include "tests/fakes/show_result.hpp"

#include <random>

#include "integrations/telemetry/protocol/dsn.hpp"
#include "integrations/telemetry/protocol/envelope.hpp"
#include "integrations/telemetry/protocol/essence.hpp"
#include "integrations/telemetry/protocol/group.hpp"
#include "integrations/telemetry/protocol/reports.hpp"
#include "integrations/telemetry/protocol/trace_memory.hpp"

using namespace slipway;
using namespace slipway::telemetry;

namespace {

const std::string event_seed =
    R"({"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","timestamp":1795446000.25,"platform":"php","level":"error",)"
    R"("exception":{"values":[{"type":"TypeError","value":"user 17 at 10.0.0.1 took 12ms =true ='x'","mechanism":{"synthetic":false,)"
    R"("exception_id":1,"parent_id":0,"is_exception_group":true},"stacktrace":{"frames":[{"filename":"https://x/app.4185d9aa.js",)"
    R"("function":"class@anonymous/a:1$0::m","lineno":15,"context_line":"a b","vars":{"a":["}"]},"in_app":true},{"function":"{closure:A::b():15}"}]}}]},)"
    R"("fingerprint":["{{ default }}","{{ tags.x }}"],"tags":[["x","y"]],"logentry":{"message":"%s","params":["\\"],"formatted":"f"},"user":{"id":1},"modules":{}})";
const std::string envelope_seed =
    R"({"event_id":"9ec79c33-ec99-42ab-8353-589fcb2e04dc","dsn":"https://key@host:1/2","sent_at":"2026-11-23T15:00:00Z"})"
    "\n{\"type\":\"session\",\"length\":2}\n{}\n{\"type\":\"event\"}\n" +
    event_seed + "\n";

class mutator {
public:
    std::string damage(std::string bytes) {
        const auto times = 1 + random_() % 6;
        for (std::size_t i = 0; i < times && !bytes.empty(); ++i) once(bytes);
        return bytes;
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    void once(std::string& bytes) {
        static const std::string spice = "{}[]\",:\\\n\r\0 -0.eE9\x80\xff<>@=/'";
        const auto at = below(bytes.size());
        switch (below(5)) {
            case 0:
                bytes[at] = static_cast<char>(random_());
                break;
            case 1:
                bytes.erase(at, 1 + below(20));
                break;
            case 2:
                bytes.insert(at, 1, spice[below(spice.size())]);
                break;
            case 3:
                bytes.insert(at, bytes.substr(below(bytes.size()), below(60)));
                break;
            default:
                bytes.resize(at);
        }
    }
    std::mt19937 random_{20261123};
};

void swallow(std::string_view bytes) {
    const event_context context{.received = *from_iso("2026-11-23T15:00:00Z"), .sent_at = {}, .event_id = {}};
    if (const auto found = read_event(bytes, context)) {
        const auto as = group_of(*found);
        REQUIRE(as.hash.size() == 32);
        REQUIRE(as.title.raw().size() <= 256);
        const auto kept = json::serialize(write_event(*found));
        REQUIRE(json::serialize(write_event(event_from(write_event(*found)))) == kept);
        static trace_memory known;
        const auto lean = read_event(essence_of(bytes), context, known);
        REQUIRE(lean);
        REQUIRE(json::serialize(write_event(*lean)) == kept);
    }
}

}  // namespace

TEST_CASE("ten thousand damaged reports neither throw nor crash", "[telemetry][hostile]") {
    mutator chance;
    for (int i = 0; i < 5000; ++i) {
        const auto bytes = chance.damage(envelope_seed);
        const auto found = parse_envelope(bytes);
        if (!found) continue;
        for (const auto& each : found->items) swallow(each.payload);
    }
    for (int i = 0; i < 5000; ++i) {
        const auto bytes = chance.damage(event_seed);
        swallow(bytes);
        (void)parameterise(bytes);
        (void)parse_dsn(bytes);
        (void)parse_login({.query = bytes, .x_sentry_auth = bytes, .authorization = bytes});
        (void)read_client_report(bytes);
        (void)read_sessions("sessions", bytes);
    }
    SUCCEED();
}

TEST_CASE("deep nesting is refused instead of overflowing the stack", "[telemetry][hostile]") {
    const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    CHECK_FALSE(read_event(deep, {}));
    CHECK_FALSE(parse_envelope(deep.substr(0, 10'000)));
}
