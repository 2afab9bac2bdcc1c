// Slack's own clients, unchanged, as an app of the sandbox: what they take for Slack is what the bot meets in tests.
#include "deploy/sandbox/slack/slack.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/slack_sdk/packages.hpp"

using namespace slipway;
using namespace slipway::slack_sdk;

TEST_CASE(
    "a Bolt app in Socket Mode hears commands, clicks, menus, windows, shortcuts and events of the sandbox, and "
    "the Web API client uploads to it",
    "[slack_sdk][bolt]") {
    if (!are_there()) return;
    asio::io_context loop;
    const auto clock = create_system_timers();
    fakes::temporary_folder folder;
    sandbox::settings how;
    how.port = 0;
    how.state = folder.file("state");
    how.scenario = sandbox::load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml").value();
    const auto company = sandbox::create_company(loop.get_executor(), *clock, std::move(how)).value();
    sandbox::slack::mount(*company);
    const auto ended =
        run_node(loop, {scripts + "bolt_app.js", company->address() + "/slack/api/", "xapp-sandbox-slipway",
                        "xoxb-sandbox-slipway", company->address() + "/control"});
    fakes::run_on(loop, company->stop());
    INFO(ended.out << ended.err);
    CHECK(ended.code == 0);
    for (const auto* seen : {"command hello", "action 7", "view because one", "shortcut U0ANA", "mention", "home"})
        CHECK_THAT(ended.out, Catch::Contains(seen));
}
