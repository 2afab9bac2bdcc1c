// Slack's two ways to an app, looked at from below: signed requests, and the frames of a link.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "deploy/sandbox/slack/slack.hpp"
#include "integrations/base/digest.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/run_until.hpp"
#include "tests/fakes/scripted_app.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/integrations/net/wire.hpp"

namespace slipway::sandbox {
namespace {

using namespace asio::experimental::awaitable_operators;

/// A sandbox with nothing but Slack, and an app with a request URL that answers what the test wants.
struct request_room {
    request_room() {
        settings how;
        how.port = 0;
        how.state = folder.file("state");
        how.scenario = load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml").value();
        company = create_company(loop.get_executor(), clock, std::move(how)).value();
        slack::mount(*company);
        api = std::make_unique<fakes::slack_caller>(loop.get_executor(), company->address());
        auto receive = [this](net::server_request got) -> task<net::server_response> {
            auto said = answer(got);
            asked.push_back(std::move(got));
            co_return said;
        };
        app = net::create_http_server(loop.get_executor(), {}, receive).value();
    }
    ~request_room() { run(end()); }
    request_room(const request_room&) = delete;
    request_room& operator=(const request_room&) = delete;

    template <class T>
    T run(task<T> story) {
        return fakes::run_on(loop, std::move(story));
    }
    json::object act(std::string what, json::object body) { return run(api->control("act/" + what, std::move(body))); }
    json::object cause(std::string what, json::object body) {
        return run(api->control(std::move(what), std::move(body)));
    }
    json::value look(std::string path) { return run(api->look(std::move(path))); }
    json::object use_requests() {
        return cause("requests", {{"url", "http://127.0.0.1:" + std::to_string(app->port()) + "/slack/events"}});
    }
    /// What the last request says of itself.
    std::string header(const std::string& name) const { return asked.back().headers.find(name).value_or(""); }

