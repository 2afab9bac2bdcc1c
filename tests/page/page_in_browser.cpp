// The sandbox's page in a real headless Chromium: what a person sees and does.
#include "tests/page/page_room.hpp"

namespace slipway::sandbox {
namespace {

json::array gate_blocks(const std::string& sentence) {
    return parse_json(R"([{"type":"section","block_id":"words","text":{"type":"mrkdwn","text":")" + sentence + R"("}},
        {"type":"actions","block_id":"gate","elements":[
        {"type":"button","action_id":"slipway.approve","value":"a1","style":"primary","text":{"type":"plain_text","text":"Approve"},
         "confirm":{"title":{"type":"plain_text","text":"Deploy 1.4.0?"},"text":{"type":"mrkdwn","text":"To *production*."},
                    "confirm":{"type":"plain_text","text":"Deploy"},"deny":{"type":"plain_text","text":"Not yet"}}},
        {"type":"button","action_id":"slipway.hold","value":"a2","text":{"type":"plain_text","text":"Hold"}},
        {"type":"static_select","action_id":"slipway.step","placeholder":{"type":"plain_text","text":"A step"},"options":[
          {"text":{"type":"plain_text","text":"Tests"},"value":"P11"},{"text":{"type":"plain_text","text":"Tag"},"value":"P21"}]}]}])")
        .value()
        .as_array();
}

json::object start_modal() {
    return parse_json(R"({"type":"modal","callback_id":"start","title":{"type":"plain_text","text":"Start a release"},
        "submit":{"type":"plain_text","text":"Start"},"blocks":[
        {"type":"input","block_id":"version","label":{"type":"plain_text","text":"Version"},
         "element":{"type":"plain_text_input","action_id":"v"}},
        {"type":"input","block_id":"kind","label":{"type":"plain_text","text":"Kind"},
         "element":{"type":"static_select","action_id":"k","options":[{"text":{"type":"plain_text","text":"Regular"},"value":"r"},
                    {"text":{"type":"plain_text","text":"Hotfix"},"value":"h"}]}}]})")
        .value()
        .as_object();
}

const std::string enter = "\uE007";

}  // namespace

TEST_CASE("What the app posts appears at once, and an edit changes it in place", "[page]") {
    page_room room;
    room.open_as("U0BEN", "C0RELEASES");
    const auto ts = room.post({{"channel", "C0RELEASES"}, {"text", "Build starting, *check* your issues <!channel>"}});
    const std::string message = "article[data-ts='" + ts + "']";
    room.see_text(message, "Build starting, check your issues @channel");
    room.must(room.browser.run("document.querySelector(\"" + message + "\").dataset.sameNode = 'yes'"));
    room.call("chat.update", {{"channel", "C0RELEASES"}, {"ts", ts}, {"text", "Released"}});
    room.see_text(message + "[data-same-node=yes]", "Released (edited)");
    room.call("chat.delete", {{"channel", "C0RELEASES"}, {"ts", ts}});
    room.gone(message);
    CHECK(room.must(room.browser.console_errors()).empty());
}

TEST_CASE("Text of other people is never markup", "[page]") {
    page_room room;
    room.open_as("U0BEN", "C0RELEASES");
    room.post({{"channel", "C0RELEASES"},
               {"text", "&lt;img src=x onerror=\"window.harmed=1\"&gt; <javascript:alert(1)|click>"}});
    room.see_text("article .text", "<img src=x onerror=\"window.harmed=1\"> click");
    const auto harmed = room.must(room.browser.run(
        "return [window.harmed || 0, document.querySelectorAll('article img, article a[href^=javascript]').length]"));
    CHECK(harmed == json::value(json::array{0, 0}));
}

TEST_CASE("A person types a command, gets an answer that only they see, and can dismiss it", "[page]") {
    page_room room;
    room.run(room.app->connect());
    room.app->on_envelope = [](const json::object&) {
        return std::optional{json::object{{"text", "core 1.4.0 is on its way"}}};
    };
    room.open_as("U0ANA", "C0RELEASES");
    room.type("#composer-input", "/rel");
    room.see_text(".hints", "/release start 1.4.0");
    room.show("hints");
    room.type("#composer-input", "ease start 1.4.0" + enter);
    const auto envelope = room.next();
    CHECK(text_at(envelope, "payload.text") == "start 1.4.0");
    CHECK(text_at(envelope, "payload.user_id") == "U0ANA");
    room.see_text("article.ephemeral", "core 1.4.0 is on its way");
    room.see_text("article.ephemeral .note", "Only visible to you");
    room.click("[data-persona=U0LEO]");
    room.see("document.querySelector('[data-persona=U0LEO][aria-pressed=true]') && !document.querySelector('article')");
    room.click("[data-persona=U0ANA]");
    room.click("article.ephemeral [data-role=dismiss]");
    room.gone("article");
}

