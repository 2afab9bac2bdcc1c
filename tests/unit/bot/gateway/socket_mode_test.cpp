// The links with fake sockets and a clock moved by hand: what Slack hears, and when.
#include "bot/gateway/socket_mode.hpp"

#include "gateway_bench.hpp"
#include "tests/fakes/fake_slack.hpp"

using namespace slipway;
using namespace slipway::gateway;

namespace {

const std::string hello = R"({"type":"hello","num_connections":1,"debug_info":{"approximate_connection_time":18060}})";

/// Answers apps.connections.open; everything else is the fake workspace's.
class url_giver final : public slack::web_api {
public:
    task<result<json::object>> call(std::string method, json::object) override {
        ++asked;
        if (why) co_return *why;
        json::object answer{{"ok", true}, {"url", "wss://link.test/?ticket=" + std::to_string(asked)}};
        if (method != "apps.connections.open") answer.erase("url");
        co_return answer;
    }
    task<result<>> upload(std::string, std::string) override { co_return result<>{}; }
    task<result<>> respond(std::string, json::object) override { co_return result<>{}; }
    std::optional<failure> why;
    int asked = 0;
};

struct link_bench : gateway_bench {
    link_bench() {
        open_inbox([this](slack::payload, std::string id) { return note(std::move(id)); });
        auto connect = [this](std::string url) { return connect_fake(std::move(url)); };
        auto answer = [this](const slack::payload& what) { return hook ? hook(what) : std::nullopt; };
        links = std::make_unique<socket_mode>(loop.get_executor(), api, *envelopes, clock, connect, answer,
                                              [] { return 0.5; });
    }
    ~link_bench() { run(links->stop(1s)); }

    task<result<std::unique_ptr<net::websocket>>> connect_fake(std::string url) {
        urls.push_back(std::move(url));
        peers.push_back(std::make_shared<fake_peer>(loop.get_executor()));
        std::unique_ptr<net::websocket> made = std::make_unique<fake_websocket>(peers.back());
        co_return made;
    }
    task<> note(std::string id) {
        handled.push_back(std::move(id));
        acknowledged_before_handling = !peers.back()->sent.empty();
        co_return;
    }
    /// Says hello on the next link that was dialled.
    fake_peer& bring_up() {
        if (greeted == 0) links->start();
        fakes::run_until(loop, [&] { return peers.size() > greeted; });
        auto& peer = *peers[greeted++];
        peer.say(hello);
        fakes::run_until(loop, [&] { return links->health().live && peer.incoming.empty(); });
        return peer;
    }
    void until_sent(const fake_peer& peer, std::size_t frames) {
        fakes::run_until(loop, [&] { return peer.sent.size() >= frames; });
    }

    url_giver api;
    std::vector<std::string> urls;
    std::vector<std::shared_ptr<fake_peer>> peers;
    std::size_t greeted = 0;
    std::vector<std::string> handled;
    bool acknowledged_before_handling = false;
    answer_hook hook;
    std::unique_ptr<socket_mode> links;
};

}  // namespace

TEST_CASE("R5.8 an envelope is acknowledged on its link once it is stored, and then handled",
          "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    peer.say(link_bench::click("e1", "1.2.a"));
    world.until_sent(peer, 1);
    CHECK(peer.sent.front() == R"({"envelope_id":"e1"})");
    fakes::run_until(world.loop, [&] { return world.handled.size() == 1 && world.envelopes->running() == 0; });
    CHECK(world.acknowledged_before_handling);
    CHECK(world.unhandled().empty());
    CHECK(world.links->acknowledgements().sent == 1);
    CHECK(world.links->acknowledgements().late == 0);
}

TEST_CASE("R5.8 a repeat is acknowledged again and not handled again", "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    for (const auto* id : {"e1", "e1", "e2"}) peer.say(link_bench::click(id, "1.2.a"));
    world.until_sent(peer, 3);
    fakes::run_until(world.loop, [&] { return world.envelopes->running() == 0; });
    CHECK(world.handled.size() == 1);
}

TEST_CASE("R5.10 an envelope that cannot be stored is not acknowledged", "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    world.run(world.memory->close());
    peer.say(link_bench::click("e1", "1.2.a"));
    fakes::run_until(world.loop, [&] { return world.links->acknowledgements().refused == 1; });
    CHECK(peer.sent.empty());
    CHECK(world.handled.empty());
}

TEST_CASE("a quick answer travels in the acknowledgement", "[gateway][socket_mode]") {
    link_bench world;
    world.hook = [](const slack::payload& what) -> std::optional<json::object> {
        if (!std::holds_alternative<slack::view_submission>(what)) return std::nullopt;
        return json::object{{"response_action", "clear"}};
    };
    auto& peer = world.bring_up();
    peer.say(R"({"type":"interactive","envelope_id":"e1","accepts_response_payload":true,
        "payload":{"type":"view_submission","trigger_id":"1.2.a","view":{"callback_id":"skip"}}})");
    world.until_sent(peer, 1);
    CHECK(peer.sent.front() == R"({"envelope_id":"e1","payload":{"response_action":"clear"}})");
    fakes::run_until(world.loop, [&] { return world.handled.size() == 1; });
    // Where Slack takes no answer, none is sent.
    peer.say(R"({"type":"interactive","envelope_id":"e2","payload":{"type":"view_submission","trigger_id":"1.2.b"}})");
    world.until_sent(peer, 2);
    CHECK(peer.sent.back() == R"({"envelope_id":"e2"})");
}

