#include "commands/views/replies.hpp"

#include <catch2/catch.hpp>

#include "commands/views/error_cards.hpp"
#include "commands/views/modals.hpp"
#include "commands/views/plan.hpp"
#include "commands/views/posts.hpp"
#include "commands/views/words.hpp"
#include "sample.hpp"

using namespace slipway;
using namespace sample;

namespace {

const release::project_settings settings = project();
const views::names people{settings};

release::button pressed(const std::string& kind, const std::string& step = {}) {
    release::button made;
    made.release = "shop-1.4.0-1";
    made.kind = kind;
    made.step = step;
    return made;
}

}  // namespace

TEST_CASE("a refusal reads with names and with what to type", "[views][replies]") {
    const failure why{errc::refused, "The release is already on hold since 12:00 UTC by @UBO; type `/release resume`."};
    const auto words = words_of(views::refusal(why, people));
    CHECK(has(words, "on hold since 12:00 UTC by Bo; type `/release resume`."));
}

TEST_CASE("an id that is nobody of the project stays text in a sentence", "[views][replies]") {
    const auto answer = views::refusal({errc::refused, "rejected: ask @U0VICTIM and <!channel>"}, people);
    CHECK(slack::mentions_in(slack::to_json(answer)) == problems{});
}

TEST_CASE("a refusal can carry the next possible action", "[views][replies]") {
    const auto answer = views::reply(views::words::outdated_card(), slack::button{"Go", "slipway.open", "x"});
    CHECK(buttons_of(answer) == problems{"Go"});
}

TEST_CASE("every sentence of ours names a way out", "[views][words]") {
    namespace words = views::words;
    for (const auto& each :
         {words::unknown_button(), words::outdated_card(), words::try_again(), words::nothing_running("shop"),
          words::no_project_here({"shop"}), words::no_project_here({}), words::unknown_verb("strat", {"start"}),
          words::already_running(started(), people, ""), words::project_disabled("shop", {"a.yaml:3: no"})}) {
        INFO(each.text());
        const bool way_out = has(each.text(), "/release") || has(each.text(), "again") ||
                             has(each.text(), "newest card") || has(each.text(), "project file");
        CHECK(way_out);
    }
}

TEST_CASE("R1.9 the status answers from the state alone", "[views][replies]") {
    const auto answer = views::status_reply(at_gate(), people);
    CHECK(has(words_of(answer), "Demo shop 1.4.0 · awaiting gate"));
    CHECK(has(words_of(answer), "Deploy 1.4.0 to production?"));
    CHECK(has(words_of(answer), "Build on the servers"));
    CHECK(buttons_of(answer).empty());
    CHECK(slack::check_limits(slack::to_json(answer)) == problems{});
}

TEST_CASE("notes are shown with person and time, without any, how to add one", "[views][replies]") {
    CHECK(has(words_of(views::notes_reply(started(), people)), "/release note TEXT"));
    const auto noted =
        release::apply(started(), release::note_added{{person("UEVE"), untrusted{"New *cart*\nfaster"}, noon}});
    CHECK(has(words_of(views::notes_reply(noted, people)), "Eve"));
    CHECK(has(words_of(views::notes_reply(noted, people)), "faster"));
}

TEST_CASE("help lists what can be typed", "[views][replies]") {
    const auto answer = views::help_reply({{"start VERSION", "starts a release"}, {"hold REASON", "stops it"}});
    CHECK(has(words_of(answer), "`/release start VERSION`  starts a release"));
}

TEST_CASE("before anything was measured, /release errors says so", "[views][errors]") {
    CHECK(has(words_of(views::errors_reply(started(), people)), "Nothing has been measured yet"));
}

TEST_CASE("the plan is one line a step with id, kind, gate and side effect", "[views][plan]") {
    const auto text = views::plan_text(plan(), {{"build", "state.apply on\n4 hosts"}});
    CHECK(std::count(text.begin(), text.end(), '\n') == 6);
    CHECK(
        has(text,
            "D6   build             salt_state      gate: dba, release-manager  irreversible  state.apply on 4 hosts"));
    CHECK(has(text, "P1   announce          notify          gate: -"));
}

TEST_CASE("R2.10 a dry run shows every step and offers nothing", "[views][plan]") {
    const auto answer = views::plan_message("Demo shop 1.4.0", plan(), {});
    CHECK(buttons_of(answer).empty());
    CHECK(has(words_of(answer), "nothing was started"));
    for (const auto& each : plan().steps) CHECK(has(words_of(answer), "`" + each.id + "`"));
}

