#include "tests/fakes/show_result.hpp"

#include "integrations/telemetry/protocol/essence.hpp"
#include "integrations/telemetry/protocol/event.hpp"
#include "integrations/telemetry/protocol/group.hpp"
#include "integrations/telemetry/protocol/trace_memory.hpp"

using namespace slipway;
using namespace slipway::telemetry;
using namespace std::chrono_literals;

namespace {

const instant received = *from_iso("2026-11-23T15:00:00Z");

event read(std::string_view bytes, event_context context = {.received = received}) {
    const auto found = read_event(bytes, context);
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("a PHP event with a chained exception is read", "[telemetry][event]") {
    const auto found =
        read(R"({"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","timestamp":1795446000.25,"platform":"php",
        "release":"shop@1.4.0","environment":"production","server_name":"web1","transaction":"/cart",
        "sdk":{"name":"sentry.php","version":"4.29.0"},
        "exception":{"values":[
          {"type":"TypeError","value":"must be of type int, null given","mechanism":null,
           "stacktrace":{"frames":[
             {"filename":"/public/index.php","function":"main","lineno":3,"in_app":true},
             {"filename":"/src/Cart.php","abs_path":"/srv/www/src/Cart.php","function":"App\\Cart::total","lineno":15,
              "context_line":"  return $this->sum * $rate;","vars":{"password":"hunter2"},"in_app":true},
             {"filename":"[internal]","lineno":0}]}},
          {"type":"RuntimeException","value":"cart failed","mechanism":{"type":"generic","handled":false}}]}})");
    CHECK(found.id == "9ec79c33ec9942ab8353589fcb2e04dc");
    CHECK(found.at == from_iso("2026-11-23T15:00:00.25Z"));
    CHECK(found.level == severity::error);
    CHECK(found.platform == "php");
    CHECK(found.sdk == "sentry.php/4.29.0");
    REQUIRE(found.exceptions.size() == 2);
    CHECK(main_exception(found)->type == "RuntimeException");
    CHECK_FALSE(main_exception(found)->handled);
    const auto& frames = found.exceptions[0].frames;
    REQUIRE(frames.size() == 3);
    CHECK(frames[1].function == "App\\Cart::total");
    CHECK(frames[1].line == 15);
    CHECK(frames[1].in_app);
    CHECK_FALSE(frames[2].in_app);  // not said, but looks like the engine's
}

TEST_CASE("nothing personal is kept", "[telemetry][event]") {
    const auto found = read(R"({"message":"x","user":{"email":"anna@example.com","ip_address":"10.9.8.7"},
        "request":{"cookies":"session=s3cret","headers":{"Authorization":"Bearer t0ken"},"data":"card=4111"},
        "extra":{"k":"extra-value"},"breadcrumbs":[{"message":"crumb"}],
        "exception":[{"type":"E","stacktrace":{"frames":[{"function":"f","vars":{"p":"hunter2"}}]}}]})");
    const auto kept = json::serialize(write_event(found));
    for (const std::string secret : {"anna", "10.9.8.7", "s3cret", "t0ken", "4111", "extra-value", "crumb", "hunter2"})
        CHECK_THAT(kept, !Catch::Contains(secret));
}

TEST_CASE("what nobody reads is left out before anything is kept, and the event stays the same", "[telemetry][event]") {
    const std::string sent =
        R"({"message":"x \"vars\":{","modules":{"a":"1 } ] \\"},"user" : {"email":"anna@example.com","d":[{"e":"}"}]},)"
        R"("tags":{"request":"GET /cart","extra":{"k":1}},"request":{"cookies":"s3cret"},"contexts":[[],{}],)"
        R"("exception":[{"type":"vars","stacktrace":{"frames":[{"function":"f","vars":{"p":"hunter2"},"pre_context":["a"]}]}}]})";
    const auto kept = essence_of(sent).text;
    CHECK(
        kept ==
        R"({"message":"x \"vars\":{","modules":null,"user" : null,)"
        R"("tags":{"request":"GET /cart","extra":null},"request":null,"contexts":null,)"
        R"("exception":[{"type":"vars","stacktrace":{"frames":[{"function":"f","vars":null,"pre_context":null}]}}]})");
    CHECK(json::serialize(write_event(read(kept))) == json::serialize(write_event(read(sent))));
    CHECK(essence_of(kept).text == kept);
    for (std::size_t size = 0; size < sent.size(); ++size) {  // cut anywhere: never whole again
        INFO(sent.substr(0, size));
        trace_memory known;
        CHECK_FALSE(read_event(essence_of(sent.substr(0, size)), {.received = received}, known));
    }
}

