// Payloads as Slack sends them (slack.md §2), read into types.
#include "integrations/slack/payload.hpp"

#include <catch2/catch.hpp>

#include "integrations/base/json.hpp"
#include "integrations/slack/link_frame.hpp"

using namespace slipway;
using namespace slipway::slack;

namespace {

const instant noon = from_unix_ms(1'800'000'000'000);

envelope arrived(std::string type, std::string_view payload) {
    auto parsed = parse_json(payload);
    REQUIRE(parsed.has_value());
    envelope made;
    made.id = "env-1";
    made.type = std::move(type);
    made.payload = parsed->get_object();
    return made;
}

template <class T>
T read(std::string type, std::string_view text) {
    const auto any = payload_of(arrived(std::move(type), text), noon);
    INFO(describe(any));
    REQUIRE(std::holds_alternative<T>(any));
    return std::get<T>(any);
}

}  // namespace

TEST_CASE("a slash command is who, where, and everything after the first space", "[slack][payload]") {
    const auto command = read<slash_command>("slash_commands", R"({
        "token":"x","team_id":"T1","channel_id":"C1","user_id":"U1","command":"/release","text":"start 1.4.0 <!channel>",
        "response_url":"https://hooks.slack.com/commands/1","trigger_id":"1.2.a","is_enterprise_install":"false"})");
    CHECK(command.command == "/release");
    CHECK(command.text.raw() == "start 1.4.0 <!channel>");
    CHECK(command.from.team == "T1");
    CHECK(command.from.user == "U1");
    CHECK(command.from.channel == "C1");
    CHECK(command.from.response_url == "https://hooks.slack.com/commands/1");
    CHECK(command.from.trigger_id == "1.2.a");
    CHECK(command.from.received == noon);
}

TEST_CASE("a click names its button, its message and the person", "[slack][payload]") {
    const auto click = read<block_action>("interactive", R"({
        "type":"block_actions","trigger_id":"1.2.b","team":null,"enterprise":{"id":"E1"},
        "user":{"id":"U1","team_id":"T1"},"channel":{"id":"C1"},
        "container":{"type":"message","message_ts":"1712345678.000200","channel_id":"C1","thread_ts":"1712345000.000100"},
        "message":{"ts":"1712345678.000200"},"response_url":"https://hooks.slack.com/actions/1",
        "actions":[{"type":"button","action_id":"slipway.approve","block_id":"b1","value":"a3f0","action_ts":"9.9"}]})");
    CHECK(click.action_id == "slipway.approve");
    CHECK(click.value == "a3f0");
    CHECK(click.type == "button");
    CHECK(click.message_ts == "1712345678.000200");
    CHECK(click.thread_ts == "1712345000.000100");
    CHECK(click.from.team == "T1");
    CHECK(click.from.enterprise == "E1");
    CHECK(click.from.channel == "C1");
    CHECK(click.selected.empty());
}

TEST_CASE("whatever kind of element was used, what was chosen is found", "[slack][payload]") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> rows{
        {R"("type":"static_select","selected_option":{"text":{},"value":"prod"})", {"prod"}},
        {R"("type":"static_select","selected_option":null)", {}},
        {R"("type":"overflow","selected_option":{"value":"retry"})", {"retry"}},
        {R"("type":"checkboxes","selected_options":[{"value":"a"},{"value":"b"}])", {"a", "b"}},
        {R"("type":"users_select","selected_user":"U7")", {"U7"}},
        {R"("type":"multi_users_select","selected_users":["U7","U8"])", {"U7", "U8"}},
        {R"("type":"conversations_select","selected_conversation":"C7")", {"C7"}},
        {R"("type":"channels_select","selected_channel":"C8")", {"C8"}},
        {R"("type":"datepicker","selected_date":"2026-11-23")", {"2026-11-23"}},
        {R"("type":"timepicker","selected_time":"18:20")", {"18:20"}},
        {R"("type":"datetimepicker","selected_date_time":1712345678)", {"1712345678"}},
    };
    for (const auto& [element, wanted] : rows) {
        INFO(element);
        const auto click = read<block_action>(
            "interactive",
            R"({"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"a",)" + element + "}]}");
        CHECK(click.selected == wanted);
    }
}

