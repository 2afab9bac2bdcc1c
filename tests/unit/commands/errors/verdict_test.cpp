#include "commands/errors/verdict.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace slipway;
using namespace slipway::errors;
using counts = std::vector<std::uint32_t>;

namespace {

group_counts known(std::string name, counts before, counts after) {
    group_counts made;
    made.group = std::move(name);
    made.before = std::move(before);
    made.after = std::move(after);
    made.servers_after = 2;
    made.seen_before = true;
    return made;
}

group_counts fresh(std::string name, counts after) {
    auto made = known(std::move(name), counts(60), std::move(after));
    made.seen_before = false;
    return made;
}

/// Spread evenly: `every` minutes one error.
counts steady(std::size_t length, std::size_t every) {
    counts made(length);
    for (std::size_t i = 0; i < length; i += every) made[i] = 1;
    return made;
}

verdict judged(std::vector<group_counts> groups) {
    comparison_input input;
    input.groups = std::move(groups);
    input.traffic_before = input.traffic_after = true;
    return judge(input);
}

}  // namespace

TEST_CASE("R10.5 a group never seen before is new, and needs an issue", "[errors][verdict]") {
    const auto found = judged({fresh("g", {0, 1, 2, 1, 0}), known("o", steady(60, 10), {0, 0, 1, 0, 0})});
    CHECK(found.overall == health::worse);
    REQUIRE(found.needing_issues().size() == 1);
    const auto& group = found.groups.front();
    CHECK(group.group == "g");
    CHECK(group.what == change::fresh);
    CHECK(group.after == 4);
    CHECK(group.alarming);
    CHECK(group.why == "never seen before this deploy: 4 times in 4 minutes on 2 servers");
}

TEST_CASE("R10.5 a known group is louder only when chance does not explain it", "[errors][verdict]") {
    const auto louder = judged({known("g", steady(60, 2), {0, 9, 8, 9, 9, 8})});
    CHECK(louder.groups[0].what == change::louder);
    CHECK_THAT(louder.groups[0].why, Catch::StartsWith("43 in 5 minutes against 30 in 60 minutes before: at least ") &&
                                         Catch::Contains("times"));
    CHECK(louder.groups[0].at_least > 5);
    const auto same = judged({known("g", steady(60, 2), {0, 1, 0, 1, 1, 0})});
    CHECK(same.groups[0].what == change::old);
    CHECK(same.overall == health::healthy);
    const auto few = judged({known("g", counts(60), {0, 1, 1, 1})});
    CHECK(few.groups[0].what == change::old);  // three are no evidence
}

TEST_CASE("R10.5 a verdict names the kinds of change that there are, and no ratio to nothing", "[errors][verdict]") {
    CHECK(judged({fresh("g", {0, 2, 3})}).why ==
          "1 new group of errors; 5 errors in 2 minutes against 0 in 60 minutes before");
    const auto both =
        judged({fresh("a", {0, 9, 9}), fresh("b", {0, 9, 9}), known("c", steady(60, 2), {0, 30, 30})}).why;
    CHECK_THAT(both, Catch::StartsWith("2 new and 1 louder groups of errors; 96 errors in 2 minutes against 30 in"));
    CHECK_THAT(both, Catch::Contains("all errors together are at least"));
}

TEST_CASE("R10.5 silence without traffic is inconclusive, never healthy", "[errors][verdict]") {
    comparison_input input;
    input.groups = {known("g", steady(60, 2), counts(10))};
    input.traffic_before = true;
    CHECK(judge(input).overall == health::inconclusive);
    CHECK_THAT(judge(input).why, Catch::Contains("silence is no health"));
    input.traffic_after = true;
    CHECK(judge(input).overall == health::healthy);
    comparison_input early;
    early.after_minutes = 1;
    early.traffic_after = true;
    CHECK(judge(early).overall == health::inconclusive);
}

TEST_CASE("no group at all is healthy when there is traffic", "[errors][verdict]") {
    comparison_input input;
    input.before_minutes = 60;
    input.after_minutes = 10;
    input.traffic_after = true;
    const auto found = judge(input);
    CHECK(found.overall == health::healthy);
    CHECK_THAT(found.why, Catch::Contains("no traffic before to compare with"));
}

TEST_CASE("what happened only while the servers restarted is noise", "[errors][verdict]") {
    const auto found = judged({fresh("g", {50, 0, 0, 0})});
    CHECK(found.groups[0].what == change::noise);
    CHECK(found.groups[0].why == "50 times while the servers restarted, not since");
    CHECK(found.overall == health::healthy);
}

TEST_CASE("a closed issue whose fix is in the release has regressed", "[errors][verdict]") {
    auto back = known("g", counts(60), {0, 0, 1});
    back.fix_is_in_release = true;
    const auto found = judged({back});
    CHECK(found.groups[0].what == change::regressed);
    CHECK(found.overall == health::worse);
    CHECK_FALSE(found.groups[0].alarming);
}

