// HTTPS_PROXY: who goes through it, and what a real CONNECT proxy on loopback sees of it.
#include "integrations/net/proxy.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "integrations/async/task_group.hpp"
#include "tests/unit/integrations/net/certificates.hpp"
#include "tests/unit/integrations/net/house.hpp"
#include "tests/unit/integrations/net/wire.hpp"

using namespace slipway;
using namespace slipway::net;

namespace {

using asio::ip::tcp;

const certificates& proxy_certificates() {
    static const certificates once;
    return once;
}

/// A CONNECT proxy: opens ways to loopback, and remembers what it was told and what went through.
class connect_proxy {
public:
    explicit connect_proxy(const executor& loop)
        : acceptor_{loop, {asio::ip::address_v4::loopback(), 0}}, tasks_{loop} {
        tasks_.spawn("proxy", serve());
    }
    task<> stop() {
        acceptor_.close();
        tasks_.cancel();
        co_await tasks_.join();
    }
    std::string address(const std::string& login = {}) const {
        return "http://" + login + "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    std::vector<std::string> heads;
    std::string carried;         ///< from the client to the host
    std::string wanted_login;    ///< "Basic …"; "" = anybody may
    std::string answer_instead;  ///< said in place of an answer of its own

private:
    using socket_pointer = std::shared_ptr<tcp::socket>;
    static constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

    task<> serve() {
        while (true) {
            auto [ec, socket] = co_await acceptor_.async_accept(quiet);
            if (ec) co_return;
            tasks_.spawn("proxy client", attend(std::make_shared<tcp::socket>(std::move(socket))));
        }
    }
    static task<> say(socket_pointer to, std::string bytes) {
        co_await asio::async_write(*to, asio::buffer(bytes), quiet);
    }
    task<> attend(socket_pointer client) {
        std::string head;
        char byte = 0;
        while (!head.ends_with("\r\n\r\n")) {
            const auto [ec, count] = co_await client->async_read_some(asio::buffer(&byte, 1), quiet);
            if (ec) co_return;
            head += byte;
        }
        heads.push_back(head);
        if (!answer_instead.empty()) co_return co_await say(client, answer_instead);
        if (!wanted_login.empty() && head.find("Proxy-Authorization: " + wanted_login + "\r\n") == std::string::npos) {
            std::string refusal =
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
                "Content-Length: 4\r\n\r\nwho?";
            co_return co_await say(client, std::move(refusal));
        }
        const auto colon = head.find(':');
        const auto port = std::stoi(head.substr(colon + 1, head.find(' ', colon) - colon - 1));
        const auto host = std::make_shared<tcp::socket>(client->get_executor());
        const auto [ec] =
            co_await host->async_connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, quiet);
        if (ec) co_return co_await say(client, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
        co_await say(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        tasks_.spawn("proxy back", carry(host, client, nullptr));
        co_await carry(client, host, &carried);
    }
    static task<> carry(socket_pointer from, socket_pointer to, std::string* kept) {
        std::string chunk(8192, '\0');
        while (true) {
            const auto [ec, count] = co_await from->async_read_some(asio::buffer(chunk), quiet);
            if (ec) break;
            auto piece = chunk.substr(0, count);
            if (kept != nullptr) *kept += piece;
            co_await say(to, std::move(piece));
        }
        boost::system::error_code gone;
        to->close(gone);
    }

    tcp::acceptor acceptor_;
    task_group tasks_;
};

server_settings proxied_server() {
    server_settings limits;
    limits.certificate_file = proxy_certificates().file("localhost.pem");
    limits.key_file = proxy_certificates().file("localhost.key");
    return limits;
}

client_settings trusting_proxied() {
    client_settings settings;
    settings.ca_file = proxy_certificates().file("ca.pem");
    return settings;
}

std::string proxied_place(const house& there, const std::string& scheme, const std::string& rest) {
    return scheme + "://localhost:" + std::to_string(there.server->port()) + rest;
}

/// Everything that is logged meanwhile, at every level.
class log_catcher {
public:
    log_catcher() : before_{spdlog::default_logger()} {
        auto logger =
            std::make_shared<spdlog::logger>("caught", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
        logger->set_level(spdlog::level::trace);
        spdlog::set_default_logger(logger);
    }
    log_catcher(const log_catcher&) = delete;
    log_catcher& operator=(const log_catcher&) = delete;
    ~log_catcher() { spdlog::set_default_logger(before_); }
    std::ostringstream lines;

private:
    std::shared_ptr<spdlog::logger> before_;
};

}  // namespace

TEST_CASE("HTTPS_PROXY is read with its port, user and password", "[net][proxy]") {
    const auto full = parse_proxy("http://bot:p%40ss%3Aword@proxy.example:8080/", "");
    REQUIRE(full);
    CHECK(full->host == "proxy.example");
    CHECK(full->port == 8080);
    CHECK(full->user == "bot");
    CHECK(full->password == "p@ss:word");
    CHECK(full->shown() == "proxy.example:8080");
    CHECK(parse_proxy("proxy.example", "")->port == 3128);
    CHECK(parse_proxy("http://[::1]:3128", "")->shown() == "[::1]:3128");
}

TEST_CASE("R8.6 an address of a proxy that cannot be used is refused without repeating its password", "[net][proxy]") {
    for (const auto* wrong :
         {"https://bot:hunter2@proxy:1", "socks5://bot:hunter2@proxy:1", "http://bot:hunter2@",
          "http://bot:hunter2@proxy:99999", "http://bot:hunter2@pro xy:1", "http://a%3Ab:hunter2@p:1"}) {
        INFO(wrong);
        const auto read = parse_proxy(wrong, "");
        REQUIRE(read.has_error());
        CHECK(read.error().sentence().find("hunter2") == std::string::npos);
        CHECK(read.error().sentence().find("http://user:password@host:port") != std::string::npos);
    }
}

TEST_CASE("NO_PROXY leaves out names, domains, ports, addresses and networks", "[net][proxy]") {
    const auto serves = [](const std::string& list, const std::string& host, std::uint16_t port = 443) {
        return parse_proxy("http://p:1", list)->serves(host, port);
    };
    CHECK(serves("", "slack.com"));
    CHECK_FALSE(serves("slack.com", "slack.com"));
    CHECK_FALSE(serves("slack.com", "wss.Slack.com"));
    CHECK_FALSE(serves(".example, slack.com", "gitlab.example"));
    CHECK(serves("slack.com", "notslack.com"));
    CHECK(serves("slack.com", "slack.com.evil.example"));
    CHECK_FALSE(serves("gitlab.example:8443", "gitlab.example", 8443));
    CHECK(serves("gitlab.example:8443", "gitlab.example", 443));
    CHECK_FALSE(serves("*", "anything"));
    CHECK_FALSE(serves("10.0.0.0/8", "10.2.3.4"));
    CHECK(serves("10.0.0.0/8", "11.2.3.4"));
    CHECK_FALSE(serves("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(serves("::1", "::1"));
    CHECK_FALSE(serves("fd00::/8", "fd12::1"));
    CHECK(serves("fd00::/8", "10.0.0.1"));
}

TEST_CASE("R8.6 a request goes through the proxy in TLS with the host, and neither log nor proxy sees what is secret",
          "[net][proxy]") {
    const log_catcher caught;
    fakes::run([](executor loop) -> task<> {
        house there{loop, proxied_server()};
        connect_proxy middle{loop};
        middle.wanted_login = "Basic Ym90Omh1bnRlcjI=";
        const auto client =
            create_http_client(loop, trusting_proxied(), parse_proxy(middle.address("bot:hunter2@"), "").value());
        const auto got =
            co_await client->send(post(proxied_place(there, "https", "/api?token=xoxb-1"), "a secret body"));
        REQUIRE(got);
        CHECK(got->body == "a secret body");
        REQUIRE(middle.heads.size() == 1);
        CHECK(
            middle.heads[0].starts_with("CONNECT localhost:" + std::to_string(there.server->port()) + " HTTP/1.1\r\n"));
        CHECK(middle.carried.find("secret body") == std::string::npos);
        CHECK(middle.carried.find("xoxb-1") == std::string::npos);
        CHECK_FALSE(there.seen.front().headers.find("Proxy-Authorization"));
        // The way stays open for the next request.
        const auto again = co_await client->send(post(proxied_place(there, "https", "/api"), "more"));
        CHECK(again);
        CHECK(middle.heads.size() == 1);
        co_await there.server->stop(milliseconds{1000});
        co_await middle.stop();
    });
    CHECK(caught.lines.str().find("hunter2") == std::string::npos);
    CHECK(caught.lines.str().find("Ym90Omh1bnRlcjI=") == std::string::npos);
}

TEST_CASE("a websocket goes through the proxy as well", "[net][proxy]") {
    fakes::run([](executor loop) -> task<> {
        auto echo = [](std::unique_ptr<websocket> link, server_request) -> task<> {
            const auto got = co_await link->receive();
            if (got) co_await link->send_text("echo " + got->payload);
            co_await link->receive();
        };
        house there{loop, proxied_server(), echo};
        connect_proxy middle{loop};
        websocket_settings settings;
        settings.client = trusting_proxied();
        const auto through = parse_proxy(middle.address(), "").value();
        auto link = co_await connect_websocket(proxied_place(there, "wss", "/link?ticket=1"), settings, through);
        REQUIRE(link);
        co_await (*link)->send_text("hello");
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->payload == "echo hello");
        CHECK(middle.heads.size() == 1);
        CHECK(middle.heads[0].find("Proxy-Authorization") == std::string::npos);
        CHECK(middle.carried.find("ticket") == std::string::npos);
        co_await (*link)->close(1000, "");
        co_await there.server->stop(milliseconds{1000});
        co_await middle.stop();
    });
}

TEST_CASE("what NO_PROXY names, and what is not encrypted, goes directly", "[net][proxy]") {
    fakes::run([](executor loop) -> task<> {
        house secure{loop, proxied_server()};
        house plain{loop};
        connect_proxy middle{loop};
        const auto excepting =
            create_http_client(loop, trusting_proxied(), parse_proxy(middle.address(), "localhost").value());
        const auto direct = co_await excepting->send(get(proxied_place(secure, "https", "/")));
        CHECK(direct);
        const auto through = create_http_client(loop, trusting_proxied(), parse_proxy(middle.address(), "").value());
        const auto open = co_await through->send(get(plain.url("/")));
        CHECK(open);
        CHECK(middle.heads.empty());
        co_await secure.server->stop(milliseconds{1000});
        co_await plain.server->stop(milliseconds{1000});
        co_await middle.stop();
    });
}

TEST_CASE("R8.6 a proxy that says no is named with its status and the way out, never with the password",
          "[net][proxy]") {
    const std::vector<std::pair<std::string, std::string>> refusals{
        {"", "407: it wants another user and password"},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403: it does not let us go there"},
        {"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502"},
        {"SSH-2.0-nonsense\r\n\r\n", "not HTTP"},
    };
    for (const auto& [instead, words] : refusals) {
        INFO(words);
        fakes::run([&](executor loop) -> task<> {
            house there{loop, proxied_server()};
            connect_proxy middle{loop};
            middle.wanted_login = "Basic somebody-else";
            middle.answer_instead = instead;
            const auto client =
                create_http_client(loop, trusting_proxied(), parse_proxy(middle.address("bot:hunter2@"), "").value());
            const auto got = co_await client->send(post(proxied_place(there, "https", "/x"), "body"));
            REQUIRE(got.has_error());
            CHECK(got.error().kind() == errc::unavailable);  // surely not sent
            CHECK(got.error().sentence().find(words) != std::string::npos);
            CHECK(got.error().sentence().find("hunter2") == std::string::npos);
            CHECK(there.seen.empty());
            co_await there.server->stop(milliseconds{1000});
            co_await middle.stop();
        });
    }
}

TEST_CASE("a proxy that is not there, or never answers, is named as the cause", "[net][proxy]") {
    fakes::run([](executor loop) -> task<> {
        const auto nowhere =
            create_http_client(loop, trusting_proxied(), parse_proxy("http://127.0.0.1:1", "").value());
        const auto refused = co_await nowhere->send(get("https://localhost:2/"));
        REQUIRE(refused.has_error());
        CHECK(refused.error().sentence().find("the proxy of HTTPS_PROXY") != std::string::npos);

        listener mute{loop};
        const auto silent = create_http_client(loop, trusting_proxied(),
                                               parse_proxy("127.0.0.1:" + std::to_string(mute.port()), "").value());
        auto asked = get("https://localhost:2/");
        asked.timeout = milliseconds{200};
        const auto late = co_await silent->send(asked);
        REQUIRE(late.has_error());
        CHECK(late.error().kind() == errc::unavailable);
        CHECK(late.error().sentence().find("did not answer in time") != std::string::npos);
    });
}

TEST_CASE("a host whose certificate is wrong is refused through a proxy as it is without", "[net][proxy]") {
    fakes::run([](executor loop) -> task<> {
        auto limits = proxied_server();
        limits.certificate_file = proxy_certificates().file("other.example.pem");
        limits.key_file = proxy_certificates().file("other.example.key");
        house there{loop, limits};
        connect_proxy middle{loop};
        const auto client = create_http_client(loop, trusting_proxied(), parse_proxy(middle.address(), "").value());
        const auto got = co_await client->send(get(proxied_place(there, "https", "/")));
        REQUIRE(got.has_error());
        CHECK(got.error().sentence().find("certificate") != std::string::npos);
        CHECK(there.seen.empty());
        co_await there.server->stop(milliseconds{1000});
        co_await middle.stop();
    });
}
