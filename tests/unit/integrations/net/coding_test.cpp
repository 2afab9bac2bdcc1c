// Percent and form coding, header lists, URLs: tables.
#include <catch2/catch.hpp>

#include "integrations/net/http.hpp"
#include "integrations/net/target.hpp"
#include "tests/fakes/show_result.hpp"

using namespace slipway;
using namespace slipway::net;

TEST_CASE("percent coding keeps unreserved characters and nothing else", "[net][coding]") {
    CHECK(percent_encode("a b/c") == "a%20b%2Fc");
    CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(percent_encode("€") == "%E2%82%AC");
    CHECK(percent_encode("+&=%") == "%2B%26%3D%25");
    CHECK(percent_encode("").empty());
}

TEST_CASE("percent decoding takes both cases and leaves malformed escapes alone", "[net][coding]") {
    CHECK(percent_decode("a%20b%2fc%2F") == "a b/c/");
    CHECK(percent_decode("100%") == "100%");
    CHECK(percent_decode("%4") == "%4");
    CHECK(percent_decode("%zz%41") == "%zzA");
    CHECK(percent_decode("a+b") == "a+b");
    CHECK(percent_decode("a+b%2B", /*plus_is_space=*/true) == "a b+");
    CHECK(percent_decode("%00") == std::string(1, '\0'));
}

TEST_CASE("a form survives its way there and back", "[net][coding]") {
    const std::vector<field> sent{{"text", "start 1.4.0 & more"}, {"empty", ""}, {"ünicode", "a=b"}};
    const auto back = decode_form(encode_form(sent));
    REQUIRE(back.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        CHECK(back[i].name == sent[i].name);
        CHECK(back[i].value == sent[i].value);
    }
}

TEST_CASE("forms of others are read leniently", "[net][coding]") {
    const auto read = decode_form("&a=1&&b&c=x=y&a=2&=v&");
    REQUIRE(read.size() == 5);
    CHECK(field_of(read, "a") == "1");
    CHECK(field_of(read, "b").empty());
    CHECK(field_of(read, "c") == "x=y");
    CHECK(field_of(read, "").compare("v") == 0);
    CHECK(field_of(read, "missing").empty());
    CHECK(decode_form("").empty());
}

TEST_CASE("header names compare without case, the first one wins", "[net][coding]") {
    headers all{{"Set-Cookie", "a"}, {"set-cookie", "b"}};
    all.add("X-Empty", "");
    CHECK(all.find("SET-COOKIE") == "a");
    CHECK(all.find("x-empty") == "");
    CHECK_FALSE(all.find("x-empt"));
    CHECK(all.all().size() == 3);
}

TEST_CASE("a URL is taken apart", "[net][target]") {
    const auto to = parse_target("https://example.org/a/b?x=1&y=%2F#part", url_family::http);
    REQUIRE(to);
    CHECK(to->tls);
    CHECK(to->host == "example.org");
    CHECK(to->port == 443);
    CHECK(to->authority == "example.org");
    CHECK(to->resource == "/a/b?x=1&y=%2F");
    CHECK(to->shown == "https://example.org/a/b");

    const auto bare = parse_target("HTTP://127.0.0.1:8080", url_family::http);
    REQUIRE(bare);
    CHECK_FALSE(bare->tls);
    CHECK(bare->authority == "127.0.0.1:8080");
    CHECK(bare->resource == "/");

    const auto six = parse_target("ws://[::1]:9/x", url_family::websocket);
    REQUIRE(six);
    CHECK(six->host == "::1");
    CHECK(six->authority == "[::1]:9");
}

TEST_CASE("a URL that is none is refused without showing its secrets", "[net][target]") {
    const auto sentence = [](const std::string& url) {
        const auto to = parse_target(url, url_family::http);
        REQUIRE_FALSE(to);
        CHECK(to.error() == errc::invalid);
        return to.error().sentence();
    };
    CHECK_THAT(sentence("ftp://example.org/"), Catch::Contains("ftp"));
    CHECK_THAT(sentence("example.org/path"), Catch::Contains("example.org/path"));
    CHECK_THAT(sentence(""), Catch::Contains("URL"));
    CHECK_THAT(sentence("https:///path"), Catch::Contains("host"));
    CHECK_THAT(sentence("https://user:hunter2@example.org/"), !Catch::Contains("hunter2"));
    CHECK_THAT(sentence("https://user:hunter2@example.org/ ?x"), !Catch::Contains("hunter2"));
    CHECK_THAT(sentence("https://example.org/a b?token=hunter2"), !Catch::Contains("hunter2"));
    CHECK_THAT(sentence("https://example.org:99999/?token=hunter2"), !Catch::Contains("hunter2"));
}
