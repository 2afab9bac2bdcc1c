// What Slack and networks do to a link, over real sockets: the link comes back, and no click is dropped or done twice.
#include <deque>
#include <map>
#include <set>

#include "bot/gateway/socket_mode.hpp"
#include "gateway_bench.hpp"
#include "integrations/net/server.hpp"
#include "integrations/slack/web_api.hpp"

using namespace slipway;
using namespace slipway::gateway;

namespace {

/// Slack's end as the tests want it, URLs without the pace of the Web API (network_test asks for one over HTTP): every
/// link says hello, and what comes back is kept with its time.
struct faulty_slack final : slack::web_api {
    using clock = std::chrono::steady_clock;
    struct seat {
        std::unique_ptr<net::websocket> link;
        bool ended = false;
    };

    explicit faulty_slack(asio::io_context& loop) {
        auto on_http = [](net::server_request) -> task<net::server_response> { co_return net::server_response{}; };
        auto on_link = [this](std::unique_ptr<net::websocket> link, net::server_request) {
            return serve(std::move(link));
        };
        auto check = [this](const net::server_request&) { return refuse(); };
        server = net::create_http_server(loop.get_executor(), {}, on_http, on_link, check).value();
    }
    task<result<json::object>> call(std::string, json::object) override {
        const auto ticket = std::to_string(++urls);
        json::object answer{{"ok", true}};
        answer["url"] = "ws://127.0.0.1:" + std::to_string(server->port()) + "/link/?ticket=" + ticket;
        if (!wrong_urls.empty()) {
            answer["url"] = wrong_urls.front();
            wrong_urls.pop_front();
        }
        co_return answer;
    }
    task<result<>> upload(std::string, std::string) override { co_return result<>{}; }
    task<result<>> respond(std::string, json::object) override { co_return result<>{}; }
    std::optional<net::server_response> refuse() {
        if (refusals.empty()) return std::nullopt;
        net::server_response made;
        made.status = refusals.front();
        refusals.erase(refusals.begin());
        return made;
    }
    task<> serve(std::unique_ptr<net::websocket> link) {
        const auto here = std::make_shared<seat>();
        here->link = std::move(link);
        seats.push_back(here);
        std::string greeting = R"({"type":"hello","num_connections":1})";
        co_await here->link->send_text(std::move(greeting));
        while (true) {
            const auto got = co_await here->link->receive();
            if (got.has_error() || got->kind == net::frame_kind::closed) break;
            const auto said = parse_json(got->payload);
            if (said) acks[text_at(*said, "envelope_id")].push_back(clock::now());
        }
        here->ended = true;
    }
    net::websocket& newest() { return *seats.back()->link; }
    std::size_t open() const {
        return static_cast<std::size_t>(std::ranges::count_if(seats, [](const auto& each) { return !each->ended; }));
    }

    std::unique_ptr<net::http_server> server;
    std::vector<std::shared_ptr<seat>> seats;
    std::vector<int> refusals;
    std::deque<std::string> wrong_urls;  ///< given out before right ones
    std::map<std::string, std::vector<clock::time_point>> acks;
    int urls = 0;
};

struct fault_bench : gateway_bench {
    explicit fault_bench(int links_held = 1) {
        open_inbox([this](slack::payload, std::string id) -> task<> {
            ++handled[id];
            co_return;
        });
        socket_mode_settings linking;
        linking.link.links = links_held;
        linking.link.hello_within = 2s;
        linking.link.ping_every = 100ms;
        linking.link.dead_after = 700ms;
        linking.link.drain_for = 2s;
        linking.link.stable_after = 50ms;
        linking.link.dialling.redial = {5ms, 20ms};
        linking.link.dialling.fetch_every = 1ms;
        links = std::make_unique<socket_mode>(loop.get_executor(), slack, *envelopes, *real, connect_over_network({}),
                                              answer_hook{}, create_chance(), linking);
        links->start();
        fakes::run_until(loop, [&] { return links->health().held == links_held && links->health().live; });
    }
    ~fault_bench() {
        run(links->stop(1s));
        run(slack.server->stop(1s));
    }
    void say(net::websocket& to, std::string text) { REQUIRE(run(to.send_text(std::move(text)))); }
    /// Clicks, and waits until it is acknowledged and handled.
    void click_arrives(const std::string& name) {
        say(slack.newest(), click(name, name));
        fakes::run_until(loop, [&] { return slack.acks.contains(name) && handled.contains(key(name)); });
        CHECK(slack.acks[name].size() == 1);
        CHECK(handled[key(name)] == 1);
    }
    /// Until a link that was not there before serves.
    void comes_back(std::size_t before) {
        fakes::run_until(loop, [&] {
            return slack.seats.size() > before && links->health().live && slack.open() >= 1 &&
                   !slack.seats.back()->ended;
        });
    }
    static std::string key(const std::string& name) { return slack::repeat_key(envelope_of(click(name, name))); }

    faulty_slack slack{loop};
    std::unique_ptr<timers> real = create_system_timers();
    std::map<std::string, int> handled;
    std::unique_ptr<socket_mode> links;
};

}  // namespace

TEST_CASE("a reset, a close, text that is not JSON: each time a new link with a new URL", "[gateway][faults]") {
    fault_bench world;
    const std::vector<std::pair<std::string, std::function<void()>>> faults{
        {"reset", [&] { world.slack.newest().abort(); }},
        {"close", [&] { world.run(world.slack.newest().close(1001, "going")); }},
        {"plain text", [&] { world.say(world.slack.newest(), "UNAUTHENTICATED: cache_error"); }},
        {"unknown reason", [&] { world.say(world.slack.newest(), R"({"type":"disconnect","reason":"flare"})"); }},
    };
    int round = 0;
    for (const auto& [name, strike] : faults) {
        INFO(name);
        const auto before = world.slack.seats.size();
        strike();
        world.comes_back(before);
        world.click_arrives("after-" + std::to_string(++round));
    }
    CHECK(world.slack.urls == static_cast<int>(world.slack.seats.size()));
}

