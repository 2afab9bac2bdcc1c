// R8.1: whose a request is, and what it says.
#include "integrations/slack/signed_request.hpp"

#include <catch2/catch.hpp>

#include "integrations/base/digest.hpp"
#include "integrations/base/json.hpp"

using namespace slipway;
using namespace slipway::slack;

namespace {

const std::string signing_secret = "8f742231b10e8888abcd99yyyzzz85a5";
const instant signed_at = from_unix_ms(1'531'420'618'000);

signed_request sign(std::string body, std::string content_type, instant at = signed_at) {
    signed_request made;
    made.timestamp = std::to_string(to_unix(at));
    made.signature = "v0=" + hmac_sha256_hex(signing_secret, "v0:" + made.timestamp + ":" + body);
    made.content_type = std::move(content_type);
    made.body = std::move(body);
    return made;
}

constexpr auto form = "application/x-www-form-urlencoded";

}  // namespace

TEST_CASE("R8.1 the example of Slack's own page is genuine", "[slack][signature]") {
    signed_request asked;
    asked.timestamp = "1531420618";
    asked.signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    asked.body =
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name="
        "foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F"
        "hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015."
        "47445629121.803a0bc887a14d10d2c447fce8b6703c";
    CHECK(check_signature(asked, signing_secret, signed_at));
}

TEST_CASE("R8.1 a request is refused for its time in both directions, to the second", "[slack][signature]") {
    using std::chrono::seconds;
    const auto asked = sign("{}", "application/json");
    for (const auto away : {seconds{0}, seconds{300}, seconds{-300}})
        CHECK(check_signature(asked, signing_secret, signed_at + away));
    for (const auto away : {seconds{301}, seconds{-301}, seconds{86'400}, seconds{-86'400}}) {
        const auto judged = check_signature(asked, signing_secret, signed_at + away);
        REQUIRE(judged.has_error());
        CHECK(judged.error().kind() == errc::unauthorised);
    }
}

TEST_CASE("R8.1 a missing header, another body, secret or version, and an empty secret are refused",
          "[slack][signature]") {
    const auto good = sign("a=1&b=2", form);
    REQUIRE(check_signature(good, signing_secret, signed_at));
    const auto refused = [](signed_request asked, const std::string& secret = signing_secret) {
        return check_signature(asked, secret, signed_at).has_error();
    };
    auto changed = good;
    changed.timestamp.clear();
    CHECK(refused(changed));
    changed = good;
    changed.signature.clear();
    CHECK(refused(changed));
    for (const auto* time :
         {" 1531420618", "1531420618 ", "+1531420618", "-1", "1531420618.0", "99999999999999999999"}) {
        changed = good;
        changed.timestamp = time;
        CHECK(refused(changed));
    }
    changed = good;
    changed.body = "b=2&a=1";  // the same fields, other bytes
    CHECK(refused(changed));
    changed = good;
    changed.signature[1] = '1';
    CHECK(refused(changed));
    changed.signature = good.signature.substr(3);
    CHECK(refused(changed));
    CHECK(refused(good, "another secret"));
    // An empty secret would make everybody's signature good.
    auto forged = good;
    forged.signature = "v0=" + hmac_sha256_hex("", "v0:" + forged.timestamp + ":" + forged.body);
    CHECK(refused(forged, ""));
}

TEST_CASE("only ssl_check=1, exactly and once, passes for a certificate check", "[slack][signature]") {
    const auto is_check = [](const std::string& body, const std::string& type = form) {
        signed_request asked;
        asked.content_type = type;
        asked.body = body;
        return is_certificate_check(asked);
    };
    CHECK(is_check("ssl_check=1&token=abc"));
    CHECK(is_check("token=abc&ssl_check=1", "application/x-www-form-urlencoded; charset=utf-8"));
    for (const auto* body : {"ssl_check=true", "ssl_check=01", "ssl_check=1%20", "ssl_check=+1", "ssl_check=",
                             "ssl_check=1&ssl_check=1", "ssl_check=1&ssl_check=0", "SSL_CHECK=1", "token=abc"}) {
        INFO(body);
        CHECK_FALSE(is_check(body));
    }
    CHECK_FALSE(is_check("ssl_check=1", "application/json"));
    CHECK_FALSE(is_check("ssl_check=1", ""));
}

TEST_CASE("requests become the envelopes a link would have brought", "[slack][signature]") {
    const auto command = read_request(sign("command=%2Frelease&text=start+1.4.0&trigger_id=1.2.a&user_id=U1", form));
    REQUIRE(command.has_value());
    const auto& typed = std::get<envelope>(*command);
    CHECK(typed.type == "slash_commands");
    CHECK(typed.takes_answer);
    const auto as_payload = payload_of(typed, signed_at);
    CHECK(std::get<slash_command>(as_payload).text.raw() == "start 1.4.0");

    const auto click =
        read_request(sign("payload=%7B%22type%22%3A%22block_actions%22%2C%22trigger_id%22%3A%221.2.b%22%7D", form));
    REQUIRE(click.has_value());
    CHECK(std::get<envelope>(*click).type == "interactive");
    const auto key = repeat_key(std::get<envelope>(*click));
    CHECK(key == "trigger:block_actions:" + sha256_hex("1.2.b").substr(0, 32));

    auto event =
        sign(R"({"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}})", "application/json");
    event.retry_number = "2";
    event.retry_reason = "http_timeout";
    const auto mention = read_request(event);
    REQUIRE(mention.has_value());
    const auto& said = std::get<envelope>(*mention);
    CHECK(said.type == "events_api");
    CHECK_FALSE(said.takes_answer);
    CHECK(said.retry_attempt == 2);
    CHECK(said.retry_reason == "http_timeout");

    const auto check = read_request(sign(R"({"type":"url_verification","challenge":"abc"})", "application/json"));
    REQUIRE(check.has_value());
    CHECK(std::get<url_verification>(*check).challenge == "abc");
}

TEST_CASE("R8.1 an identical request is a repeat, another one is not", "[slack][signature]") {
    const auto key = [](const std::string& body, instant at = signed_at) {
        return repeat_key(std::get<envelope>(*read_request(sign(body, form, at))));
    };
    const std::string closed = "payload=%7B%22type%22%3A%22view_closed%22%7D";
    CHECK(key(closed) == key(closed));
    CHECK(key(closed) != key(closed, signed_at + std::chrono::seconds{1}));
    CHECK(key(closed) != key(closed + "&x=1"));
}

TEST_CASE("what no handler could make sense of is invalid", "[slack][signature]") {
    for (const auto* body : {"", "a=1", "payload=nonsense", "payload=%5B1%5D"})
        CHECK(read_request(sign(body, form)).has_error());
    for (const auto* body : {"", "[1]", "nonsense"}) CHECK(read_request(sign(body, "application/json")).has_error());
}
