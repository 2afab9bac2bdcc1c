// Windows that no card opens, and the Home tab: what a person sees first, and what comes of it.
#include "commands/slash/windows.hpp"

#include "bench.hpp"
#include "commands/slash/homes.hpp"
#include "commands/slash/menus.hpp"
#include "commands/views/home.hpp"
#include "commands/views/start_window.hpp"

using namespace slipway;
using namespace slipway::slash;

namespace {

slack::origin by(const std::string& user, const std::string& channel = "C1") {
    slack::origin made;
    made.team = "T1";
    made.user = user;
    made.channel = channel;
    made.trigger_id = "trigger";
    return made;
}

/// The submission of the start window with these choices.
slack::view_submission sent_start(const std::string& version, const std::string& milestone = "",
                                  std::vector<std::string> boxes = {}) {
    slack::view_submission sent;
    sent.from = by("UANA", "");
    sent.view.callback_id = views::start_input::callback;
    sent.view.private_metadata = views::to_text(views::start_memory{"shop", "C1"});
    sent.state.all.push_back({"project", "value", "external_select", {"shop"}});
    if (!version.empty()) sent.state.all.push_back({"version-shop", "value", "external_select", {version}});
    if (!milestone.empty()) sent.state.all.push_back({"milestone-shop", "value", "external_select", {milestone}});
    sent.state.all.push_back({"options", "value", "checkboxes", std::move(boxes)});
    return sent;
}

json::object options_for(bench& here, const std::string& block, const std::string& typed) {
    slack::block_suggestion asked;
    asked.from = by("UANA", "");
    asked.block_id = block;
    asked.typed = untrusted{typed};
    asked.view.callback_id = views::start_input::callback;
    asked.view.private_metadata = views::to_text(views::start_memory{"shop", "C1"});
    const auto answer = acknowledgement_of(here.with, asked);
    REQUIRE(answer);
    return *answer;
}

bool has_text(const json::value& shown, std::string_view wanted) {
    return json::serialize(shown).find(wanted) != std::string::npos;
}

}  // namespace

TEST_CASE("R7.9 the start window is opened before anything else is asked", "[slash][windows]") {
    for (const std::string words : {"", "start", "start shop"}) {
        bench here;
        INFO("/release " << words);
        here.type(words);
        REQUIRE_FALSE(here.slack.calls.empty());
        const auto& first = here.slack.calls.front();
        CHECK(first.method == "views.open");
        CHECK(text_at(first.arguments, "trigger_id") == "trigger");
        CHECK(text_at(first.arguments, "view.callback_id") == "slipway.start");
        CHECK((first.at - here.clock.now()).count() == 0);
    }
}

TEST_CASE("R7.9 the start window stands although the store answers nothing", "[slash][windows]") {
    bench here;
    here.books.is_away = true;
    CHECK(here.run(open_start_window(here.with, by("UANA"), "shop", "C1")));
    CHECK(here.slack.count("views.open") == 1);
    here.books.is_away = false;
}

TEST_CASE("a start window that Slack does not open any more is answered in words", "[slash][windows]") {
    bench here;
    here.slack.will_refuse("views.open", "expired_trigger_id");
    CHECK(here.type("start").find("Say which version") != std::string::npos);
}

TEST_CASE("what runs and what holds is shown in the window once it stands", "[slash][windows]") {
    bench here;
    here.type("start 1.4.0");
    here.type("");
    REQUIRE(here.slack.count("views.update") == 1);
    const auto update = std::ranges::find(here.slack.calls, "views.update", &fakes::fake_slack::made_call::method);
    CHECK(has_text(update->arguments, "is running already"));
}

TEST_CASE("sending the start window starts that version, as if it had been typed", "[slash][windows]") {
    bench here;
    const auto said = here.give(sent_start("1.4.0"));
    CHECK(here.state().version == "1.4.0");
    CHECK(has_text(json::value(said), "C1"));  // the answer goes where the command was typed
    CHECK_FALSE(acknowledgement_of(here.with, sent_start("1.4.0")));
}

