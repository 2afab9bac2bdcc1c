// Our websocket against itself, over real sockets.
#include "integrations/net/websocket.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/integrations/net/house.hpp"

using namespace slipway;
using namespace slipway::net;

namespace {

/// Sends every data frame back until the link ends; remembers how it ended.
struct echo {
    std::vector<frame> ends;
    task<> serve(std::unique_ptr<websocket> link) {
        while (true) {
            auto got = co_await link->receive();
            if (!got) co_return;
            if (got->kind == frame_kind::closed) {
                ends.push_back(*got);
                co_return;
            }
            result<> sent;
            if (got->kind == frame_kind::text)
                sent = co_await link->send_text(std::move(got->payload));
            else
                sent = co_await link->send_binary(std::move(got->payload));
            if (!sent) co_return;
        }
    }
    websocket_handler handler() {
        return [this](std::unique_ptr<websocket> link, server_request) { return serve(std::move(link)); };
    }
};

}  // namespace

TEST_CASE("a megabyte goes there and back as one frame", "[net][websocket]") {
    fakes::run([](executor loop) -> task<> {
        echo peer;
        house there{loop, {}, peer.handler()};
        auto link = co_await connect_websocket(there.url("/link?ticket=1", "ws"), {});
        REQUIRE(link);
        const std::string large(1U << 20U, 'x');
        const auto sent = co_await (*link)->send_text(large);
        REQUIRE(sent);
        const auto got = co_await (*link)->receive();
        REQUIRE(got);
        CHECK(got->kind == frame_kind::text);
        CHECK(got->payload == large);
        co_await (*link)->close(1000, "done");
        co_await there.server->stop(milliseconds{1000});
        REQUIRE(peer.ends.size() == 1);
        CHECK(peer.ends[0].close_code == 1000);
        CHECK(peer.ends[0].payload == "done");
    });
}
