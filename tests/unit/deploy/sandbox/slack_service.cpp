// The Slack of the sandbox over real sockets: the Web API's rules, links, and people doing things.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "deploy/sandbox/slack/slack.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/scripted_app.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace slipway::sandbox {
namespace {

using namespace asio::experimental::awaitable_operators;

/// A sandbox with nothing but Slack, and an app beside it. Time stands still until a test moves it.
struct slack_room {
    slack_room() {
        settings how;
        how.port = 0;
        how.state = folder.file("state");
        how.scenario = load_scenario(SLIPWAY_SOURCE_DIR "/deploy/sandbox/scenario.yaml").value();
        company = create_company(loop.get_executor(), clock, std::move(how)).value();
        slack::mount(*company);
        app = std::make_unique<fakes::scripted_app>(loop.get_executor(), company->address(), tasks);
    }
    ~slack_room() { fakes::run_on(loop, end()); }
    slack_room(const slack_room&) = delete;
    slack_room& operator=(const slack_room&) = delete;

    template <class T>
    T run(task<T> story) {
        return fakes::run_on(loop, std::move(story));
    }
    json::object call(std::string method, json::object args) {
        return run(app->api.call(std::move(method), std::move(args)));
    }
    json::object act(std::string what, json::object body) {
        return run(app->api.control("act/" + what, std::move(body)));
    }
    json::object cause(std::string what, json::object body) {
        return run(app->api.control(std::move(what), std::move(body)));
    }
    json::value look(std::string path) { return run(app->api.look(std::move(path))); }
    json::object connect() { return run(app->connect()); }
    json::object next() { return run(app->next()); }
    std::string post(json::object args) {
        const auto done = call("chat.postMessage", std::move(args));
        INFO(json::serialize(done));
        REQUIRE(flag_at(done, "ok"));
        return text_at(done, "ts");
    }

    asio::io_context loop;
    fakes::hand_clock clock;
    fakes::temporary_folder folder;
    task_group tasks{loop.get_executor()};
    std::unique_ptr<sandbox::company> company;
    std::unique_ptr<fakes::scripted_app> app;

private:
    task<> end() {
        tasks.cancel();
        co_await company->stop();
        co_await tasks.join();
    }
};

json::array buttons() {
    return parse_json(R"([{"type":"actions","block_id":"gate","elements":[
        {"type":"button","action_id":"approve","value":"r1","text":{"type":"plain_text","text":"Approve"}},
        {"type":"static_select","action_id":"pick","options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}]}]}])")
        .value()
        .as_array();
}

json::object modal(const std::string& title) {
    return parse_json(
               R"({"type":"modal","callback_id":"cb","private_metadata":"r1","title":{"type":"plain_text","text":")" +
               title + R"("},"submit":{"type":"plain_text","text":"Go"},"notify_on_close":true,"blocks":[
        {"type":"input","block_id":"reason","label":{"type":"plain_text","text":"Reason"},
         "element":{"type":"plain_text_input","action_id":"text","min_length":5}}]})")
        .value()
        .as_object();
}

net::request raw_call(const slack_room& room, std::string method, std::string type, std::string body) {
    net::request asked;
    asked.method = "POST";
    asked.url = room.company->address() + "/slack/api/" + method;
    asked.headers.add("Authorization", "Bearer xoxb-sandbox-slipway");
    if (!type.empty()) asked.headers.add("Content-Type", std::move(type));
    asked.body = std::move(body);
    return asked;
}

}  // namespace

TEST_CASE("Tokens, types and scopes are refused the way Slack refuses them", "[sandbox][slack][api]") {
    slack_room room;
    const auto error_with = [&](std::string method, std::string token) {
        return text_at(room.run(room.app->api.call(std::move(method), {}, std::move(token))), "error");
    };
    CHECK(error_with("auth.test", "xoxb-wrong") == "invalid_auth");
    CHECK(error_with("auth.test", "xapp-sandbox-slipway") == "not_allowed_token_type");
    CHECK(error_with("apps.connections.open", "xoxb-sandbox-slipway") == "not_allowed_token_type");
    CHECK(error_with("chat.shout", "xoxb-sandbox-slipway") == "unknown_method");
    net::request bare;
    bare.method = "POST";
    bare.url = room.company->address() + "/slack/api/auth.test?token=xoxb-sandbox-slipway";
    CHECK(room.run(room.app->api.raw(bare)).body.find("not_authed") != std::string::npos);
    const auto pins = room.run(room.app->api.form("pins.list", {{"channel", "C0RELEASES"}}));
    CHECK(text_at(pins, "error") == "missing_scope");
    CHECK(text_at(pins, "needed") == "pins:read");
    CHECK(text_at(pins, "provided").find("chat:write") != std::string::npos);
}