TEST_CASE("a submitted form gives its view and its values", "[slack][payload]") {
    const auto submitted = read<view_submission>("interactive", R"({
        "type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","team_id":"T1"},"trigger_id":"1.2.c",
        "view":{"id":"V1","callback_id":"skip_step","private_metadata":"a3f0","hash":"h1","root_view_id":"V1",
          "state":{"values":{"reason":{"text":{"type":"plain_text_input","value":"flaky <host>"}},
                             "who":{"people":{"type":"multi_users_select","selected_users":["U2","U3"]}},
                             "empty":{"text":{"type":"plain_text_input","value":null}}}}}})");
    CHECK(submitted.view.callback_id == "skip_step");
    CHECK(submitted.view.private_metadata == "a3f0");
    CHECK(submitted.state.value_of("reason", "text") == "flaky <host>");
    CHECK(submitted.state.values_of("who", "people") == std::vector<std::string>{"U2", "U3"});
    CHECK(submitted.state.value_of("empty", "text").empty());
    CHECK(submitted.state.value_of("no", "such").empty());
    CHECK(submitted.from.channel.empty());
}

TEST_CASE("the other interactive payloads are told apart", "[slack][payload]") {
    CHECK(read<view_closed>("interactive", R"({"type":"view_closed","view":{"callback_id":"x"},"is_cleared":true})")
              .whole_stack);
    CHECK(read<shortcut>("interactive", R"({"type":"shortcut","callback_id":"release_start"})").callback_id ==
          "release_start");
    const auto on_message = read<message_action>("interactive", R"({"type":"message_action","callback_id":"note",
        "message_ts":"1.2","channel":{"id":"C1"},"message":{"text":"hi"},"response_url":"https://h"})");
    CHECK(on_message.message_ts == "1.2");
    CHECK(on_message.text.raw() == "hi");
    const auto typed =
        read<block_suggestion>("interactive", R"({"type":"block_suggestion","action_id":"a","value":"pay"})");
    CHECK(typed.typed.raw() == "pay");
}

TEST_CASE("events are told apart by their inner type", "[slack][payload]") {
    const auto mention = read<app_mention>("events_api", R"({"type":"event_callback","team_id":"T1","event_id":"Ev1",
        "event":{"type":"app_mention","user":"U1","text":"<@U0> status","ts":"1.2","channel":"C1","thread_ts":"1.1"}})");
    CHECK(mention.from.user == "U1");
    CHECK(mention.from.channel == "C1");
    CHECK(mention.from.team == "T1");
    CHECK(mention.thread_ts == "1.1");
    CHECK(read<app_home_opened>("events_api", R"({"event":{"type":"app_home_opened","user":"U1","tab":"home"}})").tab ==
          "home");
    CHECK(read<member_joined>("events_api",
                              R"({"event":{"type":"member_joined_channel","user":"U1","channel":"C1","inviter":"U2"}})")
              .inviter == "U2");
    const auto message = read<message_posted>(
        "events_api", R"({"event":{"type":"message","subtype":"bot_message","bot_id":"B1","channel_type":"im"}})");
    CHECK(message.subtype == "bot_message");
    CHECK(message.bot_id == "B1");
}

TEST_CASE("what is broken or new is unknown, never an exception", "[slack][payload]") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"interactive", "{}"},
        {"interactive", R"({"type":"dialog_submission"})"},
        {"interactive", R"({"type":"block_actions"})"},
        {"interactive", R"({"type":"block_actions","actions":[]})"},
        {"interactive", R"({"type":"block_actions","actions":["button"]})"},
        {"interactive", R"({"type":["block_actions"],"user":"U1"})"},
        {"slash_commands", "{}"},
        {"slash_commands", R"({"command":7})"},
        {"events_api", "{}"},
        {"events_api", R"({"type":"app_rate_limited"})"},
        {"events_api", R"({"event":{"type":"team_join","user":{"id":"U1"}}})"},
        {"novel", R"({"x":1})"},
    };
    for (const auto& [type, text] : rows) {
        INFO(type << " " << text);
        CHECK(read<unknown_payload>(type, text).from.received == noon);
    }
}

