#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/views/gate_card.hpp"
#include "commands/views/items_card.hpp"
#include "commands/views/modals.hpp"
#include "commands/views/step_card.hpp"
#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

using card_function = slack::rendered (*)(const release::release_state&, const release::step_state&,
                                          const views::names&, std::vector<release::button>&);

slack::rendered shown(card_function card, const release::release_state& state, const std::string& step) {
    const auto settings = project();
    std::vector<release::button> buttons;
    return card(state, *state.step(step), views::names{settings}, buttons);
}

slack::rendered gate_of(const release::release_state& state) {
    return shown(views::gate_card, state, "build");
}

}  // namespace

TEST_CASE("a gate card says what is asked, on which commit, what follows and who can answer", "[views][gate]") {
    const auto card = gate_of(at_gate());
    const auto words = words_of(card);
    CHECK(has(words, "Deploy 1.4.0 to production?"));
    CHECK(has(words, "0123456789"));
    CHECK(has(words, "It cannot be undone."));
    CHECK(has(words, "dba: missing (Bo or Chi)"));
    CHECK(has(words, "release-manager: missing (Ana)"));
    CHECK(buttons_of(card) == problems{"Approve", "Reject"});
    CHECK(slack::check_limits(slack::to_json(card)) == problems{});
    CHECK(slack::mentions_in(slack::to_json(card)) == problems{});
}

TEST_CASE("R3.2 a gate card names each author of a migration once, with everything they wrote", "[views][gate]") {
    auto state = at_gate();
    auto& gate = *std::ranges::find(state.steps, "build", &release::step_state::id)->gate;
    gate.authors = {{"#2", "chi", "UCHI"}, {"#9", "zoe", ""}, {"wiki#7", "chi", "UCHI"}, {"wiki#8", "zoe", ""}};
    const auto card = gate_of(state);
    const auto words = words_of(card);
    CHECK(has(words, "Chi wrote migration #2 and wiki#7 and cannot fill a seat."));
    CHECK(has(words, "zoe wrote migration #9 and wiki#8 in GitLab and was linked with nobody"));
    CHECK(has(words, "dba: missing (Bo)"));
    CHECK(slack::check_limits(slack::to_json(card)) == problems{});
}

TEST_CASE("Approve asks once more when something starts that cannot be undone", "[views][gate]") {
    const auto card = json::serialize(gate_of(at_gate()).blocks);
    CHECK(has(card, "\"confirm\""));
    CHECK(has(card, "Approve for shop 1.4.0?"));
}

TEST_CASE("a filled seat shows who sits there since when, and can be given back", "[views][gate]") {
    const auto state = release::apply(at_gate(), release::seat_filled{"build", "dba", person("UCHI"), noon});
    const auto card = gate_of(state);
    CHECK(has(words_of(card), "✅ dba: Chi"));
    CHECK(has(words_of(card), "release-manager: missing (Ana)"));
    CHECK(buttons_of(card) == problems{"Approve", "Reject", "Withdraw my approval"});
}

TEST_CASE("R7.4 a decided card keeps its words and loses its buttons", "[views][gate]") {
    const auto closed = [](release::gate_status how, const std::string& why) {
        return release::apply(at_gate(), release::gate_closed{"build", how, person("UBO"), why, noon});
    };
    const auto approved = gate_of(closed(release::gate_status::approved, ""));
    CHECK(buttons_of(approved).empty());
    CHECK(has(words_of(approved), "*Approved*"));
    const auto rejected = gate_of(closed(release::gate_status::rejected, "tests are red"));
    CHECK(buttons_of(rejected).empty());
    CHECK(has(words_of(rejected), "*Rejected* by Bo"));
    CHECK(has(words_of(rejected), "tests are red"));
    const auto outdated = gate_of(closed(release::gate_status::outdated, "trunk moved"));
    CHECK(has(words_of(outdated), "Earlier approvals are void"));
    CHECK(buttons_of(outdated).empty());
    CHECK(buttons_of(gate_of(over(at_gate(), release::ending::cancelled, "x"))).empty());
}

TEST_CASE("an answered card keeps the commit it was asked about", "[views][gate]") {
    auto state = release::apply(at_gate(),
                                release::gate_closed{"build", release::gate_status::approved, person("UBO"), "", noon});
    state.facts["candidate"] = "ffffffffffffffffffffffffffffffffffffffff";
    CHECK(has(words_of(gate_of(state)), "0123456789"));
    CHECK_FALSE(has(words_of(gate_of(state)), "ffffffffff"));
}

TEST_CASE("a confirmation asks what was done, not what may happen", "[views][gate]") {
    const auto state = release::apply(
        started(), release::gate_opened{"first-read", open_gate("Read the diff?", {{"developer", std::nullopt, {}}})});
    const auto card = shown(views::gate_card, state, "first-read");
    CHECK(buttons_of(card) == problems{"Confirm", "Not OK"});
    CHECK(has(words_of(card), "nothing runs because of it"));
}

