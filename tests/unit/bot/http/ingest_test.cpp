#include "bot/http/ingest.hpp"

#include "integrations/base/json.hpp"
#include "tests/fakes/deflate.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::bot;
using namespace std::chrono_literals;

namespace {

const std::string key(32, 'a'), other_key(32, 'b');
const telemetry::place shop{"shop", "production"};
const instant noon = *from_iso("2026-11-23T12:00:00Z");
const std::string event_id = "9ec79c33ec9942ab8353589fcb2e04dc";

std::string error_event(const std::string& type = "TypeError") {
    return R"({"event_id":")" + event_id +
           R"(","platform":"php","release":"1.4.0","server_name":"web1","exception":{"values":[{"type":")" + type +
           R"(","value":"v","stacktrace":{"frames":[{"filename":"src/Cart.php","function":"total","lineno":15}]}}]}})";
}
std::string envelope_of(const std::string& item, const std::string& type = "event") {
    return R"({"event_id":")" + event_id + "\"}\n{\"type\":\"" + type + "\"}\n" + item + "\n";
}

struct fixture {
    explicit fixture(ingest_settings settings = {}) {
        settings.keys = {{.project_number = "42", .public_key = key, .leads_to = shop},
                         {.project_number = "43", .public_key = other_key, .leads_to = {"forum", "production"}}};
        receiver.emplace(loop.get_executor(), settings, ledger, *clock);
    }
    net::server_response post(std::string body, net::headers headers = {},
                              std::string query = "sentry_version=7&sentry_key=" + key,
                              std::string path = "/api/42/envelope/", std::string method = "POST") {
        net::server_request asked;
        asked.method = std::move(method);
        asked.path = std::move(path);
        asked.query = std::move(query);
        asked.headers = std::move(headers);
        asked.body = std::move(body);
        return receiver->answer(asked, now);
    }
    std::uint64_t grouped(const telemetry::place& where = shop) {
        receiver->group_some(100'000);
        return ledger.count({.where = where, .release = {}, .group = {}, .servers = {}}, {noon - 1h, noon + 1h});
    }
    telemetry::traffic traffic() { return ledger.traffic_of(shop, {noon - 1h, noon + 1h}); }

    asio::io_context loop;
    telemetry::error_ledger ledger;
    std::unique_ptr<timers> clock = create_system_timers();
    std::optional<ingest> receiver;
    instant now = noon;
};

std::string header_of(const net::server_response& answer, std::string_view name) {
    return answer.headers.find(name).value_or("");
}

}  // namespace

TEST_CASE("an error is answered with its id, and grouped afterwards", "[ingest]") {
    fixture f;
    const auto answer = f.post(envelope_of(error_event()));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"id":")" + event_id + "\"}");
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == "*");
    CHECK(f.receiver->queued() == 1);
    CHECK(f.grouped() == 1);
    const auto groups = f.ledger.first_seen_since(shop, noon - 1h);
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].title.raw() == "TypeError: v");
    CHECK(groups[0].first_release == "1.4.0");
    CHECK(f.ledger.samples(shop, groups[0].hash).at(0).id == event_id);
}

TEST_CASE("every login form and encoding of the SDKs is served", "[ingest]") {
    fixture f;
    const auto body = envelope_of(error_event());
    const auto status = [&f](std::string sent, net::headers headers, std::string query = "") {
        return f.post(std::move(sent), std::move(headers), std::move(query)).status;
    };
    CHECK(status(body, {{"x-sentry-auth", "Sentry sentry_key=" + key + ", sentry_version=7"}}) == 200);
    CHECK(status(body, {{"Authorization", "Sentry sentry_version=7,sentry_key=" + key}}) == 200);
    CHECK(status("{\"dsn\":\"https://" + key + "@bot/42\"}\n{\"type\":\"event\"}\n" + error_event(), {}) == 200);
    CHECK(status(fakes::gzip(body), {{"Content-Encoding", "gzip"}}, "sentry_key=" + key) == 200);
    CHECK(status(body, {{"Content-Encoding", ""}}, "sentry_key=" + key) == 200);
    CHECK(status(body, {{"Content-Encoding", "identity"}, {"Content-Type", "text/plain;charset=UTF-8"}},
                 "sentry_key=" + key) == 200);
    CHECK(f.grouped() == 6);
}