TEST_CASE("a trace that came before is not read again, and the event stays the same", "[telemetry][event]") {
    const auto sent = [](const std::string& value, const std::string& line = "15") {
        return R"({"platform":"php","exception":[{"type":"A","value":")" + value +
               R"(","stacktrace":{"frames":[{"filename":"/Cart.php","function":"total","lineno":)" + line +
               R"(,"vars":{"p":[1]}},{"function":"f]}"}]}},{"type":"B","stacktrace" : {"frames":[{"function":"g"}]}}]})";
    };
    trace_memory known;
    const auto lean = [&known](const std::string& bytes) {
        const auto found = read_event(essence_of(bytes), {.received = received}, known);
        REQUIRE(found);
        CHECK(json::serialize(write_event(*found)) == json::serialize(write_event(read(bytes))));
        CHECK(group_of(*found).hash == group_of(read(bytes)).hash);
        return *found;
    };
    lean(sent("cart 1"));
    CHECK(known.size() == 0);  // most traces come once
    const auto second = lean(sent("cart 2"));
    CHECK(known.size() == 2);
    const auto third = lean(sent("cart 3"));
    CHECK(&third.exceptions[0].frames.calls() == &second.exceptions[0].frames.calls());
    const auto other = lean(sent("cart 3", "16"));  // a negative control: one other byte
    CHECK(other.exceptions[0].frames[0].line == 16);
}

TEST_CASE("the same trace in a program of another language has another identity", "[telemetry][event]") {
    trace_memory known;
    const auto hash_in = [&known](const std::string& platform) {
        const auto bytes = R"({"platform":")" + platform +
                           R"(","exception":{"type":"E","stacktrace":{"frames":[{"function":"Cart.total"}]}}})";
        const auto found = read_event(essence_of(bytes), {.received = received}, known);
        REQUIRE(found);
        CHECK(group_of(*found).hash == group_of(read(bytes)).hash);
        return group_of(*found).hash;
    };
    const auto in_node = hash_in("node");
    CHECK(hash_in("python") != in_node);
    CHECK(hash_in("node") == in_node);
}

TEST_CASE("a memory of traces keeps what is asked for and forgets the rest", "[telemetry][event]") {
    const auto text = [](int number) { return R"({"frames":[{"lineno":)" + std::to_string(number) + "}]}"; };
    trace_memory known{10 * text(1).size()};
    for (int round = 2; round < 1000; ++round) {
        REQUIRE(known.read(text(1), language::php));  // of the storm
        for (int time = 0; time < 2; ++time) REQUIRE(known.read(text(round), language::php));
        REQUIRE(known.size() <= 20);
    }
    REQUIRE(known.size() > 10);
    const auto before = *known.read(text(1), language::php);
    known.age();
    const auto after = *known.read(text(1), language::php);
    CHECK(&before.calls() == &after.calls());
    known.age();
    known.age();
    CHECK(known.size() == 0);
    CHECK_FALSE(known.read(R"({"frames":[)", language::php));
}

TEST_CASE("where a trace belongs, a sender's number names none", "[telemetry][event]") {
    for (const std::string number : {"0", "-1", "-9223372036854775808", "9223372036854775807", "1e300"}) {
        trace_memory known;
        const auto found = read_event(essence_of(R"({"exception":[{"type":"A","stacktrace":)" + number +
                                                 R"(},{"type":"B","stacktrace":{"frames":[{"lineno":3}]}}]})"),
                                      {.received = received}, known);
        REQUIRE(found);
        CHECK(found->exceptions[0].frames.empty());
        CHECK(found->exceptions[1].frames.at(0).line == 3);
    }
}

TEST_CASE("exceptions come as values, as a bare list, or alone", "[telemetry][event]") {
    CHECK(read(R"({"exception":[{"type":"A"},{"type":"B"}]})").exceptions.size() == 2);
    CHECK(read(R"({"exception":{"type":"A","value":"v"}})").exceptions.at(0).value == "v");
    CHECK(read(R"({"exception":{"values":[null,3,{"value":"no type"}]}})").exceptions.at(0).type.empty());
    CHECK(read(R"({"exception":null})").exceptions.empty());
    CHECK(read(R"({"exception":{"values":null}})").exceptions.empty());
    CHECK(read(R"({"exception":7})").exceptions.empty());
}

TEST_CASE("messages come as text, as an object, and as a template", "[telemetry][event]") {
    CHECK(read(R"({"message":"plain"})").message == "plain");
    CHECK(read(R"({"message":{"formatted":"f"}})").message == "f");
    const auto found = read(R"({"logentry":{"message":"user %s","params":["anna"],"formatted":"user anna"}})");
    CHECK(found.message == "user anna");
    CHECK(found.message_template == "user %s");
}

TEST_CASE("tags come as an object and as pairs", "[telemetry][event]") {
    using tags = std::vector<std::pair<std::string, std::string>>;
    CHECK(read(R"({"tags":{"a":"1","b":true}})").tags == tags{{"a", "1"}, {"b", "true"}});
    CHECK(read(R"({"tags":[["a",1],["b"],null,["c","2"]]})").tags == tags{{"a", "1"}, {"c", "2"}});
}

