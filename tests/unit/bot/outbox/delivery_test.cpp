// One row made true in Slack: what people see, whatever is lost on the way.
#include "bot/outbox/delivery.hpp"

#include "outbox_bench.hpp"

using namespace slipway;
using namespace slipway::outbox;

TEST_CASE("a new row is posted once, with its key in the metadata", "[outbox]") {
    outbox_bench world;
    world.put("release/7/board", board("running"));
    world.deliver_all();
    REQUIRE(world.slack.shown("C1").size() == 1);
    const auto& shown = world.slack.messages.front();
    CHECK(shown.text == "running");
    CHECK(text_at(shown.metadata, "event_payload.id") == "release/7/board");
    const auto row = world.row("release/7/board");
    CHECK(text_at(row.receipt, "channel") == "C1");
    CHECK(text_at(row.receipt, "ts") == shown.ts);
    CHECK(row.achieved == row.wanted);
    CHECK_FALSE(row.attempted);
}

TEST_CASE("R7.1 a known message is edited in place, the same wish twice is no call at all", "[outbox]") {
    outbox_bench world;
    world.put("board", board("running"));
    world.deliver_all();
    world.put("board", board("done"));
    world.deliver_all();
    world.put("board", board("done"));
    world.deliver_all();
    CHECK(world.slack.count("chat.postMessage") == 1);
    CHECK(world.slack.count("chat.update") == 1);
    REQUIRE(world.slack.shown("C1").size() == 1);
    CHECK(world.slack.messages.front().text == "done");
    CHECK(world.edited);
}

TEST_CASE("R5.9 a post whose answer was lost is found by its metadata and never doubled", "[outbox]") {
    outbox_bench world;
    world.slack.will_lose_answer("chat.postMessage");
    world.put("board", board("running"));
    world.deliver_all();
    CHECK(world.slack.shown("C1").size() == 1);
    CHECK(world.slack.count("chat.postMessage") == 1);
    CHECK(text_at(world.row("board").receipt, "ts") == world.slack.messages.front().ts);
}

TEST_CASE("R5.9 after a kill between post and settling the message is found, and brought up to date", "[outbox]") {
    outbox_bench world;
    for (int i = 0; i < 5; ++i) world.put("other-" + std::to_string(i), board("noise"), slack::priority::answer);
    for (int i = 0; i < 5; ++i) world.deliver_one();
    world.put("board", board("running"));
    world.deliver_and_die();
    world.put("board", board("done"));
    world.deliver_all();
    REQUIRE(world.slack.shown("C1").size() == 6);
    CHECK(world.slack.messages.back().text == "done");
    CHECK(world.slack.count("chat.postMessage") == 6);
}

TEST_CASE("R5.9 what a lookup found is not posted anew because its edit surely failed", "[outbox]") {
    outbox_bench world;
    world.slack.will_lose_answer("chat.postMessage");
    world.put("board", board("running"));
    REQUIRE(world.deliver_one());
    world.slack.will_fail("chat.update", failure{errc::unavailable, "no route"});
    world.put("board", board("done"));
    world.clock.jump(400s);
    REQUIRE(world.deliver_one());
    CHECK(world.row("board").attempted);
    world.clock.jump(400s);
    world.deliver_all();
    CHECK(world.slack.count("chat.postMessage") == 1);
    CHECK(world.slack.shown("C1").front().text == "done");
}

TEST_CASE("R5.9 a post that surely was not made is made after the lookup", "[outbox]") {
    outbox_bench world;
    world.slack.will_fail("chat.postMessage", failure{errc::timed_out, "no answer within 15 s"});
    world.put("board", board("running"));
    world.deliver_all();
    CHECK(world.slack.count("conversations.history") == 1);
    CHECK(world.slack.shown("C1").size() == 1);
}