TEST_CASE("each merge request shows its facts, its link and its buttons", "[views][items]") {
    const auto card = shown(views::items_card, with_merge_requests(2), "merge-requests");
    const auto words = words_of(card);
    CHECK(has(words, "<https://git.example/shop/-/merge_requests/1|!1>"));
    CHECK(has(words, "by eve · ready to merge · approved by dee · pipeline success"));
    CHECK(buttons_of(card) == problems{"Merge", "Move out", "Merge", "Move out", "Merge all 2"});
    CHECK(slack::check_limits(slack::to_json(card)) == problems{});
}

TEST_CASE("one merge request alone needs no button for all", "[views][items]") {
    CHECK(buttons_of(shown(views::items_card, with_merge_requests(1), "merge-requests")) ==
          problems{"Merge", "Move out"});
}

TEST_CASE("what is dealt with, running or held shows no button", "[views][items]") {
    auto state = release::apply(with_merge_requests(2), release::item_intended{"merge-requests", "!1", "merge", 1, "k",
                                                                               person("UEVE"), "", noon});
    auto card = shown(views::items_card, state, "merge-requests");
    CHECK(buttons_of(card) == problems{"Merge", "Move out"});
    CHECK(has(words_of(card), "by Eve"));
    state =
        release::apply(std::move(state),
                       release::item_ended{"merge-requests", "!1", release::item_status::done, "merged", {}, {}, noon});
    card = shown(views::items_card, state, "merge-requests");
    CHECK(has(words_of(card), "merged, Eve"));
    state = release::apply(std::move(state), release::release_held{{person("UBO"), untrusted{"wait"}, noon}});
    CHECK(buttons_of(shown(views::items_card, state, "merge-requests")).empty());
}

TEST_CASE("R7.8 a title full of commands pings nobody and cannot fake a line", "[views][items]") {
    auto state = with_merge_requests(1);
    state.step("merge-requests")->items[0].title =
        untrusted{"<!channel> `x` *y* <@U0VICTIM>\n✅ release-manager: Ana, 14:02 @here"};
    const auto card = shown(views::items_card, state, "merge-requests");
    CHECK(slack::mentions_in(slack::to_json(card)) == problems{});
    CHECK_FALSE(has(words_of(card), "\n✅ release-manager: Ana, 14:02"));
}

TEST_CASE("a failed step says why, shows the end of its output, and what to press", "[views][steps]") {
    std::string log;
    for (int i = 0; i < 300; ++i) log += "line " + std::to_string(i) + "\n";
    const auto state = ended_step("tests", release::step_status::failed, "exit code 1 after 12 s", log);
    const auto card = shown(views::failure_card, state, "tests");
    CHECK(has(words_of(card), "❌ *P11 Run the tests* failed"));
    CHECK(has(words_of(card), "exit code 1 after 12 s"));
    CHECK(has(words_of(card), "line 299"));
    CHECK(buttons_of(card) == problems{"Retry", "Skip with a reason"});
    REQUIRE(card.files.size() == 1);
    CHECK(card.files[0].content == log);
}

TEST_CASE("the table of a difference has what a moved submodule brings beneath its merge request", "[views][steps]") {
    auto state = ended_step("tests", release::step_status::done, "1 file", "");
    state.step("tests")->data =
        parse_json(R"({"table_rows": 1, "table": [{"name": "!15", "url": "https://git.example/15",
        "title": "Newer money", "author": "ben", "files": 1, "added": 1, "removed": 1, "submodules": [
            {"text": "moves vendor/<!here> from a to b: 3 merge requests", "more": 2, "lines": [
                {"name": "cig/money!7", "url": "https://git.example/7", "title": "Cents <!channel>", "author": "chi"}]}]}]})")
            .value()
            .as_object();
    const auto card = shown(views::result_card, state, "tests");
    const auto words = words_of(card);
    CHECK(has(words, "<https://git.example/15|!15> 1 file, +1 −1 · ben · Newer money\n      ↳ moves vendor/"));
    CHECK(has(words, "<https://git.example/7|cig/money!7> · chi · Cents"));
    CHECK(has(words, "… and 2 more"));
    CHECK(slack::mentions_in(slack::to_json(card)) == problems{});
}

