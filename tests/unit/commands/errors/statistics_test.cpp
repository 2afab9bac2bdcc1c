#include "commands/errors/statistics.hpp"

#include <catch2/catch.hpp>

using namespace slipway::errors;

TEST_CASE("the exact test gives the chance of so many errors had nothing changed", "[errors][statistics]") {
    // 10 against 10 in equal spans: P(X >= 10), X ~ Binomial(20, 1/2) = 0.5881
    CHECK(compare({.before = 10, .before_span = 60, .after = 10, .after_span = 60}, 0.05).p ==
          Approx(0.5881).margin(1e-4));
    // nothing before, 4 after in 5 of 65 minutes: p0^4
    const auto fresh = compare({.before = 0, .before_span = 60, .after = 4, .after_span = 5}, 0.05);
    CHECK(fresh.p == Approx(std::pow(5.0 / 65.0, 4)));
    CHECK(compare({.before = 5, .before_span = 60, .after = 0, .after_span = 5}, 0.05).p == 1.0);
    CHECK(compare({.before = 0, .before_span = 0, .after = 9, .after_span = 0}, 0.05).p == 1.0);
}

TEST_CASE("the ratio comes with what it is at least", "[errors][statistics]") {
    const auto found = compare({.before = 60, .before_span = 60, .after = 50, .after_span = 5}, 0.001);
    CHECK(found.ratio == Approx(10));
    CHECK(found.at_least > 5);
    CHECK(found.at_least < found.ratio);
    CHECK(compare({.before = 0, .before_span = 60, .after = 5, .after_span = 5}, 0.001).at_least < 120);
}

TEST_CASE("a tolerated drift is no alarm", "[errors][statistics]") {
    const comparison drift{.before = 600, .before_span = 60, .after = 140, .after_span = 10};
    auto tolerant = drift;
    tolerant.tolerated = 1.5;
    CHECK(compare(drift, 0.001).p < 0.001);
    CHECK(compare(tolerant, 0.001).p > 0.5);
}

TEST_CASE("bursts count as one piece of evidence each", "[errors][statistics]") {
    CHECK(burst_of({}) == 1);
    CHECK(burst_of({0, 0, 0}) == 1);
    CHECK(burst_of({1, 1, 1, 1}) == 1);
    CHECK(burst_of({0, 0, 0, 40, 0, 0, 0, 40}) > 8);
    const comparison calm{.before = 80, .before_span = 60, .after = 40, .after_span = 10};
    auto bursty = calm;
    bursty.burst = 20;
    CHECK(compare(calm, 0.001).p < 0.001);
    CHECK(compare(bursty, 0.001).p > 0.05);
}

TEST_CASE("from nothing, the number that alarms grows with the time watched", "[errors][statistics]") {
    CHECK(alarm_from_nothing(60, 2, 1, 2.5e-4) == 3);
    CHECK(alarm_from_nothing(60, 5, 1, 2.5e-4) == 4);
    CHECK(alarm_from_nothing(60, 10, 1, 2.5e-4) == 5);
    CHECK(alarm_from_nothing(60, 15, 1, 2.5e-4) == 6);
}

TEST_CASE("many groups must not make an alarm by being many", "[errors][statistics]") {
    CHECK(holm({}, 0.05).empty());
    CHECK(holm({0.04}, 0.05) == std::vector<bool>{true});
    CHECK(holm({0.04, 0.04}, 0.05) == std::vector<bool>{false, false});
    CHECK(holm({0.03, 0.001, 0.9}, 0.05) == std::vector<bool>{false, true, false});
    CHECK(holm({0.02, 0.001, 0.9}, 0.05) == std::vector<bool>{true, true, false});
}
