// The way back on the servers is a run like any other: approved host by host, found again, never done twice.
#include "tests/unit/commands/steps/salt_bench.hpp"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::test;
using Catch::Contains;

namespace {

/// 1.4.0 is on every host, and a release of kind rollback goes back to 1.3.0.
struct way_back : salt_bench {
    way_back() {
        REQUIRE(ping());
        REQUIRE(look());
        REQUIRE(perform("forward")->ok);
        builds = create_salt_rollback();
        state.id = "core-rollback-1";
        state.kind = "rollback";
        state.version = "1.3.0";
        state.facts["from_version"] = "1.4.0";
        state.facts["stable_commit"] = "c0";
        project.rollback.arguments = {"cig-rsi.website.build", "pillar={\"version\": \"{tag}\"}"};
        step = {};
        lines.clear();
    }
};

}  // namespace

TEST_CASE("R6.6 going back shows its dry run, and then every host has the old tag", "[steps][salt][rollback]") {
    way_back on;
    on.state.facts["rollback_lines"] = json::array{"2 migrations in between, both only add"};
    const auto seen = on.look();
    REQUIRE(seen);
    CHECK_THAT(seen->found.summary, Contains("1.4.0 → 1.3.0") && Contains("5 hosts of 5 would change"));
    CHECK(seen->found.lines.front() == "2 migrations in between, both only add");
    const auto done = on.perform();
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(done->text == "1.4.0 → 1.3.0: built on 5 hosts");
    for (const auto& host : web) CHECK(on.version_on(host) == "1.3.0");
    CHECK(on.probe()->what == answer::done);
}

TEST_CASE("R6.6 R5.2 a bot that is gone while the servers go back is followed by one that sends nothing again",
          "[steps][salt][rollback]") {
    way_back on;
    REQUIRE(on.look());
    const auto sent = on.jobs_sent();
    on.fault(R"({"slow_ms":300})");
    on.perform_until([&] { return !on.lines.empty(); });
    CHECK(on.probe()->what == answer::not_done);  // it goes on; perform takes it up
    CHECK(on.perform()->ok);
    CHECK(on.jobs_sent() == sent + 1);
    for (const auto& host : web) CHECK(on.version_on(host) == "1.3.0");
}

TEST_CASE("R6.8 R6.11 going back again after a failure touches only the hosts that have not gone back",
          "[steps][salt][rollback]") {
    way_back on;
    REQUIRE(on.look());
    on.fault(R"({"failing_run":["p-prod-web2"]})");
    const auto first = on.perform("k1");
    REQUIRE(first);
    CHECK_FALSE(first->ok);
    CHECK_THAT(first->text, Contains("4 of 5 hosts are built") && Contains("touches only this one"));
    on.fault("{}");
    REQUIRE(on.look());
    CHECK(on.perform("k2")->text == "1.4.0 → 1.3.0: built on 1 host");
    CHECK(on.version_on("p-prod-web2") == "1.3.0");
    CHECK(on.runs_on("p-prod-web1") == 2);  // forward, and back once
}

TEST_CASE("R6.6 a way back that nobody configured says which setting is missing", "[steps][salt][rollback]") {
    way_back on;
    on.project.rollback.arguments.clear();
    CHECK_THAT(on.look().error().sentence(), Contains("rollback.arguments"));
}
