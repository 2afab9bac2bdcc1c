// A fixed set of seeds on every change, and what each guard is for: without it, a seed breaks a promise.
#include <spdlog/spdlog.h>

#include <catch2/catch.hpp>

#include "tests/fakes/rounds.hpp"
#include "tests/simulation/run.hpp"

using namespace slipway::simulation;
using slipway::fakes::rounds;
using slipway::fakes::sanitized;

namespace {

struct quiet {
    quiet() { spdlog::set_level(spdlog::level::off); }
    ~quiet() { spdlog::set_level(spdlog::level::info); }
};

/// The first promise that is broken without the guard, within so many seeds; "" = none.
std::string first_break(guard without, std::uint64_t most) {
    const quiet here;
    scene how;
    how.without = without;
    for (std::uint64_t seed = 1; seed <= most; ++seed) {
        const auto seen = run(seed, how);
        if (!seen.wrong.empty()) return seen.wrong.front();
    }
    return {};
}

}  // namespace

TEST_CASE("R5.1 R5.2 R5.3 R5.8 R5.9 R5.10 R7.3 R7.10 whole releases keep every promise under every kind of trouble",
          "[simulation]") {
    const quiet here;
    std::size_t deaths = 0;
    const std::uint64_t seeds = rounds(60U);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto seen = run(seed);
        deaths += seen.deaths;
        INFO("replay: tests/simulate --seeds 1 --first " << seed << " --verbose");
        for (const auto& each : seen.wrong) FAIL_CHECK(each);
    }
    CHECK(deaths > seeds);  // one a seed is its own end
}

namespace {

/// So many seeds of that scene keep every promise; how often a bot died in all of them.
std::size_t deaths_in(scene how, std::uint64_t seeds, const std::string& words) {
    const quiet here;
    std::size_t deaths = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto seen = run(seed, how);
        deaths += seen.deaths;
        INFO("replay: tests/simulate " << words << " --seeds 1 --first " << seed << " --verbose");
        for (const auto& each : seen.wrong) FAIL_CHECK(each);
    }
    return deaths;
}

scene several(int bots, int releases) {
    scene how;
    how.bots = bots;
    how.releases = releases;
    return how;
}

}  // namespace

TEST_CASE(
    "R11.1 R11.2 R11.4 twenty releases end as undisturbed ones while one of three bots is killed every few seconds",
    "[simulation]") {
    auto how = several(3, sanitized ? 3 : 20);
    how.struck = true;
    CHECK(deaths_in(how, 1, "--bots 3 --releases 20 --struck") > 100);
}
TEST_CASE("R11.1 R11.4 R11.6 several bots keep every promise under every kind of trouble", "[simulation]") {
    const auto seeds = rounds(20U);
    CHECK(deaths_in(several(3, 2), seeds, "--bots 3 --releases 2") > seeds * 3);  // three a seed are its own end
}
TEST_CASE("R11.5 bots of two versions side by side during an update keep every promise", "[simulation]") {
    auto how = several(3, 3);
    how.updated = true;
    static_cast<void>(deaths_in(how, rounds(20U), "--bots 3 --releases 3 --updated"));
}
TEST_CASE("one seed is one run", "[simulation]") {
    const quiet here;
    for (const std::uint64_t seed : {7U, 23U, 42U}) {
        const auto how = several(seed == 42 ? 2 : 1, 1);
        const auto once = run(seed, how), again = run(seed, how);
        CHECK(once.handlers == again.handlers);
        CHECK(once.events == again.events);
        CHECK(once.clicks == again.clicks);
        CHECK(once.took == again.took);
    }
}

TEST_CASE("R5.2 negative control: without an atomic push a seed leaves half a release", "[simulation]") {
    CHECK_FALSE(first_break(guard::atomic_push, 60).empty());
}
TEST_CASE("R5.8 negative control: acknowledged before it is stored, a click is lost", "[simulation]") {
    CHECK_FALSE(first_break(guard::inbox_before_ack, 200).empty());
}
TEST_CASE("R5.9 negative control: without looking it up, a message is posted twice", "[simulation]") {
    CHECK_FALSE(first_break(guard::outbox_lookup, 200).empty());
}
TEST_CASE("R4.5 negative control: without the check inside the transaction, something begins during a hold",
          "[simulation]") {
    CHECK_FALSE(first_break(guard::hold_check, 400).empty());
}
