// The whole way over real sockets: apps.connections.open by HTTP, the link by websocket, an envelope, its
// acknowledgement.
#include "bot/gateway/socket_mode.hpp"
#include "gateway_bench.hpp"
#include "integrations/net/server.hpp"
#include "integrations/slack/web_api.hpp"

using namespace slipway;
using namespace slipway::gateway;

namespace {

/// A Slack of one endpoint and one link.
struct small_slack {
    explicit small_slack(asio::io_context& loop) {
        auto on_http = [this](net::server_request asked) { return answer(std::move(asked)); };
        auto on_link = [this](std::unique_ptr<net::websocket> link, net::server_request) {
            return serve(std::move(link));
        };
        auto made = net::create_http_server(loop.get_executor(), {}, on_http, on_link);
        REQUIRE(made);
        server = std::move(*made);
    }
    std::string base() const { return "127.0.0.1:" + std::to_string(server->port()); }

    task<net::server_response> answer(net::server_request asked) {
        paths.push_back(asked.path);
        authorization = asked.headers.find("Authorization").value_or("");
        net::server_response made;
        made.body = R"({"ok":true,"url":"ws://)" + base() + R"(/link/?ticket=1"})";
        co_return made;
    }
    task<> serve(std::unique_ptr<net::websocket> link) {
        std::string greeting =
            R"({"type":"hello","num_connections":1,"debug_info":{"approximate_connection_time":18060}})";
        co_await link->send_text(std::move(greeting));
        auto click = gateway_bench::click("e1", "1.2.a");
        co_await link->send_text(std::move(click));
        while (true) {
            const auto got = co_await link->receive();
            if (got.has_error() || got->kind == net::frame_kind::closed) {
                closed_with = got.has_error() ? -1 : got->close_code;
                co_return;
            }
            frames.push_back(got->payload);
        }
    }

    std::unique_ptr<net::http_server> server;
    std::vector<std::string> paths;
    std::string authorization;
    std::vector<std::string> frames;
    int closed_with = 0;
};

}  // namespace

TEST_CASE("over real sockets a click is acknowledged, handled, and the link is closed cleanly", "[gateway][network]") {
    gateway_bench world;
    small_slack slack{world.loop};
    std::vector<std::string> handled;
    world.open_inbox([&](slack::payload, std::string id) -> task<> {
        handled.push_back(std::move(id));
        co_return;
    });
    const auto clock = create_system_timers();
    const auto http = net::create_http_client(world.loop.get_executor(), {});
    slack::web_api_settings settings;
    settings.api_url = "http://" + slack.base() + "/api/";
    settings.app_token = "xapp-1";
    const auto api = slack::create_web_api(*http, *clock, settings, create_chance());
    socket_mode links{world.loop.get_executor(), *api, *world.envelopes, *clock,
                      connect_over_network({}),  {},   create_chance()};
    links.start();
    fakes::run_until(world.loop, [&] { return !slack.frames.empty() && handled.size() == 1; });
    CHECK(slack.frames.front() == R"({"envelope_id":"e1"})");
    CHECK(slack.paths == std::vector<std::string>{"/api/apps.connections.open"});
    CHECK(slack.authorization == "Bearer xapp-1");
    CHECK(links.health().live);
    world.run(links.stop(1s));
    fakes::run_until(world.loop, [&] { return slack.closed_with != 0; });
    CHECK(slack.closed_with == 1000);
    world.run(slack.server->stop(1s));
}