TEST_CASE("R5.9 a lookup that fails is no permission to post again", "[outbox]") {
    outbox_bench world;
    world.slack.will_lose_answer("chat.postMessage");
    for (const auto* code : {"internal_error", "missing_scope", "ratelimited", "channel_not_found"})
        world.slack.will_refuse("conversations.history", code);
    world.put("board", board("running"));
    world.deliver_one();
    for (int i = 0; i < 3; ++i) {
        world.clock.jump(400s);
        REQUIRE(world.deliver_one());
        CHECK(world.row("board").attempted);
        CHECK(world.slack.count("chat.postMessage") == 1);
    }
    // A definite no is given up with what is not known in its sentence; the next wish looks it up again.
    world.clock.jump(400s);
    REQUIRE(world.deliver_one());
    CHECK(world.row("board").given_up);
    CHECK(world.row("board").last_error.find("not known whether") != std::string::npos);
    world.put("board", board("done"));
    world.deliver_all();
    CHECK(world.slack.count("chat.postMessage") == 1);
    CHECK(world.slack.shown("C1").front().text == "done");
}

TEST_CASE("a definite refusal needs no lookup", "[outbox]") {
    outbox_bench world;
    world.slack.will_fail("chat.postMessage", failure{errc::unavailable, "no route"});
    world.put("board", board("running"));
    world.deliver_all();
    CHECK(world.slack.count("conversations.history") == 0);
    CHECK(world.slack.shown("C1").size() == 1);
}

TEST_CASE("a message that is too long for Slack is shown as its one sentence, posted or edited", "[outbox]") {
    outbox_bench world;
    world.slack.will_refuse("chat.postMessage", "msg_blocks_too_long");
    world.put("board", board("running"));
    world.deliver_all();
    REQUIRE(world.slack.shown("C1").size() == 1);
    CHECK(world.slack.shown("C1").front().text == "running");
    CHECK(world.slack.shown("C1").front().blocks.empty());
    world.slack.will_refuse("chat.update", "msg_blocks_too_long");
    world.put("board", board("done"));
    world.deliver_all();
    REQUIRE(world.slack.shown("C1").size() == 1);
    CHECK(world.slack.shown("C1").front().text == "done");
    CHECK(world.slack.shown("C1").front().blocks.empty());
}

TEST_CASE("a Home tab is shown again without being looked up, whatever became of the first answer", "[outbox]") {
    outbox_bench world;
    slack::desired_home tab{"UANA", json::object{{"type", "home"}, {"blocks", json::array{}}}};
    world.slack.will_lose_answer("views.publish");
    world.put("home/T1/UANA", tab);
    world.deliver_all();
    CHECK(world.slack.count("views.publish") == 2);
    CHECK(world.slack.count("conversations.history") == 0);
    CHECK(world.row("home/T1/UANA").achieved == 1);
}

TEST_CASE("R7.5 a board that cannot be edited any more is posted anew, and only once", "[outbox]") {
    for (const auto* code : {"message_not_found", "edit_window_closed", "cant_update_message"}) {
        INFO(code);
        outbox_bench world;
        world.put("board", board("running"));
        world.deliver_all();
        const auto old_ts = world.slack.messages.front().ts;
        world.slack.will_refuse("chat.update", code);
        world.slack.will_lose_answer("chat.postMessage");
        world.put("board", board("done"));
        world.deliver_all();
        REQUIRE(world.slack.messages.size() == 2);
        const auto& anew = world.slack.messages.back();
        CHECK(anew.text == "done");
        CHECK(text_at(world.row("board").receipt, "ts") == anew.ts);
        // From now on it is the new one that is edited.
        world.put("board", board("really done"));
        world.deliver_all();
        CHECK(world.slack.messages.size() == 2);
        CHECK(world.slack.messages.back().text == "really done");
        CHECK(world.slack.find(old_ts)->text == "running");
    }
}

TEST_CASE("a message in a thread that somebody deleted is not forced on people again", "[outbox]") {
    outbox_bench world;
    world.put("board", board("running"));
    auto detail = board("step 1 ok");
    detail.thread_of = "board";
    world.put("detail", detail, slack::priority::detail);
    world.deliver_all();
    world.slack.messages.back().deleted = true;
    detail.text = "step 1 failed";
    world.put("detail", detail, slack::priority::detail);
    world.deliver_all();
    CHECK(world.slack.messages.size() == 2);
    CHECK(world.row("detail").given_up);
}

