// Releases that wait for people cost rows in the store, and nothing of the process. How much memory: bench_waiting.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;
using release::step_status;

namespace {

struct held_by_process {
    std::size_t threads = 0, descriptors = 0;
};

held_by_process count_now() {
    const auto entries = [](const char* folder) {
        const std::filesystem::directory_iterator all{folder};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    };
    return {entries("/proc/self/task"), entries("/proc/self/fd")};
}

}  // namespace

TEST_CASE("R2.13 releases that wait hold no worker, no thread and no connection, however many they are",
          "[conductor]") {
    bench house;
    bot one{house, "one"};
    const auto begin_and_wait = [&](const std::string& project) {
        REQUIRE(house.begin(one.releases, project));
        house.until_status("read", step_status::asking, project + "-1.4.0-1");
        house.until([&](const auto&) { return one.in_flight() == 0; }, project + "-1.4.0-1");
    };
    begin_and_wait("shop");
    const auto with_one = count_now();
    for (int i = 0; i < 20; ++i) begin_and_wait("shop" + std::to_string(i));
    CHECK(count_now().threads == with_one.threads);
    CHECK(count_now().descriptors == with_one.descriptors);
    CHECK(one.in_flight() == 0);
}

TEST_CASE("R2.13 negative control: a step that works holds a worker", "[conductor]") {
    bench house;
    house.outside.faults["tests"] = {world::fault::hang};
    bot one{house, "one"};
    REQUIRE(house.begin(one.releases));
    house.until_logged("perform tests");
    house.until_status("read", step_status::asking);
    // The worker that looked goes a moment after what it saw is known; the one that hangs stays.
    house.until([&](const auto&) { return one.in_flight() <= 1; });
    CHECK(one.in_flight() == 1);
}