TEST_CASE("whoever reads the difference signs beneath its lines and links, not beneath a plain table",
          "[views][gate]") {
    auto state = at_gate();
    auto& look = state.step("build")->look.emplace();
    look.summary = "1 merge request in 2 files";
    look.lines = {"!15                   2 files      +3      -1  ben: Newer money"};
    const auto plain = words_of(gate_of(state));
    CHECK(has(plain, "!15       "));
    look.data = parse_json(R"({"table_rows": 4, "table": [{"name": "!15", "url": "https://git.example/15",
        "title": "Newer money", "author": "ben", "files": 2, "added": 3, "removed": 1}]})")
                    .value()
                    .as_object();
    const auto words = words_of(gate_of(state));
    CHECK(has(words, "<https://git.example/15|!15> 2 files, +3 −1 · ben · Newer money\n… and 3 more"));
    CHECK_FALSE(has(words, "!15       "));
}

TEST_CASE("a step that cannot be skipped offers no such button", "[views][steps]") {
    const auto state = ended_step("build", release::step_status::failed, "host web2 said no");
    CHECK(buttons_of(shown(views::failure_card, state, "build")) == problems{"Retry"});
    CHECK(has(words_of(shown(views::failure_card, state, "build")), "It cannot be skipped."));
}

TEST_CASE("R5.4 an unknown outcome asks people, with the two true answers", "[views][steps]") {
    const auto state = ended_step("build", release::step_status::unknown_outcome, "the answer was lost");
    const auto card = shown(views::failure_card, state, "build");
    CHECK(has(words_of(card), "it is not known whether it took effect"));
    CHECK(buttons_of(card) == problems{"It happened: treat as done", "It did not: run again"});
    CHECK(buttons_of(shown(views::failure_card, over(state, release::ending::cancelled, "x"), "build")).empty());
}

TEST_CASE("R5.4 the unknown outcome of one item shows its evidence and the two true answers", "[views][items]") {
    auto state = with_merge_requests(2);
    auto& item = state.step("merge-requests")->items[0];
    item.status = release::item_status::unknown_outcome;
    item.chosen = "merge";
    item.text = "GitLab took the merge and never answered";
    const auto card = shown(views::items_card, state, "merge-requests");
    CHECK(has(words_of(card), "it is not known whether this took effect: GitLab took the merge and never answered"));
    const auto buttons = buttons_of(card);
    CHECK(std::ranges::count(buttons, "It happened: treat as done") == 1);
    CHECK(std::ranges::count(buttons, "It did not: run again") == 1);
    CHECK(has(json::serialize(card.blocks), "Run !1 again?"));
}

namespace {

void check_dangerous(const json::value& value, const release::release_state& state,
                     const std::vector<release::button>& shown, int& found) {
    if (const auto* object = value.if_object()) {
        if (text_at(*object, "type") == "button" && text_at(*object, "style") == "danger") {
            ++found;
            const auto id = text_at(*object, "value");
            const auto pressed =
                std::ranges::find_if(shown, [&](const release::button& each) { return release::id_of(each) == id; });
            REQUIRE(pressed != shown.end());
            INFO(pressed->kind << " of " << pressed->step);
            const bool asks = object->contains("confirm") || views::asks_for_words(state, *pressed, {});
            CHECK(asks);
        }
        for (const auto& each : *object) check_dangerous(each.value(), state, shown, found);
    } else if (const auto* list = value.if_array()) {
        for (const auto& each : *list) check_dangerous(each, state, shown, found);
    }
}

}  // namespace

TEST_CASE("R7.14 every red button asks once more: Slack's own question, or a window", "[views]") {
    auto unknown_item = with_merge_requests(2);
    unknown_item.step("merge-requests")->items[0].status = release::item_status::unknown_outcome;
    auto danger = with_merge_requests(2);
    danger.step("merge-requests")->items[0].choices[0].style = "danger";
    danger.step("merge-requests")->items[0].choices[0].effect = release::side_effect::none;
    int found = 0;
    for (const auto& state :
         {at_gate(), unknown_item, danger, ended_step("build", release::step_status::unknown_outcome, "lost")}) {
        const auto view = views::everything(state, project());
        for (const auto& each : view.messages)
            if (const auto* wish = std::get_if<slack::desired_message>(&each.wish))
                check_dangerous(json::value(wish->blocks), state, view.buttons, found);
    }
    CHECK(found >= 6);
}

