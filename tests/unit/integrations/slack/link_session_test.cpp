// The Socket Mode machine as tables: what comes in, what has to be done.
#include "integrations/slack/link_session.hpp"

#include <catch2/catch.hpp>
#include <functional>

using namespace slipway;
using namespace slipway::slack;
using namespace std::chrono_literals;

namespace {

const std::string hello =
    R"({"type":"hello","num_connections":1,"debug_info":{"host":"applink-7","approximate_connection_time":18060},)"
    R"("connection_info":{"app_id":"A1"}})";

std::string disconnect(const std::string& reason) {
    return R"({"type":"disconnect","reason":")" + reason + R"(","debug_info":{"host":"applink-7"}})";
}

/// A session with its own time and a chance that always says the same.
struct bench {
    explicit bench(double roll = 0.5, int links = 1) : session{{.links = links}, [roll] { return roll; }} {}

    link_actions start() { return keep(session.start(now)); }
    link_actions text(link_id link, const std::string& frame) { return keep(session.text_frame(link, frame, now)); }

    /// Lets time pass in the steps the session asks for; everything it wants done on the way.
    link_actions pass(milliseconds span) {
        link_actions all;
        const auto until = now + span;
        while (now < until) {
            now = std::min(until, now + session.next_wait());
            if (heard_link != 0) session.heard(heard_link, now);
            for (auto& each : keep(session.tick(now))) all.push_back(std::move(each));
        }
        return all;
    }

    /// Idle → live: the whole way up for the link that was asked for last.
    link_id bring_up() {
        const auto link = last_fetch;
        keep(session.url_ready(link, now));
        keep(session.dialled(link, now));
        text(link, hello);
        heard_link = link;
        return link;
    }

    /// Plays a healthy Slack for whatever the machine waits for.
    void answer_outstanding() {
        const auto link = last_fetch;
        if (session.state_of(link) == link_state::fetching) session.url_ready(link, now);
        if (session.state_of(link) == link_state::dialling) session.dialled(link, now);
        if (session.state_of(link) == link_state::awaiting_hello) text(link, hello);
    }

    link_actions keep(link_actions actions) {
        for (const auto& each : actions)
            if (const auto* fetch = std::get_if<fetch_url>(&each)) last_fetch = fetch->link;
        return actions;
    }

