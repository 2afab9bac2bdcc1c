// The freeze calendar, in real time zones.
#include <catch2/catch.hpp>

#include "commands/windows/calendar.hpp"

using namespace slipway;
using namespace slipway::windows;

namespace {

constexpr milliseconds hour{3'600'000};

release::project_settings project_with(const std::string& freeze) {
    const auto read = release::read_project(R"(name: shop
channel: C1
gitlab: {project: a/shop}
repository: {url: /srv/shop.git}
version: {file: app.properties}
roles: {developer: [U1]}
environment: production
freeze:
)" + freeze,
                                            "shop.yaml");
    for (const auto& each : read.problems) UNSCOPED_INFO(each.text());
    REQUIRE(read.problems.empty());
    return read.settings;
}

std::vector<yaml_problem> problems_of(const std::string& freeze) {
    return release::read_project(
               "name: shop\nchannel: C1\ngitlab: {project: a/shop}\nrepository: {url: /srv/shop.git}\n"
               "version: {file: app.properties}\nroles: {developer: [U1]}\nfreeze:\n" +
                   freeze,
               "shop.yaml")
        .problems;
}

instant at(const char* iso) {
    return *from_iso(iso);
}

bool stops(const release::project_settings& project, const char* iso, starter who = starter::person) {
    return open_freeze(project, who, at(iso)).has_value();
}

}  // namespace

TEST_CASE("R4.6 a weekend freeze opens and ends by the clock of its zone, over the change to winter time",
          "[windows]") {
    // Friday 16:00 in Berlin, for 64 hours. 2026-10-25 is the night in which the clocks go back.
    const auto project = project_with("  - {deny: Weekend, cron: \"0 16 * * fri\", lasts: 64h, zone: Europe/Berlin}\n");
    CHECK_FALSE(stops(project, "2026-07-03T13:59:59Z"));  // summer: UTC+2
    CHECK(stops(project, "2026-07-03T14:00:00Z"));
    CHECK_FALSE(stops(project, "2026-11-27T14:59:59Z"));  // winter: UTC+1
    CHECK(stops(project, "2026-11-27T15:00:00Z"));
    const auto open = open_freeze(project, starter::person, at("2026-10-24T12:00:00Z"));
    REQUIRE(open);
    CHECK(open->reason == "Weekend");
    CHECK(open->until == at("2026-10-23T14:00:00Z") + 64 * hour);  // a length is a length
    CHECK_FALSE(stops(project, "2026-11-25T12:00:00Z"));
}

TEST_CASE("R4.6 a time of day that does not exist begins when the clock has jumped", "[windows]") {
    const auto project = project_with("  - {deny: Night, cron: \"30 2 * * *\", lasts: 30m, zone: Europe/Berlin}\n");
    CHECK(stops(project, "2026-03-29T01:00:00Z"));  // 02:30 does not exist; it is 03:00 CEST
    CHECK_FALSE(stops(project, "2026-03-29T00:59:59Z"));
}

TEST_CASE("R4.6 deny wins over allow, and outside of what is allowed nothing starts", "[windows]") {
    const auto project = project_with(
        "  - {allow: Office hours, cron: \"0 9 * * mon-fri\", lasts: 8h, zone: Europe/Berlin}\n"
        "  - {deny: Audit, from: \"2026-11-24 10:00\", until: \"2026-11-24 12:00\", zone: Europe/Berlin}\n");
    CHECK_FALSE(stops(project, "2026-11-24T08:30:00Z"));
    CHECK(stops(project, "2026-11-24T09:30:00Z"));
    CHECK_FALSE(stops(project, "2026-11-24T11:00:00Z"));
    const auto night = open_freeze(project, starter::person, at("2026-11-24T20:00:00Z"));
    REQUIRE(night);
    CHECK(night->until == at("2026-11-25T08:00:00Z"));
    const auto weekend = open_freeze(project, starter::person, at("2026-11-27T17:00:00Z"));
    REQUIRE(weekend);
    CHECK(weekend->until == at("2026-11-30T08:00:00Z"));
}

TEST_CASE("R4.6 people and robots have switches of their own, and a line may be for one environment", "[windows]") {
    const auto project = project_with(
        "  - {deny: By hand only, cron: \"* * * * *\", lasts: 1m, people: no}\n"
        "  - {deny: Elsewhere, cron: \"* * * * *\", lasts: 1m, environments: [staging]}\n");
    CHECK_FALSE(stops(project, "2026-11-24T12:00:30Z", starter::person));
    CHECK(stops(project, "2026-11-24T12:00:30Z", starter::robot));
    auto staging = project;
    staging.environment = "staging";
    CHECK(stops(staging, "2026-11-24T12:00:30Z", starter::person));
}

TEST_CASE("R4.7 what overlaps is overrun only when every line that is open allows it", "[windows]") {
    const auto project = project_with(
        "  - {deny: Soft, from: 2026-11-24, until: 2026-11-26, overrun: yes}\n"
        "  - {deny: Hard, from: 2026-11-25, until: 2026-11-27}\n");
    CHECK(open_freeze(project, starter::person, at("2026-11-24T12:00:00Z"))->overrun);
    const auto both = open_freeze(project, starter::person, at("2026-11-25T12:00:00Z"));
    CHECK_FALSE(both->overrun);
    CHECK(both->until == at("2026-11-27T00:00:00Z"));
}

TEST_CASE("without lines nothing is frozen, a freeze without an end is said to have none", "[windows]") {
    CHECK_FALSE(stops(release::project_settings{}, "2026-11-24T12:00:00Z"));
    const auto always = project_with("  - {deny: Never, cron: \"0 0 * * *\", lasts: 25h}\n");
    const auto open = open_freeze(always, starter::person, at("2026-11-24T12:00:00Z"));
    REQUIRE(open);
    CHECK(open->until == instant{});
}

TEST_CASE("the coming days are listed in order", "[windows]") {
    const auto project = project_with(
        "  - {deny: Evening, cron: \"0 18 * * *\", lasts: 1h}\n"
        "  - {deny: Noon, cron: \"0 12 * * *\", lasts: 1h}\n");
    const auto coming = spans(project, at("2026-11-24T15:00:00Z"), 24 * hour);
    REQUIRE(coming.size() == 2);
    CHECK(coming[0].reason == "Evening");
    CHECK(coming[1].from == at("2026-11-25T12:00:00Z"));
}

TEST_CASE("a line that cannot be meant is a problem at its line, an unknown zone stops everybody", "[windows]") {
    for (const auto* bad : {"  - {deny: X, cron: \"61 * * * *\", lasts: 1h}\n",
                            "  - {deny: X, cron: \"* * * *\", lasts: 1h}\n", "  - {deny: X, cron: \"0 16 * * fri\"}\n",
                            "  - {deny: X, from: 2026-02-30, until: 2026-03-01}\n", "  - {deny: X, from: 2026-02-20}\n",
                            "  - {deny: X}\n", "  - {deny: X, allow: Y, cron: \"* * * * *\", lasts: 1h}\n",
                            "  - {deny: X, cron: \"* * * * *\", lasts: 1h, from: 2026-01-01, until: 2026-01-02}\n"}) {
        INFO(bad);
        const auto found = problems_of(bad);
        REQUIRE_FALSE(found.empty());
        CHECK(found.front().line == 8);
    }
    const auto lost = project_with("  - {deny: X, cron: \"* * * * *\", lasts: 1m, zone: Europe/Atlantis}\n");
    REQUIRE(check_zones(lost).size() == 1);
    CHECK(check_zones(lost).front().line == 9);
    CHECK(stops(lost, "2026-11-24T12:00:30Z"));
}