TEST_CASE("muted groups and warnings are shown and never alarm", "[errors][verdict]") {
    auto muted = fresh("m", {0, 90, 90});
    muted.muted = true;
    auto warning = fresh("w", {0, 90, 90});
    warning.below_error = true;
    const auto found = judged({muted, warning});
    CHECK(found.overall == health::healthy);
    CHECK(found.after == 0);
    CHECK(found.needing_issues().empty());
}

TEST_CASE("many small increases together are louder in total", "[errors][verdict]") {
    std::vector<group_counts> groups;
    for (int i = 0; i < 40; ++i) {
        auto one = known("g" + std::to_string(i), counts(60), {0, 0, 0, 0, 0, 0});
        one.before[static_cast<std::size_t>(i)] = 1;
        one.after[1 + static_cast<std::size_t>(i) % 5] = 1;
        groups.push_back(one);
    }
    const auto found = judged(groups);
    CHECK(found.total_louder);
    CHECK(found.overall == health::worse);
    CHECK(found.needing_issues().empty());
    CHECK_THAT(found.why, Catch::StartsWith("all errors together are at least"));
}

TEST_CASE("a busy hour is no alarm when requests are known", "[errors][verdict]") {
    comparison_input input;
    input.groups = {known("g", steady(60, 1), {0, 4, 4, 4, 4, 4})};
    input.traffic_before = input.traffic_after = true;
    CHECK(judge(input).overall == health::worse);
    input.before_units = 6000;
    input.after_units = 2000;
    CHECK(judge(input).overall == health::healthy);
}

TEST_CASE("fifteen minutes of unchanged errors hardly ever alarm", "[errors][verdict]") {
    std::mt19937 random{7};
    int alarms = 0;
    for (int run = 0; run < 2000; ++run) {
        std::poisson_distribution<std::uint32_t> rate{run % 2 == 0 ? 1.0 : 0.1};
        counts before(60), after(16);
        for (auto& each : before) each = rate(random);
        for (auto& each : after) each = rate(random);
        if (judged({known("g", before, after)}).overall == health::worse) ++alarms;
    }
    CHECK(alarms <= 5);  // the rule promises 0.01 to 0.05 %
}

TEST_CASE("a tripled rate is found", "[errors][verdict]") {
    std::mt19937 random{7};
    int found = 0;
    for (int run = 0; run < 300; ++run) {
        std::poisson_distribution<std::uint32_t> rate{1.0}, tripled{3.0};
        counts before(60), after(31);
        for (auto& each : before) each = rate(random);
        for (auto& each : after) each = tripled(random);
        if (judged({known("g", before, after)}).overall == health::worse) ++found;
    }
    CHECK(found >= 270);
}

TEST_CASE("R10.5 a rollback is proposed only for enough errors on enough servers", "[errors][verdict]") {
    CHECK(judged({fresh("g", {0, 2, 2, 2, 2})}).next == advice::roll_back);
    auto lonely = fresh("g", {0, 2, 2, 2, 2});
    lonely.servers_after = 1;
    CHECK(judged({lonely}).next == advice::ask);
    CHECK(judged({fresh("g", {0, 1, 0, 0, 0})}).next == advice::ask);
    CHECK(judged({known("o", steady(60, 10), {0, 0, 1, 0, 0})}).next == advice::pass);
    comparison_input silent;
    silent.after_minutes = 30;
    CHECK(judge(silent).next == advice::ask);  // no traffic: never passes by itself
}

TEST_CASE("R10.5 what is as frequent on servers with the old code in the same minutes is spared", "[errors][verdict]") {
    comparison_input input;
    input.groups = {known("g", steady(60, 2), {0, 9, 8, 9, 9, 8})};
    input.groups[0].on_new_code = 21;
    input.groups[0].on_old_code = 22;
    input.wave = {3, 3};
    input.traffic_before = input.traffic_after = true;
    const auto outside = judge(input);
    CHECK(outside.groups[0].spared);
    CHECK_THAT(outside.groups[0].why, Catch::Contains("hardly because of this deploy"));

    // The same count before and after, but only where the new code is.
    input.groups = {known("g", steady(60, 1), counts(31, 1))};
    input.groups[0].on_new_code = 30;
    const auto here = judge(input);
    CHECK(here.groups[0].what == change::louder);
    CHECK_FALSE(here.groups[0].spared);
}

TEST_CASE("R10.5 with sessions known, twice the errors of twice the visitors are not louder", "[errors][verdict]") {
    comparison_input input;
    input.groups = {known("g", counts(60, 2), counts(31, 6))};
    input.traffic_before = input.traffic_after = true;
    CHECK(judge(input).groups[0].what == change::louder);
    input.before_units = 6'000;
    input.after_units = 9'000;
    input.unit = "sessions";
    CHECK(judge(input).groups[0].what == change::old);
    CHECK(judge(input).unit == "sessions");
}