TEST_CASE("A refusal is HTTP 200 with a request id, JSON is refused where only forms are read",
          "[sandbox][slack][api]") {
    slack_room room;
    const auto answer = [&](std::string method, std::string type, std::string body) {
        return room.run(room.app->api.raw(raw_call(room, std::move(method), std::move(type), std::move(body))));
    };
    const auto json_to_form = answer("users.info", "application/json; charset=utf-8", R"({"user":"U0ANA"})");
    CHECK(json_to_form.status == 200);
    CHECK(json_to_form.headers.find("x-slack-req-id"));
    CHECK(json_to_form.body.find("invalid_post_type") != std::string::npos);
    CHECK(answer("users.info", "application/x-www-form-urlencoded", "user=U0ANA").body.find("Ana Reyes") !=
          std::string::npos);
    CHECK(answer("auth.test", "application/json", "{").body.find("invalid_json") != std::string::npos);
    CHECK(answer("auth.test", "application/json", "[1]").body.find("json_not_object") != std::string::npos);
    CHECK(answer("auth.test", "application/json", "{}").body.find("missing_charset") != std::string::npos);
    CHECK(answer("auth.test", "", "x=1").body.find("missing_post_type") != std::string::npos);
}

TEST_CASE("Blocks are judged without a token, each fault with the place where it stands", "[sandbox][slack][api]") {
    slack_room room;
    const auto judge = [&](const char* blocks) {
        return room.run(room.app->api.call("blocks.validate", {{"blocks", parse_json(blocks).value()}}, "none"));
    };
    CHECK(flag_at(judge(R"([{"type":"divider"}])"), "ok"));
    const auto wrong = judge(R"([{"type":"divider"},{"type":"header","text":{"type":"mrkdwn","text":"x"}}])");
    CHECK(text_at(wrong, "error") == "invalid_blocks");
    CHECK(text_at(wrong, "errors.0.pointer").starts_with("/blocks/1/text"));
    CHECK(text_at(room.call("blocks.validate", {}), "error") == "invalid_arguments");
    const auto topic =
        room.call("conversations.setTopic", {{"channel", "C0RELEASES"}, {"topic", "1.4.0 is on its way"}});
    CHECK(text_at(topic, "error") == "missing_scope");
}

