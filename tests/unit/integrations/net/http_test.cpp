// Our client against our server, over real sockets.
#include "integrations/net/http.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/integrations/net/house.hpp"

using namespace slipway;
using namespace slipway::net;

TEST_CASE("a request arrives whole and its answer comes back", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        const auto client = create_http_client(loop, {});
        auto asked = post(there.url("/a%20b?x=1&y=%2F"), "hello");
        asked.headers.add("X-Token", "t1");
        const auto got = co_await client->send(std::move(asked));
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(got->body == "hello");
        CHECK(got->headers.find("x-method") == "POST");
        REQUIRE(there.seen.size() == 1);
        CHECK(there.seen[0].path == "/a%20b");
        CHECK(there.seen[0].query == "x=1&y=%2F");
        CHECK(there.seen[0].headers.find("X-TOKEN") == "t1");
        CHECK(there.seen[0].headers.find("User-Agent").value().starts_with("slipway/"));
        CHECK(there.seen[0].remote.starts_with("127.0.0.1:"));
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("requests to one host share a connection", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        const auto client = create_http_client(loop, {});
        for (int i = 0; i < 3; ++i) {
            const auto got = co_await client->send(get(there.url("/again")));
            REQUIRE(got);
        }
        REQUIRE(there.seen.size() == 3);
        CHECK(there.seen[0].remote == there.seen[1].remote);
        CHECK(there.seen[0].remote == there.seen[2].remote);
        co_await there.server->stop(milliseconds{1000});
    });
}
