// A fixed set of seeds on every change, and what each guard is for: without it, a seed breaks a promise.
#include <spdlog/spdlog.h>

#include <catch2/catch.hpp>

#include "tests/fakes/rounds.hpp"
#include "tests/simulation/run.hpp"

using namespace slipway::simulation;
using slipway::fakes::rounds;

namespace {

struct quiet {
    quiet() { spdlog::set_level(spdlog::level::off); }
    ~quiet() { spdlog::set_level(spdlog::level::info); }
};

/// The first promise that is broken without the guard, within so many seeds; "" = none.
std::string first_break(guard without, std::uint64_t most) {
    const quiet here;
    for (std::uint64_t seed = 1; seed <= most; ++seed) {
        const auto seen = run(seed, without);
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

TEST_CASE("one seed is one run", "[simulation]") {
    const quiet here;
    for (const std::uint64_t seed : {7U, 23U, 42U}) {
        const auto once = run(seed), again = run(seed);
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
