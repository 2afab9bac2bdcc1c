// TLS: chain and host name are verified, always, for HTTP and for websockets.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>

#include "integrations/net/page_probe.hpp"
#include "integrations/net/websocket.hpp"
#include "tests/unit/integrations/net/certificates.hpp"
#include "tests/unit/integrations/net/house.hpp"
#include "tests/unit/integrations/net/wire.hpp"

using namespace slipway;
using namespace slipway::net;
using namespace asio::experimental::awaitable_operators;

namespace {

const certificates& made() {
    static const certificates once;
    return once;
}

server_settings as_server(const std::string& certificate) {
    server_settings limits;
    limits.certificate_file = made().file(certificate + ".pem");
    limits.key_file = made().file(certificate + ".key");
    return limits;
}

client_settings trusting(const std::string& authority) {
    client_settings settings;
    settings.ca_file = authority.empty() ? "" : made().file(authority + ".pem");
    return settings;
}

/// What a client that trusts `authority` gets from a server with `certificate`, called by the name `host`.
result<response> call(const std::string& certificate, const std::string& authority, const std::string& host) {
    return fakes::run([&](executor loop) -> task<result<response>> {
        house there{loop, as_server(certificate)};
        const auto client = create_http_client(loop, trusting(authority));
        auto got = co_await client->send(
            post("https://" + host + ":" + std::to_string(there.server->port()) + "/x?token=hunter2", "over tls"));
        co_await there.server->stop(milliseconds{1000});
        co_return got;
    });
}

}  // namespace

TEST_CASE("a certificate of the authority we trust, for the host we asked, is accepted", "[net][tls]") {
    const auto by_name = call("localhost", "ca", "localhost");
    REQUIRE(by_name);
    CHECK(by_name->body == "over tls");
    const auto by_address = call("address", "ca", "127.0.0.1");
    REQUIRE(by_address);
}

TEST_CASE("D7 a server is asked at another address under its own name, and tells until when its certificate is good",
          "[net][tls]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop, as_server("other.example")};
        const auto probe = create_page_probe(loop, trusting("ca"));
        page_request what;
        what.asked = post("https://other.example/x", "over tls");
        what.connect_to = "127.0.0.1:" + std::to_string(there.server->port());
        const auto got = co_await probe->look(what);
        REQUIRE(got);
        CHECK(got->got.body == "over tls");
        REQUIRE(got->certificate_until);
        const auto left = *got->certificate_until - std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
        CHECK(left > std::chrono::hours{46});
        CHECK(left <= std::chrono::hours{48});
        // Under a name that its certificate is not for.
        auto other = what;
        other.asked.url = "https://localhost/x";
        const auto mismatch = co_await probe->look(other);
        REQUIRE_FALSE(mismatch);
        CHECK_THAT(mismatch.error().sentence(), Catch::Contains("hostname mismatch"));
        CHECK_THAT(mismatch.error().sentence(), Catch::Contains("at 127.0.0.1:"));
        for (const std::string wrong : {"127.0.0.1", ":80", "a:0", "a:99999", "a:b"}) {
            other.connect_to = wrong;
            const auto refused = co_await probe->look(other);
            REQUIRE_FALSE(refused);
            CHECK(refused.error() == errc::invalid);
        }
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a certificate of another authority is refused with the reason", "[net][tls]") {
    for (const std::string authority : {"stranger", ""}) {
        const auto got = call("localhost", authority, "localhost");
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::unavailable);
        CHECK_THAT(got.error().sentence(), Catch::Contains("certificate of localhost was not accepted"));
        CHECK_THAT(got.error().sentence(), !Catch::Contains("hunter2"));
    }
}

TEST_CASE("a certificate for another host is refused with the reason", "[net][tls]") {
    const auto other = call("other.example", "ca", "localhost");
    REQUIRE_FALSE(other);
    CHECK(other.error() == errc::unavailable);
    CHECK_THAT(other.error().sentence(), Catch::Contains("hostname mismatch"));
    const auto address = call("localhost", "ca", "127.0.0.1");
    REQUIRE_FALSE(address);
    CHECK_THAT(address.error().sentence(), Catch::Contains("IP address mismatch"));
}