TEST_CASE("an envelope's payload may be an object or JSON text", "[slack][payload]") {
    const auto frame = parse_json(
        R"({"envelope_id":"e1","type":"interactive","accepts_response_payload":true,"payload":"{\"type\":\"shortcut\"}"})");
    const auto read = envelope_from_json(frame->get_object());
    REQUIRE(read.has_value());
    CHECK(read->takes_answer);
    CHECK(text_at(read->payload, "type") == "shortcut");
    CHECK(envelope_from_json(json::object{{"type", "interactive"}}).error() == errc::invalid);
}

TEST_CASE("what is stored of an envelope reads back the same, without the verification token", "[slack][payload]") {
    auto original = arrived("slash_commands", R"({"token":"secret","command":"/release","text":"x","user_id":"U1"})");
    original.retry_attempt = 2;
    original.retry_reason = "timeout";
    const auto stored = to_json(original);
    CHECK(json::serialize(stored).find("secret") == std::string::npos);
    const auto back = envelope_from_json(stored);
    REQUIRE(back.has_value());
    CHECK(back->retry_attempt == 2);
    CHECK(std::holds_alternative<slash_command>(payload_of(*back, noon)));
}

TEST_CASE("what came over a link is stored as it came, and its token is taken out however it is written",
          "[slack][payload]") {
    for (const auto* token :
         {R"("s3cret")", R"( "s3cret")", R"("\u0073ecret")", R"("text")", R"("")", R"(["s3cret"])", "null"}) {
        const auto text =
            R"({"envelope_id":"e1","type":"slash_commands","retry_attempt":2,"payload":{"text":"a \"b\"",)"
            R"("command":"/release","token":)" +
            std::string{token} + "}}";
        INFO(text);
        auto read = read_frame(text);
        REQUIRE(read.envelope);
        read.envelope->frame = text;
        const auto stored = to_json(std::move(*read.envelope));
        const auto back = envelope_from_json(stored);
        REQUIRE(back.has_value());
        CHECK(back->id == "e1");
        CHECK(back->retry_attempt == 2);
        CHECK(text_at(back->payload, "text") == "a \"b\"");
        CHECK(text_at(back->payload, "token").empty());
        CHECK(json::serialize(stored).find("cret") == std::string::npos);
    }
    CHECK(envelope_from_json(json::object{{"frame", "{"}}).has_error());
    CHECK(envelope_from_json(json::object{{"frame", "[]"}}).has_error());
}

TEST_CASE("a repeat is told by the event, the trigger, or the envelope", "[slack][payload]") {
    auto event = arrived("events_api", R"({"event_id":"Ev1"})");
    auto again = event;
    again.id = "env-2";
    CHECK(repeat_key(event) == repeat_key(again));

    auto click = arrived("interactive", R"({"type":"block_actions","trigger_id":"1.2.a"})");
    auto twice = click;
    twice.id = "env-2";
    CHECK(repeat_key(click) == repeat_key(twice));
    CHECK(repeat_key(click) != repeat_key(arrived("interactive", R"({"type":"block_actions","trigger_id":"1.2.b"})")));

    auto closed = arrived("interactive", R"({"type":"view_closed"})");
    auto other = closed;
    other.id = "env-2";
    CHECK(repeat_key(closed) != repeat_key(other));
}

TEST_CASE("a description for the log holds nothing that people typed", "[slack][payload]") {
    const auto command = read<slash_command>("slash_commands", R"({"command":"/release","text":"xoxb-secret"})");
    CHECK(describe(payload{command}) == "slash_command /release");
}