TEST_CASE("a submission that is answered with errors is refused, not handled", "[gateway][socket_mode]") {
    link_bench world;
    world.hook = [](const slack::payload&) -> std::optional<json::object> {
        return json::object{{"response_action", "errors"}, {"errors", json::object{{"reason", "say why"}}}};
    };
    auto& peer = world.bring_up();
    peer.say(R"({"type":"interactive","envelope_id":"e1","accepts_response_payload":true,
        "payload":{"type":"view_submission","trigger_id":"1.2.a"}})");
    world.until_sent(peer, 1);
    fakes::run_until(world.loop, [&] { return world.envelopes->running() == 0; });
    CHECK(world.handled.empty());
    CHECK(world.unhandled().empty());
}

TEST_CASE("an answer that Slack would drop silently is left out of the acknowledgement", "[gateway][socket_mode]") {
    link_bench world;
    world.hook = [](const slack::payload&) -> std::optional<json::object> {
        return json::object{{"text", std::string(20'000, 'x')}};
    };
    auto& peer = world.bring_up();
    peer.say(link_bench::click("e1", "1.2.a"));
    world.until_sent(peer, 1);
    CHECK(peer.sent.front() == R"({"envelope_id":"e1"})");
}

TEST_CASE("options for a menu are answered without being stored", "[gateway][socket_mode]") {
    link_bench world;
    world.hook = [](const slack::payload&) -> std::optional<json::object> {
        return json::object{{"options", json::array{}}};
    };
    auto& peer = world.bring_up();
    peer.say(R"({"type":"interactive","envelope_id":"e1","accepts_response_payload":true,
        "payload":{"type":"block_suggestion","action_id":"a","value":"pay"}})");
    world.until_sent(peer, 1);
    CHECK(peer.sent.front() == R"({"envelope_id":"e1","payload":{"options":[]}})");
    CHECK(world.unhandled().empty());
    CHECK(world.handled.empty());
}

TEST_CASE("on refresh the new link takes over before the old one is closed with 1000", "[gateway][socket_mode]") {
    link_bench world;
    auto& old = world.bring_up();
    old.say(R"({"type":"disconnect","reason":"refresh_requested"})");
    auto& fresh = world.bring_up();
    CHECK(old.close_code == 0);
    // The old link is still acknowledged on, for what came by it.
    old.say(link_bench::click("e1", "1.2.a"));
    world.until_sent(old, 1);
    CHECK(fresh.sent.empty());
    world.clock.pass(world.loop, 16s);
    fakes::run_until(world.loop, [&] { return old.close_code != 0; });
    CHECK(old.close_code == 1000);
    CHECK(world.urls.size() == 2);
    CHECK(world.urls[0] != world.urls[1]);
}

TEST_CASE("a link that is silent for half a minute is dropped and replaced", "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    for (int i = 0; i < 6; ++i) {
        peer.heard = std::chrono::steady_clock::now();
        world.clock.pass(world.loop, 10s);
    }
    CHECK_FALSE(peer.aborted);
    CHECK(peer.pings >= 5);
    for (int i = 0; i < 40 && world.peers.size() == 1; ++i) world.clock.pass(world.loop, 1s);
    CHECK(peer.aborted);
    world.bring_up();
    CHECK(world.links->health().reconnects == 1);
}

TEST_CASE("a lost link is made anew after a wait, with a fresh URL", "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    peer.hang_up(1006);
    fakes::run_until(world.loop, [&] { return !world.links->health().live; });
    world.clock.pass(world.loop, 2s);
    world.bring_up();
    CHECK(world.api.asked == 2);
}

TEST_CASE("an envelope whose link is gone before the acknowledgement counts as missed, and is still handled",
          "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    peer.broken = true;
    peer.say(link_bench::click("e1", "1.2.a"));
    fakes::run_until(world.loop, [&] { return world.handled.size() == 1; });
    CHECK(world.links->acknowledgements().missed == 1);
}

TEST_CASE("wrong credentials end the dialling and are reported", "[gateway][socket_mode]") {
    link_bench world;
    world.api.why = failure{errc::unauthorised, "Slack answered apps.connections.open with invalid_auth"};
    world.links->start();
    fakes::run_until(world.loop, [&] { return world.links->health().stopped; });
    world.clock.pass(world.loop, 1h);
    CHECK(world.api.asked == 1);
    CHECK(world.links->health().sentence.find("invalid_auth") != std::string::npos);
}

TEST_CASE("R5.13 stop closes the link with 1000 and dials no more", "[gateway][socket_mode]") {
    link_bench world;
    auto& peer = world.bring_up();
    world.run(world.links->stop(1s));
    CHECK(peer.close_code == 1000);
    world.clock.pass(world.loop, 10min);
    CHECK(world.peers.size() == 1);
}
