// What people type, and what they read.
#include <catch2/catch.hpp>

#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;
using release::step_status;

TEST_CASE("an unknown verb is answered with the nearest one and with help", "[slash]") {
    bench one;
    const auto said = one.type("stauts");
    CHECK(says(said, "/release status"));
    CHECK(says(said, "/release help"));
    CHECK(one.slack.calls.empty());
}

TEST_CASE("help names every verb with its usage", "[slash]") {
    bench one;
    const auto said = one.type("help");
    for (const auto& each : all_verbs()) {
        INFO(each->name());
        CHECK(says(said, each->usage().substr(0, each->usage().find('['))));
    }
}

TEST_CASE("without a project every answer says what is wrong or asks which", "[slash]") {
    bench none;
    none.projects.clear();
    CHECK(says(none.type("status"), "slipway check"));

    bench two;
    two.projects["wiki"] = two.projects.at("shop");
    two.projects["wiki"].name = "wiki";
    two.projects["wiki"].channel = "C2";
    CHECK(says(two.type("status", "UANA", "C9"), "Which project?"));
    CHECK(says(two.type("status", "UANA", "C9"), "shop, wiki"));
    CHECK(says(two.type("status", "UANA", "C2"), "no release of wiki"));
    CHECK(says(two.type("status wiki", "UANA", "C1"), "no release of wiki"));

    bench off;
    off.disabled["mail"] = "mail.yaml:3: `channel` is missing";
    CHECK(says(off.type("start mail 1.4.0"), "mail.yaml:3"));
}

TEST_CASE("R1.1 a start begins one release, the second is told of it and nothing is begun", "[slash]") {
    bench one;
    CHECK(says(one.type("start 1.4.0"), "1.4.0"));
    CHECK(one.state().requester == fakes::person("UANA"));
    CHECK(one.state().step("announce")->status == step_status::running);
    const auto again = one.type("start 1.5.0");
    CHECK(says(again, "1.4.0"));
    CHECK(says(again, "already"));
    CHECK(one.run(one.memory->streams("release/"))->size() == 1);
    const auto board = *one.run(one.memory->outbox_row_of("shop-1.4.0-1/board"));
    REQUIRE(board);
    CHECK(text_at(board->body, "channel") == "C1");
}

TEST_CASE("a start wants a version that fits, and the right", "[slash]") {
    bench one;
    one.slack.will_refuse("views.open", "expired_trigger_id");  // else a window asks which
    CHECK(says(one.type("start"), "/release start 1.4.0"));
    CHECK(says(one.type("start one.four"), "one.four"));
    CHECK(says(one.type("start 1.4.0 now please"), "what comes after 1.4.0"));
    CHECK(says(one.type("start 1.4.0", "UDEE"), "release-manager"));
    CHECK(says(one.type("start 1.4.0", "UNORA"), "release-manager"));
    for (const auto* nasty : {"--upload-pack=x", "1.4.0;rm", "../1.4.0", "-1.4.0"}) {
        INFO(nasty);
        CHECK_FALSE(one.type("start " + std::string{nasty}).empty());
    }
    CHECK(one.run(one.memory->streams("release/"))->empty());
}

TEST_CASE("R8.3 with an empty role map nobody can start", "[slash]") {
    bench one;
    one.projects.at("shop").roles.clear();
    for (const auto* user : {"UANA", "UDEE", "UQUINN"}) one.type("start 1.4.0", user);
    CHECK(one.run(one.memory->streams("release/"))->empty());
}

TEST_CASE("R2.10 a dry run shows every step, changes nothing and commits no event", "[slash]") {
    bench one;
    one.outside.lists["merges"] = {fakes::small_item("!1")};
    const auto said = one.type("start 1.4.0 --dry-run", "UDEE");
    CHECK(says(said, "nothing was changed"));
    for (const auto& rule : fakes::small_plan().steps) CHECK(says(said, "would do " + rule.id + " for 1.4.0"));
    CHECK(says(said, "now: 1 open"));
    CHECK(one.outside.log == std::vector<std::string>{"look merges", "probe commit", "probe push"});
    const auto board = *one.run(one.memory->outbox_row_of("answer/E1/2"));
    REQUIRE(board);
    const auto shown = json::serialize(board->body);
    for (const auto* words : {"Do merges", "Do tests", "Do push", "1 waits for people"}) CHECK(says(shown, words));
    CHECK(says(shown, "A dry run"));
    CHECK_FALSE(says(shown, "\"button\""));
    CHECK(one.outside.effects.empty());
    CHECK(one.run(one.memory->streams("release/"))->empty());
    CHECK(one.run(one.memory->all_work())->empty());
    CHECK(one.slack.calls.empty());
}

