// The Web API client against a scripted HTTP peer.
#include "integrations/slack/web_api.hpp"

#include <catch2/catch.hpp>

#include "integrations/base/json.hpp"
#include "integrations/slack/methods.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/fake_slack.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/show_result.hpp"

using namespace slipway;
using namespace slipway::slack;
using namespace std::chrono_literals;
using fakes::run;

namespace {

const std::string base = "https://slack.test/api/";

struct api_bench {
    api_bench() {
        web_api_settings settings;
        settings.api_url = base;
        settings.bot_token = "xoxb-bot";
        settings.app_token = "xapp-app";
        client = create_web_api(http, clock, settings, [] { return 0.5; });
    }
    result<json::object> call(std::string method, json::object arguments) {
        return run(client->call(std::move(method), std::move(arguments)));
    }
    fakes::fake_http http;
    fakes::jumping_timers clock;
    std::unique_ptr<web_api> client;
};

std::string header(const net::request& asked, std::string_view name) {
    return asked.headers.find(name).value_or("");
}

}  // namespace

TEST_CASE("a JSON method gets its arguments as JSON and the token in the header alone", "[slack][web_api]") {
    api_bench world;
    json::object arguments{{"channel", "C1"}, {"text", "hi <b>"}};
    REQUIRE(world.call("chat.postMessage", arguments));
    REQUIRE(world.http.requests.size() == 1);
    const auto& asked = world.http.requests.front();
    CHECK(asked.method == "POST");
    CHECK(asked.url == base + "chat.postMessage");
    CHECK(header(asked, "Authorization") == "Bearer xoxb-bot");
    CHECK(header(asked, "Content-Type") == "application/json; charset=utf-8");
    CHECK(parse_json(asked.body)->get_object() == arguments);
    CHECK(asked.body.find("xoxb") == std::string::npos);
    CHECK(asked.url.find("xoxb") == std::string::npos);
}

TEST_CASE("a form method gets nested values as JSON text in their fields", "[slack][web_api]") {
    api_bench world;
    json::array list;
    list.push_back("a&b");
    json::object arguments{{"channel", "C1"}, {"limit", 20}, {"inclusive", true}, {"none", nullptr}};
    arguments["list"] = list;
    REQUIRE(world.call("conversations.history", arguments));
    const auto& asked = world.http.requests.front();
    CHECK(header(asked, "Content-Type") == "application/x-www-form-urlencoded");
    const auto fields = net::decode_form(asked.body);
    CHECK(fields.size() == 4);
    CHECK(net::field_of(fields, "channel") == "C1");
    CHECK(net::field_of(fields, "limit") == "20");
    CHECK(net::field_of(fields, "inclusive") == "true");
    CHECK(net::field_of(fields, "list") == R"(["a&b"])");
}

TEST_CASE("only apps.connections.open uses the app token", "[slack][web_api]") {
    api_bench world;
    world.http.will_answer(base + "apps.connections.open", 200, R"({"ok":true,"url":"wss://x.test/?ticket=1"})");
    const auto url = run(open_connection(*world.client));
    REQUIRE(url);
    CHECK(*url == "wss://x.test/?ticket=1");
    CHECK(header(world.http.requests[0], "Authorization") == "Bearer xapp-app");
    REQUIRE(run(auth_test(*world.client)));
    CHECK(header(world.http.requests[1], "Authorization") == "Bearer xoxb-bot");
}

TEST_CASE("ok:false is a failure with Slack's code, asked once", "[slack][web_api]") {
    api_bench world;
    world.http.will_answer(base + "chat.postMessage", 200, R"({"ok":false,"error":"not_in_channel"})");
    const auto answer = world.call("chat.postMessage", json::object{{"channel", "C1"}});
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == errc::refused);
    CHECK(answer.error().code == "not_in_channel");
    CHECK(answer.error().sentence().find("/invite") != std::string::npos);
    CHECK(world.http.requests.size() == 1);
}

TEST_CASE("R5.11 a 429 is waited out and asked again, and other methods are not held up", "[slack][web_api]") {
    api_bench world;
    world.http.will_answer(base + "chat.postMessage", 429, R"({"ok":false,"error":"ratelimited"})",
                           {{"Retry-After", "7"}});
    REQUIRE(world.call("chat.postMessage", json::object{{"channel", "C1"}}));
    CHECK(world.http.requests.size() == 2);
    CHECK(world.clock.since_start() == 7s);
}