TEST_CASE("An archived channel takes nothing any more, and old messages may not be edited when the window closed",
          "[sandbox][slack][api]") {
    slack_room room;
    const json::object here{{"channel", "C0RELEASES"}};
    const auto ts = room.post({{"channel", "C0RELEASES"}, {"text", "board"}});
    const auto edit = [&] {
        return text_at(room.call("chat.update", {{"channel", "C0RELEASES"}, {"ts", ts}, {"text", "x"}}), "error");
    };
    room.cause("channels", {{"channel", "C0RELEASES"}, {"archived", true}});
    CHECK(text_at(room.call("chat.postMessage", {{"channel", "C0RELEASES"}, {"text", "x"}}), "error") == "is_archived");
    CHECK(text_at(room.call("conversations.join", here), "error") == "is_archived");
    CHECK(edit() == "is_inactive");
    room.cause("channels", {{"channel", "C0RELEASES"}, {"archived", false}});
    CHECK(edit().empty());
    room.cause("faults", {{"edit_window_ms", 60'000}});
    CHECK(edit().empty());
    room.clock.advance(milliseconds{120'000});
    CHECK(edit() == "edit_window_closed");
    room.cause("channels", {{"channel", "C0RELEASES"}, {"delete", ts}});
    CHECK(edit() == "message_not_found");
}

TEST_CASE("Messages: content is needed, edits are shorter, foreign ones stay, history keeps metadata",
          "[sandbox][slack][api]") {
    slack_room room;
    const auto error_of = [&](std::string method, json::object args) {
        return text_at(room.call(std::move(method), std::move(args)), "error");
    };
    CHECK(error_of("chat.postMessage", {{"channel", "C0NOWHERE"}, {"text", "x"}}) == "channel_not_found");
    CHECK(error_of("chat.postMessage", {{"channel", "C0RELEASES"}}) == "no_text");
    CHECK(error_of("chat.postMessage", {{"channel", "C0RELEASES"}, {"blocks", "{"}}) == "invalid_blocks_format");
    const auto ts = room.post({{"channel", "C0RELEASES"},
                               {"text", "board"},
                               {"metadata", {{"event_type", "slipway"}, {"event_payload", {{"id", "r1/board"}}}}}});
    const auto second = room.post({{"channel", "C0RELEASES"}, {"text", "next"}});
    CHECK(ts < second);
    CHECK(error_of("chat.update", {{"channel", "C0RELEASES"}, {"ts", ts}, {"text", std::string(4001, 'x')}}) ==
          "msg_too_long");
    CHECK(error_of("chat.update", {{"channel", "C0RELEASES"}, {"ts", "1.000001"}, {"text", "x"}}) ==
          "message_not_found");
    const auto said = room.act("message", {{"as", "U0BEN"}, {"channel", "C0RELEASES"}, {"text", "hi"}});
    CHECK(error_of("chat.update", {{"channel", "C0RELEASES"}, {"ts", text_at(said, "ts")}, {"text", "x"}}) ==
          "cant_update_message");
    const auto history = room.run(room.app->api.form(
        "conversations.history",
        {{"channel", "C0RELEASES"}, {"include_all_metadata", "true"}, {"oldest", ts}, {"inclusive", "true"}}));
    CHECK(text_at(history, "messages.2.metadata.event_payload.id") == "r1/board");
    CHECK(text_at(room.run(room.app->api.form("conversations.history", {{"channel", "C0GENERAL"}})), "error") ==
          "not_in_channel");
}

TEST_CASE("Broken blocks name every fault with its JSON pointer", "[sandbox][slack][api]") {
    slack_room room;
    const auto refused = room.call(
        "chat.postMessage",
        {{"channel", "C0RELEASES"}, {"text", "x"}, {"blocks", json::array{json::object{{"type", "section"}}}}});
    CHECK(text_at(refused, "error") == "invalid_blocks");
    CHECK(text_at(refused, "response_metadata.messages.0") ==
          "[ERROR] missing required field: text [json-pointer:/blocks/0]");
}

TEST_CASE("Threads: replies are counted on the parent, a broadcast stands in the channel too",
          "[sandbox][slack][api]") {
    slack_room room;
    const auto parent = room.post({{"channel", "C0RELEASES"}, {"text", "board"}});
    const auto reply = room.post({{"channel", "C0RELEASES"}, {"text", "quiet"}, {"thread_ts", parent}});
    room.post({{"channel", "C0RELEASES"}, {"text", "loud"}, {"thread_ts", parent}, {"reply_broadcast", true}});
    CHECK(text_at(room.call("chat.postMessage", {{"channel", "C0RELEASES"}, {"text", "x"}, {"thread_ts", reply}}),
                  "error") == "cannot_reply_to_message");
    const auto thread =
        room.run(room.app->api.form("conversations.replies", {{"channel", "C0RELEASES"}, {"ts", parent}}));
    CHECK(array_at(thread, "messages").size() == 3);
    CHECK(number_at(thread, "messages.0.reply_count") == 2);
    const auto history = room.run(room.app->api.form("conversations.history", {{"channel", "C0RELEASES"}}));
    CHECK(array_at(history, "messages").size() == 2);
    CHECK(text_at(history, "messages.0.subtype") == "thread_broadcast");
}

TEST_CASE("An ephemeral message is seen by one person and is in no history", "[sandbox][slack][api]") {
    slack_room room;
    CHECK(flag_at(room.call("chat.postEphemeral", {{"channel", "C0RELEASES"}, {"user", "U0ANA"}, {"text", "psst"}}),
                  "ok"));
    CHECK(array_at(room.look("channels/C0RELEASES?as=U0ANA"), "messages").size() == 1);
    CHECK(array_at(room.look("channels/C0RELEASES?as=U0BEN"), "messages").empty());
    const auto history = room.run(room.app->api.form("conversations.history", {{"channel", "C0RELEASES"}}));
    CHECK(array_at(history, "messages").empty());
}

TEST_CASE("A file needs its three steps, and its promised length", "[sandbox][slack][api]") {
    slack_room room;
    const auto asked =
        room.run(room.app->api.form("files.getUploadURLExternal", {{"filename", "a.log"}, {"length", "3"}}));
    const auto id = text_at(asked, "file_id");
    const auto complete = [&] {
        json::array files{json::object{{"id", id}, {"title", "Log"}}};
        return room.call("files.completeUploadExternal", {{"files", files}, {"channel_id", "C0RELEASES"}});
    };
    const auto send = [&](std::string body) {
        net::request upload;
        upload.method = "POST";
        upload.url = text_at(asked, "upload_url");
        upload.body = std::move(body);
        return room.run(room.app->api.raw(std::move(upload)));
    };
    CHECK(text_at(complete(), "error") == "file_not_found");
    CHECK(send("too long").status == 400);
    CHECK(send("abc").body == "OK - 3");
    CHECK(flag_at(complete(), "ok"));
    CHECK(text_at(room.look("channels/C0RELEASES?as=U0ANA"), "messages.0.files.0.title") == "Log");
}

TEST_CASE("Too many calls of one method are 429 with the time to wait, others go on", "[sandbox][slack][api]") {
    slack_room room;
    room.cause("limits", {{"post_burst", 1}});
    room.post({{"channel", "C0RELEASES"}, {"text", "one"}});
    const auto limited = room.run(room.app->api.raw(raw_call(
        room, "chat.postMessage", "application/json; charset=utf-8", R"({"channel":"C0RELEASES","text":"two"})")));
    CHECK(limited.status == 429);
    CHECK(limited.headers.find("Retry-After") == "1");
    CHECK(limited.body.find("ratelimited") != std::string::npos);
    CHECK(flag_at(room.call("auth.test", {}), "ok"));
}

TEST_CASE("A lost answer hides that the message was posted", "[sandbox][slack][faults]") {
    slack_room room;
    room.cause("faults", {{"method", "chat.postMessage"}, {"answer", "lost"}});
    const auto lost = room.run(room.app->api.raw(raw_call(room, "chat.postMessage", "application/json; charset=utf-8",
                                                          R"({"channel":"C0RELEASES","text":"two"})")));
    CHECK(lost.status == 504);
    CHECK(array_at(room.look("channels/C0RELEASES?as=U0ANA"), "messages").size() == 1);
    room.cause("faults", {{"method", "chat.postMessage"}, {"answer", "error:internal_error"}});
    CHECK(text_at(room.call("chat.postMessage", {{"channel", "C0RELEASES"}, {"text", "x"}}), "error") ==
          "internal_error");
    CHECK(array_at(room.look("channels/C0RELEASES?as=U0ANA"), "messages").size() == 1);
}

TEST_CASE("A link starts with hello, its ticket is of no more use", "[sandbox][slack][links]") {
    slack_room room;
    const auto hello = room.connect();
    CHECK(text_at(hello, "type") == "hello");
    CHECK(number_at(hello, "num_connections") == 1);
    CHECK(number_at(hello, "debug_info.approximate_connection_time") == 18'060);
    const auto opened = room.run(room.app->api.call("apps.connections.open", {}, "xapp-sandbox-slipway"));
    const auto first = room.run(net::connect_websocket(text_at(opened, "url"), {}));
    REQUIRE(first);
    const auto again = room.run(net::connect_websocket(text_at(opened, "url"), {}));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == "403");
    room.run((*first)->close(1000, ""));
}

TEST_CASE("The eleventh link is told too_many_websockets and closed, ghosts count", "[sandbox][slack][links]") {
    slack_room room;
    room.cause("faults", {{"ghosts", 10}});
    const auto instead_of_hello = room.connect();
    CHECK(text_at(instead_of_hello, "reason") == "too_many_websockets");
    CHECK(text_at(room.next(), "type") == "closed");
}

TEST_CASE("A slash command arrives with trigger and response URL, the ack's message is for one person",
          "[sandbox][slack][people]") {
    slack_room room;
    room.connect();
    room.app->on_envelope = [](const json::object&) -> std::optional<json::object> {
        return json::object{{"text", "queued"}};
    };
    const auto done =
        room.act("command", {{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release start 1.4.0 @ben <&>"}});
    CHECK(flag_at(done, "ok"));
    const auto envelope = room.next();
    CHECK(text_at(envelope, "type") == "slash_commands");
    CHECK(text_at(envelope, "payload.command") == "/release");
    CHECK(text_at(envelope, "payload.text") == "start 1.4.0 <@U0BEN|ben> &lt;&amp;&gt;");
    CHECK(text_at(envelope, "payload.is_enterprise_install") == "false");
    CHECK_FALSE(text_at(envelope, "payload.trigger_id").empty());
    const auto seen = room.look("channels/C0RELEASES?as=U0ANA");
    CHECK(text_at(seen, "messages.0.text") == "queued");
    CHECK(text_at(seen, "messages.0.ephemeral_to") == "U0ANA");
}

TEST_CASE("Without a link, and without an ack in three seconds, the person reads what failed",
          "[sandbox][slack][people]") {
    slack_room room;
    const auto deaf = room.act("command", {{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release status"}});
    CHECK(text_at(deaf, "outcome") == "trouble");
    CHECK(text_at(deaf, "problem") == "no_link");
    CHECK(text_at(room.act("command", {{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/deploy"}}), "outcome") ==
          "refused");
    room.connect();
    room.app->on_envelope = [](const json::object&) { return std::optional<json::object>{}; };
    const auto ts = room.post({{"channel", "C0RELEASES"}, {"text", "gate"}, {"blocks", buttons()}});
    const auto story = [](slack_room& here, std::string message) -> task<json::object> {
        json::object click{{"as", "U0BEN"}, {"channel", "C0RELEASES"}, {"ts", message}, {"action_id", "approve"}};
        const auto time_passes = [](slack_room& there) -> task<> {
            const auto arrived = co_await there.app->next();
            CHECK(text_at(arrived, "payload.actions.0.value") == "r1");
            there.clock.advance(milliseconds{3'000});
        };
        co_return co_await (here.app->api.control("act/click", std::move(click)) && time_passes(here));
    };
    const auto late = room.run(story(room, ts));
    CHECK(text_at(late, "outcome") == "trouble");
    CHECK(text_at(late, "problem") == "timeout");
}

TEST_CASE("A click carries message, state, container and a response URL that edits the message",
          "[sandbox][slack][people]") {
    slack_room room;
    room.connect();
    const auto ts = room.post({{"channel", "C0RELEASES"}, {"text", "gate"}, {"blocks", buttons()}});
    CHECK(flag_at(
        room.act("choose",
                 {{"as", "U0BEN"}, {"channel", "C0RELEASES"}, {"ts", ts}, {"action_id", "pick"}, {"choose", "1"}}),
        "ok"));
    CHECK(text_at(room.next(), "payload.actions.0.selected_option.value") == "1");
    CHECK(flag_at(room.act("click", {{"as", "U0BEN"}, {"channel", "C0RELEASES"}, {"ts", ts}, {"action_id", "approve"}}),
                  "ok"));
    const auto envelope = room.next();
    CHECK(text_at(envelope, "type") == "interactive");
    CHECK(text_at(envelope, "payload.type") == "block_actions");
    CHECK(text_at(envelope, "payload.user.id") == "U0BEN");
    CHECK(text_at(envelope, "payload.container.message_ts") == ts);
    CHECK(text_at(envelope, "payload.state.values.gate.pick.selected_option.value") == "1");
    CHECK(text_at(envelope, "payload.message.ts") == ts);
    net::request answer;
    answer.method = "POST";
    answer.url = text_at(envelope, "payload.response_url");
    answer.headers.add("Content-Type", "application/json");
    answer.body = R"({"replace_original":true,"text":"done"})";
    CHECK(room.run(room.app->api.raw(answer)).body == "ok");
    CHECK(text_at(room.look("channels/C0RELEASES?as=U0ANA"), "messages.0.text") == "done");
    CHECK(text_at(room.act("click", {{"as", "U0BEN"}, {"channel", "C0RELEASES"}, {"ts", ts}, {"action_id", "approve"}}),
                  "outcome") == "refused");
}

TEST_CASE("A modal: opened by its trigger once, checked before it is sent, answered with errors, then closed",
          "[sandbox][slack][people]") {
    slack_room room;
    room.connect();
    room.act("command", {{"as", "U0ANA"}, {"channel", "C0RELEASES"}, {"text", "/release"}});
    const auto trigger = text_at(room.next(), "payload.trigger_id");
    CHECK(flag_at(room.call("views.open", {{"trigger_id", trigger}, {"view", modal("Why")}}), "ok"));
    CHECK(text_at(room.call("views.open", {{"trigger_id", trigger}, {"view", modal("Why")}}), "error") ==
          "exchanged_trigger_id");
    const auto submit = [&](const char* reason) {
        return room.act("submit", {{"as", "U0ANA"}, {"values", {{"reason", reason}}}});
    };
    CHECK(text_at(submit(""), "errors.reason") == "Please complete this required field.");
    CHECK(text_at(submit("no"), "errors.reason") == "Please enter at least 5 characters.");
    room.app->on_envelope = [](const json::object&) -> std::optional<json::object> {
        return json::object{{"response_action", "errors"}, {"errors", {{"reason", "say more"}}}};
    };
    CHECK(text_at(submit("because"), "errors.reason") == "say more");
    const auto sent = room.next();
    CHECK(text_at(sent, "payload.type") == "view_submission");
    CHECK(text_at(sent, "payload.view.state.values.reason.text.value") == "because");
    CHECK(text_at(sent, "payload.view.private_metadata") == "r1");
    room.app->on_envelope = [](const json::object&) { return std::optional{json::object{}}; };
    CHECK(flag_at(submit("because it is time"), "ok"));
    CHECK(array_at(room.look("views?as=U0ANA"), "stack").empty());
}

TEST_CASE("A missed event comes again at once, after one and after five minutes, with the same id",
          "[sandbox][slack][links]") {
    slack_room room;
    room.connect();
    room.app->on_envelope = [](const json::object&) { return std::optional<json::object>{}; };
    room.act("home", {{"as", "U0ANA"}});
    const auto first = room.next();
    CHECK(text_at(first, "payload.event.type") == "app_home_opened");
    CHECK(number_at(first, "retry_attempt") == 0);
    const std::vector<milliseconds> passes{milliseconds{3'000}, milliseconds{3'000}, milliseconds{60'000}};
    const auto again = [](slack_room& here, std::int64_t attempt) -> task<json::object> {
        // A miss takes three seconds, a wait its own time: time is moved until the next attempt is there.
        const auto move = [](slack_room& there, bool& arrived) -> task<> {
            while (!arrived) {
                there.clock.advance(milliseconds{1'000});
                co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
            }
        };
        bool arrived = false;
        const auto wait = [](slack_room& there, bool& done) -> task<json::object> {
            auto frame = co_await there.app->next();
            done = true;
            co_return frame;
        };
        auto frame = co_await (wait(here, arrived) && move(here, arrived));
        CHECK(number_at(frame, "retry_attempt") == attempt);
        co_return frame;
    };
    for (std::int64_t attempt = 1; attempt <= 3; ++attempt) {
        const auto repeated = room.run(again(room, attempt));
        CHECK(text_at(repeated, "payload.event_id") == text_at(first, "payload.event_id"));
        CHECK(text_at(repeated, "retry_reason") == "timeout");
        CHECK(text_at(repeated, "envelope_id") != text_at(first, "envelope_id"));
    }
}

TEST_CASE("Mentions that made a sound are kept for whoever checks them", "[sandbox][slack][mentions]") {
    slack_room room;
    room.post({{"channel", "C0RELEASES"}, {"text", "<!channel> <@U0DEVI>"}});
    room.post({{"channel", "C0RELEASES"}, {"text", "&lt;!channel&gt;"}});
    const auto heard = room.look("notifications");
    REQUIRE(heard.as_array().size() == 2);
    CHECK(text_at(heard, "0.kind") == "channel");
    CHECK(text_at(heard, "1.who") == "U0DEVI");
    CHECK(number_at(room.look("state?as=U0ANA"), "counts.people.U0DEVI") == 2);
}

TEST_CASE("The control interface answers only requests that another site's page cannot send",
          "[sandbox][slack][control]") {
    slack_room room;
    net::request form;
    form.method = "POST";
    form.url = room.company->address() + "/control/act/message";
    form.headers.add("Content-Type", "text/plain");
    form.body = R"({"as":"U0ANA","channel":"C0RELEASES","text":"forged"})";
    CHECK(room.run(room.app->api.raw(form)).status == 415);
    CHECK(array_at(room.look("channels/C0RELEASES?as=U0ANA"), "messages").empty());
}

}  // namespace slipway::sandbox