TEST_CASE("the store endpoints take one event", "[ingest]") {
    fixture f;
    CHECK(f.post(error_event(), {}, "sentry_key=" + key, "/api/42/store/").body == R"({"id":")" + event_id + "\"}");
    CHECK(f.post(error_event(), {}, "sentry_key=" + key, "/api/store/").status == 200);
    CHECK(f.post("not json", {}, "sentry_key=" + key, "/api/42/store/").status == 400);
    CHECK(f.grouped() == 2);
    const auto unnamed = f.post(R"({"message":"x"})", {}, "sentry_key=" + key, "/api/42/store");
    CHECK(text_at(*parse_json(unnamed.body), "id").size() == 32);
}

TEST_CASE("strangers are told 401, nonsense 400, and both why", "[ingest]") {
    fixture f;
    const auto body = envelope_of(error_event());
    struct row {
        std::string body, query, path;
        int status;
    };
    for (const auto& [sent, query, path, status] : std::vector<row>{
             {body, "", "/api/42/envelope/", 401},
             {body, "sentry_key=" + std::string(32, 'c'), "/api/42/envelope/", 401},
             {body, "sentry_key=" + other_key, "/api/42/envelope/", 401},
             {body, "sentry_key=" + key, "/api/99/envelope/", 401},
             {body, "sentry_key=" + key, "/api/shop/envelope/", 400},
             {body, "sentry_version=8&sentry_key=" + key, "/api/42/envelope/", 400},
             {"no envelope", "sentry_key=" + key, "/api/42/envelope/", 400},
             {"{}\n{\"type\":\"event\",\"length\":999}\n{}", "sentry_key=" + key, "/api/42/envelope/", 400},
             {body, "sentry_key=" + key, "/api/42/minidump/", 404},
             {body, "sentry_key=" + key, "/", 404},
         }) {
        CAPTURE(query, path);
        const auto answer = f.post(sent, {}, query, path);
        CHECK(answer.status == status);
        CHECK_FALSE(header_of(answer, "X-Sentry-Error").empty());
        CHECK(text_at(*parse_json(answer.body), "detail") == header_of(answer, "X-Sentry-Error"));
        CHECK(header_of(answer, "Access-Control-Allow-Origin") == "*");
    }
    CHECK(f.receiver->counts().refused == 10);
    CHECK(f.grouped() == 0);
}

TEST_CASE("a well-formed envelope is never refused for what is in it", "[ingest]") {
    fixture f;
    CHECK(f.post("{}").status == 200);
    CHECK(f.post("{}").body == "{}");
    CHECK(f.post(envelope_of("whatever", "hologram")).status == 200);
    CHECK(f.post(envelope_of("not json", "session")).status == 200);
    CHECK(f.post(envelope_of("not json", "event")).status == 200);
    CHECK(f.grouped() == 0);
    CHECK(f.receiver->counts().unreadable == 1);
}

TEST_CASE("browsers and tools get the answers they probe for", "[ingest]") {
    fixture f;
    const auto preflight = f.post("", {{"Origin", "https://shop"}}, "", "/api/42/envelope/", "OPTIONS");
    CHECK(preflight.status == 200);
    CHECK(header_of(preflight, "Access-Control-Allow-Methods") == "POST");
    CHECK_THAT(header_of(preflight, "Access-Control-Allow-Headers"), Catch::Contains("x-sentry-auth"));
    CHECK(f.post("", {}, "", "/api/0/", "GET").status == 200);
    const auto release = f.post("{}", {}, "", "/api/0/organizations/o/releases/");
    CHECK(release.status == 501);  // 404 would make sentry-cli say that the organization was not found
    CHECK_THAT(header_of(release, "X-Sentry-Error"), Catch::Contains("releases and deploys are not kept"));
    CHECK(f.post("", {}, "", "/api/42/envelope/", "GET").status == 405);
}

TEST_CASE("bombs and giants are told 413", "[ingest]") {
    fixture f;
    CHECK(f.post(std::string((1U << 20U) + 1, ' ')).status == 413);
    const auto bomb = fakes::gzip(std::string(64U << 20U, '0'));
    CHECK(f.post(bomb, {{"Content-Encoding", "gzip"}}).status == 413);
    CHECK(f.post(fakes::gzip(envelope_of(std::string(2U << 20U, 'x'))), {{"Content-Encoding", "gzip"}}).status == 413);
    CHECK(f.post("x", {{"Content-Encoding", "gzip"}}).status == 400);
    CHECK(f.post("x", {{"Content-Encoding", "br"}}).status == 400);
    CHECK(f.post("x", {{"Content-Encoding", "compress"}}).status == 415);
}

