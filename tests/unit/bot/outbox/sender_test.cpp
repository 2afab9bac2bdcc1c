// The sender's loop: lanes, priorities, pace, and the end.
#include "bot/outbox/sender.hpp"

#include "outbox_bench.hpp"
#include "tests/fakes/run_until.hpp"

using namespace slipway;
using namespace slipway::outbox;

namespace {

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
    world.run(world.memory->wait_for_news(20ms));
    CHECK(world.slack.shown("C1").front().text == "running");
    CHECK(world.run(world.memory->outbox_depth()).value() == 1);
}