TEST_CASE("R2.10 a dry run says what is done already and what cannot be known", "[slash]") {
    bench one;
    one.outside.lists["merges"] = {fakes::small_item("!1")};
    one.outside.faults["merges"] = {fakes::world::fault::unreachable};
    one.outside.answers["commit"] = {steps::answer::done};
    one.outside.answers["push"] = {steps::answer::cannot_tell};
    const auto said = one.type("start 1.4.0 --dry", "UDEE");
    CHECK(says(said, "not known now: the other side could not be reached"));
    CHECK(says(said, "already done: that is what the other side says"));
    CHECK(says(said, "cannot tell now"));
    CHECK(one.outside.effects.empty());
    CHECK(one.outside.count("perform push") == 0);
}

TEST_CASE("R1.9 status answers from the store alone, with every client away", "[slash]") {
    bench one;
    CHECK(says(one.type("status"), "no release of shop"));
    one.go_to_push();
    const auto said = one.type("status", "UNORA");
    CHECK(says(said, "1.4.0"));
    CHECK(says(said, "awaiting gate"));
    CHECK(says(said, "Do push"));
    CHECK(says(one.type("status", "UNORA"), "awaiting gate"));
    CHECK(one.slack.calls.empty());
    CHECK(one.outside.log.empty());
}

TEST_CASE("hold, resume, retry, skip, abort and note are one word each", "[slash]") {
    bench one;
    CHECK(says(one.type("hold please wait"), "No release of shop is under way"));
    one.type("start 1.4.0");
    CHECK(says(one.type("hold please wait", "UDEE"), "on hold"));
    REQUIRE(one.state().held);
    CHECK(one.state().held->reason.raw() == "please wait");
    CHECK(says(one.type("resume"), "goes on"));
    one.ended("announce");
    one.ended("tests", step_status::failed);
    CHECK(says(one.type("retry"), "tried again"));
    one.ended("tests", step_status::failed);
    CHECK(says(one.type("skip tests"), "reason"));
    CHECK(says(one.type("skip"), "/release skip STEP REASON"));
    one.type("skip tests tested by hand");
    CHECK(one.state().step("tests")->status == step_status::skipped);
    CHECK(says(one.type("note Fixed the cart", "UDEE"), "Noted"));
    CHECK(says(one.type("notes"), "Fixed the cart"));
    CHECK(says(one.type("abort 1.3.0 because"), "1.4.0"));
    one.looked({fakes::small_item("!1")});
    one.type("abort 1.4.0 the cart is broken");
    CHECK(release::status_of(one.state()) == release::release_status::cancelled);
    CHECK(says(one.type("history"), "cancelled"));
    CHECK(says(one.type("status"), "cancelled"));
}

namespace {

slack::app_mention mention_of(const std::string& words) {
    slack::app_mention mentioned;
    mentioned.from.team = "T1";
    mentioned.from.user = "UANA";
    mentioned.from.channel = "C1";
    mentioned.text = untrusted{"<@UBOT> " + words};
    return mentioned;
}

}  // namespace

TEST_CASE("a mention is the command without its slash", "[slash]") {
    bench one;
    const auto mentioned = mention_of("start 1.4.0");
    CHECK_FALSE(one.give(mentioned).empty());
    CHECK(one.state().version == "1.4.0");
}

TEST_CASE("what was said long before it arrived is not done, and its thread says so", "[slash]") {
    bench one;
    auto mentioned = mention_of("start 1.4.0");
    mentioned.from.received = instant{std::chrono::seconds{1'764'000'360}};
    mentioned.ts = "1764000000.000100";
    const auto said = one.give(mentioned);
    CHECK(says(said, "nothing was done"));
    CHECK(said.find("1764000000.000100") != std::string::npos);
    CHECK_FALSE(one.run(one.releases.live("shop"))->has_value());
    mentioned.from.received = instant{std::chrono::seconds{1'764'000'299}};
    one.give(mentioned);
    CHECK(one.state().version == "1.4.0");
}

TEST_CASE("R7.8 what people type is shown without mentioning anybody", "[slash]") {
    bench one;
    const auto said = one.type("<!channel> <@U1>");
    CHECK_FALSE(says(said, "<!channel>"));
    CHECK_FALSE(says(said, "<@U1>"));
}
