// The sender's loop: lanes, priorities, pace, and the end.
#include "bot/outbox/sender.hpp"

#include <boost/asio/co_spawn.hpp>

#include "outbox_bench.hpp"
#include "tests/fakes/hand_timers.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/run_until.hpp"

using namespace slipway;
using namespace slipway::outbox;

namespace {

/// Takes the request, and never answers.
class silent_slack final : public slack::web_api {
public:
    explicit silent_slack(timers& clock) : clock_{clock} {}
    task<result<json::object>> call(std::string method, json::object) override {
        calls.push_back(std::move(method));
        co_await clock_.sleep(24h);
        co_return json::object{};
    }
    task<result<>> upload(std::string, std::string) override { co_return result<>{}; }
    task<result<>> respond(std::string, json::object) override { co_return result<>{}; }
    std::vector<std::string> calls;

private:
    timers& clock_;
};

struct sender_bench : outbox_bench {
    ~sender_bench() { run(sends.stop(1s)); }
    void until_sent() {
        fakes::run_until(loop, [this] { return calm(); });
    }
    std::vector<instant> times_of(std::string_view method) const {
        std::vector<instant> times;
        for (const auto& each : slack.calls)
            if (each.method == method) times.push_back(each.at);
        return times;
    }
    sender sends{loop.get_executor(), *memory, slack, clock, [] { return 0.5; }};

private:
    /// Asked on a loop of its own: the store answers there as well.
    bool calm() { return sends.figures().sent + sends.figures().given_up >= wanted; }

public:
    std::uint64_t wanted = 0;  ///< rows that must have come to an end
};

}  // namespace

TEST_CASE("what is put while the sender sleeps goes out at once", "[outbox][sender]") {
    sender_bench world;
    world.sends.start();
    world.wanted = 1;
    world.put("board", board("running"));
    world.until_sent();
    CHECK(world.slack.shown("C1").size() == 1);
}

TEST_CASE("R7.2 edits of one channel are a second apart, and the last state is the one that stays",
          "[outbox][sender]") {
    sender_bench world;
    world.put("board", board("0"));
    world.put("other", board("0"));
    world.sends.start();
    world.wanted = 2;
    world.until_sent();
    for (int i = 1; i <= 30; ++i) {
        world.put("board", board(std::to_string(i)));
        world.put("other", board(std::to_string(i)));
    }
    fakes::run_until(world.loop, [&] {
        const auto shown = world.slack.shown("C1");
        return shown[0].text == "30" && shown[1].text == "30";
    });
    const auto edits = world.times_of("chat.update");
    REQUIRE(edits.size() >= 2);
    for (std::size_t i = 1; i < edits.size(); ++i) CHECK(edits[i] - edits[i - 1] >= 1s);
}

TEST_CASE("R11.7 a channel that only keeps its pace takes no other channel's place", "[outbox][sender]") {
    asio::io_context loop;
    fakes::hand_timers time;
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [&time] { return time.now(); }, &time};
    fakes::fake_slack slack{time};
    sender_settings one_at_a_time;
    one_at_a_time.lanes_at_once = 1;
    sender sends{loop.get_executor(), memory, slack, time, [] { return 0.5; }, one_at_a_time};
    auto here = board("0");
    auto elsewhere = here;
    elsewhere.channel = "C2";
    const auto show = [&](const std::string& text) {
        here.text = elsewhere.text = text;
        store::batch wanted;
        wanted.outbox.push_back({"here", slack::lane_of(here), 5, slack::to_json(here), std::nullopt});
        wanted.outbox.push_back({"elsewhere", slack::lane_of(elsewhere), 5, slack::to_json(elsewhere), std::nullopt});
        REQUIRE(fakes::run_on(loop, memory.commit(std::move(wanted))));
        time.pass(loop, 0s);
    };
    sends.start();
    show("0");
    REQUIRE(slack.messages.size() == 2);
    show("1");
    CHECK(slack.shown("C1").front().text == "1");
    CHECK(slack.shown("C2").front().text == "1");
    fakes::run_on(loop, sends.stop(0s));
}

