// What is wrong before any release begins: project files, tokens, and a second bot in the same folder.
#include <catch2/catch.hpp>

#include "tests/scenarios/log_secrets.hpp"
#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

TEST_CASE("R8.6 negative control: a token, a ticket, a trigger or a response address in a log would be found",
          "[scenario]") {
    CHECK(lines_with_secrets("started version=1.4.0 at=1764000001.000200 ticket=*** trigger_id=***\nall is well")
              .empty());
    for (const auto* line :
         {"token xoxb-sandbox-slipway", "url=ws://x/link/?ticket=ab12", "http://x/slack/response/9f00",
          "envelope=trigger:block_actions:12.1764000000.0123456789abcdef payload=x", "sandbox-signing-secret"}) {
        INFO(line);
        CHECK(lines_with_secrets(std::string{"fine\n"} + line + "\nfine").size() == 1);
    }
}

TEST_CASE("mistakes of the setup are named with their place and switch off no more than they must",
          "[scenario][setup]") {
    company all{
        {.settings = {{"  - projects/rsi-website.yaml", "  - projects/rsi-website.yaml\n  - projects/broken.yaml"}},
         .starts_bot = false}};
    auto broken = replaced(text_of(all.project_file()), "name: rsi-website", "name: broken");
    broken = replaced(broken, "  trunk: master", "  trnuk: master");
    write_text(all.file("etc/projects/broken.yaml"), broken);

    // Wrong tokens: `check` says which, and how to get a right one; `run` refuses what cannot be right.
    const auto [wrong, said] = all.run_slipway({"check", "--config", all.config()},
                                               {{"SLACK_BOT_TOKEN", "xoxb-stale"}, {"GITLAB_TOKEN", "stale"}});
    CHECK(wrong != 0);
    CHECK_THAT(said, Catch::Contains("invalid_auth"));
    CHECK_THAT(said, Catch::Contains("401"));
    CHECK_THAT(said, !Catch::Contains("xoxb-stale"));
    const auto [swapped, why] =
        all.run_slipway({"run", "--config", all.config()}, {{"SLACK_APP_TOKEN", "xoxb-sandbox-slipway"}});
    CHECK(swapped == 2);
    CHECK_THAT(why, Catch::Contains("SLACK_APP_TOKEN") && Catch::Contains("xapp-"));

    all.start_bot();
    // The broken project alone is off, with file and line; the other one works.
    const auto off = all.ask(ana, "/release start broken 1.4.0");
    CHECK_THAT(off, Catch::Contains("broken.yaml:") && Catch::Contains("trnuk"));
    CHECK_THAT(all.ask(ana, "/release start 1.4.0 --dry-run"), Catch::Contains("nothing was changed"));

    const auto [second, reason] = all.run_slipway({"run", "--config", all.config()});
    CHECK(second == 2);
    CHECK_THAT(reason, Catch::Contains("Another slipway already works"));
    CHECK(all.stop_bot() == 0);
}
