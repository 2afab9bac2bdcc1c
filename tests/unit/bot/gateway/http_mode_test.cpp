// Slack's signed requests over real HTTP on loopback, with the inbox and handlers of Socket Mode.
#include "bot/gateway/http_mode.hpp"

#include "gateway_bench.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/net/http.hpp"

using namespace slipway;
using namespace slipway::gateway;

namespace {

struct http_bench : gateway_bench {
    http_bench() {
        open_inbox([this](slack::payload, std::string id) -> task<> {
            handled.push_back(std::move(id));
            if (std::exchange(breaks, false)) throw std::runtime_error{"a bug"};
            co_return;
        });
        auto answer = [this](const slack::payload& what) { return hook ? hook(what) : std::nullopt; };
        way_in = http_mode::create("s3cret", *envelopes, clock, answer).value();
        auto handler = [this](net::server_request asked) { return way_in->handle(std::move(asked)); };
        server = net::create_http_server(loop.get_executor(), {}, handler).value();
    }
    ~http_bench() { run(server->stop(1s)); }

    net::request request_of(const std::string& body, const std::string& type) {
        net::request asked;
        asked.method = "POST";
        asked.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/slack/events";
        const auto time = std::to_string(to_unix(clock.now() + skew));
        asked.headers = {{"Content-Type", type},
                         {"x-slack-request-timestamp", time},
                         {"x-slack-signature", "v0=" + hmac_sha256_hex("s3cret", "v0:" + time + ":" + body)}};
        asked.body = body;
        return asked;
    }
    net::response send(net::request asked) {
        auto got = run(client->send(std::move(asked)));
        REQUIRE(got);
        fakes::run_until(loop, [&] { return envelopes->running() == 0; });
        return *got;
    }
    net::response press(const std::string& trigger) {
        const auto payload = R"({"type":"block_actions","trigger_id":")" + trigger +
                             R"(","user":{"id":"U1","team_id":"T1"},"actions":[{"action_id":"a","value":"v"}]})";
        return send(request_of("payload=" + net::percent_encode(payload), "application/x-www-form-urlencoded"));
    }
    net::response event(const std::string& id, const std::string& retry = {}) {
        auto asked = request_of(R"({"type":"event_callback","event_id":")" + id +
                                    R"(","event":{"type":"app_mention","user":"U1","text":"<@U0> status"}})",
                                "application/json");
        if (!retry.empty()) {
            asked.headers.add("x-slack-retry-num", retry);
            asked.headers.add("x-slack-retry-reason", "http_timeout");
        }
        return send(std::move(asked));
    }

    milliseconds skew{0};
    std::vector<std::string> handled;
    bool breaks = false;
    answer_hook hook;
    std::unique_ptr<http_mode> way_in;
    std::unique_ptr<net::http_server> server;
    std::unique_ptr<net::http_client> client = net::create_http_client(loop.get_executor(), {});
};

}  // namespace

TEST_CASE("R8.1 without a signing secret HTTP mode does not start", "[gateway][http_mode]") {
    gateway_bench world;
    world.open_inbox([](slack::payload, std::string) -> task<> { co_return; });
    const auto made = http_mode::create("", *world.envelopes, world.clock, {});
    REQUIRE(made.has_error());
    CHECK(made.error().sentence().find("SLACK_SIGNING_SECRET") != std::string::npos);
}

TEST_CASE("R5.8 a signed click is stored, answered with 200 and handled", "[gateway][http_mode]") {
    http_bench world;
    const auto got = world.press("1.2.a");
    CHECK(got.status == 200);
    CHECK(got.body.empty());
    CHECK(world.handled ==
          std::vector<std::string>{slack::repeat_key(http_bench::envelope_of(http_bench::click("e1", "1.2.a")))});
    CHECK(world.unhandled().empty());
    CHECK(world.way_in->acknowledgements().sent == 1);
}

TEST_CASE("R8.1 a request that is unsigned, forged or too old is 401 and nothing is stored", "[gateway][http_mode]") {
    http_bench world;
    const std::string body = R"({"type":"event_callback","event_id":"Ev1"})";
    const auto good = world.request_of(body, "application/json");
    for (const auto* missing : {"x-slack-request-timestamp", "x-slack-signature"}) {
        auto asked = good;
        asked.headers = {};
        for (const auto& each : good.headers.all())
            if (each.name != missing) asked.headers.add(each.name, each.value);
        CHECK(world.send(asked).status == 401);
    }
    auto twice = good;
    twice.headers.add("X-Slack-Signature", "v0=0");
    CHECK(world.send(twice).status == 401);
    auto changed = good;
    changed.body += " ";
    CHECK(world.send(changed).status == 401);
    for (const auto away : {301s, -301s}) {
        world.skew = away;
        CHECK(world.event("Ev2").status == 401);
    }
    CHECK(world.handled.empty());
    CHECK(world.way_in->requests().unauthorised == 6);
    world.skew = 299s;
    CHECK(world.event("Ev2").status == 200);
    CHECK(world.handled.size() == 1);
}