TEST_CASE("R2.9 a gate card shows each check with its age", "[views][gate]") {
    auto state = ended_step("tests", release::step_status::done, "412 tests passed");
    state.step("tests")->ended = noon - milliseconds{12 * 60'000};
    state = release::apply(std::move(state),
                           release::gate_opened{"build", open_gate("Deploy?", {{"dba", std::nullopt, {}}})});
    const auto words = words_of(gate_of(state));
    CHECK(has(words, "412 tests passed"));
    CHECK(has(words, to_words(milliseconds{12 * 60'000}) + " before this question"));
}

TEST_CASE("R2.4 a step that is not needed says so and why, and counts as dealt with", "[views][board]") {
    const auto state = release::apply(
        started(), release::step_considered{"tests", {false, {}, noon}, "no merge request has the label <!channel>"});
    const auto view = views::everything(state, project());
    const auto words = words_of(message(view, "shop-1.4.0-1/board")->blocks);
    CHECK(has(words, "➖ not needed · P11 Run the tests: no merge request has the label &lt;!channel&gt;"));
    CHECK(has(words, "1 of 6 done"));
}

TEST_CASE("R2.6 a direct message about an item shows what has to be read, as it is", "[views][items]") {
    auto state = with_merge_requests(1);
    auto& item = state.step("merge-requests")->items[0];
    item.asks = {person("UEVE")};
    item.body = "ALTER TABLE carts ADD total int; -- <!channel>";
    const auto view = views::everything(state, project());
    const auto* direct = message(view, "shop-1.4.0-1/merge-requests/asks/!1/1.1/UEVE");
    REQUIRE(direct != nullptr);
    CHECK(direct->user == "UEVE");
    CHECK(direct->channel.empty());
    CHECK(has(json::serialize(direct->blocks), "ALTER TABLE carts"));
    CHECK(slack::mentions_in(as_json(*direct)) == problems{});
    const auto done = views::everything(over(state, release::ending::cancelled, "x"), project());
    CHECK(buttons_of(message(done, "shop-1.4.0-1/merge-requests/asks/!1/1.1/UEVE")->blocks).empty());
}

TEST_CASE("what nothing waits for may still be ticked when its step is done, and nothing else may", "[views][items]") {
    auto state = with_merge_requests(2);
    auto& step = *state.step("merge-requests");
    step.status = release::step_status::done;
    const auto offered = [&state] {
        const auto view = views::everything(state, project());
        return buttons_of(message(view, "shop-1.4.0-1/merge-requests/items")->blocks).size();
    };
    CHECK(offered() == 0);
    release::choice tick;
    tick.id = "tick";
    tick.label = "Needs no code";
    tick.lasting = true;
    step.items[0].blocking = false;
    step.items[0].choices.push_back(tick);
    CHECK(offered() == 1);
    step.items[0].status = release::item_status::done;
    CHECK(offered() == 0);
}

// ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────

namespace {

release::release_state at_gate_with_form() {
    auto state = at_gate();
    auto& fields = state.plan.steps[4].gate.front().fields;
    fields.resize(4);
    fields[0] = {"ticket", "Change ticket", release::field_type::text, true, "OPS-[0-9]+", {}, {}, 20, "As in <it>"};
    fields[1] = {"minutes", "Downtime", release::field_type::number, false, "", {}, 1, 90, ""};
    fields[2] = {"window", "Time of day", release::field_type::choice, true, "", {"morning", "night"}, {}, {}, ""};
    fields[3] = {"told", "Support was told", release::field_type::checkbox, true, "", {}, {}, {}, ""};
    return state;
}

}  // namespace

TEST_CASE("R2.12 the window of a gate asks for every field and carries button and schema", "[views][modals]") {
    const auto state = at_gate_with_form();
    release::button pressed;
    pressed.release = state.id;
    pressed.kind = "approve";
    pressed.step = "build";
    pressed.fingerprint = "f00dfeedf00dfeed";
    release::actor bo;
    bo.who = person("UBO");
    bo.roles = {"dba"};
    CHECK(views::asks_for_words(state, pressed, bo));
    const auto settings = project();
    const auto window = views::window_for(state, pressed, bo, views::names{settings});
    REQUIRE(window);
    CHECK(slack::check_limits(*window) == problems{});
    const auto text = json::serialize(*window);
    for (const auto* wanted : {"field-ticket", "number_input", "static_select", "checkboxes",
                               "Deploy 1.4.0 to production?", "1 to 90", "at most 20 characters"})
        CHECK(has(text, wanted));
    const auto memory = views::memory_of(text_at(*window, "private_metadata"));
    CHECK(memory.button_id == release::id_of(pressed));
    CHECK(release::schema_from(memory.schema)->size() == 4);
}

TEST_CASE("R2.12 the card shows who answered what, as text and nothing else", "[views][gate]") {
    json::object answers{{"ticket", "OPS-1 <!channel>"}, {"minutes", 2.5}, {"window", "night"}, {"told", true}};
    const auto state =
        release::apply(at_gate_with_form(), release::seat_filled{"build", "dba", person("UCHI"), noon, answers});
    const auto card = gate_of(state);
    const auto words = words_of(card);
    CHECK(has(words, "Chi answered:"));
    CHECK(has(words, "Change ticket: OPS-1 &lt;!channel&gt;"));
    CHECK(has(words, "Downtime: 2.5"));
    CHECK(has(words, "Support was told: yes"));
    CHECK(slack::mentions_in(slack::to_json(card)) == problems{});
    CHECK(slack::check_limits(slack::to_json(card)) == problems{});
}
