#include "commands/views/error_cards.hpp"

#include <catch2/catch.hpp>

#include "commands/errors/actions.hpp"
#include "commands/views/release_view.hpp"
#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

const release::project_settings settings = project();
const views::names people{settings};
const std::string hash = "0123456789abcdef0123456789abcdef";

json::object group(const std::string& title, const std::string& of = hash) {
    json::object made;
    made["hash"] = of;
    made["title"] = title;
    made["what"] = "new";
    made["before"] = 0;
    made["after"] = 50'000;
    made["why"] = "never seen before this deploy";
    return made;
}

json::array suspects() {
    return json::parse(R"([{"name":"Bo","username":"bo","confidence":0.7,"request":12,
                            "reasons":["line 15 of src/Cart.php, changed in abc1234 in this release"]},
                           {"name":"Zed","username":"zed","confidence":0.3,"reasons":["near"]}])")
        .as_array();
}

release::choice choice(const char* id, const char* label) {
    release::choice made;
    made.id = id;
    made.label = label;
    made.lasting = true;
    return made;
}

/// As the watch leaves it: one group, its item with the buttons, nobody assigned yet.
release::release_state watched() {
    auto state = started();
    auto plan = sample::plan();
    plan.steps.push_back(rule("errors-after", "D11", "deploy", "telemetry_watch", "Errors after the deploy"));
    state.plan = plan;
    state.steps.emplace_back().id = "errors-after";
    auto& step = state.steps.back();
    step.status = release::step_status::looking;
    step.text = "look 1 of 5: worse";
    release::item_state item;
    item.id = errors::item_of(hash);
    item.fingerprint = hash;
    item.data["hash"] = hash;
    item.data["suspects"] = suspects();
    item.choices = {choice("take", "Take it"), choice("not-me", "Not me"), choice("mute", "Mute for 1.4.0"),
                    choice("resolve", "Resolve")};
    step.items = {item};
    state.facts["error_groups"] = json::array{group("TypeError: rate is null")};
    return state;
}

/// After the issue step: an issue, Bo's.
release::release_state with_issue() {
    auto state = watched();
    auto issue = group("TypeError: rate is null");
    issue["issue"] = 31;
    issue["url"] = "https://git.example/shop/-/issues/31";
    issue["how"] = "created";
    issue["assignee"] = "bo";
    issue["assignee_slack"] = "UBO";
    issue["because"] = "70 % of the evidence";
    issue["suspects"] = suspects();
    state.step("errors-to-issues")->data["issues"] = json::array{issue};
    return state;
}

slack::rendered card_of(const release::release_state& state) {
    std::vector<release::button> shown;
    return views::error_card(state, views::errors_of(state).at(0), people, shown);
}

}  // namespace

TEST_CASE("a card says how often, who most likely with reasons and merge request, and offers every act",
          "[views][errors]") {
    const auto card = card_of(watched());
    const auto words = words_of(card);
    CHECK(has(words, "new: 0 before, 50000 after"));
    CHECK(has(words, "1. Bo, 70 % of the evidence, <https://git.example/shop/-/merge_requests/12|!12>"));
    CHECK(has(words, "line 15 of src/Cart.php"));
    CHECK(buttons_of(card) == problems{"Take it", "Not me", "Mute for 1.4.0", "Resolve"});
    CHECK(slack::mentions_in(slack::to_json(card)) == problems{});
}

TEST_CASE("R7.14 muting and resolving ask once more, taking it does not", "[views][errors]") {
    const auto card = json::serialize(card_of(watched()).blocks);
    CHECK(has(card, "Mute for 1.4.0?"));
    CHECK(has(card, "Resolve?"));
    CHECK_FALSE(has(card, "Take it?"));
    std::vector<release::button> shown;
    const auto alert =
        json::serialize(views::error_alert(watched(), views::errors_of(watched()), people, shown).blocks);
    CHECK(has(alert, "Hold the release"));
    CHECK(has(alert, "Propose a rollback?"));
}

TEST_CASE("the alert leads to the rollback while production has the release, also when it is on hold",
          "[views][errors]") {
    const auto offered = [](const release::release_state& state) {
        std::vector<release::button> shown;
        views::error_alert(state, views::errors_of(state), people, shown);
        problems kinds;
        for (const auto& each : shown) kinds.push_back(each.kind + " " + each.choice);
        return kinds;
    };
    auto state = watched();
    CHECK(offered(state) == problems{"hold ", "propose_rollback "});  // nothing was deployed
    state.facts["deployed_at"] = "2026-11-23T10:00:00Z";
    CHECK(offered(state) == problems{"hold ", "propose_rollback ", "verb rollback"});
    state.held.emplace();
    CHECK(offered(state) == problems{"verb rollback"});
    state.kind = "rollback";
    CHECK(offered(state) == problems{});
}

