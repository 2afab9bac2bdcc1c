// The HTTP client, against our server and against peers that misbehave.
#include "integrations/net/http.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>

#include "integrations/async/task_group.hpp"
#include "tests/unit/integrations/net/house.hpp"
#include "tests/unit/integrations/net/wire.hpp"

using namespace slipway;
using namespace slipway::net;
using namespace asio::experimental::awaitable_operators;

namespace {

/// What the client makes of a peer that reads one request and answers with these bytes, then closes.
struct heard {
    std::string request;
    result<response> answer = failure{errc::invalid, "not asked yet"};
};

task<std::string> answer_once(listener& peer, std::string bytes) {
    auto link = co_await peer.accept();
    const auto asked = co_await link.until("\r\n\r\n");
    co_await link.send(std::move(bytes));
    co_return asked;
}

heard exchange(request asked, std::string bytes) {
    return fakes::run([&](executor loop) -> task<heard> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        asked.url = peer.url(asked.url);
        heard both;
        auto [request, answer] = co_await (answer_once(peer, bytes) && client->send(asked));
        both.request = std::move(request);
        both.answer = std::move(answer);
        co_return both;
    });
}

}  // namespace

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

TEST_CASE("requests at the same time each have a connection of their own", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        const auto client = create_http_client(loop, {});
        const auto [one, two] = co_await (client->send(get(there.url("/1"))) && client->send(get(there.url("/2"))));
        REQUIRE(one);
        REQUIRE(two);
        CHECK(there.seen.at(0).remote != there.seen.at(1).remote);
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("an answer of 4xx or 5xx is an answer, and redirects are not followed", "[net][http]") {
    CHECK(exchange(get("/x"), "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").answer.value().status == 404);
    CHECK(exchange(get("/x"), "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").answer.value().status == 503);
    const auto moved = exchange(get("/x"), "HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n");
    CHECK(moved.answer.value().status == 302);
    CHECK(moved.answer.value().headers.find("location") == "http://x/");
}

TEST_CASE("a request on the wire is HTTP/1.1 with the headers it needs", "[net][http]") {
    const auto got = exchange(post("/p?q=1", ""), "HTTP/1.1 204 No Content\r\n\r\n");
    REQUIRE(got.answer);
    CHECK(got.request.starts_with("POST /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
    CHECK_THAT(got.request, Catch::Contains("\r\nContent-Length: 0\r\n"));
    CHECK(got.answer->status == 204);
}

TEST_CASE("chunked answers, answers that end with the connection and interim answers are understood", "[net][http]") {
    const auto chunked =
        exchange(get("/"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
    CHECK(chunked.answer.value().body == "abcde");
    const auto closed = exchange(get("/"), "HTTP/1.0 200 OK\r\n\r\nuntil the end");
    CHECK(closed.answer.value().body == "until the end");
    const auto interim = exchange(get("/"),
                                  "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                                  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(interim.answer.value().body == "ok");
}

TEST_CASE("the answer to HEAD has no body, whatever its length says", "[net][http]") {
    auto asked = get("/");
    asked.method = "HEAD";
    const auto got = exchange(asked, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    CHECK(got.answer.value().status == 200);
    CHECK(got.answer.value().body.empty());
}

TEST_CASE("R1.7 an answer that is cut off, no HTTP or too large is lost: it may have happened", "[net][http]") {
    const auto lost = [](const std::string& bytes) {
        auto asked = post("/path?token=hunter2", "x");
        asked.largest_answer = 100;
        const auto got = exchange(std::move(asked), bytes);
        REQUIRE_FALSE(got.answer);
        CHECK(got.answer.error() == errc::lost);
        CHECK_THAT(got.answer.error().sentence(), Catch::StartsWith("POST http://127.0.0.1"));
        CHECK_THAT(got.answer.error().sentence(), !Catch::Contains("hunter2"));
        return got.answer.error().sentence();
    };
    CHECK_THAT(lost(""), Catch::Contains("before an answer"));
    CHECK_THAT(lost("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), Catch::Contains("middle of the answer"));
    CHECK_THAT(lost("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
               Catch::Contains("middle of the answer"));
    CHECK_THAT(lost("SSH-2.0-OpenSSH\r\n\r\n"), Catch::Contains("not HTTP"));
    CHECK_THAT(lost("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"), Catch::Contains("larger than 100 bytes"));
    CHECK_THAT(lost("HTTP/1.1 200 OK\r\n\r\n" + std::string(200, 'x')), Catch::Contains("larger than 100 bytes"));
    CHECK_THAT(lost("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')), Catch::Contains("header"));
}

TEST_CASE("R1.7 nobody listening is unavailable: surely nothing happened", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        std::string url;
        {
            const listener gone{loop};
            url = gone.url("/x?token=hunter2");
        }
        const auto client = create_http_client(loop, {});
        const auto got = co_await client->send(post(url, "x"));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::unavailable);
        CHECK_THAT(got.error().sentence(), Catch::Contains("refused"));
        CHECK_THAT(got.error().sentence(), !Catch::Contains("hunter2"));
    });
}

TEST_CASE("R1.7 a peer that never answers is timed out: it may have happened", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        auto asked = post(peer.url("/slow?token=hunter2"), "x");
        asked.timeout = milliseconds{150};
        auto [link, got] = co_await (peer.accept() && client->send(asked));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::timed_out);
        CHECK_THAT(got.error().sentence(), Catch::Contains("/slow"));
        CHECK_THAT(got.error().sentence(), !Catch::Contains("hunter2"));
    });
}

TEST_CASE("the deadline covers an answer that trickles for ever", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        auto trickle = [&]() -> task<> {
            auto link = co_await peer.accept();
            bool listening = co_await link.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            asio::steady_timer pause{loop};
            while (listening) {
                listening = co_await link.send("1\r\nx\r\n");
                pause.expires_after(milliseconds{20});
                co_await pause.async_wait(asio::use_awaitable);
            }
        };
        auto asked = get(peer.url("/"));
        asked.timeout = milliseconds{200};
        const auto got = co_await (trickle() && client->send(asked));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::timed_out);
    });
}

TEST_CASE("a name that does not exist is unavailable", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        const auto client = create_http_client(loop, {});
        auto asked = get("http://no-such-host.invalid/");
        asked.timeout = milliseconds{5'000};
        const auto got = co_await client->send(std::move(asked));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::unavailable);
        CHECK_THAT(got.error().sentence(), Catch::Contains("no-such-host.invalid"));
    });
}

TEST_CASE("a header or method that would smuggle something is refused before anything is sent", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        const auto client = create_http_client(loop, {});
        auto split = get("http://127.0.0.1:1/");
        split.headers.add("Authorization", "hunter2\r\nX-Evil: 1");
        const auto one = co_await client->send(split);
        REQUIRE_FALSE(one);
        CHECK(one.error() == errc::invalid);
        CHECK_THAT(one.error().sentence(), Catch::Contains("Authorization"));
        CHECK_THAT(one.error().sentence(), !Catch::Contains("hunter2"));
        auto method = get("http://127.0.0.1:1/");
        method.method = "GET / HTTP/1.1\r\nX:";
        const auto two = co_await client->send(method);
        REQUIRE_FALSE(two);
        CHECK(two.error() == errc::invalid);
    });
}

