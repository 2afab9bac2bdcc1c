// Stored, recognised, handled, and handled again after a crash.
#include "bot/gateway/inbox.hpp"

#include "gateway_bench.hpp"
#include "tests/fakes/memory_store.hpp"

using namespace slipway;
using namespace slipway::gateway;

namespace {

struct inbox_bench : gateway_bench {
    inbox_bench() { open_inbox(noting()); }
    payload_handler noting() {
        return [this](slack::payload, std::string id) { return note(std::move(id)); };
    }
    task<> note(std::string id) {
        handled.push_back(std::move(id));
        if (fails) throw std::runtime_error{"a bug in the handler"};
        co_return;
    }
    inbox::reception receive(const std::string& frame) {
        auto got = run(envelopes->receive(envelope_of(frame)));
        REQUIRE(got);
        return *got;
    }
    void handle(const inbox::reception& got) {
        envelopes->handle(got.id, {});
        fakes::run_until(loop, [this] { return envelopes->running() == 0; });
    }
    std::vector<std::string> handled;
    bool fails = false;
};

}  // namespace

TEST_CASE("R5.8 an envelope is stored before anything else, and marked when its handler is done", "[gateway][inbox]") {
    inbox_bench world;
    const auto got = world.receive(inbox_bench::click("e1", "1.2.a"));
    CHECK(got.arrival == store::arrival::fresh);
    CHECK(got.to_handle);
    REQUIRE(world.unhandled().size() == 1);
    world.handle(got);
    CHECK(world.handled.size() == 1);
    CHECK(world.unhandled().empty());
}

TEST_CASE("R5.8 the same click under another envelope id is a repeat", "[gateway][inbox]") {
    inbox_bench world;
    world.handle(world.receive(inbox_bench::click("e1", "1.2.a")));
    for (const auto* id : {"e1", "e2"}) {
        const auto again = world.receive(inbox_bench::click(id, "1.2.a"));
        CHECK(again.arrival == store::arrival::repeat);
        CHECK_FALSE(again.to_handle);
    }
    CHECK(world.receive(inbox_bench::click("e1", "1.2.b")).to_handle);
}

TEST_CASE("R5.8 what a crash left behind is handled at the next start, oldest first", "[gateway][inbox]") {
    inbox_bench world;
    world.receive(inbox_bench::click("e1", "1.2.a"));
    world.receive(inbox_bench::click("e2", "1.2.b"));
    world.open_inbox(world.noting());  // the next start
    const auto again = world.run(world.envelopes->recover());
    REQUIRE(again);
    CHECK(*again == 2);
    fakes::run_until(world.loop, [&] { return world.envelopes->running() == 0; });
    REQUIRE(world.handled.size() == 2);
    CHECK(world.handled[0] == slack::repeat_key(inbox_bench::envelope_of(inbox_bench::click("e1", "1.2.a"))));
    CHECK(world.unhandled().empty());
}

TEST_CASE("a click of the day before yesterday is not acted upon", "[gateway][inbox]") {
    inbox_bench world;
    world.receive(inbox_bench::click("e1", "1.2.a"));
    world.clock.pass(world.loop, 25h);
    world.open_inbox(world.noting());  // the next start
    CHECK(world.run(world.envelopes->recover()).value() == 0);
    fakes::run_until(world.loop, [&] { return world.envelopes->running() == 0; });
    CHECK(world.handled.empty());
    CHECK(world.unhandled().empty());
}

TEST_CASE("an envelope whose handling broke stays, and its repeat gets the second chance", "[gateway][inbox]") {
    inbox_bench world;
    world.fails = true;
    world.handle(world.receive(inbox_bench::click("e1", "1.2.a")));
    CHECK(world.unhandled().size() == 1);
    world.fails = false;
    const auto again = world.receive(inbox_bench::click("e2", "1.2.a"));
    CHECK(again.arrival == store::arrival::repeat);
    REQUIRE(again.to_handle);
    world.handle(again);
    CHECK(world.handled.size() == 2);
    CHECK(world.unhandled().empty());
}

