#include "tests/fakes/show_result.hpp"

#include "integrations/telemetry/protocol/envelope.hpp"
#include "integrations/telemetry/protocol/reports.hpp"

using namespace slipway;
using namespace slipway::telemetry;

TEST_CASE("items with and without a length stand side by side", "[telemetry][envelope]") {
    const std::string bytes =
        "{\"event_id\":\"9EC79C33-EC99-42AB-8353-589FCB2E04DC\",\"dsn\":\"https://key@h/1\","
        "\"sent_at\":\"2026-11-23T15:00:00Z\"}\n"
        "{\"type\":\"attachment\",\"length\":7}\n\xef\xbb\xbf\na\r\n\n"
        "{\"type\":\"event\"}\n{\"message\":\"hi\"}\n";
    const auto found = parse_envelope(bytes);
    REQUIRE(found);
    CHECK(found->event_id == "9ec79c33ec9942ab8353589fcb2e04dc");
    CHECK(found->key == "key");
    CHECK(found->sent_at == from_iso("2026-11-23T15:00:00Z"));
    REQUIRE(found->items.size() == 2);
    CHECK(found->items[0].type == "attachment");
    CHECK(found->items[0].payload == "\xef\xbb\xbf\na\r\n");
    CHECK(found->items[1].payload == "{\"message\":\"hi\"}");
    CHECK(found->items[1].payload.data() >= bytes.data());  // a view, not a copy
}

TEST_CASE("the smallest envelopes are legal", "[telemetry][envelope]") {
    CHECK(parse_envelope("{}")->items.empty());
    CHECK(parse_envelope("{}\n")->items.empty());
    CHECK(parse_envelope("{}\n\n\n")->items.empty());
    CHECK(parse_envelope("{}\n{\"type\":\"session\"}\n{}")->items[0].payload == "{}");
    CHECK(parse_envelope("{}\n{\"type\":\"x\",\"length\":0}\n\n")->items[0].payload.empty());
    CHECK(parse_envelope("{}\n{\"type\":\"x\",\"length\":0}")->items[0].payload.empty());
    CHECK(parse_envelope("{}\n{\"no type\":1}\nx")->items[0].type.empty());
    CHECK(parse_envelope("{}\n{\"type\":\"x\",\"length\":3.0}\nabc")->items[0].payload == "abc");
}

TEST_CASE("a malformed envelope is refused with the place", "[telemetry][envelope]") {
    for (const std::string bytes :
         {"", "\n", "hello", "[]\n", "{}\nnot json\n", "{}\n{\"type\":\"event\",\"length\":99}\nshort",
          "{}\n{\"type\":\"event\",\"length\":2}\nlonger\n", "{}\n{\"type\":\"event\",\"length\":-1}\nx",
          "{}\n{\"type\":\"event\",\"length\":\"3\"}\nabc",
          "{}\n{\"type\":\"event\",\"length\":18446744073709551615}\nabc"}) {
        const auto found = parse_envelope(bytes);
        CAPTURE(bytes);
        REQUIRE_FALSE(found);
        CHECK(found.error().kind() == errc::invalid);
        CHECK_THAT(found.error().sentence(), Catch::Contains("near byte"));
    }
    CHECK_FALSE(parse_envelope("{\"a\":\"" + std::string(20'000, 'x') + "\"}\n"));
}

TEST_CASE("more items than allowed are cut, not refused", "[telemetry][envelope]") {
    std::string bytes = "{}\n";
    for (int i = 0; i < 150; ++i) bytes += "{\"type\":\"span\"}\n{}\n";
    const auto found = parse_envelope(bytes);
    REQUIRE(found);
    CHECK(found->items.size() == 100);
    CHECK(found->cut);
}

TEST_CASE("what a client suppressed under load is counted, what it chose not to send is not", "[telemetry][reports]") {
    const auto report = read_client_report(R"({"discarded_events":[
        {"reason":"ratelimit_backoff","category":"error","quantity":4},
        {"reason":"queue_overflow","category":"error","quantity":137},
        {"reason":"network_error","category":"default","quantity":1},
        {"reason":"sample_rate","category":"error","quantity":1000},
        {"reason":"ratelimit_backoff","category":"transaction","quantity":50},
        {"reason":"queue_overflow","category":"error","quantity":-5}, 7, {"reason":3}]})");
    REQUIRE(report);
    CHECK(report->suppressed_errors() == 142);
    CHECK_FALSE(read_client_report("[1]"));
}

TEST_CASE("sessions are counted in both forms", "[telemetry][reports]") {
    const auto one = read_sessions(
        "session", R"({"init":true,"status":"crashed","attrs":{"release":"1.4.0","environment":"prod"}})");
    REQUIRE(one);
    CHECK(one->release == "1.4.0");
    CHECK(one->environment == "prod");
    CHECK(one->started == 1);
    CHECK(one->crashed == 1);
    const auto update = read_sessions("session", R"({"init":false,"status":"exited"})");
    CHECK(update->started == 0);
    const auto many = read_sessions("sessions", R"({"aggregates":[{"exited":10,"errored":2},{"crashed":1}]})");
    CHECK(many->started == 13);
    CHECK(many->crashed == 1);
}