TEST_CASE("A button asks first when it must, reaches the app once, and goes when the app says so", "[page]") {
    page_room room;
    room.run(room.app->connect());
    room.open_as("U0LEO", "C0RELEASES");
    const auto ts =
        room.post({{"channel", "C0RELEASES"}, {"text", "gate"}, {"blocks", gate_blocks("Deploy *1.4.0*?")}});
    const std::string approve = "article[data-ts='" + ts + "'] [data-action-id='slipway.approve']";
    room.click(approve);
    room.see_text("dialog.confirm", "Deploy 1.4.0?");
    room.show("confirm");
    room.click("dialog.confirm [data-role=deny]");
    room.gone("dialog");
    room.click(approve);
    room.click("dialog.confirm [data-role=agree]");
    const auto envelope = room.next();
    CHECK(text_at(envelope, "payload.actions.0.action_id") == "slipway.approve");
    CHECK(text_at(envelope, "payload.actions.0.value") == "a1");
    CHECK(text_at(envelope, "payload.user.id") == "U0LEO");
    json::array decided = gate_blocks("Approved by <@U0LEO>.");
    decided.pop_back();
    room.call("chat.update", {{"channel", "C0RELEASES"}, {"ts", ts}, {"text", "approved"}, {"blocks", decided}});
    room.gone(approve);
    room.see_text("article", "Approved by @Leo Moreau.");
    CHECK(room.must(room.browser.console_errors()).empty());
}

TEST_CASE("A choice in a menu is sent with its value", "[page]") {
    page_room room;
    room.run(room.app->connect());
    room.open_as("U0LEO", "C0RELEASES");
    room.post({{"channel", "C0RELEASES"}, {"text", "board"}, {"blocks", gate_blocks("Look at a step")}});
    room.click("[data-action-id='slipway.step'] option[value=P21]");
    CHECK(text_at(room.next(), "payload.actions.0.selected_option.value") == "P21");
}

TEST_CASE("An app that does not answer leaves a warning triangle and a notice", "[page]") {
    page_room room;
    room.open_as("U0LEO", "C0RELEASES");
    room.post({{"channel", "C0RELEASES"}, {"text", "gate"}, {"blocks", gate_blocks("Nobody listens")}});
    room.click("[data-action-id='slipway.hold']");
    room.see("document.querySelector('[data-role=trouble]') && document.querySelector('[data-role=toast]')");
    room.show("trouble");
}

TEST_CASE("A modal opens from a command, marks the field the app complains about, and closes", "[page]") {
    page_room room;
    room.run(room.app->connect());
    room.open_as("U0ANA", "C0RELEASES");
    room.type("#composer-input", "/release" + enter);
    const auto trigger = text_at(room.next(), "payload.trigger_id");
    room.call("views.open", {{"trigger_id", trigger}, {"view", start_modal()}});
    room.see_text("dialog h2", "Start a release");
    room.app->on_envelope = [](const json::object&) {
        return std::optional{
            json::object{{"response_action", "errors"}, {"errors", {{"version", "1.3.0 is released already"}}}}};
    };
    room.type("dialog [data-action-id=v]", "1.3.0");
    room.click("dialog [data-action-id=k] option[value=r]");
    room.click("dialog [data-role=submit]");
    room.see_text("dialog [data-error-for=version]", "1.3.0 is released already");
    room.show("modal");
    CHECK(text_at(room.next(), "payload.view.state.values.version.v.value") == "1.3.0");
    room.app->on_envelope = [](const json::object&) { return std::optional{json::object{}}; };
    room.must(room.browser.run("document.querySelector('dialog [data-action-id=v]').select()"));
    room.type("dialog [data-action-id=v]", "1.4.0" + enter);
    const auto submitted = room.next();
    CHECK(text_at(submitted, "payload.view.state.values.version.v.value") == "1.4.0");
    CHECK(text_at(submitted, "payload.view.state.values.kind.k.selected_option.value") == "r");
    room.gone("dialog");
}

