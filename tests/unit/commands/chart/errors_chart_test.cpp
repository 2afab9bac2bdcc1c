#include "commands/chart/errors_chart.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

using namespace slipway;
using namespace slipway::chart;

namespace {

errors_picture sample() {
    errors_picture made;
    made.title = "core 1.4.0: 132 errors in 15 min after the deploy, 21 in 60 min before";
    made.from = *from_iso("2026-11-23T12:00:00Z");
    made.deployed = made.from + std::chrono::minutes{60};
    made.settled = made.deployed + std::chrono::minutes{2};
    made.until = made.deployed + std::chrono::minutes{17};
    made.marker = "deploy of 1.4.0";
    made.total.assign(77, 0);
    layer cart{"TypeError: Cannot read properties of undefined (reading 'total')", std::vector<std::uint32_t>(77, 0)};
    layer store{"Undefined function total_price()", std::vector<std::uint32_t>(77, 0)};
    for (std::size_t i = 0; i < 77; ++i) {
        made.total[i] = i % 3 == 0 ? 1 : 0;
        if (i < 60) continue;
        cart.per_minute[i] = static_cast<std::uint32_t>(i % 5 + 3);
        store.per_minute[i] = i > 66 ? 2 : 0;
        made.total[i] += cart.per_minute[i] + store.per_minute[i];
    }
    made.layers = {cart, store};
    return made;
}

std::uint32_t number_at_byte(const std::string& png, std::size_t at) {
    std::uint32_t made = 0;
    for (std::size_t i = 0; i < 4; ++i) made = made << 8U | static_cast<unsigned char>(png.at(at + i));
    return made;
}

}  // namespace

TEST_CASE("errors per minute become a PNG of 1200 by 420", "[chart]") {
    const auto png = draw(sample());
    REQUIRE(png);
    CHECK(png->starts_with("\x89PNG\r\n"));
    CHECK(number_at_byte(*png, 16) == 1200);
    CHECK(number_at_byte(*png, 20) == 420);
    CHECK(png->size() < 100'000);
    // To look at it: SLIPWAY_CHART=/tmp/chart.png test_commands_chart
    if (const auto* file = std::getenv("SLIPWAY_CHART")) std::ofstream{file, std::ios::binary} << *png;
}

TEST_CASE("a picture of nothing, of one minute and of a storm can be drawn", "[chart]") {
    auto none = sample();
    none.total.clear();
    none.layers.clear();
    CHECK(draw(none));
    none.total = {50'000};
    CHECK(draw(none));
}

TEST_CASE("a title of a stranger cannot break the picture", "[chart]") {
    auto hostile = sample();
    hostile.layers[0].label = std::string(5'000, 'x') + "\n\t\x01";
    hostile.layers[1].label = "Ünïcode \xF0\x9F\x92\xA5 at the place where it is cut in two";
    hostile.title = std::string(300, '\xC3');
    CHECK(draw(hostile));
}
