#include "integrations/sentry/webhook.hpp"

#include <catch2/catch.hpp>

#include "integrations/base/digest.hpp"

using namespace slipway;
using namespace slipway::sentry;

namespace {

const std::string secret = "client-secret";
const instant now = *from_iso("2026-11-24T12:00:00Z");

hook_request signed_hook(const std::string& body) {
    return {"event_alert", hmac_sha256_hex(secret, body), "r-1", body};
}

}  // namespace

TEST_CASE("a hook counts only with a signature over exactly its bytes", "[sentry][webhook]") {
    const std::string body = "{\"action\": \"triggered\",  \"data\":{}}\n";
    CHECK(check_hook(signed_hook(body), secret));
    auto other = signed_hook(body);
    other.body.pop_back();  // the same JSON, other bytes
    CHECK(check_hook(other, secret).error() == errc::unauthorised);
    CHECK(check_hook(signed_hook(body), "another secret").error() == errc::unauthorised);
    auto unsigned_one = signed_hook(body);
    unsigned_one.signature.clear();
    CHECK(check_hook(unsigned_one, secret).error() == errc::unauthorised);
    CHECK(check_hook(signed_hook(body), "").error() == errc::unauthorised);  // no secret is no open door
    auto nameless = signed_hook(body);
    nameless.id.clear();
    CHECK(check_hook(nameless, secret).error() == errc::invalid);
}

TEST_CASE("an alert brings its event, with tags as pairs", "[sentry][webhook]") {
    const auto told = read_hook("event_alert", R"({"action": "triggered", "data": {"event": {
        "event_id": "0123456789abcdef0123456789abcdef", "issue_id": "1170820242", "title": "TypeError: rate is null",
        "tags": [["server_name", "web2"], ["level", "error"]], "server_name": "web2", "release": "website@1.4.0",
        "exception": {"values": [{"type": "TypeError", "value": "rate is null", "stacktrace": {"frames": [
            {"filename": "src/Cart.php", "function": "total", "lineno": 15, "in_app": true}]}}]}},
        "triggered_rule": "Prod"}})",
                                now)
                          .value();
    CHECK(told.issue_id == "1170820242");
    REQUIRE(told.event);
    CHECK(told.event->exceptions.at(0).frames.at(0).line == 15);
    CHECK(told.event->server_name == "web2");
}

TEST_CASE("hooks about issues say which, and unknown ones say nothing", "[sentry][webhook]") {
    const auto told =
        read_hook("issue", R"({"action":"unresolved","data":{"issue":{"id":"12","project":{"slug":"website"}}}})", now)
            .value();
    CHECK(told.action == "unresolved");
    CHECK(told.issue_id == "12");
    CHECK(told.project == "website");
    CHECK_FALSE(told.event);
    CHECK(read_hook("comment", R"({"action":"created","data":{"comment":"x"}})", now).value().issue_id.empty());
    CHECK(read_hook("event_alert", R"({"data":{"event":"none"}})", now).has_value());
    CHECK(read_hook("issue", "[]", now).error() == errc::invalid);
    CHECK(read_hook("issue", "{", now).error() == errc::invalid);
}
