// What /readyz and /metrics say of a real link and a real store, while things go wrong.
#include "bot/vital_signs.hpp"

#include "tests/fakes/fake_slack.hpp"
#include "tests/unit/bot/gateway/gateway_bench.hpp"

using namespace slipway;
using namespace slipway::bot;
using namespace slipway::gateway;

namespace {

class link_url final : public slack::web_api {
public:
    task<result<json::object>> call(std::string, json::object) override {
        json::object answer{{"ok", true}, {"url", "wss://link.test/?ticket=1"}};
        co_return answer;
    }
    task<result<>> upload(std::string, std::string) override { co_return result<>{}; }
    task<result<>> respond(std::string, json::object) override { co_return result<>{}; }
};

struct vital_bench : gateway_bench {
    vital_bench() {
        open_inbox([](slack::payload, std::string) -> task<> { co_return; });
        auto connect = [this](std::string) -> task<result<std::unique_ptr<net::websocket>>> {
            peer = std::make_shared<fake_peer>(loop.get_executor());
            std::unique_ptr<net::websocket> made = std::make_unique<fake_websocket>(peer);
            co_return made;
        };
        link = std::make_unique<socket_mode>(loop.get_executor(), api, *envelopes, clock, connect, answer_hook{},
                                             [] { return 0.5; });
        sender = std::make_unique<outbox::sender>(loop.get_executor(), *memory, api, clock, [] { return 0.5; });
        of = {link.get(), nullptr, envelopes.get(), sender.get(), memory.get(), &clock, clock.now()};
    }
    ~vital_bench() { run(link->stop(1s)); }

    void bring_up(int counted) {
        link->start();
        fakes::run_until(loop, [&] { return peer != nullptr; });
        peer->say(R"({"type":"hello","num_connections":)" + std::to_string(counted) + "}");
        fakes::run_until(loop, [&] { return link->health().live; });
    }
    int ready() {
        net::server_request asked;
        asked.method = "GET";
        asked.path = "/readyz";
        const auto got = *answer_health(asked, vital_checks(of));
        told = got.body;
        return got.status;
    }
    /// The value of one line of /metrics; "" when it is not there.
    std::string figure(const std::string& name) {
        const auto all = run(vital_figures(of));
        const auto page = "\n" + to_prometheus(all);
        const auto at = page.find("\n" + name + " ");
        if (at == std::string::npos) return {};
        const auto from = at + name.size() + 2;
        return page.substr(from, page.find('\n', from) - from);
    }

    link_url api;
    std::shared_ptr<fake_peer> peer;
    std::unique_ptr<socket_mode> link;
    std::unique_ptr<outbox::sender> sender;
    organs of;
    std::string told;
};

}  // namespace

TEST_CASE("not ready until hello, ready while heard, and not ready again once the link is gone", "[bot][health]") {
    vital_bench world;
    CHECK(world.ready() == 503);
    CHECK(world.figure("slipway_slack_link_live") == "0");
    CHECK(world.figure("slipway_slack_transport_age_seconds").empty());  // not known is not zero
    world.bring_up(1);
    CHECK(world.ready() == 200);
    CHECK(world.figure("slipway_slack_link_live") == "1");
    world.peer->hang_up(1006);
    fakes::run_until(world.loop, [&] { return !world.link->health().live; });
    CHECK(world.ready() == 503);
    CHECK(world.told.find("the link to Slack broke") != std::string::npos);
}

TEST_CASE("a link that is open and silent ages for all to see, and is not ready after half a minute", "[bot][health]") {
    vital_bench world;
    world.bring_up(1);
    world.clock.pass(world.loop, 20s);
    CHECK(std::stod(world.figure("slipway_slack_transport_age_seconds")) >= 15);
    CHECK(world.figure("slipway_slack_hello_age_seconds") == "20");
    CHECK(world.ready() == 200);
    world.clock.pass(world.loop, 15s);
    CHECK(world.ready() == 503);
}

TEST_CASE("connections that Slack counts and we do not hold are shown, and the bot stays ready", "[bot][health]") {
    vital_bench world;
    world.bring_up(4);
    CHECK(world.figure("slipway_slack_links_held") == "1");
    CHECK(world.figure("slipway_slack_links_counted") == "4");
    CHECK(world.ready() == 200);
    CHECK(world.told.find("another process uses the same app token") != std::string::npos);
}

TEST_CASE("acknowledgements and the outbox's depth are counted as they are", "[bot][health]") {
    vital_bench world;
    world.bring_up(1);
    world.peer->say(gateway_bench::click("e1", "1.2.a"));
    fakes::run_until(world.loop, [&] { return !world.peer->sent.empty(); });
    CHECK(world.figure("slipway_slack_acknowledgements_total{result=\"sent\"}") == "1");
    CHECK(world.figure("slipway_outbox_depth") == "0");
    store::batch wish;
    wish.outbox.push_back({"m1", "C1", 5, {{"text", "hello"}}, std::nullopt});
    REQUIRE(world.run(world.memory->commit(wish)));
    CHECK(world.figure("slipway_outbox_depth") == "1");
    CHECK(world.figure("slipway_store_up") == "1");
}

TEST_CASE("a store that does not answer has no depth, and the page says so", "[bot][health]") {
    vital_bench world;
    world.bring_up(1);
    world.run(world.memory->close());
    CHECK(world.figure("slipway_store_up") == "0");
    CHECK(world.figure("slipway_outbox_depth").empty());
}

TEST_CASE("figures are written as Prometheus reads them", "[bot][health]") {
    CHECK(to_prometheus({{"a_total", "All of them.", metric_kind::counter, {{"result=\"sent\"", 3}, {"", 0.5}}},
                         {"b", "Not known.", metric_kind::gauge, {}}}) ==
          "# HELP a_total All of them.\n# TYPE a_total counter\na_total{result=\"sent\"} 3\na_total 0.5\n");
    const auto handler = health_handler({}, [] { return vital_figures({}); });
    net::server_request asked;
    asked.method = "POST";
    asked.path = "/metrics";
    CHECK(fakes::run(handler(asked)).status == 404);
}