TEST_CASE("what Slack will never take is given up with a sentence for people", "[outbox]") {
    for (const auto* code : {"channel_not_found", "is_archived", "invalid_blocks", "restricted_action"}) {
        INFO(code);
        outbox_bench world;
        world.slack.will_refuse("chat.postMessage", code);
        world.put("board", board("running"));
        world.deliver_one();
        CHECK(world.row("board").given_up);
        CHECK(world.row("board").last_error.find(code) != std::string::npos);
        CHECK_FALSE(world.lease());
    }
}

TEST_CASE("a direct message goes to the conversation that Slack opens, asked for once", "[outbox]") {
    outbox_bench world;
    slack::desired_message wish;
    wish.user = "U1";
    wish.text = "please confirm";
    world.put("dm-1", wish);
    world.put("dm-2", wish);
    world.deliver_all();
    CHECK(world.slack.shown("DU1").size() == 2);
    CHECK(world.slack.count("conversations.open") == 1);
    wish.text = "confirmed";
    world.put("dm-1", wish);
    world.deliver_all();
    CHECK(text_at(world.slack.calls.back().arguments, "channel") == "DU1");
    CHECK(world.slack.shown("DU1").front().text == "confirmed");
}

TEST_CASE("a thread answer waits for its parent and then stands under it", "[outbox]") {
    outbox_bench world;
    auto detail = board("step 1 ok");
    detail.thread_of = "board";
    world.put("detail", detail);
    world.deliver_one();
    CHECK(world.slack.messages.empty());
    CHECK(world.row("detail").last_error.find("waits for the message \"board\"") != std::string::npos);
    world.put("board", board("running"), slack::priority::gate);
    world.deliver_all();
    REQUIRE(world.slack.messages.size() == 2);
    CHECK(world.slack.messages[1].thread_ts == world.slack.messages[0].ts);
}

TEST_CASE("a thread answer whose parent was given up is given up too", "[outbox]") {
    outbox_bench world;
    world.slack.will_refuse("chat.postMessage", "is_archived");
    world.put("board", board("running"));
    auto detail = board("step 1 ok");
    detail.thread_of = "board";
    world.put("detail", detail, slack::priority::detail);
    world.deliver_all(2);
    CHECK(world.row("detail").given_up);
    CHECK(world.row("detail").last_error.find("is_archived") != std::string::npos);
}

TEST_CASE("R5.9 a lost thread answer is looked for in its thread", "[outbox]") {
    outbox_bench world;
    world.put("board", board("running"));
    world.deliver_all();
    auto detail = board("step 1 ok");
    detail.thread_of = "board";
    world.slack.will_lose_answer("chat.postMessage");
    world.put("detail", detail);
    world.deliver_all();
    CHECK(world.slack.messages.size() == 2);
    CHECK(world.slack.count("conversations.replies") >= 1);
}

TEST_CASE("a pin is set after the first post, taken off when no longer wanted, and never worth a failure", "[outbox]") {
    outbox_bench world;
    auto wish = board("running");
    wish.pin = true;
    world.put("board", wish);
    world.deliver_all();
    CHECK(world.slack.pins == std::vector<std::string>{world.slack.messages.front().ts});
    wish.text = "still running";
    world.put("board", wish);
    world.deliver_all();
    CHECK(world.slack.count("pins.add") == 1);
    wish.pin = false;
    world.put("board", wish);
    world.deliver_all();
    CHECK(world.slack.pins.empty());

    world.slack.will_refuse("pins.add", "missing_scope");
    auto other = board("another");
    other.pin = true;
    world.put("other", other);
    world.deliver_all();
    other.text = "edited";
    world.put("other", other);
    world.deliver_all();
    CHECK(world.slack.count("pins.add") == 2);
    CHECK(world.slack.messages.back().text == "edited");
}