TEST_CASE("a file of authorities that cannot be read is said with its name", "[net][tls]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop, as_server("localhost")};
        client_settings nowhere;
        nowhere.ca_file = "/no/such/roots.pem";
        const auto client = create_http_client(loop, nowhere);
        const auto got = co_await client->send(get(there.url("/", "https")));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::invalid);
        CHECK_THAT(got.error().sentence(), Catch::Contains("/no/such/roots.pem"));
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("a server whose certificate or key cannot be read does not start", "[net][tls]") {
    asio::io_context loop;
    auto limits = as_server("localhost");
    limits.key_file = made().file("ca.key");  // somebody else's
    const auto wrong_key = create_http_server(loop.get_executor(), limits, {});
    REQUIRE_FALSE(wrong_key);
    CHECK(wrong_key.error() == errc::invalid);
    CHECK_THAT(wrong_key.error().sentence(), Catch::Contains("ca.key"));
    limits.certificate_file = "/no/such.pem";
    const auto nothing = create_http_server(loop.get_executor(), limits, {});
    REQUIRE_FALSE(nothing);
    CHECK_THAT(nothing.error().sentence(), Catch::Contains("/no/such.pem"));
}

TEST_CASE("a peer that speaks no TLS is unavailable, and so is one that says nothing", "[net][tls]") {
    fakes::run([](executor loop) -> task<> {
        house plain{loop};
        const auto client = create_http_client(loop, trusting("ca"));
        const auto got = co_await client->send(get(plain.url("/", "https")));
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::unavailable);
        listener silent{loop};
        auto asked = get(silent.url("/", "https"));
        asked.timeout = milliseconds{150};
        auto [link, none] = co_await (silent.accept() && client->send(asked));
        REQUIRE_FALSE(none);
        CHECK(none.error() == errc::unavailable);  // nothing of the request can have left
        co_await plain.server->stop(milliseconds{1000});
    });
}

TEST_CASE("TLS connections are kept and used again, large bodies pass", "[net][tls]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop, as_server("localhost")};
        const auto client = create_http_client(loop, trusting("ca"));
        const auto url = "https://localhost:" + std::to_string(there.server->port()) + "/";
        const std::string large(1U << 20U, 'x');
        for (int i = 0; i < 3; ++i) {
            const auto got = co_await client->send(post(url, large));
            REQUIRE(got);
            CHECK(got->body == large);
        }
        CHECK(there.seen.at(0).remote == there.seen.at(2).remote);
        co_await there.server->stop(milliseconds{1000});
    });
}

TEST_CASE("stopping does not wait for somebody who has not finished the TLS handshake", "[net][tls][stop]") {
    fakes::run([](executor loop) -> task<> {
        house there{loop, as_server("localhost")};
        auto silent = co_await dial(there.server->port());
        const auto client = create_http_client(loop, trusting("ca"));
        const auto url = "https://localhost:" + std::to_string(there.server->port()) + "/";
        const auto got = co_await client->send(get(url));  // by then the silent one has been accepted too
        REQUIRE(got);
        co_await there.server->stop(milliseconds{600'000});
        CHECK((co_await silent.rest()).empty());
    });
}

TEST_CASE("a websocket over TLS verifies the same way", "[net][tls][websocket]") {
    fakes::run([](executor loop) -> task<> {
        auto greet = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            co_await link->send_text("hello");
            co_await link->receive();
        };
        house there{loop, as_server("localhost"), greet};
        const auto url = "wss://localhost:" + std::to_string(there.server->port()) + "/link?ticket=hunter2";
        websocket_settings trusted;
        trusted.client = trusting("ca");
        auto link = co_await connect_websocket(url, trusted);
        REQUIRE(link);
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->payload == "hello");
        co_await (*link)->close(1000, "");

        websocket_settings stranger;
        stranger.client = trusting("stranger");
        const auto refused = co_await connect_websocket(url, stranger);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::unavailable);
        CHECK_THAT(refused.error().sentence(), Catch::Contains("certificate") && !Catch::Contains("hunter2"));
        co_await there.server->stop(milliseconds{1000});
    });
}