TEST_CASE("a milestone alone says the version, and a dry run starts nothing", "[slash][windows]") {
    bench here;
    const auto typed = typed_in(sent_start("", "1.4.0", {"dry", "queue"}));
    REQUIRE(typed);
    CHECK(typed->text.raw() == "start shop 1.4.0 --dry-run --queue");
    here.give(sent_start("", "1.4.0", {"dry"}));
    CHECK(here.run(here.releases.ids("shop"))->empty());
}

TEST_CASE("what is missing or does not fit is marked in the window, which stays open", "[slash][windows]") {
    bench here;
    const auto errors = [&here](const slack::view_submission& sent) {
        const auto answer = acknowledgement_of(here.with, sent);
        return answer ? json::serialize(*answer) : std::string{};
    };
    CHECK(errors(sent_start("")).find(R"("version-shop":"Choose a milestone, or a version.")") != std::string::npos);
    CHECK(errors(sent_start("1.4.1", "1.4.0")).find("that of 1.4.0") != std::string::npos);
    here.projects.clear();
    CHECK(errors(sent_start("1.4.0")).find("no such project") != std::string::npos);
    here.disabled["shop"] = "shop.yaml:3: no channel";
    CHECK(errors(sent_start("1.4.0")).find("shop.yaml:3") != std::string::npos);
}

TEST_CASE("the menus offer projects, open milestones and versions, narrowed by what was typed", "[slash][windows]") {
    bench here;
    (*here.with.menus)["shop"] = {{"1.4.0", "Platform-1.4.0", "2026-11-24"}, {"1.5.0", "Platform-1.5.0", ""}};
    CHECK(array_at(options_for(here, "project", "SHO"), "options").size() == 1);
    CHECK(array_at(options_for(here, "project", "core"), "options").empty());
    const auto milestones = options_for(here, "milestone-shop", "5.0");
    CHECK(text_at(milestones, "options.0.value") == "1.5.0");
    CHECK(text_at(milestones, "options.0.text.text") == "Platform-1.5.0");
    CHECK(array_at(options_for(here, "milestone-shop", ""), "options").size() == 2);
    CHECK(text_at(options_for(here, "version-shop", "1.4.7"), "options.0.value") == "1.4.7");
    CHECK(array_at(options_for(here, "version-shop", "not a version"), "options").empty());
    slack::block_suggestion foreign;
    foreign.block_id = "project";
    CHECK_FALSE(acknowledgement_of(here.with, foreign));
}

TEST_CASE("another project chosen in the window changes its menus, and its title is that of the project",
          "[slash][windows]") {
    bench here;
    here.projects["core"] = fakes::small_project();
    here.projects["core"].name = "core";
    slack::block_action chosen;
    chosen.from = by("UANA", "");
    chosen.block_id = "project";
    chosen.action_id = "value";
    chosen.selected = {"core"};
    chosen.view.id = "V1";
    chosen.view.hash = "h1";
    chosen.view.callback_id = views::start_input::callback;
    chosen.view.private_metadata = views::to_text(views::start_memory{"shop", "C1"});
    here.give(chosen);
    REQUIRE(here.slack.count("views.update") >= 1);
    const auto& update = here.slack.calls.front();
    CHECK(text_at(update.arguments, "hash") == "h1");
    CHECK(text_at(update.arguments, "view.blocks.1.block_id") == "milestone-core");
}

TEST_CASE("the global shortcut opens the start window, and its answer reaches the person directly",
          "[slash][windows]") {
    bench here;
    slack::shortcut used;
    used.from = by("UANA", "");
    used.callback_id = "slipway_start";
    here.give(used);
    CHECK(here.slack.calls.front().method == "views.open");
    auto sent = sent_start("1.4.0");
    sent.view.private_metadata = views::to_text(views::start_memory{"shop", ""});
    CHECK(here.give(sent).find(R"("user":"UANA")") != std::string::npos);
    here.slack.will_refuse("views.open", "expired_trigger_id");
    CHECK(here.give(used).find("Try it again") != std::string::npos);
}