TEST_CASE("R7.2 gate changes jump the queue", "[outbox][sender]") {
    sender_bench world;
    for (int i = 0; i < 5; ++i) world.put("detail-" + std::to_string(i), board("detail"), slack::priority::detail);
    world.put("gate", board("gate"), slack::priority::gate);
    world.sends.start();
    world.wanted = 6;
    world.until_sent();
    CHECK(world.slack.messages.front().text == "gate");
}

TEST_CASE("one channel's trouble does not hold up another", "[outbox][sender]") {
    sender_bench world;
    failure limited{errc::limited, "slow down"};
    limited.retry_after = 20s;
    world.slack.will_fail("chat.postMessage", limited);
    world.put("first", board("first"), slack::priority::gate);
    auto elsewhere = board("elsewhere");
    elsewhere.channel = "C2";
    world.put("second", elsewhere, slack::priority::detail);
    const auto begun = world.clock.now();
    world.sends.start();
    world.wanted = 2;
    world.until_sent();
    REQUIRE(world.slack.messages.size() == 2);
    CHECK(world.slack.messages.front().channel == "C2");
    // R5.11 the limited one came back no earlier than it was allowed to.
    CHECK(world.times_of("chat.postMessage").back() - begun >= 20s);
    CHECK(world.sends.figures().retried == 1);
}

TEST_CASE(
    "R11.2 among several senders a delivery is cut off before its lease ends, and looked up before it is repeated",
    "[outbox][sender]") {
    asio::io_context loop;
    fakes::hand_timers time;
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [&time] { return time.now(); }, &time};
    silent_slack nobody{time};
    sender_settings how;
    how.lease = 15s;
    how.deliver_within = 11s;
    sender sends{loop.get_executor(), memory, nobody, time, [] { return 0.5; }, how};
    const auto wish = board("running");
    store::batch wanted;
    wanted.outbox.push_back({"board", slack::lane_of(wish), 5, slack::to_json(wish), std::nullopt});
    REQUIRE(fakes::run_on(loop, memory.commit(std::move(wanted))));
    sends.start();
    time.pass(loop, 10s);
    CHECK(nobody.calls == std::vector<std::string>{"chat.postMessage"});
    CHECK(sends.figures().retried == 0);
    time.pass(loop, 2s);
    CHECK(sends.figures().retried == 1);
    const auto& row = books.outbox.at("board").row;
    CHECK(row.attempted);  // whoever has it next looks first
    CHECK_THAT(row.last_error, Catch::Contains("did not answer within"));
    time.pass(loop, 60s);
    REQUIRE(nobody.calls.size() > 1);
    CHECK(nobody.calls[1] == "conversations.history");
    bool over = false;
    asio::co_spawn(loop, sends.stop(0s), [&over](const std::exception_ptr&) { over = true; });
    for (int i = 0; i < 10 && !over; ++i) time.pass(loop, 1s);
    CHECK(over);
}

TEST_CASE("rows of one lane never overtake each other at the same priority", "[outbox][sender]") {
    sender_bench world;
    for (int i = 0; i < 9; ++i) world.put("m" + std::to_string(i), board(std::to_string(i)));
    world.sends.start();
    world.wanted = 9;
    world.until_sent();
    std::string order;
    for (const auto& each : world.slack.messages) order += each.text;
    CHECK(order == "012345678");
}

TEST_CASE("R5.13 a stopped sender leases nothing more and leaves nothing half settled", "[outbox][sender]") {
    sender_bench world;
    world.sends.start();
    world.wanted = 1;
    world.put("board", board("running"));
    world.until_sent();
    world.run(world.sends.stop(1s));
    world.put("board", board("done"));
    CHECK(world.run(world.memory->wait_for_news(store::topic::messages, 20ms)) == store::heard::from_us);
    world.run(world.memory->wait_for_news(store::topic::messages, 20ms));
    CHECK(world.slack.shown("C1").front().text == "running");
    CHECK(world.run(world.memory->outbox_depth()).value() == 1);
}
