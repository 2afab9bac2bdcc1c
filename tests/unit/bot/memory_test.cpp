// The database among several bots: who lives, who holds what, whose clock counts.
#include "bot/memory.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "bot/membership.hpp"
#include "commands/steps/people.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::bot;
using namespace std::chrono_literals;

namespace {

struct shared_desk {
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    asio::io_context loop;
    fakes::hand_clock machine;
    instant server = from_unix_ms(1'900'000'000'000);
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [this] { return server; }};
};

}  // namespace

TEST_CASE("R11.6 everybody can see which bots live and who holds what", "[bot][memory]") {
    shared_desk all;
    membership one{all.memory, all.machine, "one"};
    REQUIRE(all.run(one.join()));
    REQUIRE(all.run(all.memory.announce("two", {}, 1s)));
    store::batch changes;
    changes.work.push_back({"shop-1.4.0-1/push", "step/git_push", {}, all.server});
    changes.claims.push_back({"live/shop", "shop-1.4.0-1"});
    changes.claims.push_back({steps::link_claim(15), "UDEE"});
    REQUIRE(all.run(all.memory.commit(std::move(changes))));
    REQUIRE(all.run(all.memory.lease_work("two", {}, 1, 60s)));
    all.server += 5s;
    const auto lines = all.run(holdings_of(all.memory));
    REQUIRE(lines);
    std::string text;
    for (const auto& each : *lines) text += each + "\n";
    CHECK_THAT(text, Catch::Contains("bot one ") && Catch::Contains(": lives"));
    CHECK_THAT(text, Catch::Contains("bot two ") && Catch::Contains(": gone"));
    CHECK_THAT(text, Catch::Contains("work shop-1.4.0-1/push: two holds it until "));
    CHECK_THAT(text, Catch::Contains("name live/shop: belongs to shop-1.4.0-1") && !Catch::Contains("UDEE"));
    all.run(one.leave());
    CHECK(all.run(all.memory.members())->size() == 1);
}

TEST_CASE("R5.15 a machine whose clock jumps an hour goes on by the database's", "[bot][memory]") {
    shared_desk all;
    shared_clock clock{all.machine};
    CHECK(clock.now() == all.machine.now());  // nobody was asked yet
    REQUIRE(all.run(clock.ask(all.memory)));
    CHECK(std::chrono::abs(clock.now() - all.server) < 1s);
    all.machine.advance(milliseconds{3'600'000});
    CHECK(std::chrono::abs(clock.now() - all.server) < 1s);
    all.server += 30s;
    REQUIRE(all.run(clock.ask(all.memory)));
    CHECK(std::chrono::abs(clock.now() - all.server) < 1s);
}