TEST_CASE("times are believed within reason", "[telemetry][event]") {
    CHECK(read(R"({"timestamp":"2026-11-23T14:59:30.123456"})").at == from_iso("2026-11-23T14:59:30.123Z"));
    CHECK(read(R"({"timestamp":"2026-11-23T15:59:30+01:00"})").at == from_iso("2026-11-23T14:59:30Z"));
    CHECK(read(R"({})").at == received);
    CHECK(read(R"({"timestamp":"yesterday"})").at == received);
    CHECK(read(R"({"timestamp":1e300})").at == received);
    CHECK(read(R"({"timestamp":-5})").at == received);
    CHECK(read(R"({"timestamp":0})").at == received - 30 * 24h);
    CHECK(read(R"({"timestamp":4102444800})").at == received + 60s);
}

TEST_CASE("a sender whose clock is an hour ahead is corrected", "[telemetry][event]") {
    const event_context context{.received = received, .sent_at = received + 1h, .event_id = {}};
    CHECK(read(R"({"timestamp":"2026-11-23T15:59:50Z"})", context).at == received - 10s);
    const event_context close{.received = received, .sent_at = received - 2s, .event_id = {}};
    CHECK(read(R"({"timestamp":"2026-11-23T14:59:50Z"})", close).at == received - 10s);
}

TEST_CASE("the crashed thread's frames stand in for missing exceptions", "[telemetry][event]") {
    const auto found = read(R"({"threads":{"values":[
        {"id":1,"current":true,"stacktrace":{"frames":[{"function":"main"}]}},
        {"id":2,"crashed":true,"stacktrace":{"frames":[{"function":"worker"}]}}]}})");
    REQUIRE(found.frames.size() == 1);
    CHECK(found.frames[0].function == "worker");
    CHECK(read(R"({"stacktrace":{"frames":[{"function":"bare"}]}})").frames.at(0).function == "bare");
}

TEST_CASE("vendored code is recognised when the SDK does not say", "[telemetry][event]") {
    const auto in_app = [](std::string path) {
        const auto found =
            read(R"({"exception":{"type":"E","stacktrace":{"frames":[{"filename":")" + path + R"("}]}}})");
        return found.exceptions.at(0).frames.at(0).in_app;
    };
    CHECK(in_app("/srv/www/src/Cart.php"));
    CHECK_FALSE(in_app("/srv/www/vendor/symfony/Kernel.php"));
    CHECK_FALSE(in_app("node:internal/process/task_queues"));
    CHECK_FALSE(in_app("/app/node_modules/express/index.js"));
}

TEST_CASE("absurd sizes are cut and broken text is repaired", "[telemetry][event]") {
    std::string frames;
    for (int i = 0; i < 1000; ++i)
        frames += (i > 0 ? "," : "") + std::string{R"({"function":"f)"} + std::to_string(i) + "\"}";
    const auto found =
        read(R"({"exception":{"type":")" + std::string(5000, 'T') + R"(","value":")" + std::string(1'000'000, 'v') +
             R"(","stacktrace":{"frames":[)" + frames + R"(]}},"server_name":"w)" + "\xff\xfe" + R"(b\u0000\u0007"})");
    CHECK(found.exceptions[0].type.size() == 256);
    CHECK(found.exceptions[0].value.size() == 8192);
    REQUIRE(found.exceptions[0].frames.size() == 250);
    CHECK(found.exceptions[0].frames.back().function == "f999");  // what is near the crash stays
    CHECK(found.server_name ==
          "w\xEF\xBF\xBD\xEF\xBF\xBD"
          "b");
}

TEST_CASE("line numbers outside every file are unknown, not undefined", "[telemetry][event]") {
    const auto found =
        read(R"({"exception":{"type":"E","stacktrace":{"frames":[{"lineno":1e300},{"lineno":-4},{"lineno":"9"}]}}})");
    for (const auto& each : found.exceptions[0].frames) CHECK(each.line == 0);
}

TEST_CASE("a sample that was written reads back the same", "[telemetry][event]") {
    const auto found =
        read(R"({"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","timestamp":"2026-11-23T14:59:30.5Z","level":"fatal",
        "platform":"python","release":"1.4.0","dist":"3","environment":"prod","server_name":"w","transaction":"t","logger":"l",
        "logentry":{"message":"m %s","formatted":"m x"},"fingerprint":["a","{{ default }}"],"tags":{"k":"v"},
        "sdk":{"name":"s","version":"1"},
        "exception":{"values":[{"type":"A","value":"v","module":"m","mechanism":{"synthetic":true,"is_exception_group":true,
        "exception_id":0,"parent_id":2},"stacktrace":{"frames":[{"filename":"f","abs_path":"/f","module":"m","package":"p",
        "function":"g","context_line":"c","lineno":1,"colno":2,"in_app":false}]}}]}})");
    const auto again = event_from(write_event(found));
    CHECK(json::serialize(write_event(again)) == json::serialize(write_event(found)));
    CHECK(again.at == found.at);
    CHECK(again.exceptions[0].frames[0].context_line == "c");
    CHECK(again.exceptions[0].parent == 2);
}