TEST_CASE("the changelog in the channel keeps its lines and obeys none of its titles", "[views][posts]") {
    auto state = started();
    state.facts["changelog"] = "## 1.4.0 (2026-11-23)\n\n### Fixed\n\n- Cart <!channel> *total* (!7)\n- Second\n";
    const auto post = views::changelog_post(state, people);
    CHECK(has(words_of(post), "*1.4.0 (2026-11-23)*"));
    CHECK(has(words_of(post), "• Cart &lt;!channel&gt; "));
    CHECK(has(words_of(post), "• Second"));
    CHECK(slack::mentions_in(slack::to_json(post)) == problems{});
}

TEST_CASE("a dependency's merge request is linked below our own GitLab, wherever the text points", "[views][posts]") {
    auto state = started();
    auto settings = project();
    settings.gitlab.project = "cig/web";
    state.facts["gitlab_url"] = "https://git.example/cig/web";
    state.facts["changelog"] =
        "## 1.4.0\n\n- Cents ([cig/money!7](https://evil.example/x))\n- Not (a!b) (!x)\n- Plain (cig/money!8)\n";
    const auto words = words_of(views::changelog_post(state, views::names{settings}));
    CHECK(has(words, "Cents (<https://git.example/cig/money/-/merge_requests/7|cig/money!7>)"));
    CHECK(has(words, "Plain (<https://git.example/cig/money/-/merge_requests/8|cig/money!8>)"));
    CHECK_FALSE(has(words, "evil"));
}

TEST_CASE("a changelog longer than a message is complete in its thread or file", "[views][posts]") {
    auto state = started();
    std::string entry = "## 1.4.0\n";
    for (int i = 0; i < 3000; ++i) entry += "- Change " + std::to_string(i) + " of many\n";
    state.facts["changelog"] = entry;
    const auto post = views::changelog_post(state, people);
    REQUIRE(post.files.size() == 1);
    CHECK(has(post.files[0].content, "Change 2999 of many"));
}

TEST_CASE("buttons that need words open a window, the others act at once", "[views][modals]") {
    for (const auto* kind : {"reject", "skip", "hold", "abort", "note", "treat_as_done"})
        CHECK(views::asks_for_words(started(), pressed(kind, "build"), {}));
    for (const auto* kind : {"approve", "withdraw", "retry", "resume", "run_again"})
        CHECK_FALSE(views::asks_for_words(started(), pressed(kind, "build"), {}));
    auto move_out = pressed("choose", "merge-requests");
    move_out.item = "!1";
    move_out.choice = "move-out";
    CHECK(views::asks_for_words(with_merge_requests(1), move_out, {}));
    move_out.choice = "merge";
    CHECK_FALSE(views::asks_for_words(with_merge_requests(1), move_out, {}));
}

TEST_CASE("every window fits, asks for what the rule needs and carries the button's id", "[views][modals]") {
    for (const auto* kind : {"reject", "skip", "hold", "abort", "note", "treat_as_done"}) {
        const auto button = pressed(kind, "build");
        const auto window = views::window_for(at_gate(), button, {}, people);
        REQUIRE(window);
        CHECK(slack::check_limits(*window) == problems{});
        CHECK(views::memory_of(text_at(*window, "private_metadata")).button_id == release::id_of(button));
        CHECK(text_at(*window, "callback_id") == std::string{"slipway."} + kind);
    }
}

TEST_CASE("R7.14 abort asks for the typed version and names what already happened", "[views][modals]") {
    const auto state = ended_step("build", release::step_status::done, "4 hosts");
    const auto window = *views::window_for(state, pressed("abort"), {}, people);
    const auto text = json::serialize(window);
    CHECK(has(text, "Type the version, 1.4.0"));
    CHECK(has(text, "Build on the servers: 4 hosts"));
    CHECK(has(text, "\"block_id\":\"version\""));
    CHECK(views::memory_of(text_at(window, "private_metadata")).version == "1.4.0");
    CHECK(has(text, "\"block_id\":\"reason\""));
}

TEST_CASE("a window for something that is gone is none", "[views][modals]") {
    CHECK_FALSE(views::window_for(started(), pressed("skip", "no-such-step"), {}, people));
    CHECK_FALSE(views::window_for(started(), pressed("choose", "merge-requests"), {}, people));
}