TEST_CASE("A thread opens beside the channel and takes replies", "[page]") {
    page_room room;
    room.open_as("U0CHI", "C0RELEASES");
    const auto board = room.post({{"channel", "C0RELEASES"}, {"text", "the board"}});
    room.post({{"channel", "C0RELEASES"}, {"text", "step P11 is done"}, {"thread_ts", board}});
    room.see_text("[data-role=replies]", "1 reply");
    room.click("[data-role=replies]");
    room.see_text("#thread article", "step P11 is done");
    room.type("#thread-input", "well done" + enter);
    room.see_text("#thread article", "well done");
    room.see_text("#messages [data-role=replies]", "2 replies");
    room.click("[data-role=close-thread]");
    room.see("document.querySelector('#thread').hidden");
}

TEST_CASE("A direct message waits with a badge for the right person", "[page]") {
    page_room room;
    room.open_as("U0ANA", "C0RELEASES");
    room.post({{"channel", "U0DEVI"}, {"text", "Is this SQL right?"}});
    room.see_text("[data-persona=U0DEVI] .badge", "1");
    room.click("[data-persona=U0DEVI]");
    room.see_text("[data-channel=D0DEVI] .badge", "1");
    room.click("[data-channel=D0DEVI]");
    room.see_text("article", "Is this SQL right?");
    room.see("!document.querySelector('[data-channel=D0DEVI] .badge')");
}

TEST_CASE("Home shows what the app publishes for this person, and tells the app that it was opened", "[page]") {
    page_room room;
    room.run(room.app->connect());
    room.open_as("U0ANA", "D0ANA");
    room.click("[data-tab=home]");
    CHECK(text_at(room.next(), "payload.event.type") == "app_home_opened");
    json::array blocks{parse_json(R"({"type":"header","text":{"type":"plain_text","text":"Needs you"}})").value()};
    room.call("views.publish", {{"user_id", "U0ANA"}, {"view", {{"type", "home"}, {"blocks", blocks}}}});
    room.see_text(".home", "Needs you");
}

TEST_CASE("Everything can be reached by keyboard, and every control has a name", "[page]") {
    page_room room;
    room.open_as("U0ANA", "C0RELEASES");
    room.post({{"channel", "C0RELEASES"}, {"text", "gate"}, {"blocks", gate_blocks("Names")}});
    room.see_text("article", "Names");
    const auto nameless =
        room.must(room.browser.run("return [...document.querySelectorAll('button, input, textarea, select, "
                                   "a[href]')].filter((each) => each.offsetParent && "
                                   "!(each.innerText || each.getAttribute('aria-label') || each.title || (each.labels "
                                   "&& each.labels.length))).map((each) => each.outerHTML)"));
    CHECK(json::serialize(nameless) == "[]");
    room.must(room.browser.run("document.querySelector(\"[data-action-id='slipway.approve']\").focus()"));
    room.type("[data-action-id='slipway.approve']", enter);
    room.see_text("dialog.confirm", "Deploy 1.4.0?");
    room.type("dialog.confirm [data-role=agree]", "\uE00C");
    room.gone("dialog");
}

TEST_CASE("What is typed and not sent is still there after looking elsewhere", "[page]") {
    page_room room;
    room.open_as("U0ANA", "C0RELEASES");
    room.type("#composer-input", "half a thought");
    room.click("[data-channel=C0GENERAL]");
    room.see(
        "document.querySelector('[data-channel=C0GENERAL].active') && document.querySelector('#composer-input').value "
        "=== ''");
    room.click("[data-channel=C0RELEASES]");
    room.see("document.querySelector('#composer-input').value === 'half a thought'");
}

TEST_CASE("A link to a message opens its channel and thread", "[page]") {
    page_room room;
    const auto board = room.post({{"channel", "C0RELEASES"}, {"text", "the board"}});
    const auto reply = room.post({{"channel", "C0RELEASES"}, {"text", "in the thread"}, {"thread_ts", board}});
    const auto link =
        room.run(room.app->api.form("chat.getPermalink", {{"channel", "C0RELEASES"}, {"message_ts", reply}}));
    room.must(room.browser.open(text_at(link, "permalink")));
    room.see_text("#thread article", "in the thread");
}

}  // namespace slipway::sandbox
