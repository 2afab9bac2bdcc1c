// Bots that share their work: mixed versions, a database that one of them cannot reach, a polite end.
#include <catch2/catch.hpp>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using fakes::world;
using release::step_status;

TEST_CASE("R11.5 a bot of an older version leaves work alone that it does not know, and a newer one does it",
          "[conductor][several]") {
    bench house;
    kind_map all;
    std::swap(all, house.kinds);
    bot older{house, "older"};
    REQUIRE(house.begin(older.releases));
    const auto later = house.clock.now() + milliseconds{30'000};
    house.until([&](const auto&) { return house.clock.now() >= later; });
    CHECK(house.stored().step("announce")->status == step_status::running);  // neither done nor failed
    CHECK(house.outside.log.empty());
    older.kill();
    house.kinds = std::move(all);
    bot newer{house, "newer"};
    house.until_status("announce", step_status::done);
}

TEST_CASE("R5.13 a bot that is told to stop gives its work back, and another one goes on at once",
          "[conductor][several]") {
    const auto seconds_until_next = [](bool politely) {
        bench house;
        house.outside.faults["tests"] = {world::fault::hang};
        auto one = std::make_unique<bot>(house, "one");
        REQUIRE(house.begin(one->releases));
        house.until_logged("perform tests");
        if (politely)
            one->leave();
        else
            one->kill();
        const auto left = house.clock.now();
        bot two{house, "two"};
        house.until_status("tests", step_status::done);
        return std::chrono::duration_cast<std::chrono::seconds>(house.clock.now() - left);
    };
    CHECK(seconds_until_next(true) < std::chrono::seconds{3});
    CHECK(seconds_until_next(false) >= std::chrono::seconds{3});  // negative control: the lease has to run out
}
