#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "deploy/sandbox/scenario.hpp"

using namespace slipway;
using namespace slipway::sandbox;

namespace {

const std::string shipped = SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml";

}  // namespace

TEST_CASE("the scenario names a person for every role of a release", "[sandbox][scenario]") {
    const auto read = load_scenario(shipped);
    REQUIRE(read.has_value());
    for (const std::string role : {"release-manager", "developer", "dba", "qa"}) {
        INFO(role);
        CHECK(std::ranges::any_of(read->personas, [&](const persona& each) {
            return std::ranges::find(each.roles, role) != each.roles.end();
        }));
    }
    REQUIRE(read->find_by_slack_id("U0CHI"));
    CHECK(read->find_by_slack_id("U0CHI")->gitlab_username == "chi.nakamura");
    CHECK(read->find_channel("C0RELEASES")->name == "releases");
    CHECK(read->workspace.bot.id == "U0SLIPWAY");
}

TEST_CASE("a scenario with a missing value names the file and the line", "[sandbox][scenario]") {
    const auto file = std::filesystem::temp_directory_path() / "slipway-broken-scenario.yaml";
    std::ofstream{file} << "workspace:\n  id: T1\n";
    const auto read = load_scenario(file.string());
    REQUIRE(read.has_error());
    CHECK(read.error().kind() == errc::invalid);
    CHECK_THAT(read.error().sentence(), Catch::Contains(file.string() + ":2: 'domain' is missing"));
    std::filesystem::remove(file);
}
