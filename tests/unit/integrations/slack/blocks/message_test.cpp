#include "integrations/slack/blocks/message.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/modal.hpp"
#include "integrations/slack/blocks/text.hpp"

using namespace slipway;
using namespace slipway::slack;

namespace {

using problems = std::vector<std::string>;

std::size_t count(const rendered& message, std::string_view needle) {
    const auto text = json::serialize(message.blocks);
    std::size_t found = 0;
    for (auto at = text.find(needle); at != std::string::npos; at = text.find(needle, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a short message is one message", "[blocks][message]") {
    const auto shown = message_builder{say("Deploy?")}
                           .header("demo 1.4.0")
                           .section(say("Deploy *{}*?", "1.4.0"))
                           .fields({{"Commit", code("abc")}, {"Started", say("now")}})
                           .actions({button{"Approve", "slipway.approve", "a1", button_style::primary}})
                           .context(say("Release-Id {}", code("r1")))
                           .render();
    CHECK(check_limits(to_json(shown)) == problems{});
    CHECK(shown.blocks.size() == 5);
    CHECK(shown.thread_parts.empty());
    CHECK(shown.files.empty());
}

TEST_CASE("a long text is split, then continues in the thread, and the buttons stay on the card", "[blocks][message]") {
    markup text;
    for (int i = 0; i < 1200; ++i) text += say("line {} of the text\n", i);
    const auto shown =
        message_builder{say("long")}.section(text).actions({button{"Approve", "slipway.approve", "a1"}}).render();
    CHECK(check_limits(to_json(shown)) == problems{});
    CHECK(shown.blocks.back().at("type") == "actions");
    REQUIRE(shown.thread_parts.size() == 2);
    CHECK(count(shown, "line 0 of") == 1);
    CHECK(count(shown.thread_parts.back(), "line 1199 of") == 1);
    CHECK(shown.files.empty());
}

TEST_CASE("what is too long for a thread becomes a file that holds all of it", "[blocks][message]") {
    std::string sql;
    for (int i = 0; i < 20'000; ++i) sql += "INSERT INTO t VALUES (" + std::to_string(i) + ");\n";
    const auto shown = message_builder{say("SQL"), "migrations.sql"}.verbatim(sql).render();
    CHECK(check_limits(to_json(shown)) == problems{});
    CHECK(shown.thread_parts.size() == 4);
    REQUIRE(shown.files.size() == 1);
    CHECK(shown.files[0].name == "migrations.sql");
    CHECK(shown.files[0].content.find("(19999)") != std::string::npos);
}

TEST_CASE("R7.7 a log shows its end, and the whole is a file", "[blocks][message]") {
    std::string log;
    for (int i = 1; i <= 500; ++i) log += "test " + std::to_string(i) + "\n";
    const auto shown = message_builder{say("Tests failed")}.log(log, "tests.log").render();
    CHECK(count(shown, "test 500") == 1);
    CHECK(count(shown, "test 480") == 0);
    REQUIRE(shown.files == std::vector<text_file>{{"tests.log", log}});

    const auto brief = message_builder{say("Tests failed")}.log("one line\n", "tests.log").render();
    CHECK(brief.files.empty());
}

TEST_CASE("sixty merge requests with a button each are all there", "[blocks][message]") {
    message_builder list{say("merge requests")};
    for (int i = 0; i < 60; ++i)
        list.section(say("!{} title", i), button{"Merge", "slipway.merge", "a" + std::to_string(i)});
    const auto shown = list.render();
    std::size_t buttons = count(shown, "slipway.merge");
    for (const auto& part : shown.thread_parts) buttons += count(part, "slipway.merge");
    CHECK(buttons == 60);
    CHECK(check_limits(to_json(shown)) == problems{});
}

TEST_CASE("the two buttons of a merge request go where its text goes", "[blocks][message]") {
    message_builder list{say("merge requests")};
    for (int i = 0; i < 40; ++i)
        list.item(say("!{} title", i),
                  {button{"Merge", "slipway.merge", "m" + std::to_string(i)}, button{"Move out", "slipway.out", "o"}});
    const auto shown = list.render();
    CHECK(count(shown, "\"actions\"") == count(shown, "\"section\""));
    REQUIRE(shown.thread_parts.size() == 1);
    CHECK(count(shown, "\"actions\"") + count(shown.thread_parts[0], "\"actions\"") == 40);
}

TEST_CASE("a title longer than a header is complete below it", "[blocks][message]") {
    const std::string title(400, 'x');
    const auto shown = message_builder{say("t")}.header(title).render();
    CHECK(check_limits(to_json(shown)) == problems{});
    CHECK(count(shown, title) == 1);
}

TEST_CASE("two buttons of one kind in one row get ids of their own", "[blocks][message]") {
    const auto shown = message_builder{say("t")}
                           .actions({button{"A", "slipway.merge", "1"}, button{"B", "slipway.merge", "2"}})
                           .render();
    CHECK(text_at(shown.blocks[0], "elements.0.action_id") == "slipway.merge");
    CHECK(text_at(shown.blocks[0], "elements.1.action_id") == "slipway.merge.2");
}

TEST_CASE("a value that Slack would cut is a bug and says so", "[blocks][message]") {
    CHECK_THROWS_AS(message_builder{say("t")}.actions({button{"A", "a", std::string(2001, 'v')}}), std::logic_error);
}

TEST_CASE("thread parts do not notify a second time", "[blocks][message]") {
    const auto shown =
        message_builder{say("{} please read", user_mention("U1"))}.section(escape(std::string(20'000, 'x'))).render();
    REQUIRE(!shown.thread_parts.empty());
    for (const auto& part : shown.thread_parts) CHECK(mentions_in(to_json(part)).empty());
}

TEST_CASE("a menu of more options than Slack takes is grouped", "[blocks][elements]") {
    choice many{"slipway.pick", "Pick", {}, {}};
    for (int i = 0; i < 250; ++i) many.options.push_back({"o" + std::to_string(i), std::to_string(i), {}});
    const auto shown = message_builder{say("t")}.actions({many, more_menu{"slipway.more", {{"a", "1", {}}}}}).render();
    CHECK(check_limits(to_json(shown)) == problems{});
}

TEST_CASE("a modal keeps its inputs whatever its text", "[blocks][modal]") {
    const auto view = modal_builder{"Reject the deploy of demo 1.4.0", "slipway.reject"}
                          .private_metadata("a1")
                          .submit("Reject")
                          .section(escape(std::string(600'000, '<')))
                          .input(text_input{.block_id = "reason", .label = "Why?", .multiline = true, .min_length = 10})
                          .render();
    CHECK(check_limits(view) == problems{});
    CHECK(text_at(view, "title.text") == "Reject the deploy of de…");
    CHECK(json::serialize(view).find("\"reason\"") != std::string::npos);
}

TEST_CASE("the judge finds what Slack would refuse", "[blocks][limits]") {
    const auto wrong = json::parse(R"({"text":"","blocks":[
        {"type":"section","text":{"type":"mrkdwn","text":"x"}},
        {"type":"actions","elements":[]},
        {"type":"marquee"}]})");
    CHECK(check_limits(wrong.as_object()).size() == 4);
}

TEST_CASE("mentions are found wherever they stand", "[blocks][limits]") {
    const auto message = json::parse(R"({"text":"<!here> <!date^1^{time}|x>","blocks":[
        {"type":"section","text":{"type":"mrkdwn","text":"<@U1>"}},
        {"type":"section","text":{"type":"plain_text","text":"<@U2>"}},
        {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U3"}]}]}]})");
    CHECK(mentions_in(message).size() == 3);
}
