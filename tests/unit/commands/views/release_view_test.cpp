#include "commands/views/release_view.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "integrations/base/described.hpp"
#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

json::array issues_data() {
    return json::parse(R"([{"hash":"abc","title":"Call to undefined function total_price() <!channel>","what":"new",
        "before":0,"after":12,"why":"never seen before, 12 times in 5 minutes","issue":7,"url":"https://git.example/shop/-/issues/7",
        "how":"created","assignee":"eve","assignee_slack":"UEVE","because":"line 15 of src/Cart.php was changed in this release",
        "suspects":[{"name":"Eve","username":"eve","confidence":0.82,"reasons":["line 15 of src/Cart.php"]}]}])")
        .as_array();
}

release::release_state with_issues() {
    auto state = started();
    release::step_ended ended;
    ended.step = "errors-to-issues";
    ended.text = "1 issue for 1 error group";
    ended.data["issues"] = issues_data();
    ended.at = noon;
    return release::apply(std::move(state), ended);
}

/// Everything at once, and every text of others as nasty as it gets.
release::release_state hostile() {
    const std::string nasty = "<!channel> <@U0VICTIM> ``` *b* @here\n> x & y | " + std::string(5000, 'w');
    auto state = with_merge_requests(40);
    for (auto& each : state.step("merge-requests")->items) {
        each.title = untrusted{nasty};
        each.details.push_back(nasty);
        each.body = nasty;
        each.asks = {person("UEVE")};
        each.delegated = release::delegation{person("UCHI"), person("UANA"), nasty, noon};
        each.by = person("UANA");
        each.reason = nasty;
        each.instead_of = {person("UEVE")};
    }
    state.step("merge-requests")->items[0].status = release::item_status::unknown_outcome;
    state.step("merge-requests")->items[1].status = release::item_status::failed;
    state.step("merge-requests")->items[1].text = nasty;
    state = release::apply(std::move(state),
                           release::gate_opened{"build", open_gate("Deploy?", {{"dba", std::nullopt, {}}})});
    state.step("build")->look = release::look_state{"f", nasty, std::vector<std::string>(500, nasty), {}, noon};
    release::step_ended failed;
    failed.step = "tests";
    failed.status = release::step_status::failed;
    failed.text = nasty;
    failed.detail = nasty;
    failed.at = noon;
    state = release::apply(std::move(state), failed);
    failed.step = "errors-to-issues";
    failed.status = release::step_status::done;
    failed.data["issues"] = issues_data();
    failed.data["issues"].get_array()[0].get_object()["title"] = nasty;
    failed.data["issues"].get_array()[0].get_object()["assignee_slack"] = "";
    state = release::apply(std::move(state), failed);
    state.step("announce")->status = release::step_status::done;
    state.facts["milestone_title"] = nasty;
    state.facts["previous_tag"] = nasty;
    state = release::apply(std::move(state), release::drift_noted{{"trunk", nasty, nasty, noon}});
    return release::apply(std::move(state), release::release_held{{person("UBO"), untrusted{nasty}, noon}});
}

std::string bytes_of(const views::release_view& view) {
    std::string all;
    for (const auto& each : view.messages) all += each.key + json::serialize(slack::to_json(each.wish)) + "\n";
    return all;
}

}  // namespace

TEST_CASE("R7.1 equal states give equal bytes", "[views][release_view]") {
    for (const auto& state : {started(), at_gate(), with_merge_requests(60), with_issues(), hostile()})
        CHECK(bytes_of(views::everything(state, project())) == bytes_of(views::everything(state, project())));
}

TEST_CASE("R7.1 a state rebuilt from its journal looks the same", "[views][release_view]") {
    const auto state = at_gate();
    const auto again = from_described<release::release_state>(to_described(state));
    CHECK(bytes_of(views::everything(again, project())) == bytes_of(views::everything(state, project())));
}