    asio::io_context loop;
    fakes::hand_clock clock;
    fakes::temporary_folder folder;
    std::unique_ptr<sandbox::company> company;
    std::unique_ptr<fakes::slack_caller> api;
    std::unique_ptr<net::http_server> app;
    std::vector<net::server_request> asked;
    /// The app: gives the challenge back, and nothing to anything else.
    std::function<net::server_response(const net::server_request&)> answer = [](const net::server_request& got) {
        net::server_response made;
        const auto read = parse_json(got.body);
        if (read && text_at(*read, "type") == "url_verification") made.body = text_at(*read, "challenge");
        return made;
    };

private:
    task<> end() {
        co_await company->stop();
        co_await app->stop(milliseconds{1'000});
    }
};

const json::object status_command{{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release status <now>"}};

/// A client's frame; the mask is zero.
std::string client_frame(char first, const std::string& payload) {
    std::string made{first, static_cast<char>(0x80U | payload.size())};
    made.append(4, '\0');
    return made + payload;
}

/// A text frame of the server.
task<std::string> server_text(net::wire& from) {
    const auto head = co_await from.bytes(2);
    std::size_t size = static_cast<unsigned char>(head.at(1));
    if (size == 126) {
        const auto more = co_await from.bytes(2);
        size = (static_cast<unsigned char>(more.at(0)) << 8U) | static_cast<unsigned char>(more.at(1));
    }
    auto text = co_await from.bytes(size);
    co_return text;
}

}  // namespace

TEST_CASE("A request URL is used once it gave the challenge back", "[sandbox][slack][requests]") {
    request_room room;
    const auto right = room.answer;
    room.answer = [](const net::server_request&) { return net::server_response{}; };
    CHECK_FALSE(flag_at(room.use_requests(), "ok"));
    CHECK_FALSE(flag_at(room.look("state"), "app.linked"));
    room.answer = right;
    CHECK(flag_at(room.use_requests(), "ok"));
    CHECK(flag_at(room.look("state"), "app.linked"));
    CHECK(flag_at(room.cause("requests", {{"url", ""}}), "ok"));
    CHECK_FALSE(flag_at(room.look("state"), "app.linked"));
}

TEST_CASE("A command goes out as a signed form, and its answer is shown to whoever typed it",
          "[sandbox][slack][requests]") {
    request_room room;
    room.use_requests();
    room.answer = [](const net::server_request&) {
        net::server_response made;
        made.headers.add("Content-Type", "application/json");
        made.body = R"({"text":"all is well"})";
        return made;
    };
    CHECK(text_at(room.act("command", status_command), "outcome") == "ok");
    const auto fields = net::decode_form(room.asked.back().body);
    CHECK(net::field_of(fields, "command") == "/release");
    CHECK(net::field_of(fields, "text") == "status &lt;now&gt;");
    CHECK(net::field_of(fields, "user_id") == "U0ANA");
    CHECK(net::field_of(fields, "trigger_id") != "");
    const auto base = "v0:" + room.header("X-Slack-Request-Timestamp") + ":" + room.asked.back().body;
    CHECK(room.header("X-Slack-Signature") == "v0=" + hmac_sha256_hex("sandbox-signing-secret", base));
    CHECK(room.header("X-Slack-Request-Timestamp") == std::to_string(to_unix(room.clock.now())));
    const auto seen = room.look("channels/C0RELEASES?as=U0ANA");
    REQUIRE(array_at(seen, "messages").size() == 1);
    CHECK(text_at(array_at(seen, "messages").at(0), "text") == "all is well");

    room.cause("faults", {{"clock_ahead_s", -400}});
    room.act("command", status_command);
    CHECK(room.header("X-Slack-Request-Timestamp") == std::to_string(to_unix(room.clock.now()) - 400));
    room.answer = [](const net::server_request&) { return net::server_response{.status = 500}; };
    const auto failed = room.act("command", status_command);
    CHECK(text_at(failed, "outcome") == "trouble");
    CHECK(text_at(failed, "problem") == "http_error");
}

TEST_CASE("An event that was not taken is sent again with its number and why, until the app says no more",
          "[sandbox][slack][requests]") {
    request_room room;
    room.use_requests();
    int refusals = 1;
    room.answer = [&refusals](const net::server_request&) {
        return net::server_response{.status = refusals-- > 0 ? 503 : 200};
    };
    room.asked.clear();
    room.act("home", {{"as", "U0ANA"}});
    fakes::run_until(room.loop, [&] { return room.asked.size() == 2; });
    CHECK_FALSE(room.asked[0].headers.find("X-Slack-Retry-Num"));
    CHECK(room.header("X-Slack-Retry-Num") == "1");
    CHECK(room.header("X-Slack-Retry-Reason") == "http_error");
    CHECK(room.asked[0].body == room.asked[1].body);

    room.answer = [](const net::server_request&) {
        net::server_response enough{.status = 400};
        enough.headers.add("X-Slack-No-Retry", "1");
        return enough;
    };
    room.act("home", {{"as", "U0ANA"}});
    fakes::run_until(room.loop, [&] { return array_at(room.look("requests"), "sent").size() == 3; });
    room.look("state");  // a retry would be sent at once
    CHECK(room.asked.size() == 3);
}

TEST_CASE("In an organisation a click names no team, but the person's own", "[sandbox][slack][requests]") {
    request_room room;
    room.use_requests();
    room.cause("faults", {{"null_team", true}});
    room.act("shortcut", {{"as", "U0ANA"}, {"callback_id", "slipway_start"}, {"channel", "C0RELEASES"}});
    const auto sent = parse_json(net::field_of(net::decode_form(room.asked.back().body), "payload")).value();
    CHECK(sent.as_object().at("team").is_null());
    CHECK(text_at(sent, "user.team_id") == "T0HARBOUR");
}

TEST_CASE("An answer that drips a byte at a time arrives whole for whoever waits", "[sandbox][slack][faults]") {
    request_room room;
    room.cause("faults", {{"method", "auth.test"}, {"answer", "drip"}, {"wait_ms", 1}});
    const auto began = std::chrono::steady_clock::now();
    CHECK(flag_at(room.run(room.api->call("auth.test", {})), "ok"));
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds{100});
}

TEST_CASE("An acknowledgement in two frames is ignored without a word", "[sandbox][slack][links]") {
    request_room room;
    room.run([](request_room& here) -> task<> {
        const auto opened = co_await here.api->call("apps.connections.open", {}, "xapp-sandbox-slipway");
        const auto url = text_at(opened, "url");
        const auto address = here.company->address();
        auto raw = co_await net::dial(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
        co_await raw.send("GET " + url.substr(url.find('/', 5 + 1)) +
                          " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        CHECK((co_await raw.until("\r\n\r\n")).starts_with("HTTP/1.1 101"));
        const auto hello = co_await server_text(raw);
        CHECK(hello.find("hello") != std::string::npos);
        const auto acknowledge = [](request_room& there, net::wire& on) -> task<> {
            const auto envelope = co_await server_text(on);
            const auto ack = R"({"envelope_id":")" + text_at(parse_json(envelope).value(), "envelope_id") + R"("})";
            co_await on.send(client_frame('\x01', ack.substr(0, 20)) + client_frame('\x80', ack.substr(20)));
            json::value links;
            do links = co_await there.api->look("links");
            while (number_at(links, "acks.fragmented") == 0);
            CHECK(number_at(links, "acks.accepted") == 0);
            there.clock.advance(milliseconds{3'000});
        };
        const auto done = co_await (here.api->control("act/command", status_command) && acknowledge(here, raw));
        CHECK(text_at(done, "problem") == "timeout");
        raw.close();
    }(room));
}

}  // namespace slipway::sandbox