TEST_CASE("a message that shall be gone is deleted, one that never was is left alone", "[outbox]") {
    outbox_bench world;
    world.put("card", board("decide"));
    world.deliver_all();
    auto gone = board("");
    gone.remove = true;
    world.put("card", gone);
    world.put("never", gone);
    world.deliver_all();
    CHECK(world.slack.shown("C1").empty());
    CHECK(world.slack.count("chat.postMessage") == 1);
    // And it can come back, as a new message.
    world.put("card", board("decide again"));
    world.deliver_all();
    REQUIRE(world.slack.shown("C1").size() == 1);
    CHECK(world.slack.shown("C1").front().text == "decide again");
    world.put("card", board("decided"));
    world.deliver_all();
    CHECK(world.slack.shown("C1").front().text == "decided");
    CHECK(world.slack.count("chat.postMessage") == 2);
}

TEST_CASE("what one person sees is sent once, and not repeated on a guess", "[outbox]") {
    outbox_bench world;
    const slack::desired_ephemeral hint{"C1", "U1", "", "only you", {}};
    const slack::desired_response answer{"https://hooks.test/1", "moved", {}, true, false};
    world.slack.will_lose_answer("chat.postEphemeral");
    world.slack.will_lose_answer("respond");
    world.put("hint", hint);
    world.put("answer", answer);
    world.deliver_all();
    CHECK(world.slack.ephemerals.size() == 1);
    CHECK(world.slack.responses.size() == 1);
    CHECK(world.row("hint").given_up);
    CHECK(world.row("hint").last_error.find("not repeated") != std::string::npos);
    CHECK(world.row("answer").given_up);
    // Surely not sent is another matter.
    world.slack.will_fail("chat.postEphemeral", failure{errc::unavailable, "no route"});
    world.put("hint-2", hint);
    world.deliver_all();
    CHECK(world.slack.ephemerals.size() == 2);
}

TEST_CASE("R7.7 long text becomes a file in the thread, once", "[outbox]") {
    outbox_bench world;
    world.put("board", board("running"), slack::priority::gate);
    const slack::desired_file log{"C1", "board", "tests.log", "Tests", std::string(10'000, 'x')};
    world.slack.will_fail("upload", failure{errc::lost, "reset"});
    world.slack.will_lose_answer("files.completeUploadExternal");
    world.put("log", log);
    world.deliver_all();
    const auto files = std::ranges::count_if(world.slack.messages, [](const auto& each) { return !each.file.empty(); });
    CHECK(files == 1);
    CHECK(world.slack.messages.back().thread_ts == world.slack.messages.front().ts);
    CHECK(world.slack.count("files.completeUploadExternal") == 1);
    CHECK(world.row("log").achieved == 1);
}

TEST_CASE("a file for one person stands below the direct message it belongs to", "[outbox]") {
    outbox_bench world;
    slack::desired_message question;
    question.user = "U1";
    question.text = "Load this";
    world.put("ask", question, slack::priority::gate);
    slack::desired_file sql{"", "ask", "2.sql", "#2", "SELECT 1;\n"};
    sql.user = "U1";
    world.put("ask/file", sql);
    world.deliver_all();
    REQUIRE(world.slack.messages.size() == 2);
    CHECK(world.slack.messages.back().file == "2.sql");
    CHECK(world.slack.messages.back().channel == world.slack.messages.front().channel);
    CHECK(world.slack.messages.back().thread_ts == world.slack.messages.front().ts);
}

TEST_CASE("a body that nobody can read is given up and says why", "[outbox]") {
    outbox_bench world;
    store::outbox_put row;
    row.key = "odd";
    row.lane = "C1";
    row.body = json::object{{"kind", "telegram"}};
    store::batch changes;
    changes.outbox.push_back(row);
    REQUIRE(world.run(world.memory->commit(std::move(changes))));
    world.deliver_one();
    CHECK(world.row("odd").given_up);
    CHECK(world.row("odd").last_error.find("telegram") != std::string::npos);
}
