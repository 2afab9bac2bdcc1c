#include "tests/fakes/show_result.hpp"

#include "integrations/base/digest.hpp"
#include "integrations/telemetry/protocol/dsn.hpp"

using namespace slipway;
using namespace slipway::telemetry;

TEST_CASE("a DSN leads to the address of its project's envelopes", "[telemetry][dsn]") {
    const auto found = parse_dsn("https://0123abcd:old-secret@errors.example.com:8443/sub/path/42");
    REQUIRE(found);
    CHECK(found->public_key == "0123abcd");
    CHECK(found->host == "errors.example.com");
    CHECK(found->port == 8443);
    CHECK(found->path == "sub/path");
    CHECK(found->project == "42");
    CHECK(found->envelope_url() == "https://errors.example.com:8443/sub/path/api/42/envelope/");
    CHECK(parse_dsn("http://k@[::1]:9000/1")->envelope_url() == "http://[::1]:9000/api/1/envelope/");
    CHECK(parse_dsn("http://k@localhost/1")->envelope_url() == "http://localhost/api/1/envelope/");
}

TEST_CASE("a DSN that lacks something says what", "[telemetry][dsn]") {
    const auto sentence = [](std::string_view text) {
        const auto found = parse_dsn(text);
        REQUIRE_FALSE(found);
        CHECK(found.error().kind() == errc::invalid);
        return found.error().sentence();
    };
    CHECK_THAT(sentence("errors.example.com/1"), Catch::Contains("scheme"));
    CHECK_THAT(sentence("ftp://k@host/1"), Catch::Contains("http or https"));
    CHECK_THAT(sentence("https://host/1"), Catch::Contains("public key"));
    CHECK_THAT(sentence("https://@host/1"), Catch::Contains("public key"));
    CHECK_THAT(sentence("https://k@/1"), Catch::Contains("host"));
    CHECK_THAT(sentence("https://k@host:port/1"), Catch::Contains("host"));
    CHECK_THAT(sentence("https://k@host/"), Catch::Contains("project number"));
    CHECK_THAT(sentence("https://k@host"), Catch::Contains("project number"));
}

TEST_CASE("every way SDKs log in is understood", "[telemetry][auth]") {
    const auto key = [](login_sources from) {
        const auto found = parse_login(from);
        REQUIRE(found);
        return found->key;
    };
    CHECK(key({.query = "sentry_version=7&sentry_key=abc&sentry_client=sentry.javascript.node%2F11"}) == "abc");
    CHECK(key({.x_sentry_auth = "Sentry sentry_key=abc, sentry_version=7, sentry_client=sentry.php/4.29.0"}) == "abc");
    CHECK(key({.x_sentry_auth = "sentry sentry_client=raven,sentry_secret=x,sentry_key=abc"}) == "abc");
    CHECK(key({.authorization = "Sentry sentry_version=7,sentry_key=abc"}) == "abc");
    CHECK(key({.authorization = "Basic " + to_base64("abc:")}) == "abc");
    CHECK(key({.query = "sentry_key=first", .x_sentry_auth = "Sentry sentry_key=second"}) == "first");
    CHECK(parse_login({.x_sentry_auth = "Sentry sentry_key=a, sentry_client=ruby/5"})->client == "ruby/5");
}

TEST_CASE("a report without a key, or of a later protocol, is told so", "[telemetry][auth]") {
    CHECK(parse_login({}).error().kind() == errc::unauthorised);
    CHECK(parse_login({.query = "sentry_key="}).error().kind() == errc::unauthorised);
    CHECK(parse_login({.authorization = "Bearer abc"}).error().kind() == errc::unauthorised);
    CHECK(parse_login({.authorization = "Basic ????"}).error().kind() == errc::unauthorised);
    CHECK(parse_login({.query = "sentry_key=abc&sentry_version=8"}).error().kind() == errc::invalid);
    CHECK(parse_login({.query = "sentry_key=abc&sentry_version=2.0"}));
}