TEST_CASE("R8.1 a replay of an identical valid request, and Slack's own retries, have no second effect",
          "[gateway][http_mode]") {
    http_bench world;
    CHECK(world.event("Ev1").status == 200);
    for (const auto* retry : {"1", "2", "3"}) CHECK(world.event("Ev1", retry).status == 200);
    CHECK(world.handled.size() == 1);
    const auto closed =
        world.request_of("payload=" + net::percent_encode(R"({"type":"view_closed","view":{"id":"V1"}})"),
                         "application/x-www-form-urlencoded");
    CHECK(world.send(closed).status == 200);
    CHECK(world.send(closed).status == 200);
    CHECK(world.handled.size() == 2);
}

TEST_CASE("an event whose handling broke is handled when Slack sends it again", "[gateway][http_mode]") {
    http_bench world;
    world.breaks = true;
    CHECK(world.event("Ev1").status == 200);
    CHECK(world.event("Ev1", "1").status == 200);
    CHECK(world.handled.size() == 2);
    CHECK(world.unhandled().empty());
}

TEST_CASE("R5.10 what cannot be stored is answered with 503", "[gateway][http_mode]") {
    http_bench world;
    world.run(world.memory->close());
    CHECK(world.press("1.2.a").status == 503);
    CHECK(world.handled.empty());
    CHECK(world.way_in->acknowledgements().refused == 1);
}

TEST_CASE("the address is verified with its challenge, and only when signed", "[gateway][http_mode]") {
    http_bench world;
    auto asked =
        world.request_of(R"({"type":"url_verification","challenge":"3eZbrw","token":"t"})", "application/json");
    const auto got = world.send(asked);
    CHECK(got.status == 200);
    CHECK(got.body == "3eZbrw");
    asked.headers = {{"Content-Type", "application/json"}};
    CHECK(world.send(asked).status == 401);
}

TEST_CASE("a certificate check is answered without a signature, and opens no way around it", "[gateway][http_mode]") {
    http_bench world;
    net::request asked;
    asked.method = "POST";
    asked.url = "http://127.0.0.1:" + std::to_string(world.server->port()) + "/slack/events";
    asked.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    asked.body = "ssl_check=1&command=%2Frelease&text=start&trigger_id=1.2.a";
    const auto got = world.send(asked);
    CHECK(got.status == 200);
    CHECK(got.body.empty());
    asked.body = "ssl_check=true&command=%2Frelease&text=start&trigger_id=1.2.a";
    CHECK(world.send(asked).status == 401);
    CHECK(world.handled.empty());
    CHECK(world.unhandled().empty());
}

TEST_CASE("an answer travels in the response, and a refused submission is not handled", "[gateway][http_mode]") {
    http_bench world;
    world.hook = [](const slack::payload& what) -> std::optional<json::object> {
        if (std::holds_alternative<slack::block_suggestion>(what)) return json::object{{"options", json::array{}}};
        if (!std::holds_alternative<slack::view_submission>(what)) return std::nullopt;
        return json::object{{"response_action", "errors"}, {"errors", json::object{{"reason", "say why"}}}};
    };
    const auto send = [&](const std::string& payload) {
        return world.send(
            world.request_of("payload=" + net::percent_encode(payload), "application/x-www-form-urlencoded"));
    };
    const auto options = send(R"({"type":"block_suggestion","action_id":"a","value":"pay"})");
    CHECK(options.body == R"({"options":[]})");
    CHECK(options.headers.find("Content-Type")->starts_with("application/json"));
    const auto refused = send(R"({"type":"view_submission","trigger_id":"1.2.a"})");
    CHECK(refused.body == R"({"response_action":"errors","errors":{"reason":"say why"}})");
    CHECK(world.handled.empty());
    CHECK(world.unhandled().empty());
}

TEST_CASE("other paths, methods and senseless bodies get an answer and no effect", "[gateway][http_mode]") {
    http_bench world;
    auto asked = world.request_of("{}", "application/json");
    asked.method = "GET";
    asked.body.clear();
    CHECK(world.send(asked).status == 405);
    asked.url += "/else";
    CHECK(world.send(asked).status == 404);
    const auto senseless = world.send(world.request_of("a=1", "application/x-www-form-urlencoded"));
    CHECK(senseless.status == 400);
    CHECK(senseless.headers.find("X-Slack-No-Retry") == "1");
    CHECK(world.handled.empty());
}