    instant now = from_unix_ms(1'800'000'000'000);
    link_id last_fetch = 0;
    link_id heard_link = 0;  ///< this link's peer keeps talking
    link_session session;
};

template <class Action>
int count(const link_actions& actions) {
    int found = 0;
    for (const auto& each : actions) found += std::holds_alternative<Action>(each) ? 1 : 0;
    return found;
}

template <class Action>
const Action& only(const link_actions& actions) {
    REQUIRE(count<Action>(actions) == 1);
    for (const auto& each : actions)
        if (const auto* found = std::get_if<Action>(&each)) return *found;
    throw std::logic_error{"unreachable"};
}

bool says(const link_actions& actions, severity level, const std::string& part) {
    for (const auto& each : actions)
        if (const auto* line = std::get_if<report>(&each))
            if (line->level == level && line->sentence.find(part) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("a link goes from its URL over the dial to hello, and only then counts as live", "[slack][link]") {
    bench world;
    const auto link = only<fetch_url>(world.start()).link;
    CHECK(world.session.state_of(link) == link_state::fetching);
    CHECK(only<dial>(world.session.url_ready(link, world.now)).link == link);
    CHECK(world.session.state_of(link) == link_state::dialling);
    CHECK(world.session.dialled(link, world.now).empty());
    CHECK(world.session.state_of(link) == link_state::awaiting_hello);
    CHECK_FALSE(world.session.health().live);
    world.text(link, hello);
    CHECK(world.session.state_of(link) == link_state::live);
    CHECK(world.session.health().live);
    CHECK(world.session.health().sentence.empty());
    CHECK(world.session.health().connections == 1);
}

TEST_CASE("every event in every state has an answer, and none of them breaks the machine", "[slack][link]") {
    using event = std::function<link_actions(bench&, link_id)>;
    const failure broken{errc::unavailable, "no route"};
    const failure limited{errc::limited, "slow down"};
    const std::vector<std::pair<const char*, event>> events{
        {"start", [](bench& w, link_id) { return w.session.start(w.now); }},
        {"url ready", [](bench& w, link_id l) { return w.session.url_ready(l, w.now); }},
        {"url failed", [&](bench& w, link_id l) { return w.session.url_failed(l, broken, w.now); }},
        {"url limited", [&](bench& w, link_id l) { return w.session.url_failed(l, limited, w.now); }},
        {"dialled", [](bench& w, link_id l) { return w.session.dialled(l, w.now); }},
        {"dial failed", [&](bench& w, link_id l) { return w.session.dial_failed(l, broken, w.now); }},
        {"hello", [](bench& w, link_id l) { return w.text(l, hello); }},
        {"warning", [](bench& w, link_id l) { return w.text(l, disconnect("warning")); }},
        {"refresh", [](bench& w, link_id l) { return w.text(l, disconnect("refresh_requested")); }},
        {"disabled", [](bench& w, link_id l) { return w.text(l, disconnect("link_disabled")); }},
        {"crowded", [](bench& w, link_id l) { return w.text(l, disconnect("too_many_websockets")); }},
        {"new reason", [](bench& w, link_id l) { return w.text(l, disconnect("solar_flare")); }},
        {"envelope", [](bench& w, link_id l) { return w.text(l, R"({"type":"interactive","envelope_id":"e"})"); }},
        {"unknown", [](bench& w, link_id l) { return w.text(l, R"({"type":"novel","envelope_id":"e"})"); }},
        {"no id", [](bench& w, link_id l) { return w.text(l, R"({"type":"events_api"})"); }},
        {"not JSON", [](bench& w, link_id l) { return w.text(l, "UNAUTHENTICATED: cache_error"); }},
        {"an array", [](bench& w, link_id l) { return w.text(l, "[1,2]"); }},
        {"binary", [](bench& w, link_id l) { return w.session.binary_frame(l, w.now); }},
        {"bytes", [](bench& w, link_id l) { return w.session.heard(l, w.now); }},
        {"loss", [](bench& w, link_id l) { return w.session.lost(l, "1006", w.now); }},
        {"two minutes", [](bench& w, link_id) { return w.pass(2min); }},
        {"stop", [](bench& w, link_id) { return w.session.stop(w.now); }},
    };
    using preparation = std::function<link_id(bench&)>;
    const std::vector<std::pair<const char*, preparation>> states{
        {"idle", [](bench&) { return 1; }},
        {"fetching", [](bench& w) { return w.start(), w.last_fetch; }},
        {"dialling", [](bench& w) { return w.start(), w.session.url_ready(1, w.now), 1; }},
        {"awaiting hello",
         [](bench& w) { return w.start(), w.session.url_ready(1, w.now), w.session.dialled(1, w.now), 1; }},
        {"live", [](bench& w) { return w.start(), w.bring_up(); }},
        {"retiring", [](bench& w) { return w.start(), w.bring_up(), w.text(1, disconnect("warning")), 1; }},
        {"draining",
         [](bench& w) { return w.start(), w.bring_up(), w.text(1, disconnect("warning")), w.bring_up(), 1; }},
        {"closed", [](bench& w) { return w.start(), w.bring_up(), w.session.lost(1, "1006", w.now), 1; }},
        {"stopped", [](bench& w) { return w.start(), w.bring_up(), w.session.stop(w.now), 1; }},
    };
    for (const auto& [state, prepare] : states)
        for (const auto& [first, one] : events)
            for (const auto& [second, other] : events) {
                INFO(state << ", then " << first << ", then " << second);
                bench world;
                const auto link = prepare(world);
                world.keep(one(world, link));
                world.keep(other(world, link));
                CHECK(world.session.next_wait() > 0ms);
                CHECK(world.session.health().held <= 3);
                const bool going = !world.session.health().stopped && state != std::string{"idle"};
                // Whatever happened: a machine that was not stopped finds its way back to a live link.
                for (int tries = 0; going && tries < 40; ++tries) {
                    world.answer_outstanding();
                    if (world.session.health().live) break;
                    world.heard_link = 0;
                    world.pass(30s);
                }
                if (going) CHECK(world.session.health().live);
            }
}

TEST_CASE("refresh and warning make the replacement before the old link is let go", "[slack][link]") {
    for (const auto* reason : {"warning", "refresh_requested"}) {
        INFO(reason);
        bench world;
        world.start();
        const auto old = world.bring_up();
        const auto asked = world.text(old, disconnect(reason));
        const auto next = only<fetch_url>(asked).link;
        CHECK(count<close_link>(asked) == 0);
        CHECK(world.session.health().live);
        // Envelopes on the old link are still taken, before and after the swap.
        CHECK(count<deliver>(world.text(old, R"({"type":"interactive","envelope_id":"e1","payload":{}})")) == 1);
        CHECK(world.bring_up() == next);
        CHECK(world.session.state_of(old) == link_state::draining);
        CHECK(count<deliver>(world.text(old, R"({"type":"interactive","envelope_id":"e2","payload":{}})")) == 1);
        const auto later = world.pass(16s);
        CHECK(only<close_link>(later).link == old);
        CHECK(world.session.state_of(old) == link_state::closed);
        CHECK(world.session.health().reconnects == 1);
    }
}

TEST_CASE("a second warning for the same link does not ask for a second replacement", "[slack][link]") {
    bench world;
    world.start();
    const auto old = world.bring_up();
    CHECK(count<fetch_url>(world.text(old, disconnect("warning"))) == 1);
    CHECK(count<fetch_url>(world.text(old, disconnect("refresh_requested"))) == 0);
    CHECK(count<fetch_url>(world.keep(world.session.lost(old, "1006", world.now))) == 0);
    CHECK(count<fetch_url>(world.pass(1s)) == 0);
}

TEST_CASE("a reason nobody knows is treated as a refresh, after a wait", "[slack][link]") {
    bench world;
    world.start();
    const auto old = world.bring_up();
    const auto asked = world.text(old, disconnect("solar_flare"));
    CHECK(count<fetch_url>(asked) == 0);
    CHECK(says(asked, severity::warning, "solar_flare"));
    CHECK(count<fetch_url>(world.pass(2s)) == 1);
    CHECK(world.session.health().live);
}

TEST_CASE("too_many_websockets closes first, waits longer each time, and never overlaps", "[slack][link]") {
    bench world;
    world.start();
    milliseconds last{0};
    for (int round = 0; round < 4; ++round) {
        const auto link = world.last_fetch;
        world.session.url_ready(link, world.now);
        world.session.dialled(link, world.now);
        const auto refused = world.text(link, disconnect("too_many_websockets"));
        CHECK(only<close_link>(refused).link == link);
        CHECK(says(refused, severity::error, "ten"));
        const auto from = world.now;
        while (world.last_fetch == link) world.pass(1s);
        const auto waited = world.now - from;
        CHECK(waited >= 30s);
        CHECK(waited > last);
        last = waited;
    }
}

TEST_CASE("after too_many_websockets a retiring link is closed before the next one is asked for", "[slack][link]") {
    bench world;
    world.start();
    const auto old = world.bring_up();
    world.text(old, disconnect("warning"));
    const auto next = world.last_fetch;
    world.session.url_ready(next, world.now);
    world.session.dialled(next, world.now);
    world.text(next, disconnect("too_many_websockets"));
    CHECK(world.session.state_of(old) == link_state::retiring);
    const auto later = world.pass(62s);
    REQUIRE(count<fetch_url>(later) == 1);
    CHECK(world.session.state_of(old) == link_state::closed);
    CHECK(only<close_link>(later).link == old);
}

TEST_CASE("link_disabled is reported loudly and tried again slowly", "[slack][link]") {
    bench world;
    world.start();
    const auto link = world.bring_up();
    const auto told = world.text(link, disconnect("link_disabled"));
    CHECK(says(told, severity::error, "switched off"));
    CHECK(only<close_link>(told).link == link);
    CHECK(world.session.health().sentence.find("switch it on again") != std::string::npos);
    CHECK(count<fetch_url>(world.pass(4min)) == 0);
    CHECK(count<fetch_url>(world.pass(2min)) == 1);
}

TEST_CASE("wrong credentials stop the dialling, say so, and leave a live link alone", "[slack][link]") {
    bench world;
    world.start();
    const auto old = world.bring_up();
    world.text(old, disconnect("warning"));
    const failure revoked{errc::unauthorised, "Slack answered apps.connections.open with token_revoked"};
    const auto told = world.session.url_failed(world.last_fetch, revoked, world.now);
    CHECK(says(told, severity::error, "token_revoked"));
    CHECK(world.session.health().stopped);
    CHECK(world.session.health().live);
    CHECK(count<fetch_url>(world.pass(30min)) == 0);
    CHECK(count<fetch_url>(world.session.lost(old, "1006", world.now)) == 0);
    CHECK(count<fetch_url>(world.pass(30min)) == 0);
}

TEST_CASE("a 429 for the URL is never answered before its Retry-After", "[slack][link]") {
    bench world{0.0};
    world.start();
    failure limited{errc::limited, "slow down"};
    limited.retry_after = 40s;
    world.session.url_failed(world.last_fetch, limited, world.now);
    CHECK(count<fetch_url>(world.pass(39s)) == 0);
    CHECK(count<fetch_url>(world.pass(2s)) == 1);
    // Without the header it waits half a minute.
    world.session.url_failed(world.last_fetch, failure{errc::limited, "slow down"}, world.now);
    CHECK(count<fetch_url>(world.pass(29s)) == 0);
    CHECK(count<fetch_url>(world.pass(2s)) == 1);
}

TEST_CASE("waits between attempts double up to a cap and are reset only by a stable link", "[slack][link]") {
    bench world{0.999};
    world.start();
    const auto wait_after_failure = [&] {
        const auto link = world.last_fetch;
        const auto from = world.now;
        if (world.session.state_of(link) == link_state::fetching)
            world.keep(world.session.url_failed(link, failure{errc::unavailable, "no route"}, world.now));
        while (world.last_fetch == link) world.pass(100ms);
        return world.now - from;
    };
    std::vector<milliseconds> waits;
    for (int i = 0; i < 9; ++i) waits.push_back(wait_after_failure());
    CHECK(waits[0] <= 1100ms);
    CHECK(waits[8] > 50s);
    CHECK(waits[8] <= 60s);

    // Hello alone resets nothing: Slack may accept and then refuse.
    auto link = world.bring_up();
    world.pass(10s);
    auto from = world.now;
    world.keep(world.session.lost(link, "1006", world.now));
    world.heard_link = 0;
    while (world.last_fetch == link) world.pass(100ms);
    CHECK(world.now - from > 50s);

    link = world.bring_up();
    world.pass(31s);
    from = world.now;
    world.keep(world.session.lost(link, "1006", world.now));
    world.heard_link = 0;
    while (world.last_fetch == link) world.pass(100ms);
    CHECK(world.now - from <= 1100ms);
}

TEST_CASE("quick failures never ask for more than one URL per five seconds after a burst of five", "[slack][link]") {
    bench world{0.0};
    world.start();
    int asked = 1;
    const auto until = world.now + 60s;
    while (world.now < until) {
        if (world.session.state_of(world.last_fetch) == link_state::fetching)
            world.keep(world.session.url_failed(world.last_fetch, failure{errc::unavailable, "no route"}, world.now));
        asked += count<fetch_url>(world.pass(100ms));
    }
    CHECK(asked >= 12);
    CHECK(asked <= 17);
}

TEST_CASE("a link without hello within ten seconds is dropped and made anew", "[slack][link]") {
    bench world;
    world.start();
    world.session.url_ready(1, world.now);
    world.session.dialled(1, world.now);
    CHECK(count<abort_link>(world.pass(9s)) == 0);
    const auto later = world.pass(3s);
    CHECK(only<abort_link>(later).link == 1);
    CHECK(count<fetch_url>(later) == 1);
}

TEST_CASE("a live link is pinged every ten seconds and dead after thirty silent ones", "[slack][link]") {
    bench world;
    world.start();
    world.bring_up();
    CHECK(count<send_ping>(world.pass(60s)) == 6);
    CHECK(world.session.health().live);
    world.heard_link = 0;
    const auto silent = world.pass(29s);
    CHECK(count<abort_link>(silent) == 0);
    const auto dead = world.pass(3s);
    CHECK(count<abort_link>(dead) == 1);
    CHECK(count<fetch_url>(dead) == 1);
}

TEST_CASE("any byte counts as a sign of life, a text frame as much as a pong", "[slack][link]") {
    bench world;
    world.start();
    const auto link = world.bring_up();
    world.heard_link = 0;
    for (int i = 0; i < 5; ++i) {
        CHECK(count<abort_link>(world.pass(25s)) == 0);
        world.session.binary_frame(link, world.now);
    }
    CHECK(world.session.health().live);
}

TEST_CASE("pongs that come eight seconds late are no reason to let go of a link", "[slack][link]") {
    bench world;
    world.start();
    const auto link = world.bring_up();
    world.heard_link = 0;
    for (int i = 0; i < 30; ++i) {
        CHECK(count<abort_link>(world.pass(18s)) == 0);  // a ping after ten seconds, its pong after eight more
        world.session.heard(link, world.now);
    }
    CHECK(world.session.health().live);
}

TEST_CASE("a link is replaced a minute before Slack would recycle it, with jitter", "[slack][link]") {
    for (const auto& [roll, earliest, latest] :
         {std::tuple{0.0, 17'970s, 17'985s}, std::tuple{0.5, 17'990s, 18'005s}, std::tuple{0.999, 18'010s, 18'025s}}) {
        bench world{roll};
        world.start();
        const auto old = world.bring_up();
        CHECK(count<fetch_url>(world.pass(earliest)) == 0);
        CHECK(count<fetch_url>(world.pass(latest - earliest)) == 1);
        CHECK(world.session.state_of(old) == link_state::retiring);
        CHECK(world.session.health().live);
    }
}

TEST_CASE("text that is not JSON drops the link, binary frames do not", "[slack][link]") {
    bench world;
    world.start();
    const auto link = world.bring_up();
    CHECK(count<close_link>(world.session.binary_frame(link, world.now)) == 0);
    const auto dropped = world.text(link, "UNAUTHENTICATED: cache_error");
    CHECK(only<close_link>(dropped).link == link);
    CHECK(world.session.state_of(link) == link_state::closed);
    CHECK(count<fetch_url>(world.pass(2s)) == 1);
}

TEST_CASE("an envelope of an unknown type is acknowledged and logged", "[slack][link]") {
    bench world;
    world.start();
    const auto link = world.bring_up();
    const auto done = world.text(link, R"({"type":"novel","envelope_id":"e9","payload":{}})");
    CHECK(only<acknowledge>(done).envelope_id == "e9");
    CHECK(says(done, severity::warning, "novel"));
    CHECK(count<deliver>(done) == 0);
}

TEST_CASE("more connections than ours is worth a warning", "[slack][link]") {
    bench world;
    world.start();
    world.session.url_ready(1, world.now);
    world.session.dialled(1, world.now);
    const auto told = world.text(1, R"({"type":"hello","num_connections":3})");
    CHECK(says(told, severity::warning, "another process"));
    CHECK(world.session.health().connections == 3);
    CHECK(world.session.health().held == 1);
}

TEST_CASE("R5.15 a clock that jumps an hour, either way, kills no healthy link", "[slack][link]") {
    for (const auto jump : {-1h, 1h}) {
        bench world;
        world.start();
        const auto link = world.bring_up();
        world.pass(60s);
        world.now += jump;
        const auto after = world.session.tick(world.now);
        CHECK(count<abort_link>(after) == 0);
        CHECK(count<abort_link>(world.pass(60s)) == 0);
        CHECK(world.session.state_of(link) == link_state::live);
        // And a dead one is still found in its time.
        world.heard_link = 0;
        CHECK(count<abort_link>(world.pass(33s)) == 1);
    }
}

TEST_CASE("an upgrade that was refused with a time to come back is not tried before", "[slack][link]") {
    bench world{0.0};
    world.start();
    world.session.url_ready(1, world.now);
    failure busy{errc::unavailable, "the websocket server refused the upgrade with status 503"};
    busy.retry_after = 20s;
    const auto told = world.keep(world.session.dial_failed(1, busy, world.now));
    CHECK(says(told, severity::warning, "503"));
    CHECK(world.session.health().sentence.find("503") != std::string::npos);
    CHECK(count<fetch_url>(world.pass(19s)) == 0);
    CHECK(count<fetch_url>(world.pass(2s)) == 1);
}

TEST_CASE("two links are asked for one after the other, and each is replaced by itself", "[slack][link]") {
    bench world{0.5, 2};
    world.start();
    CHECK(world.last_fetch == 1);
    CHECK(count<fetch_url>(world.pass(3s)) == 0);  // one URL at a time
    CHECK(count<fetch_url>(world.keep(world.session.url_ready(1, world.now))) == 1);
    world.session.dialled(1, world.now);
    world.text(1, hello);
    world.bring_up();
    CHECK(world.session.state_of(1) == link_state::live);
    CHECK(world.session.state_of(2) == link_state::live);
    CHECK(world.session.health().held == 2);

    CHECK(count<fetch_url>(world.text(1, disconnect("refresh_requested"))) == 1);
    CHECK(world.bring_up() == 3);
    CHECK(world.session.state_of(1) == link_state::draining);
    CHECK(world.session.state_of(2) == link_state::live);

    // One breaks: the other serves, and health has nothing to complain of.
    const auto broken = world.session.lost(2, "1006", world.now);
    CHECK(count<fetch_url>(broken) == 0);
    CHECK(world.session.health().live);
    CHECK(count<fetch_url>(world.pass(3s)) == 1);
}

TEST_CASE("health tells the age of the last byte and of the last hello", "[slack][link]") {
    bench world;
    CHECK_FALSE(world.session.health().transport_age);
    CHECK_FALSE(world.session.health().hello_age);
    world.start();
    const auto link = world.bring_up();
    world.pass(40s);
    CHECK(world.session.health().hello_age == 40s);
    CHECK(world.session.health().transport_age == 0s);
    world.heard_link = 0;
    world.pass(12s);
    CHECK(world.session.health().transport_age == 12s);
    world.session.lost(link, "1006", world.now);
    CHECK_FALSE(world.session.health().transport_age);
    CHECK(world.session.health().hello_age == 52s);
}

TEST_CASE("a link that Slack wants to have replaced counts as serving until the next one says hello", "[slack][link]") {
    bench world;
    world.start();
    const auto old = world.bring_up();
    world.text(old, disconnect("warning"));
    CHECK(world.session.state_of(old) == link_state::retiring);
    CHECK(world.session.health().live);
    CHECK(count<send_ping>(world.pass(11s)) == 1);
}

TEST_CASE("stop closes what is open and dials no more", "[slack][link]") {
    bench world;
    world.start();
    const auto link = world.bring_up();
    CHECK(only<close_link>(world.session.stop(world.now)).link == link);
    CHECK(world.session.health().stopped);
    CHECK(count<fetch_url>(world.pass(10min)) == 0);
    CHECK(count<fetch_url>(world.session.start(world.now)) == 0);
}