TEST_CASE("R5.11 a 429 that asks for more patience than we have is the caller's", "[slack][web_api]") {
    api_bench world;
    world.http.will_answer(base + "chat.postMessage", 429, "", {{"Retry-After", "60"}});
    const auto limited = world.call("chat.postMessage", json::object{{"channel", "C1"}});
    REQUIRE_FALSE(limited);
    CHECK(limited.error() == errc::limited);
    CHECK(limited.error().retry_after == milliseconds{60'000});
    CHECK(world.http.requests.size() == 1);
    // The same method stays blocked without bothering Slack, another one goes out.
    const auto still = world.call("chat.postMessage", json::object{{"channel", "C2"}});
    CHECK(still.error() == errc::limited);
    CHECK(world.http.requests.size() == 1);
    CHECK(world.call("chat.update", json::object{{"channel", "C1"}, {"ts", "1.2"}}));
    world.clock.jump(61s);
    CHECK(world.call("chat.postMessage", json::object{{"channel", "C1"}}));
}

TEST_CASE("a write whose answer was lost is never repeated, a read is", "[slack][web_api]") {
    const failure lost{errc::lost, "connection reset"};
    const failure slow{errc::timed_out, "no answer within 15s"};
    for (const auto& why : {lost, slow}) {
        api_bench world;
        world.http.will_fail(base + "chat.postMessage", why);
        const auto answer = world.call("chat.postMessage", json::object{{"channel", "C1"}});
        REQUIRE_FALSE(answer);
        CHECK(may_have_happened(answer.error().kind()));
        CHECK(world.http.requests.size() == 1);
        world.http.will_fail(base + "users.info", why);
        CHECK(world.call("users.info", json::object{{"user", "U1"}}));
        CHECK(world.http.requests.size() == 3);
    }
}

TEST_CASE("what surely was not sent is sent again, with growing waits, up to the limit", "[slack][web_api]") {
    api_bench world;
    for (int i = 0; i < 9; ++i) world.http.will_fail(base + "chat.postMessage", failure{errc::unavailable, "no route"});
    const auto answer = world.call("chat.postMessage", json::object{{"channel", "C1"}});
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == errc::unavailable);
    CHECK(world.http.requests.size() == 4);
    REQUIRE(world.clock.slept.size() >= 3);
    CHECK(world.clock.slept[0] < world.clock.slept[1]);
}

TEST_CASE("an outage leaves a write unknown and a read repeated", "[slack][web_api]") {
    for (const auto& [status, body] :
         {std::pair{500, "<html>oops</html>"}, std::pair{503, ""}, std::pair{200, "<html>"}}) {
        INFO(status << " " << body);
        api_bench world;
        world.http.will_answer(base + "chat.postMessage", status, body);
        CHECK(world.call("chat.postMessage", json::object{{"channel", "C1"}}).error() == errc::lost);
        CHECK(world.http.requests.size() == 1);
        world.http.will_answer(base + "conversations.info", status, body);
        CHECK(world.call("conversations.info", json::object{{"channel", "C1"}}));
    }
    api_bench world;
    world.http.will_answer(base + "chat.postMessage", 200, R"({"ok":false,"error":"fatal_error"})");
    CHECK(world.call("chat.postMessage", json::object{{"channel", "C1"}}).error() == errc::lost);
}

TEST_CASE("a redirect is refused, the token goes nowhere else", "[slack][web_api]") {
    api_bench world;
    world.http.will_answer(base + "auth.test", 302, "", {{"Location", "https://evil.test/"}});
    const auto answer = world.call("auth.test", {});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().sentence().find("redirects are refused") != std::string::npos);
    CHECK(world.http.requests.size() == 1);
}

TEST_CASE("posts to one channel are spread to one a second after a burst", "[slack][web_api]") {
    api_bench world;
    for (int i = 0; i < 6; ++i) REQUIRE(world.call("chat.postMessage", json::object{{"channel", "C1"}}));
    CHECK(world.clock.since_start() >= 3s);
    CHECK(world.clock.since_start() <= 4s);
}

TEST_CASE("uploads and response_urls travel without a token", "[slack][web_api]") {
    api_bench world;
    REQUIRE(run(world.client->upload("https://files.test/up", "bytes")));
    response_message answer;
    answer.text = "moved";
    REQUIRE(run(respond(*world.client, "https://hooks.test/1", answer)));
    for (const auto& each : world.http.requests) CHECK(header(each, "Authorization").empty());
    CHECK(world.http.requests[0].body == "bytes");
    CHECK(world.http.requests[1].body == R"({"replace_original":false,"text":"moved","response_type":"ephemeral"})");
}

TEST_CASE("a response_url that is used up says what is left to do", "[slack][web_api]") {
    api_bench world;
    world.http.will_answer("https://hooks.test/1", 404, "expired_url");
    const auto answer = run(world.client->respond("https://hooks.test/1", json::object{{"text", "x"}}));
    REQUIRE_FALSE(answer);
    CHECK(answer.error() == errc::refused);
    CHECK(answer.error().sentence().find("30 minutes") != std::string::npos);
    CHECK(answer.error().sentence().find("hooks.test") == std::string::npos);
    world.http.will_fail("https://hooks.test/2", failure{errc::lost, "POST https://hooks.test/2: reset"});
    const auto unknown = run(world.client->respond("https://hooks.test/2", json::object{{"text", "x"}}));
    CHECK(unknown.error() == errc::lost);
    CHECK(unknown.error().sentence().find("hooks.test") == std::string::npos);
    CHECK(world.http.requests.size() == 2);
}