TEST_CASE("R7.8 R8.12 whatever others wrote, every message is inside Slack's limits and calls nobody",
          "[views][release_view]") {
    for (const auto& state : {hostile(), over(hostile(), release::ending::cancelled, "aborted by @UBO: <!here>")}) {
        const auto view = views::everything(state, project());
        CHECK(view.messages.size() > 10);
        for (const auto& each : view.messages) {
            const auto* wish = std::get_if<slack::desired_message>(&each.wish);
            if (wish == nullptr || wish->remove) continue;
            INFO(each.key);
            CHECK(slack::check_limits(as_json(*wish)) == problems{});
            CHECK(slack::mentions_in(as_json(*wish)) == problems{});
        }
    }
}

TEST_CASE("every button that is shown has its row, and every row its button", "[views][release_view]") {
    const auto view = views::everything(hostile(), project());
    std::set<std::string> rows, values;
    for (const auto& each : view.buttons) rows.insert(release::id_of(each));
    const auto text = bytes_of(view);
    for (const auto& row : rows) CHECK(has(text, row));
    for (auto at = text.find("\"value\":\""); at != std::string::npos; at = text.find("\"value\":\"", at + 1))
        values.insert(text.substr(at + 9, text.find('"', at + 9) - at - 9));
    CHECK(values == rows);
}

TEST_CASE("R7.6 the channel gets the board, decisions, errors and the end, the rest is in the thread",
          "[views][release_view]") {
    const auto view = views::everything(over(at_gate(), release::ending::done, "every step is done"), project());
    CHECK(message(view, "shop-1.4.0-1/board")->thread_of.empty());
    CHECK(message(view, "shop-1.4.0-1/build/gate/1.1")->thread_of == "shop-1.4.0-1/board");
    CHECK(message(view, "shop-1.4.0-1/build/gate/1.1")->broadcast);
    CHECK(message(view, "shop-1.4.0-1/summary")->thread_of.empty());
    const auto confirm = release::apply(
        started(), release::gate_opened{"first-read", open_gate("Read?", {{"developer", std::nullopt, {}}})});
    CHECK_FALSE(message(views::everything(confirm, project()), "shop-1.4.0-1/first-read/gate/1.1")->broadcast);
}

TEST_CASE("the board is pinned while the release lives", "[views][release_view]") {
    CHECK(message(views::everything(started(), project()), "shop-1.4.0-1/board")->pin);
    const auto ended = views::everything(over(started(), release::ending::done, "x"), project());
    CHECK_FALSE(message(ended, "shop-1.4.0-1/board")->pin);
}

TEST_CASE("those who can answer are asked directly, the requester is not", "[views][release_view]") {
    const auto view = views::everything(at_gate(), project());
    REQUIRE(message(view, "shop-1.4.0-1/build/ask/1.1/UBO") != nullptr);
    CHECK(message(view, "shop-1.4.0-1/build/ask/1.1/UBO")->user == "UBO");
    CHECK(message(view, "shop-1.4.0-1/build/ask/1.1/UANA") != nullptr);
    CHECK(message(view, "shop-1.4.0-1/build/ask/1.1/UDEE") == nullptr);
}

TEST_CASE("D1 what has to be read as it is comes as a file too, in the thread and below each direct message",
          "[views][release_view]") {
    auto state = with_merge_requests(1);
    auto& item = state.step("merge-requests")->items[0];
    item.body = "ALTER TABLE a ADD b INT;\n";
    item.file = "1.4.0-issue-2.sql";
    item.fingerprint = "0123456789abcdef";
    item.asks = {person("UBO")};
    const auto files = [](const views::release_view& view) {
        std::map<std::string, slack::desired_file> found;
        for (const auto& each : view.messages)
            if (const auto* file = std::get_if<slack::desired_file>(&each.wish)) found[each.key] = *file;
        return found;
    };
    const auto shown = files(views::everything(state, project()));
    REQUIRE(shown.size() == 2);
    const auto& thread = shown.at("shop-1.4.0-1/board/file/merge-requests/" + item.id + "/0123456789abcdef");
    CHECK(thread.channel == state.channel);
    CHECK(thread.thread_of == "shop-1.4.0-1/board");
    CHECK(thread.content == item.body);
    const auto asked = "shop-1.4.0-1/merge-requests/asks/" + item.id + "/1.1/UBO";
    const auto& direct = shown.at(asked + "/file/merge-requests/" + item.id + "/0123456789abcdef");
    CHECK(direct.channel.empty());
    CHECK(direct.user == "UBO");
    CHECK(direct.thread_of == asked);
    // Another text is another file.
    item.fingerprint = "fedcba9876543210";
    for (const auto& [key, file] : files(views::everything(state, project()))) CHECK_FALSE(shown.contains(key));
}

