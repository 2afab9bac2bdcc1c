#include <catch2/catch.hpp>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

TEST_CASE("a release goes from start to watched", "[scenario]") {
    company all;

    // R2.10: a dry run renders the whole board and changes nothing outside.
    const auto refs = all.git({"for-each-ref"});
    const auto shown = all.ask(ana, "/release start 1.4.0 --dry-run");
    CHECK(shown.find("nothing was changed") != std::string::npos);
    CHECK(all.git({"for-each-ref"}) == refs);
    for (const auto& each : all.gitlab_calls()) CHECK(text_at(each, "method") == "GET");
    CHECK(count_channel_messages(all) == 0);

    all.command(ana, "/release start 1.4.0");
    all.work_until("the release is done", [&] { return all.is_done(); });
    all.wait_for_message("1.4.0 · done");
    check_released(all);
    check_messages(all);
    // As Ben sees it: Ana also has the answer to her dry run, which counted what was open then.
    CHECK(all.find_message("of 7 still open", ben).empty());
    // P10, P14, P24: what the readings showed, and that nothing else is between the tags.
    CHECK(all.find_message("Left over from debugging").find("assets/src/js/20-small.js:3") != std::string::npos);
    CHECK(all.find_message("Configuration changed").find("routes.conf, !9 by ben.carter") != std::string::npos);
    CHECK_THAT(all.find_message("P24 No hidden surprises"), Catch::Contains("1 place no merge request showed"));
    // Cards of steps that are done go last of all, so the end of the release may overtake them.
    all.wait_for_message("P10 Diff stable against trunk done");
    CHECK_THAT(all.find_message("P10 Diff stable against trunk done"), Catch::Contains("merge_requests/11/diffs|!11>"));
    // R7.6: the channel gets start, waiting gates, decisions, errors and the end; and, since this one has downtime, its
    // runbook.
    CHECK(count_channel_messages(all) <= 13);
    CHECK(all.find_message("1 error after the deploy").find("assigned to Chi Nakamura") != std::string::npos);

    CHECK(all.stop_bot() == 0);
    const auto [code, journal] = all.run_slipway({"audit", "--config", all.config(), "--verify"});
    INFO(journal);
    CHECK(code == 0);
    // R8.8: the newest hash it names is one that the channel heard, so nobody wrote the end anew.
    const auto heard = all.find_message("events in the journal, which ends with");
    const auto newest = journal.find("; the newest is ", journal.find("release/rsi-website-1.4.0"));
    REQUIRE(newest != std::string::npos);
    const auto hash = journal.substr(journal.find(", ", newest) + 2, 64);
    CHECK_THAT(heard, Catch::Contains(hash));
}