TEST_CASE("sessions and client reports are signs of life and exact counts", "[ingest]") {
    fixture f;
    f.post(envelope_of(R"({"init":true,"status":"ok"})", "session"));
    f.post(envelope_of(R"({"discarded_events":[{"reason":"ratelimit_backoff","category":"error","quantity":4}]})",
                       "client_report"));
    f.post(envelope_of("{}", "span"));
    CHECK(f.traffic().sessions == 1);
    CHECK(f.traffic().suppressed == 4);
    CHECK(f.traffic().client_reports == 1);
    CHECK(f.traffic().transactions == 1);
    CHECK(f.receiver->queued() == 0);
}

TEST_CASE("a storm is counted exactly per group, answered 200, and asked for less", "[ingest]") {
    fixture f{{.events_per_second = 1, .event_burst = 10}};
    int limited = 0;
    for (int i = 0; i < 100; ++i) {
        const auto answer = f.post(envelope_of(error_event()));
        CHECK(answer.status == 200);
        if (header_of(answer, "X-Sentry-Rate-Limits") == "10:error;default:key:storm") ++limited;
    }
    CHECK(limited == 91);       // from the one that emptied the bucket on
    CHECK(f.grouped() == 100);  // every one in its group
    CHECK(f.traffic().errors == 100);
    CHECK(f.traffic().ungrouped == 0);
    f.now += 5s;
    CHECK(header_of(f.post(envelope_of(error_event())), "X-Sentry-Rate-Limits").empty());
    CHECK(f.post(envelope_of(R"({"init":true})", "session")).status == 200);
}

TEST_CASE("the limit of one key is not the limit of another", "[ingest]") {
    fixture f{{.events_per_second = 0.1, .event_burst = 2}};
    const auto asked_for_less = [](const net::server_response& answer) {
        return answer.headers.find("X-Sentry-Rate-Limits").has_value();
    };
    CHECK_FALSE(asked_for_less(f.post(envelope_of(error_event()))));
    CHECK(asked_for_less(f.post(envelope_of(error_event()))));
    CHECK_FALSE(asked_for_less(f.post(envelope_of(error_event()), {}, "sentry_key=" + other_key, "/api/43/envelope/")));
    CHECK(f.grouped({"forum", "production"}) == 1);
}

TEST_CASE("a storm of many errors at once keeps an exact count for each of them, in bounded memory", "[ingest]") {
    fixture f{{.event_burst = 10, .most_queued = 50}};
    for (int i = 0; i < 900; ++i) {
        f.post(envelope_of(error_event("Error" + std::to_string(i % 3))));
        REQUIRE(f.receiver->queued() <= 50);
    }
    CHECK(f.grouped() == 900);
    for (const auto& each : f.ledger.first_seen_since(shop, noon - 1h)) CHECK(each.total == 300);
}

TEST_CASE("an error that cannot be grouped is still counted as one", "[ingest]") {
    fixture f{{.largest_event = 1000}};
    CHECK(f.post(envelope_of(std::string(2000, 'x'))).status == 413);
    CHECK(f.post(envelope_of("{\"message\":")).status == 200);
    CHECK(f.grouped() == 0);
    CHECK(f.traffic().errors == 2);
    CHECK(f.traffic().ungrouped == 2);
    CHECK(f.receiver->counts().ungrouped == 2);
}

TEST_CASE("who floods beyond all reason is answered 429 unread", "[ingest]") {
    fixture f{{.requests_per_second = 1, .request_burst = 5}};
    for (int i = 0; i < 5; ++i) CHECK(f.post("{}").status == 200);
    const auto answer = f.post("{}");
    CHECK(answer.status == 429);
    CHECK(header_of(answer, "Retry-After") == "10");
    CHECK(f.receiver->counts().limited == 1);
    f.now += 2s;
    CHECK(f.post("{}").status == 200);
}

TEST_CASE("reports name their environment, or get that of their key", "[ingest]") {
    fixture f;
    f.post(envelope_of(R"({"message":"x","environment":"staging"})"));
    f.post(envelope_of(R"({"message":"x"})"));
    CHECK(f.grouped() == 1);
    CHECK(f.grouped({"shop", "staging"}) == 1);
}