// ── typed methods ────────────────────────────────────────────────────────────────────────────────────────────────

TEST_CASE("an edit is cut to Slack's limit and clears blocks that are no longer wanted", "[slack][methods]") {
    api_bench world;
    world.http.will_answer(base + "chat.update", 200, R"({"ok":true,"channel":"C1","ts":"1.2"})");
    message_body body;
    body.text = std::string(5'000, 'x');
    message_ref where{"C1", "1.2"};
    REQUIRE(run(update_message(*world.client, where, body)));
    const auto sent = parse_json(world.http.requests[0].body);
    CHECK(text_at(*sent, "text").size() < 4'010);
    CHECK(at_path(*sent, "blocks") != nullptr);
    CHECK(text_at(*sent, "parse") == "none");
}

TEST_CASE("a post says its metadata and asks for no previews", "[slack][methods]") {
    api_bench world;
    world.http.will_answer(base + "chat.postMessage", 200, R"({"ok":true,"channel":"C1","ts":"1.2"})");
    message_body body;
    body.text = "hello";
    body.thread_ts = "1.1";
    body.broadcast = true;
    body.metadata_event = "slipway_message";
    body.metadata_payload["id"] = "board";
    const auto posted = run(post_message(*world.client, "C1", body));
    REQUIRE(posted);
    CHECK(posted->ts == "1.2");
    const auto sent = parse_json(world.http.requests[0].body);
    CHECK(text_at(*sent, "metadata.event_payload.id") == "board");
    CHECK_FALSE(flag_at(*sent, "unfurl_links"));
    CHECK(at_path(*sent, "unfurl_links") != nullptr);
    CHECK(flag_at(*sent, "reply_broadcast"));
    CHECK(at_path(*sent, "link_names") == nullptr);
}

TEST_CASE("an ok without a ts is not taken for a known message", "[slack][methods]") {
    api_bench world;
    message_body body;
    body.text = "hello";
    CHECK(run(post_message(*world.client, "C1", body)).error() == errc::lost);
}

TEST_CASE("what is already as wanted counts as success", "[slack][methods]") {
    api_bench world;
    message_ref where{"C1", "1.2"};
    world.http.will_answer(base + "pins.add", 200, R"({"ok":false,"error":"already_pinned"})");
    CHECK(run(pin(*world.client, where)));
    world.http.will_answer(base + "pins.remove", 200, R"({"ok":false,"error":"no_pin"})");
    CHECK(run(unpin(*world.client, where)));
    world.http.will_answer(base + "chat.delete", 200, R"({"ok":false,"error":"message_not_found"})");
    CHECK(run(delete_message(*world.client, where)));
    world.http.will_answer(base + "chat.delete", 200, R"({"ok":false,"error":"cant_delete_message"})");
    CHECK_FALSE(run(delete_message(*world.client, where)));
}

TEST_CASE("R5.9 a message is found by its metadata on whichever page it is", "[slack][methods]") {
    fakes::jumping_timers clock;
    fakes::fake_slack slack{clock};
    for (int i = 0; i < 7; ++i) {
        message_body body;
        body.text = "m";
        body.metadata_event = "slipway_message";
        body.metadata_payload["id"] = "key-" + std::to_string(i);
        REQUIRE(run(post_message(slack, "C1", body)));
    }
    history_query asked;
    asked.channel = "C1";
    const auto found = run(find_by_metadata_id(slack, asked, "key-6"));
    REQUIRE(found);
    REQUIRE(found->has_value());
    CHECK((*found)->ts == slack.messages[6].ts);
    CHECK(slack.count("conversations.history") == 4);
    const auto missing = run(find_by_metadata_id(slack, asked, "key-7"));
    REQUIRE(missing);
    CHECK_FALSE(missing->has_value());
}

TEST_CASE("a person's facts are read, names only for showing", "[slack][methods]") {
    api_bench world;
    world.http.will_answer(base + "users.info", 200,
                           R"({"ok":true,"user":{"id":"U1","team_id":"T1","real_name":"Kim Ode",
        "profile":{"display_name":"","email":"kim@x.test"},"tz":"Europe/Berlin","is_restricted":true,"deleted":false}})");
    const auto person = run(user_info(*world.client, "U1"));
    REQUIRE(person);
    CHECK(person->name.raw() == "Kim Ode");
    CHECK(person->email == "kim@x.test");
    CHECK(person->is_guest);
    CHECK_FALSE(person->is_deleted);
}
