// R6.11: five servers, two fail in the real run; the bot is killed during the run. What comes out is what an
// undisturbed run gives, and every server's own log says that nothing was done twice.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

/// Real runs of the build on a server, by its own log.
int builds_on(company& all, const std::string& host) {
    int runs = 0;
    const auto logs = all.get("/salt/log");
    if (const auto* log = at_path(logs, host))
        for (const auto& each : log->as_array())
            runs += text_at(each, "fun") == "state.sls" && !flag_at(each, "test") ? 1 : 0;
    return runs;
}

}  // namespace

TEST_CASE(
    "R6.11 R5.2 a build that failed on two of five servers, with a bot that is killed during it, touches each "
    "server as often as it must",
    "[scenario][servers]") {
    company all;
    all.left_alone = {"Deploy 1.4.0 to production"};
    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    const auto approve = [&] {
        for (const auto* who : {devi, quinn}) {
            std::optional<button> found;
            all.work_until("the build asks", [&] {
                found = all.find_button("Deploy 1.4.0 to production", "Approve");
                return found.has_value();
            });
            REQUIRE(text_at(all.press(who, *found), "outcome") == "ok");
        }
    };
    all.work_until("the build asks",
                   [&] { return all.find_button("Deploy 1.4.0 to production", "Approve").has_value(); });

    all.put("/salt/faults",
            {{"failing_run", json::array{"p-prod-web2"}}, {"half_done", json::array{"p-prod-web4"}}, {"slow_ms", 700}});
    approve();
    all.wait_until("the first server is built", [&] { return builds_on(all, "p-prod-web1") == 1; });
    all.kill_bot();
    all.start_bot();
    all.work_until("the run has failed", [&] { return !all.find_message("3 of 5 hosts are built").empty(); });
    CHECK_THAT(all.find_message("3 of 5 hosts are built"),
               Catch::Contains("p-prod-web2") && Catch::Contains("No space left on device"));

    all.put("/salt/faults", {{"slow_ms", 700}});
    all.command(ana, "/release retry build");
    all.work_until("the build asks for the two",
                   [&] { return !all.find_message("2 hosts of 2 would change").empty(); });
    approve();
    all.wait_until("the second run has begun", [&] { return builds_on(all, "p-prod-web2") == 2; });
    all.kill_bot();
    all.start_bot();
    all.left_alone.clear();
    all.work_until("the release is done", [&] { return all.is_done(); });
    all.wait_for_message("1.4.0 · done");
    for (const auto* host : {"p-prod-web1", "p-prod-web3", "p-prod-web5"}) {
        INFO(host);
        CHECK(builds_on(all, host) == 1);
    }
    for (const auto* host : {"p-prod-web2", "p-prod-web4"}) {
        INFO(host);
        CHECK(builds_on(all, host) == 2);
    }
    // As after an undisturbed release.
    check_released(all);
    check_messages(all);
}