TEST_CASE("the message shortcut makes a note of what somebody wrote", "[slash][windows]") {
    bench here;
    here.type("start 1.4.0");
    slack::message_action used;
    used.from = by("UANA");
    used.callback_id = "slipway_note";
    used.text = untrusted{"Prices show\ntheir currency <!channel>"};
    const auto before = here.slack.calls.size();
    here.give(used);
    const auto& opened = here.slack.calls.at(before);
    CHECK(opened.method == "views.open");
    CHECK(has_text(opened.arguments, "their currency"));
    slack::view_submission sent;
    sent.from = by("UANA", "");
    sent.view.callback_id = views::start_input::note_callback;
    sent.view.private_metadata = text_at(opened.arguments, "view.private_metadata");
    sent.state.all.push_back({"project", "value", "external_select", {"shop"}});
    sent.state.all.push_back({"note", "value", "plain_text_input", {"Prices show\ntheir currency"}});
    here.give(sent);
    REQUIRE(here.state().notes.size() == 1);
    CHECK(here.state().notes[0].text.raw() == "Prices show their currency");
}

TEST_CASE("R7.14 a version that was typed wrongly is marked in the window before anything is asked of the rules",
          "[slash][windows]") {
    bench here;
    slack::view_submission sent;
    sent.from = by("UANA", "");
    sent.view.callback_id = "slipway.abort";
    sent.view.private_metadata = views::to_text(views::window_memory{"button", "", "1.4.0"});
    sent.state.all.push_back({views::input::version, "value", "plain_text_input", {"1.4.1"}});
    const auto answer = answer_at_once(sent);
    REQUIRE(answer);
    CHECK(text_at(*answer, "response_action") == "errors");
    CHECK(text_at(*answer, "errors.version").find("Type 1.4.0") == 0);
    sent.state.all.back().values = {"1.4.0"};
    CHECK_FALSE(answer_at_once(sent));
}

TEST_CASE("R7.11 opening Home shows it from the store alone, and it follows what happens for a week", "[slash][home]") {
    bench here;
    slack::app_home_opened opened;
    opened.from = by("UANA", "D1");
    opened.tab = "home";
    here.give(opened);
    const auto shown = [&here] {
        const auto row = *here.run(here.memory->outbox_row_of("home/T1/UANA"));
        REQUIRE(row);
        return json::serialize(row->body);
    };
    CHECK(here.slack.calls.empty());
    CHECK(shown().find("No release is under way") != std::string::npos);
    here.type("start 1.4.0");
    here.run(refresh_homes(here.with));
    CHECK(shown().find("No release is under way") == std::string::npos);
    const auto revision = (*here.run(here.memory->outbox_row_of("home/T1/UANA")))->wanted;
    here.run(refresh_homes(here.with));
    CHECK((*here.run(here.memory->outbox_row_of("home/T1/UANA")))->wanted == revision);
    here.clock.advance(milliseconds{8LL * 24 * 3'600'000});
    here.type("hold because");
    here.run(refresh_homes(here.with));
    CHECK((*here.run(here.memory->outbox_row_of("home/T1/UANA")))->wanted == revision);
}

TEST_CASE("R7.11 a question answered on Home is answered, and Home says so at once", "[slash][home]") {
    bench here;
    here.go_to_push();
    slack::block_action clicked;
    clicked.from = by("UANA", "");
    clicked.action_id = "slipway.approve";
    clicked.value = release::id_of(here.button("approve", "push"));
    clicked.view.id = "V9";
    clicked.view.callback_id = views::home_callback;
    const auto answer = here.give(clicked);
    CHECK(*here.run(here.memory->outbox_row_of("home/T1/UANA")));
    CHECK((answer.empty() || answer.find(R"("channel":"C1")") != std::string::npos));
}

TEST_CASE("Home's start button opens the start window", "[slash][home]") {
    bench here;
    slack::block_action clicked;
    clicked.from = by("UANA", "");
    clicked.action_id = views::start_action;
    clicked.view.callback_id = views::home_callback;
    here.give(clicked);
    CHECK(here.slack.calls.front().method == "views.open");
}
