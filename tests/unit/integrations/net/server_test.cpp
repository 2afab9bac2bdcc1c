// The HTTP server, byte by byte.
#include "integrations/net/server.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>

#include "integrations/async/one_shot.hpp"
#include "integrations/async/task_group.hpp"
#include "tests/unit/integrations/net/house.hpp"
#include "tests/unit/integrations/net/wire.hpp"

using namespace slipway;
using namespace slipway::net;
using namespace asio::experimental::awaitable_operators;

namespace {

struct talk {
    std::string said;
    std::vector<server_request> seen;
};

/// Everything a server with these limits says to these bytes, until it closes.
talk hear(std::string bytes, server_settings limits = {}, bool end_writing = true) {
    return fakes::run([&](executor loop) -> task<talk> {
        house there{loop, limits};
        auto link = co_await dial(there.server->port());
        co_await link.send(bytes);
        if (end_writing) link.end_of_writing();
        talk heard;
        heard.said = co_await link.rest();
        heard.seen = there.seen;
        co_await there.server->stop(milliseconds{1000});
        co_return heard;
    });
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a chunked body arrives as one piece", "[net][server]") {
    const auto got = hear(
        "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;e=1\r\ndefg\r\n0\r\nX-T: "
        "1\r\n\r\n");
    REQUIRE(got.seen.size() == 1);
    CHECK(got.seen[0].body == "abcdefg");
    CHECK(got.said.starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("requests that come in one go are answered in order on one connection", "[net][server]") {
    const auto got = hear(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"
        "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /4 HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(got.seen.size() == 3);
    CHECK(got.seen[1].body == "ok");
    CHECK(got.seen[2].path == "/3");
    CHECK(count(got.said, "HTTP/1.1 200 OK") == 3);
}

TEST_CASE("a client that waits for permission to send its body gets it", "[net][server]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        auto link = co_await dial(there.server->port());
        co_await link.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        CHECK(co_await link.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
        co_await link.send("body");
        const auto answer = co_await link.until("\r\n\r\n");
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(there.seen.at(0).body == "body");
        link.close();
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("HEAD is answered with the header alone", "[net][server]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        there.plans["/"] = [](server_request) -> task<server_response> {
            server_response full;
            full.body = "body";
            co_return full;
        };
        auto link = co_await dial(there.server->port());
        co_await link.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        link.end_of_writing();
        const auto said = co_await link.rest();
        CHECK_THAT(said, Catch::Contains("Content-Length: 4\r\n"));
        CHECK(said.ends_with("\r\n\r\n"));
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("an HTTP/1.0 client is answered and let go", "[net][server]") {
    const auto got = hear("GET /old?x HTTP/1.0\r\n\r\n", {}, /*end_writing=*/false);
    CHECK(got.seen.at(0).query == "x");
    CHECK_THAT(got.said, Catch::Contains("Connection: close\r\n"));
}

TEST_CASE("an absolute address in the first line is a path to the handler", "[net][server]") {
    CHECK(hear("GET http://x:1/p?q HTTP/1.1\r\nHost: x\r\n\r\n").seen.at(0).path == "/p");
    CHECK(hear("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n").seen.at(0).path == "/");
}

TEST_CASE("a body beyond the limit is answered 413", "[net][server][limits]") {
    server_settings small;
    small.largest_body = 10;
    const auto declared = hear("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n", small);
    CHECK(declared.said.starts_with("HTTP/1.1 413 "));
    CHECK_THAT(declared.said, Catch::Contains("Connection: close") && Catch::Contains("10 bytes"));
    CHECK(declared.seen.empty());
    const auto chunked =
        hear("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n", small);
    CHECK(chunked.said.starts_with("HTTP/1.1 413 "));
    const auto polite = hear("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n", small);
    CHECK(polite.said.starts_with("HTTP/1.1 413 "));
    const auto fits = hear("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789", small);
    CHECK(fits.said.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a header beyond the limit is answered 431", "[net][server][limits]") {
    server_settings small;
    small.largest_header = 1000;
    const auto got = hear("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", small);
    CHECK(got.said.starts_with("HTTP/1.1 431 "));
    CHECK(got.seen.empty());
}

TEST_CASE("what is not HTTP is answered 400", "[net][server][limits]") {
    CHECK(hear("hello there\r\n\r\n").said.starts_with("HTTP/1.1 400 "));
    const auto both =
        hear("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    CHECK(both.said.starts_with("HTTP/1.1 400 "));  // two lengths: a smuggler's tool
    CHECK(both.seen.empty());
}

TEST_CASE("a request that trickles in too slowly is answered 408 and cut", "[net][server][limits]") {
    server_settings impatient;
    impatient.request_timeout = milliseconds{100};
    const auto header = hear("GET / HTTP/1.1\r\nHost:", impatient, /*end_writing=*/false);
    CHECK(header.said.starts_with("HTTP/1.1 408 "));
    const auto body = hear("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", impatient, false);
    CHECK(body.said.starts_with("HTTP/1.1 408 "));
    CHECK(body.seen.empty());
}

TEST_CASE("a silent connection is closed without a word", "[net][server][limits]") {
    server_settings impatient;
    impatient.idle_timeout = milliseconds{100};
    CHECK(hear("", impatient, /*end_writing=*/false).said.empty());
    const auto after_one = hear("GET / HTTP/1.1\r\nHost: x\r\n\r\n", impatient, /*end_writing=*/false);
    CHECK(count(after_one.said, "HTTP/1.1 ") == 1);
}

TEST_CASE("connections beyond the most are closed unanswered, and welcome again later", "[net][server][limits]") {
    fakes::run([](executor loop) -> task<> {
        server_settings narrow;
        narrow.most_connections = 1;
        house there{loop, narrow};
        auto first = co_await dial(there.server->port());
        co_await first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK((co_await first.until("\r\n\r\n")).starts_with("HTTP/1.1 200"));
        auto second = co_await dial(there.server->port());
        CHECK((co_await second.rest()).empty());
        first.close();
        std::string said;
        while (said.empty()) {  // until the server has noticed that the first is gone
            auto third = co_await dial(there.server->port());
            co_await third.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            said = co_await third.rest();
        }
        CHECK(said.starts_with("HTTP/1.1 200"));
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a handler that throws is a 500, and the next request is served", "[net][server]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        there.plans["/bug"] = [](server_request) -> task<server_response> {
            throw std::runtime_error{"secret detail"};
            co_return server_response{};
        };
        const auto client = create_http_client(loop, {});
        const auto failed = co_await client->send(get(there.url("/bug?token=1")));
        REQUIRE(failed);
        CHECK(failed->status == 500);
        CHECK_THAT(failed->body, !Catch::Contains("secret detail"));
        const auto next = co_await client->send(get(there.url("/fine")));
        REQUIRE(next);
        CHECK(next->status == 200);
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a handler cannot break the message with its headers", "[net][server]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        there.plans["/"] = [](server_request) -> task<server_response> {
            server_response odd;
            odd.headers.add("X-Split", "a\r\nX-Evil: 1");
            odd.headers.add("content-length", "99");
            odd.headers.add("X-Good", "yes");
            odd.body = "ok";
            co_return odd;
        };
        const auto client = create_http_client(loop, {});
        const auto got = co_await client->send(get(there.url("/")));
        REQUIRE(got);
        CHECK(got->body == "ok");
        CHECK(got->headers.find("X-Good") == "yes");
        CHECK(got->headers.find("Date"));
        CHECK_FALSE(got->headers.find("X-Evil"));
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("R5.13 stopping lets a running request finish and takes no new one", "[net][server][stop]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        one_shot entered{loop};
        one_shot release{loop};
        there.plans["/long"] = [&](server_request) -> task<server_response> {
            entered.fire();
            co_await release.wait();
            server_response done;
            done.body = "finished";
            co_return done;
        };
        const auto client = create_http_client(loop, {});
        auto stop = [&]() -> task<> {
            co_await entered.wait();
            asio::steady_timer soon{loop, milliseconds{20}};
            co_await (there.server->stop(milliseconds{30'000}) && [&]() -> task<> {
                co_await soon.async_wait(asio::use_awaitable);
                release.fire();
            }());
        };
        const auto got = co_await (client->send(get(there.url("/long"))) && stop());
        REQUIRE(got);
        CHECK(got->body == "finished");
        CHECK(got->headers.find("Connection") == "close");
        const auto late = co_await client->send(get(there.url("/late")));
        REQUIRE_FALSE(late);
        CHECK(late.error() == errc::unavailable);
    });
}

TEST_CASE("R5.13 a request that outlasts the grace is cut off and its handler cancelled", "[net][server][stop]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        one_shot entered{loop};
        one_shot never{loop};
        bool cancelled = false;
        there.plans["/stuck"] = [&](server_request) -> task<server_response> {
            entered.fire();
            try {
                co_await never.wait();
            } catch (const std::exception&) {
                cancelled = true;
                throw;
            }
            co_return server_response{};
        };
        const auto client = create_http_client(loop, {});
        auto stop = [&]() -> task<> {
            co_await entered.wait();
            co_await there.server->stop(milliseconds{50});
        };
        const auto got = co_await (client->send(post(there.url("/stuck"), "x")) && stop());
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::lost);
        CHECK(cancelled);
    });
}

TEST_CASE("stopping does not wait for idle connections", "[net][server][stop]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        auto quiet = co_await dial(there.server->port());
        co_await quiet.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        co_await quiet.until("\r\n\r\n");
        co_await there.server->stop(milliseconds{600'000});
        CHECK((co_await quiet.rest()).empty());
    });
}

TEST_CASE("an address that is taken or none is said with its name", "[net][server]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        server_settings same;
        same.port = there.server->port();
        const auto taken = create_http_server(loop, same, {});
        REQUIRE_FALSE(taken);
        CHECK(taken.error() == errc::unavailable);
        CHECK_THAT(taken.error().sentence(), Catch::Contains("127.0.0.1:" + std::to_string(same.port)));
        server_settings odd;
        odd.address = "not-an-address";
        const auto none = create_http_server(loop, odd, {});
        REQUIRE_FALSE(none);
        CHECK(none.error() == errc::invalid);
        co_await there.server->stop(milliseconds{1000});
    });
}