TEST_CASE("refused upgrades, 408 and 503, are tried again with fresh URLs", "[gateway][faults]") {
    fault_bench world;
    world.slack.refusals = {408, 503, 500, 403};
    const auto before = world.slack.seats.size();
    const auto urls = world.slack.urls;
    world.slack.newest().abort();
    world.comes_back(before);
    CHECK(world.slack.urls - urls == 5);
    world.click_arrives("e1");
}

TEST_CASE("a name that nobody knows, a server without TLS, a closed port: tried again with fresh URLs",
          "[gateway][faults]") {
    fault_bench world;
    const auto port = std::to_string(world.slack.server->port());
    // The label is longer than DNS allows, so the lookup fails without asking anybody.
    world.slack.wrong_urls = {"ws://" + std::string(70, 'a') + ".test/link/", "wss://127.0.0.1:" + port + "/link/",
                              "ws://127.0.0.1:1/link/"};
    const auto before = world.slack.seats.size();
    const auto urls = world.slack.urls;
    world.slack.newest().abort();
    world.comes_back(before);
    CHECK(world.slack.urls - urls == 4);
    world.click_arrives("e1");
}

TEST_CASE("binary frames, unknown fields and types, and a second hello change nothing", "[gateway][faults]") {
    fault_bench world;
    REQUIRE(world.run(world.slack.newest().send_binary(std::string("\x00\x01\xff", 3))));
    world.say(world.slack.newest(), R"({"type":"hello","surprise":{"nested":[1]}})");
    world.say(world.slack.newest(), R"({"type":"weather","sun":true})");
    world.say(world.slack.newest(), R"({"type":"weather_report","envelope_id":"w1","payload":{}})");
    world.click_arrives("e1");
    CHECK(world.slack.acks.contains("w1"));
    CHECK(world.handled.size() == 1);
    CHECK(world.slack.seats.size() == 1);
}

TEST_CASE("an envelope of a megabyte is taken like any other", "[gateway][faults]") {
    fault_bench world;
    world.say(world.slack.newest(),
              R"({"type":"interactive","envelope_id":"big","payload":{"type":"block_actions","trigger_id":"big",)"
              R"("message":{"text":")" +
                  std::string(1U << 20U, 'x') + R"("},"actions":[{"action_id":"a","value":"v"}]}})");
    fakes::run_until(world.loop, [&] {
        return world.handled.contains(fault_bench::key("big")) && world.slack.acks.contains("big");
    });
    CHECK(world.slack.seats.size() == 1);
}

TEST_CASE("of two links one may break while clicks go on over the other", "[gateway][faults]") {
    fault_bench world{2};
    fakes::run_until(world.loop, [&] { return world.slack.open() == 2; });
    world.slack.seats.front()->link->abort();
    fakes::run_until(world.loop, [&] { return world.slack.seats.front()->ended; });
    CHECK(world.links->health().live);
    world.click_arrives("meanwhile");
    fakes::run_until(world.loop, [&] { return world.slack.open() == 2 && world.links->health().held == 2; });
}

TEST_CASE("R5.8 200 refreshes under a stream of clicks: every one acknowledged in time, none handled twice",
          "[gateway][faults]") {
    fault_bench world;
    std::map<std::string, std::chrono::steady_clock::time_point> sent;
    int refreshes = 0, clicks = 0;
    const auto press = [&](net::websocket& by) {
        const auto name = "c" + std::to_string(++clicks);
        world.say(by, gateway_bench::click(name, name));
        sent[name] = std::chrono::steady_clock::now();
        // Every tenth click reaches us twice under another envelope id.
        if (clicks % 10 == 0) world.say(by, gateway_bench::click(name + "-again", name));
    };
    const auto end = std::chrono::steady_clock::now() + 50s;
    while (refreshes < 200 && std::chrono::steady_clock::now() < end) {
        const auto before = world.slack.seats.size();
        auto& old = world.slack.newest();
        press(old);
        world.say(old, refreshes % 2 == 0 ? R"({"type":"disconnect","reason":"refresh_requested"})"
                                          : R"({"type":"disconnect","reason":"warning"})");
        ++refreshes;
        press(old);  // before its replacement is there
        world.comes_back(before);
        press(old);  // while it drains
        press(world.slack.newest());
    }
    CHECK(refreshes == 200);
    CHECK(clicks == 800);
    fakes::run_until(world.loop, [&] {
        return world.handled.size() == sent.size() && world.envelopes->running() == 0 &&
               std::ranges::all_of(sent, [&](const auto& each) { return world.slack.acks.contains(each.first); });
    });
    for (const auto& [name, at] : sent) {
        INFO(name);
        CHECK(world.slack.acks[name].front() - at < 3s);
        CHECK(world.handled[fault_bench::key(name)] == 1);
    }
    CHECK(world.unhandled().empty());
    CHECK(world.links->acknowledgements().missed == 0);
    CHECK(world.links->acknowledgements().late == 0);
    CHECK(world.links->health().reconnects >= 200);
}

TEST_CASE("negative control: a link that is cut instead of refreshed does lose what was on its way",
          "[gateway][faults]") {
    fault_bench world;
    const auto before = world.slack.seats.size();
    auto& cut = world.slack.newest();
    cut.abort();
    CHECK_FALSE(world.run(cut.send_text(gateway_bench::click("lost", "lost"))));
    world.comes_back(before);
    world.click_arrives("after");
    CHECK_FALSE(world.slack.acks.contains("lost"));
}