TEST_CASE("a kept connection that the peer has closed meanwhile is not used again", "[net][http][pool]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        for (int i = 0; i < 2; ++i) {
            const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            const auto [request, got] = co_await (answer_once(peer, answer) && client->send(post(peer.url("/"), "x")));
            REQUIRE(got);
        }
        CHECK(peer.accepted == 2);
    });
}

namespace {

/// The first request is answered and the connection kept; the second finds it dying; whoever comes then is answered.
task<> die_on_second(listener& peer) {
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    {
        auto link = co_await peer.accept();
        co_await link.until("\r\n\r\n");
        co_await link.send(answer);
        co_await link.until("\r\n\r\n");
    }
    auto link = co_await peer.accept();
    co_await link.until("\r\n\r\n");
    co_await link.send(answer);
}

task<result<response>> twice(http_client& client, request asked) {
    const auto first = co_await client.send(asked);
    if (!first) co_return first.error();
    auto second = co_await client.send(asked);
    co_return second;
}

}  // namespace

TEST_CASE("a GET that met a dying kept connection is repeated on a fresh one", "[net][http][pool]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        const auto got = co_await (die_on_second(peer) && twice(*client, get(peer.url("/"))));
        REQUIRE(got);
        CHECK(got->body == "ok");
        CHECK(peer.accepted == 2);
    });
}

TEST_CASE("R1.7 a POST that met a dying kept connection is lost, never repeated on a guess", "[net][http][pool]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        task_group tasks{loop};
        tasks.spawn("peer", die_on_second(peer));
        const auto got = co_await twice(*client, post(peer.url("/"), ""));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::lost);
        CHECK(peer.accepted == 1);
        tasks.cancel();
        co_await tasks.join();
    });
}

TEST_CASE("a connection is not kept when either side says close", "[net][http][pool]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop};
        there.plans["/close"] = [](server_request) -> task<server_response> {
            server_response last;
            last.headers.add("Connection", "close");
            co_return last;
        };
        const auto client = create_http_client(loop, {});
        const auto one = co_await client->send(get(there.url("/close")));
        const auto two = co_await client->send(get(there.url("/close")));
        REQUIRE(one);
        REQUIRE(two);
        CHECK(one->headers.find("connection") == "close");
        CHECK(there.seen.at(0).remote != there.seen.at(1).remote);
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("an early answer to a body that the peer does not read is taken", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        server_settings small;
        small.largest_body = 1000;
        house there{loop, small};
        const auto client = create_http_client(loop, {});
        const auto got = co_await client->send(post(there.url("/"), std::string(8U << 20U, 'x')));
        REQUIRE(got);
        CHECK(got->status == 413);
        CHECK(there.seen.empty());
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a cancelled request ends at once", "[net][http]") {
    fakes::run([](executor loop) -> task<> {
        listener peer{loop};
        const auto client = create_http_client(loop, {});
        task_group tasks{loop};
        auto ask = [&]() -> task<> { co_await client->send(post(peer.url("/"), "x")); };
        tasks.spawn("request", ask());
        auto link = co_await peer.accept();
        co_await link.until("\r\n\r\n");
        tasks.cancel();
        co_await tasks.join();
        CHECK(tasks.size() == 0);
    });
}
