// The ingest behind a real listener: real sockets, real HTTP, bodies as SDKs send them.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "bot/http/health.hpp"
#include "bot/http/ingest.hpp"
#include "integrations/async/task_group.hpp"
#include "tests/fakes/deflate.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::bot;

namespace {

const std::string key(32, 'a');
const telemetry::place shop{"shop", "production"};

struct listening {
    asio::io_context loop;
    telemetry::error_ledger ledger;
    std::unique_ptr<timers> clock = create_system_timers();
    std::unique_ptr<ingest> receiver;
    std::unique_ptr<net::http_server> server;
    std::unique_ptr<net::http_client> client;
    std::unique_ptr<task_group> tasks;

    listening() {
        ingest_settings settings;
        settings.keys = {{.project_number = "42", .public_key = key, .leads_to = shop}};
        receiver = std::make_unique<ingest>(loop.get_executor(), settings, ledger, *clock);
        auto handler = [this](net::server_request asked) { return receiver->handle(std::move(asked)); };
        server =
            net::create_http_server(loop.get_executor(), ingest_listener(settings, "127.0.0.1", 0), handler).value();
        client = net::create_http_client(loop.get_executor(), {});
        tasks = std::make_unique<task_group>(loop.get_executor());
        tasks->spawn("ingest", receiver->work());
    }

    result<net::response> send(std::string body, net::headers headers, std::string path = "/api/42/envelope/") {
        net::request asked;
        asked.method = "POST";
        asked.url = "http://127.0.0.1:" + std::to_string(server->port()) + path;
        asked.headers = std::move(headers);
        asked.body = std::move(body);
        return fakes::run_on(loop, client->send(std::move(asked)));
    }
    /// Lets the worker have its turns, then stops everything.
    void finish() {
        const auto end = [](listening& all) -> task<> {
            all.tasks->cancel();
            co_await all.tasks->join();
            co_await all.server->stop(milliseconds{0});
        };
        loop.restart();
        loop.poll();
        fakes::run_on(loop, end(*this));
        client.reset();
    }
};

std::string php_envelope() {
    return "{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\",\"sent_at\":\"2026-11-23T12:00:00Z\",\"dsn\":\"http://" +
           key +
           "@127.0.0.1/42\"}\n{\"type\":\"event\",\"content_type\":\"application/json\"}\n"
           R"({"platform":"php","release":"shop@1.4.0","environment":"production","server_name":"web1","exception":{"values":[)"
           R"({"type":"TypeError","value":"null given","stacktrace":{"frames":[{"filename":"/src/Cart.php","function":"App\\Cart::total","lineno":15,"in_app":true}]}}]}})"
           "\n";
}

}  // namespace

TEST_CASE("what the PHP SDK sends over the wire becomes a counted group", "[ingest][wire]") {
    listening bot;
    const auto answer =
        bot.send(fakes::gzip(php_envelope()),
                 {{"Content-Type", "application/x-sentry-envelope"},
                  {"Content-Encoding", "gzip"},
                  {"X-Sentry-Auth", "Sentry sentry_version=7, sentry_client=sentry.php/4.29.0, sentry_key=" + key}});
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == R"({"id":"9ec79c33ec9942ab8353589fcb2e04dc"})");
    bot.finish();
    const auto now = bot.clock->now();
    const auto groups = bot.ledger.active_groups({.where = shop, .release = {}, .group = {}, .servers = {}},
                                                 {now - std::chrono::hours{1}, now + std::chrono::minutes{2}});
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].group.title.raw() == "TypeError: null given");
    CHECK(groups[0].servers.at("web1") == 1);
    CHECK(groups[0].releases.at("shop@1.4.0") == 1);
}

TEST_CASE("chunks without a length or content type, as the Node SDK sends them, are put together", "[ingest][wire]") {
    listening bot;
    const auto talk = [](std::uint16_t port) -> task<std::string> {
        const auto loop = co_await asio::this_coro::executor;
        asio::ip::tcp::socket socket{loop};
        co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
        std::string sent = "POST /api/42/envelope/?sentry_version=7&sentry_key=" + key +
                           "&sentry_client=sentry.javascript.node%2F11.12.0 HTTP/1.1\r\nHost: bot\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n";
        const auto body = php_envelope();
        for (std::size_t at = 0; at < body.size(); at += 100) {
            const auto piece = body.substr(at, 100);
            std::array<char, 16> size{};
            std::snprintf(size.data(), size.size(), "%zx", piece.size());
            sent += std::string{size.data()} + "\r\n" + piece + "\r\n";
        }
        sent += "0\r\n\r\n";
        co_await asio::async_write(socket, asio::buffer(sent), asio::use_awaitable);
        std::string answer;
        co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n{", asio::use_awaitable);
        co_return answer;
    };
    const auto answer = fakes::run_on(bot.loop, talk(bot.server->port()));
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200"));
    bot.finish();
    CHECK(bot.receiver->counts().events == 1);
    CHECK(bot.receiver->queued() == 0);
}

TEST_CASE("refusals cross the wire with their reason", "[ingest][wire]") {
    listening bot;
    const auto stranger = bot.send(php_envelope(), {{"X-Sentry-Auth", "Sentry sentry_key=" + std::string(32, 'c')}});
    REQUIRE(stranger);
    CHECK(stranger->status == 401);
    CHECK_FALSE(stranger->headers.find("X-Sentry-Error").value_or("").empty());
    const auto giant = bot.send(std::string((1U << 20U) + 1, 'x'), {}, "/api/42/envelope/?sentry_key=" + key);
    REQUIRE(giant);
    CHECK(giant->status == 413);
    bot.finish();
}

TEST_CASE("health says alive while the loop turns and ready when what is needed works", "[health]") {
    std::optional<std::string> trouble;
    const std::vector<health_check> checks{{"store", [&trouble] { return trouble; }},
                                           {"ingest", [] { return std::optional<std::string>{"no key yet"}; }, false}};
    const auto ask = [&checks](std::string path, std::string method = "GET") {
        net::server_request asked;
        asked.method = std::move(method);
        asked.path = std::move(path);
        return answer_health(asked, checks);
    };
    CHECK(ask("/livez")->status == 200);
    CHECK(ask("/readyz")->status == 200);
    CHECK_THAT(ask("/readyz")->body, Catch::Contains("no key yet"));
    trouble = "the database file is read-only";
    CHECK(ask("/readyz")->status == 503);
    CHECK_THAT(ask("/readyz")->body, Catch::Contains("the database file is read-only"));
    CHECK(ask("/livez")->status == 200);
    CHECK(ask("/livez", "HEAD")->body.empty());
    CHECK(ask("/livez", "POST")->status == 405);
    CHECK_FALSE(ask("/metrics"));
    auto handler = health_handler(checks);
    net::server_request elsewhere;
    elsewhere.path = "/";
    CHECK(fakes::run(handler(elsewhere)).status == 404);
}
