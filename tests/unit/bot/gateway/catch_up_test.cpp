// What was said while nobody listened.
#include "bot/gateway/catch_up.hpp"

#include "gateway_bench.hpp"
#include "integrations/slack/message_ts.hpp"
#include "tests/fakes/fake_slack.hpp"

using namespace slipway;
using namespace slipway::gateway;

namespace {

/// A workspace in which people go on talking, and a bot that is there or is not.
struct absent_bench : gateway_bench {
    absent_bench() {
        open_inbox(dispatch_to([this](slack::payload what, std::string) -> task<> {
            if (const auto* said = std::get_if<slack::app_mention>(&what))
                heard.push_back(said->from.user + " " + said->text.raw());
            co_return;
        }));
        around.listening = [this] { return listening; };
        around.places = [this]() -> task<std::vector<listening_place>> { co_return places; };
        around.show_again = [this]() -> task<> {
            ++shown_again;
            co_return;
        };
        start();
    }
    /// A bot as after a restart: it knows what the store knows.
    void start() { missed = std::make_unique<catch_up>(*memory, workspace, *envelopes, clock, around); }
    void look() {
        run(missed->look());
        fakes::run_until(loop, [this] { return envelopes->running() == 0; });
    }
    std::string say(const std::string& user, const std::string& text, const std::string& thread = "",
                    const std::string& subtype = "") {
        fakes::fake_slack::message said;
        said.channel = "C1";
        const auto number = std::to_string(100'000 + ++count);
        said.ts = slack::ts_at(clock.now()).substr(0, 11) + number;
        said.thread_ts = thread;
        said.text = text;
        said.user = user;
        said.subtype = subtype;
        workspace.messages.push_back(said);
        return said.ts;
    }
    /// As Slack tells it while a link is there.
    void tell(const std::string& user, const std::string& text, const std::string& ts, const std::string& event_id) {
        json::object event{{"type", "app_mention"}, {"user", user}, {"text", text}, {"ts", ts}, {"channel", "C1"}};
        slack::envelope live;
        live.id = event_id;
        live.type = "events_api";
        live.payload = {{"type", "event_callback"}, {"event_id", event_id}, {"event", std::move(event)}};
        auto what = slack::payload_of(live, clock.now());
        const auto got = run(envelopes->receive(std::move(live)));
        REQUIRE(got);
        if (got->to_handle) envelopes->handle(got->id, std::move(what));
        fakes::run_until(loop, [this] { return envelopes->running() == 0; });
    }
    void away(std::chrono::seconds span) { clock.pass(loop, span); }

    fakes::fake_slack workspace{clock};
    std::vector<std::string> heard;
    std::vector<listening_place> places{{"C1", ""}};
    surroundings around;
    std::unique_ptr<catch_up> missed;
    bool listening = true;
    int shown_again = 0;
    int count = 0;
};

}  // namespace

TEST_CASE("R5.8 what was said to the bot while it was away is heard once, in its order", "[gateway][catch-up]") {
    absent_bench world;
    world.look();
    world.away(600s);
    world.say("UANA", "<@UBOT> status");
    world.say("UBEN", "nobody in particular");
    world.say("UCHI", "hello <@UBOT|slipway> why !12");
    world.start();
    world.look();
    CHECK(world.heard == std::vector<std::string>{"UANA <@UBOT> status", "UCHI hello <@UBOT|slipway> why !12"});
    CHECK(world.shown_again == 1);
    world.away(600s);
    world.look();  // the margin is read again
    CHECK(world.heard.size() == 2);
    CHECK(world.shown_again == 2);
}

TEST_CASE("R5.8 a mention that Slack told before or after is not heard again from the history", "[gateway][catch-up]") {
    absent_bench world;
    world.look();
    const auto before = world.say("UANA", "<@UBOT> status");
    world.tell("UANA", "<@UBOT> status", before, "Ev1");
    world.away(60s);
    const auto late = world.say("UBEN", "<@UBOT> plan");
    world.look();
    CHECK(world.heard.size() == 2);
    world.tell("UBEN", "<@UBOT> plan", late, "Ev2");  // Slack's own repeat comes after all
    CHECK(world.heard.size() == 2);
}

TEST_CASE("a short silence is left to Slack, and without anybody listening nothing is marked", "[gateway][catch-up]") {
    absent_bench world;
    world.look();
    world.away(40s);
    world.say("UANA", "<@UBOT> status");
    world.look();
    CHECK(world.heard.empty());
    CHECK(world.workspace.count("conversations.history") == 0);
    world.listening = false;
    world.away(50s);
    world.look();
    CHECK(world.heard.empty());
    world.listening = true;
    world.look();
    CHECK(world.heard.size() == 1);
}

TEST_CASE("the first start has missed nothing", "[gateway][catch-up]") {
    absent_bench world;
    world.say("UANA", "<@UBOT> status");
    world.look();
    CHECK(world.heard.empty());
    CHECK(world.shown_again == 0);
}

TEST_CASE("answers in a thread are read where the thread is", "[gateway][catch-up]") {
    absent_bench world;
    world.look();
    world.away(600s);
    world.say("UANA", "<@UBOT> notes", "1764000000.000100");
    world.look();
    CHECK(world.heard.empty());
    world.places.push_back({"C1", "1764000000.000100"});
    world.away(660s);
    world.say("UBEN", "<@UBOT> plan", "1764000000.000100");
    world.look();
    CHECK(world.heard == std::vector<std::string>{"UANA <@UBOT> notes", "UBEN <@UBOT> plan"});  // within the margin
}

TEST_CASE("neither bots nor joins are people who speak", "[gateway][catch-up]") {
    absent_bench world;
    world.look();
    world.away(600s);
    world.say("UBOT", "<@UBOT> has joined the channel", "", "channel_join");
    world.say("UANA", "<@UBOT> has joined the channel", "", "channel_join");
    world.say("UBOT", "I am <@UBOT>");
    world.say("", "<@UBOT> from somewhere");
    world.look();
    CHECK(world.heard.empty());
}

TEST_CASE("what cannot be read now is read later; a place that Slack refuses hides no other", "[gateway][catch-up]") {
    absent_bench world;
    world.look();
    world.away(600s);
    world.say("UANA", "<@UBOT> status");
    world.workspace.will_fail("conversations.history", failure{errc::unavailable, "Slack is not reachable"});
    world.look();
    CHECK(world.heard.empty());
    CHECK(world.shown_again == 0);
    world.places.insert(world.places.begin(), {"C9", ""});
    world.workspace.will_refuse("conversations.history", "not_in_channel");
    world.look();
    CHECK(world.heard.size() == 1);
    CHECK(world.shown_again == 1);
}