TEST_CASE("bad input gets the answer that SDKs expect", "[ingest][hostile]") {
    fixture f;
    const auto with = [](const std::string& members) { return envelope_of("{" + members + "}"); };
    const std::string long_text(900'000, 'm');
    std::string many_words = "\"a\"", hundred = "{}\n";
    for (int i = 0; i < 10'000; ++i) many_words += ",\"{{ default }}\"";
    for (int i = 0; i < 150; ++i) hundred += "{\"type\":\"span\"}\n{}\n";
    struct row {
        const char* what;
        std::string body;
        int status;
    };
    for (const auto& [what, body, status] : std::vector<row>{
             {"invalid UTF-8 in a message", with("\"message\":\"caf\xe9 \xff\xfe\""), 200},
             {"a NUL and control characters", with("\"message\":\"a\\u0000b\\u001b[31m\""), 200},
             {"a date in the year 9999", with("\"message\":\"y\",\"timestamp\":\"9999-12-31T23:59:59Z\""), 200},
             {"a date that is no number", with("\"message\":\"n\",\"timestamp\":-1e308"), 200},
             {"a date that is an object", with("\"message\":\"o\",\"timestamp\":{}"), 200},
             {"a very long message", with("\"message\":\"" + long_text + "\""), 200},
             {"ten thousand fingerprints", with("\"message\":\"f\",\"fingerprint\":[" + many_words + "]"), 200},
             {"members of the wrong type", with("\"exception\":7,\"tags\":false,\"level\":[],\"sdk\":\"x\""), 200},
             {"an error larger than allowed", with("\"message\":\"" + long_text + long_text + "\""), 413},
             {"a body larger than allowed", std::string(10U << 20U, 'x'), 413},
             {"150 items", hundred, 200},
             {"a length beyond the end", "{}\n{\"type\":\"event\",\"length\":4000000000}\n{}", 400},
             {"a negative length", "{}\n{\"type\":\"event\",\"length\":-1}\n{}", 400},
             {"a length that is no number", "{}\n{\"type\":\"event\",\"length\":\"x\"}\n{}", 400},
             {"an item header of nothing", "{}\nnull\n{}", 400},
             {"an empty body", "", 400},
         }) {
        CAPTURE(what);
        const auto answer = f.post(fakes::gzip(body), {{"Content-Encoding", "gzip"}});
        CHECK(answer.status == status);
        CHECK(header_of(answer, "Access-Control-Allow-Origin") == "*");
        CHECK(header_of(answer, "X-Sentry-Error").empty() == (status == 200));
    }
    CHECK(f.grouped() == 8);  // each at a time near noon, whatever its date said
    CHECK(f.receiver->counts().cut_short == 1);
}

TEST_CASE("R8.12 what a stranger wrote is cut, valid, and untrusted where it is kept", "[ingest][hostile]") {
    fixture f;
    f.post(envelope_of("{\"exception\":{\"values\":[{\"type\":\"<!channel>\\u0007\",\"value\":\"\xff" +
                       std::string(500, 'v') + "\"}]}}"));
    REQUIRE(f.grouped() == 1);
    const auto group = f.ledger.first_seen_since(shop, noon - 1h).at(0);
    static_assert(std::is_same_v<decltype(group.title), untrusted>);  // whoever shows it has to escape it
    CHECK(group.title.raw().starts_with("<!channel>: \xEF\xBF\xBDvvv"));
    CHECK(group.title.raw().size() <= 256);
}

TEST_CASE("nothing personal of a report is kept", "[ingest][privacy]") {
    fixture f;
    f.post(envelope_of(
        R"({"message":"boom","user":{"email":"anna@canary.example","ip_address":"203.0.113.7","username":"canary"},)"
        R"("request":{"url":"https://shop/?token=canary","cookies":"session=canary","headers":{"Authorization":"canary"},)"
        R"("data":{"password":"canary"},"env":{"REMOTE_ADDR":"203.0.113.7"}},"extra":{"note":"canary"},"contexts":{"x":"canary"},)"
        R"("breadcrumbs":{"values":[{"message":"canary"}]},"modules":{"canary":"1"},)"
        R"("tags":{"user":"canary","user.email":"canary","url":"https://shop/?q=canary","browser":"Firefox 130"},)"
        R"("exception":{"values":[{"type":"E","stacktrace":{"frames":[{"function":"f","vars":{"secret":"canary"}}]}}]}})"));
    REQUIRE(f.grouped() == 1);
    const auto kept = json::serialize(f.ledger.save());
    CHECK_THAT(kept, !Catch::Contains("canary"));
    CHECK_THAT(kept, !Catch::Contains("203.0.113.7"));
    CHECK_THAT(kept, Catch::Contains("Firefox 130"));
}