TEST_CASE("whoever is assigned is called once, by a message of their own: an edited card calls nobody",
          "[views][errors]") {
    const auto view = views::everything(with_issue(), settings);
    const auto* call = message(view, "shop-1.4.0-1/errors/call/UBO");
    REQUIRE(call != nullptr);
    CHECK(slack::mentions_in(as_json(*call)) == problems{"@UBO", "@UBO"});
    CHECK(has(json::serialize(as_json(*call)), "70 % of the evidence"));
    CHECK(call->thread_of == "shop-1.4.0-1/errors");
    const auto* card = message(view, "shop-1.4.0-1/errors/" + hash);
    REQUIRE(card != nullptr);
    CHECK(slack::mentions_in(as_json(*card)) == problems{});
    CHECK(message(views::everything(watched(), settings), "shop-1.4.0-1/errors/call/UBO") == nullptr);
}

TEST_CASE("“not me” calls the next one, “take it” calls nobody and stands on the card", "[views][errors]") {
    auto state = with_issue();
    auto& data = state.step("errors-after")->items[0].data;
    data["turn"] = 1;
    data["owner"] = "chi";
    data["owner_slack"] = "UCHI";
    data["because"] = "near";
    const auto passed = views::everything(state, settings);
    const auto* call = message(passed, "shop-1.4.0-1/errors/call/" + hash + "/1");
    REQUIRE(call != nullptr);
    CHECK(slack::mentions_in(as_json(*call)) == problems{"@UCHI", "@UCHI"});
    CHECK(has(words_of(card_of(state)), "*Assigned to* Chi: near"));

    state.step("errors-after")->items[0].data["because"] = "taken in Slack";
    const auto taken = views::everything(state, settings);
    CHECK(message(taken, "shop-1.4.0-1/errors/call/" + hash + "/1") == nullptr);
    CHECK(has(words_of(card_of(state)), "*Taken by* Chi"));
}

TEST_CASE("one alert lists every group, however many, ten have cards", "[views][errors]") {
    auto state = watched();
    json::array many;
    for (int each = 0; each < 14; ++each)
        many.emplace_back(
            group("Error " + std::to_string(each), std::string(31, '0') + std::string(1, char('a' + each))));
    state.facts["error_groups"] = many;
    const auto view = views::everything(state, settings);
    CHECK(std::ranges::count_if(
              view.messages, [](const auto& each) { return each.key.starts_with("shop-1.4.0-1/errors/0000"); }) == 10);
    const auto* alert = message(view, "shop-1.4.0-1/errors");
    REQUIRE(alert != nullptr);
    CHECK(has(json::serialize(as_json(*alert)), "14 different errors after the deploy"));
    CHECK(has(json::serialize(as_json(*alert)), "and 4 more"));
}

TEST_CASE("the alert counts what one issue lists together, and says which issue", "[views][errors]") {
    auto state = with_issue();
    auto rest = group("5 more error groups", std::string(32, 'f'));
    rest["what"] = "";
    rest["umbrella"] = true;
    rest["groups"] = 5;
    rest["issue"] = 32;
    rest["url"] = "https://git.example/shop/-/issues/32";
    state.step("errors-to-issues")->data["issues"].as_array().push_back(rest);
    const auto view = views::everything(state, settings);
    const auto words = json::serialize(as_json(*message(view, "shop-1.4.0-1/errors")));
    CHECK(has(words, "6 different errors after the deploy"));
    CHECK(has(words, "and 5 more · issue <https://git.example/shop/-/issues/32|#32>, nobody assigned"));
    CHECK_FALSE(has(words, "5 more error groups"));
}

TEST_CASE("who has ten errors is called once for all of them, and again only for what others pass on",
          "[views][errors]") {
    auto state = with_issue();
    auto& issues = state.step("errors-to-issues")->data["issues"].as_array();
    for (const auto each : {'a', 'b'}) {
        auto more = issues.at(0).as_object();
        more["hash"] = std::string(32, each);
        more["title"] = std::string{"Error "} + each;
        issues.push_back(more);
    }
    const auto calls_in = [](const views::release_view& view) {
        return std::ranges::count_if(view.messages, [](const auto& each) { return has(each.key, "/errors/call/"); });
    };
    auto view = views::everything(state, settings);
    CHECK(calls_in(view) == 1);
    const auto* call = message(view, "shop-1.4.0-1/errors/call/UBO");
    REQUIRE(call != nullptr);
    CHECK(slack::mentions_in(as_json(*call)) == problems{"@UBO", "@UBO"});  // in the blocks, and in the notification
    CHECK(has(json::serialize(as_json(*call)), "please look at these 3"));
    CHECK(has(json::serialize(as_json(*call)), "*Error b* (<"));

    // Bo passes the first one on to Chi: a call of its own, and Bo's is edited.
    auto& data = state.step("errors-after")->items[0].data;
    data["turn"] = 1;
    data["owner"] = "chi";
    data["owner_slack"] = "UCHI";
    view = views::everything(state, settings);
    CHECK(calls_in(view) == 2);
    CHECK(message(view, "shop-1.4.0-1/errors/call/" + hash + "/1") != nullptr);
    CHECK(has(json::serialize(as_json(*message(view, "shop-1.4.0-1/errors/call/UBO"))), "please look at these 2"));
}