TEST_CASE("a line that is done in two steps is one line of the board, done when both are", "[views][release_view]") {
    auto state = started();
    const auto before = release::count_lines(state);
    auto twin = state.plan.steps.back();
    twin.id = "twin";
    state.plan.steps.push_back(twin);
    state.steps.emplace_back().id = "twin";
    CHECK(release::count_lines(state).all == before.all);
    state.step(state.plan.steps[state.plan.steps.size() - 2].id)->status = release::step_status::done;
    CHECK(release::count_lines(state).settled == before.settled);
    state.step("twin")->status = release::step_status::not_needed;
    CHECK(release::count_lines(state).settled == before.settled + 1);
}

TEST_CASE("a card that is asked again loses its buttons", "[views][release_view]") {
    const auto view = views::everything(at_gate(), project());
    for (const auto& each : view.messages) {
        if (!has(each.key, "/gate/")) continue;
        REQUIRE(each.retired);
        const auto& past = std::get<slack::desired_message>(*each.retired);
        CHECK(buttons_of(past.blocks).empty());
        CHECK(has(words_of(past.blocks), "asked again"));
    }
}

TEST_CASE("a notify step's message has the key the step waits for", "[views][release_view]") {
    CHECK(message(views::everything(started(), project()), "shop-1.4.0-1/announce") == nullptr);
    const auto running = release::apply(started(), release::step_intended{"announce", 1, "k", noon});
    const auto view = views::everything(running, project());
    const auto* post = message(view, "shop-1.4.0-1/announce");
    REQUIRE(post != nullptr);
    CHECK(has(words_of(post->blocks),
              "Build starting for 1.4.0, check your labels: <https://git.example/shop/-/milestones/4|"));
}

TEST_CASE("errors are one alert in the channel and a card each in its thread", "[views][errors]") {
    const auto view = views::everything(with_issues(), project());
    const auto* alert = message(view, "shop-1.4.0-1/errors");
    REQUIRE(alert != nullptr);
    CHECK(has(words_of(alert->blocks), "1 error after the deploy of Demo shop 1.4.0"));
    CHECK(has(words_of(alert->blocks), "assigned to Eve"));
    CHECK(slack::mentions_in(as_json(*alert)) == problems{});
    const auto* card = message(view, "shop-1.4.0-1/errors/abc");
    REQUIRE(card != nullptr);
    CHECK(card->thread_of == "shop-1.4.0-1/errors");
    CHECK(has(words_of(card->blocks), "new: 0 before, 12 after"));
    CHECK(has(words_of(card->blocks), "<https://git.example/shop/-/issues/7|#7>"));
    CHECK(has(words_of(card->blocks), "Eve, 82 % of the evidence"));
    CHECK(slack::mentions_in(as_json(*card)) == problems{});  // an edit calls nobody; a message of its own does
}

TEST_CASE("the summary of an aborted release names what stays", "[views][posts]") {
    auto state = ended_step("build", release::step_status::done, "4 hosts");
    state = over(std::move(state), release::ending::cancelled, "aborted by @UBO: bug found");
    const auto view = views::everything(state, project());
    const auto words = words_of(message(view, "shop-1.4.0-1/summary")->blocks);
    CHECK(has(words, "was cancelled:* aborted by Bo: bug found"));
    CHECK(has(words, "already taken effect"));
    CHECK(has(words, "Build on the servers: 4 hosts"));
}