TEST_CASE("R11.1 what a dead bot has acknowledged is handled by one that lives, once, and not before it is dead",
          "[gateway][inbox]") {
    asio::io_context loop;
    fakes::hand_timers clock;
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [&clock] { return clock.now(); }};
    int handled = 0;
    const auto handle = [&handled](slack::payload, std::string) -> task<> {
        ++handled;
        co_return;
    };
    inbox_settings mine, theirs;
    mine.owner = "one";
    theirs.owner = "two";
    inbox one{loop.get_executor(), memory, clock, handle, mine};
    inbox two{loop.get_executor(), memory, clock, handle, theirs};
    for (const auto* name : {"one", "two"}) REQUIRE(fakes::run_on(loop, memory.announce(name, {}, 6s)));
    const auto frame = parse_json(inbox_bench::click("e1", "1.2.a"));
    REQUIRE(fakes::run_on(loop, one.receive(*slack::envelope_from_json(frame->as_object()))));
    CHECK(fakes::run_on(loop, two.recover()).value() == 0);
    clock.pass(loop, 7s);
    REQUIRE(fakes::run_on(loop, memory.announce("two", {}, 6s)));
    CHECK(fakes::run_on(loop, two.recover()).value() == 1);
    CHECK(fakes::run_on(loop, two.recover()).value() == 0);  // it has it in hand
    fakes::run_until(loop, [&] { return two.running() == 0; });
    CHECK(handled == 1);
    CHECK(fakes::run_on(loop, memory.unhandled(inbox_source))->empty());
}

TEST_CASE("R5.8 an envelope whose storing was never confirmed is handled all the same, once", "[gateway][inbox]") {
    for (const int lost : {1, 2}) {
        asio::io_context loop;
        fakes::hand_timers clock;
        fakes::memory_books books;
        fakes::memory_store memory{loop.get_executor(), books, [&clock] { return clock.now(); }};
        inbox envelopes{loop.get_executor(), memory, clock, [](slack::payload, std::string) -> task<> { co_return; }};
        const auto receive = [&](const char* id) {
            const auto frame = parse_json(inbox_bench::click(id, "1.2.a"));
            return fakes::run_on(loop, envelopes.receive(*slack::envelope_from_json(frame->as_object())));
        };
        books.lost_arrivals = lost;
        const auto first = receive("e1");
        CHECK(first.has_value() == (lost == 1));  // asked a second time: it is there
        if (first) CHECK(first->to_handle);
        const auto repeat = receive("e2");
        REQUIRE(repeat);
        CHECK(repeat->to_handle == (lost == 2));
        CHECK_FALSE(receive("e3")->to_handle);
        CHECK(books.inbox.size() == 1);
    }
}

TEST_CASE("the stored form holds what is needed to handle it, and no verification token", "[gateway][inbox]") {
    inbox_bench world;
    world.receive(R"({"type":"slash_commands","envelope_id":"e1","payload":{"token":"secret-token",
        "command":"/release","text":"status","user_id":"U1","team_id":"T1","trigger_id":"1.2.a"}})");
    const auto left = world.unhandled();
    REQUIRE(left.size() == 1);
    CHECK(json::serialize(left[0].payload).find("secret-token") == std::string::npos);
    std::vector<slack::payload> seen;
    world.open_inbox(dispatch_to([&](slack::payload what, std::string) -> task<> {  // the next start
        seen.push_back(std::move(what));
        co_return;
    }));
    REQUIRE(world.run(world.envelopes->recover()).value() == 1);
    fakes::run_until(world.loop, [&] { return world.envelopes->running() == 0; });
    REQUIRE(seen.size() == 1);
    CHECK(std::get<slack::slash_command>(seen[0]).text.raw() == "status");
    CHECK(slack::origin_of(seen[0]).received == left[0].received);
}

TEST_CASE("what nobody asked us is not acted upon", "[gateway][dispatcher]") {
    slack::message_posted own;
    own.bot_id = "B1";
    slack::message_posted edited;
    edited.subtype = "message_changed";
    slack::app_mention by_bot;
    by_bot.bot_id = "B2";
    CHECK(is_noise(slack::payload{own}));
    CHECK(is_noise(slack::payload{edited}));
    CHECK(is_noise(slack::payload{by_bot}));
    CHECK(is_noise(slack::payload{slack::unknown_payload{}}));
    CHECK_FALSE(is_noise(slack::payload{slack::message_posted{}}));
    CHECK_FALSE(is_noise(slack::payload{slack::block_action{}}));
}
