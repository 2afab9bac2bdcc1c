// What a click does, row by row: who presses which button in which state, what is stored, what the person reads.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <catch2/catch.hpp>

#include "commands/release/authors.hpp"
#include "tests/fakes/lease_all.hpp"
#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;
using release::gate_status;
using release::step_status;

namespace {

/// Puts the gate's card into Slack, as the sender would have.
void card_is_posted(bench& one) {
    const auto state = one.state();
    const auto key = "shop-1.4.0-1/push/gate/1." + std::to_string(state.step("push")->gate->number);
    const auto rows = fakes::lease_all(one.loop, *one.memory);
    store::batch changes;
    for (const auto& each : rows)
        if (each.key == key)
            changes.settled.push_back({each.key,
                                       each.fence,
                                       store::outbox_settle::how::sent,
                                       each.wanted,
                                       {{"channel", "C1"}, {"ts", "1800000000.000042"}}});
    REQUIRE(changes.settled.size() == 1);
    REQUIRE(one.run(one.memory->commit(std::move(changes))));
}

/// A click that may be refused and must leave the release as it was.
std::string harmless_click(bench& one, const release::button& pressed, const std::string& user) {
    const auto before = release::snapshot(one.state());
    const auto said = one.click(pressed, user);
    CHECK_FALSE(said.empty());
    CHECK(one.event_count("refusal_noted") >= 1);
    auto now = one.state();
    now.journal -= 1;  // the note of the refusal is all that was written
    CHECK(release::snapshot(now) == before);
    return said;
}

}  // namespace

TEST_CASE("R8.4 click table: a button that is in no book is refused and kept for the audit", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    CHECK(says(one.click_value("0123456789abcdef", "approve", "UDEE"), "not from a release I know"));
    const auto audit = *one.run(one.memory->read("audit/forged"));
    REQUIRE(audit.size() == 1);
    CHECK(audit.front().event.type == "button_forged");
    CHECK(audit.front().event.actor == "T1/UDEE");
    one.click_value("fedcba9876543210", "approve", "UDEE");
    CHECK(one.run(one.memory->read("audit/forged"))->size() == 2);
    CHECK(one.run(one.memory->verify("audit/forged")));
}

TEST_CASE("R3.1 click table: an entitled click fills the seat, the last one decides and starts in the same commit",
          "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    CHECK(says(one.click(approve, "UDEE"), "still closed"));
    CHECK(one.event_count("gate_closed") == 1);  // of `read`
    CHECK(one.click(approve, "UQUINN").empty());
    CHECK(one.event_count("gate_closed") == 2);
    CHECK(one.state().step("push")->status == step_status::running);
    bool waits = false;
    for (const auto& each : *one.run(one.memory->all_work()))
        waits = waits || (conductor::work::is_step(each.kind) && text_at(each.payload, "step") == "push");
    CHECK(waits);
}

TEST_CASE("R7.4 click table: who approved already hears when, and who is missing", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    one.click(one.button("approve", "push"), "UDEE");
    const auto said = harmless_click(one, one.button("approve", "push"), "UDEE");
    CHECK(says(said, "already approved at 09:00 UTC"));
    CHECK(says(said, "1 more from qa"));
}

TEST_CASE("R3.2 click table: the requester reads about four eyes", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    CHECK(says(harmless_click(one, one.button("approve", "push"), "UANA"), "four eyes"));
}

TEST_CASE("R3.2 click table: the author of a migration reads that somebody else signs its deploy", "[slash][clicks]") {
    bench one;
    one.go_to_push({{release::migration_authors_fact,
                     {{{"what", "#2"}, {"gitlab", "dee"}, {"slack", "UDEE"}},
                      {{"what", "#9"}, {"gitlab", "zoe"}, {"slack", ""}}}}});
    const auto said = harmless_click(one, one.button("approve", "push"), "UDEE");
    CHECK(says(said, "You wrote migration #2 of this release, so somebody else signs its deploy"));
    CHECK(says(one.type("status"), "Dee wrote migration #2 and cannot fill a seat"));
    const auto card = *one.run(one.memory->outbox_row_of("shop-1.4.0-1/push/gate/1.1"));
    const auto shown = json::serialize(card->body);
    CHECK(says(shown, "Dee wrote migration #2 and cannot fill a seat."));
    CHECK(says(shown, "developer: missing (Eve)"));
    CHECK(says(shown, "zoe wrote migration #9 in GitLab and was linked with nobody in Slack"));
}

TEST_CASE("R8.11 a release records the commit its plan and roles were read at, and the board shows it",
          "[slash][policy]") {
    bench one;
    int asked = 0;
    one.with.policy = [&asked]() -> task<policy_state> {
        ++asked;
        co_return policy_state{"1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", ""};
    };
    one.type("start 1.4.0");
    CHECK(asked == 1);
    CHECK(one.state().fact("policy_commit") == "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d");
    const auto board = *one.run(one.memory->outbox_row_of(conductor::board_key("shop-1.4.0-1")));
    CHECK(says(json::serialize(board->body), "policy `1a2b3c4d5e`"));
}

TEST_CASE("R8.11 nothing is begun while the branch that says who decides is not protected", "[slash][policy]") {
    bench one;
    one.with.policy = []() -> task<policy_state> {
        co_return policy_state{"1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", "The branch main is not protected."};
    };
    CHECK(says(one.type("start 1.4.0"), "The branch main is not protected."));
    CHECK_FALSE(*one.run(one.releases.live("shop")));
}

TEST_CASE("R8.11 the roles of the commit that counts now decide who may start", "[slash][policy]") {
    bench one;
    one.with.policy = [&one]() -> task<policy_state> {
        auto changed = fakes::small_project();
        changed.roles["release-manager"] = {"UEVE"};
        one.projects["shop"] = changed;
        co_return policy_state{"1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", ""};
    };
    CHECK(says(one.type("start 1.4.0", "UANA"), "you need the role release-manager"));
    CHECK_FALSE(*one.run(one.releases.live("shop")));
}

TEST_CASE("R3.14 click table: who has none of the roles reads which are missing", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    CHECK(
        says(harmless_click(one, one.button("approve", "push"), "UNORA"), "1 more from developer and 1 more from qa"));
}

TEST_CASE("R3.10 click table: a source that is down gives \"cannot verify\" and changes nothing", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    one.with.who = [](project_pointer, std::string team, std::string user) -> task<release::actor> {
        release::actor unsure;
        unsure.who = {team, user};
        unsure.unverified = {"developer"};
        co_return unsure;
    };
    CHECK(says(harmless_click(one, one.button("approve", "push"), "UDEE"), "cannot verify"));
    one.with.who = [](project_pointer, std::string team, std::string user) -> task<release::actor> {
        release::actor nobody;
        nobody.who = {team, user};
        nobody.roles_known = false;
        co_return nobody;
    };
    CHECK(says(harmless_click(one, one.button("approve", "push"), "UDEE"), "cannot verify"));
    CHECK(says(one.type("hold please", "UDEE"), "cannot verify"));
    CHECK_FALSE(says(one.type("status", "UDEE"), "cannot verify"));  // R1.9: looking needs no roles
}

TEST_CASE("R3.6 click table: a card of another fingerprint is refused with a link to the one that counts",
          "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto old = one.button("approve", "push");
    REQUIRE(one.run(
        one.releases.ask("shop-1.4.0-1", release::drift_seen{"trunk", "a", "b"}, release::machine(), "test", {})));
    CHECK_FALSE(says(harmless_click(one, old, "UDEE"), "Open the newest card"));  // not posted yet: no link
    card_is_posted(one);
    const auto said = harmless_click(one, old, "UDEE");
    CHECK(says(said, "out of date"));
    CHECK(says(said, "Open the newest card"));
    CHECK(says(said, "https://demo.slack.test/archives/C1/p1800000000.000042"));
    const auto rewritten = *one.run(one.memory->outbox_row_of("shop-1.4.0-1/push/gate/1.1"));
    CHECK(says(json::serialize(rewritten->body), "asked again"));
    CHECK_FALSE(says(json::serialize(rewritten->body), "\"button\""));
}

TEST_CASE("R3.8 click table: once it runs, a click hears since when and by whom, and may ask for a stop",
          "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    one.click(approve, "UDEE");
    one.click(approve, "UQUINN");
    REQUIRE(one.state().step("push")->status == step_status::running);
    const auto said = harmless_click(one, approve, "UEVE");
    CHECK(says(said, "already started at 09:00 UTC, approved by Dee or @UQUINN"));
    CHECK(says(said, "slipway.request_stop"));
    CHECK_FALSE(says(harmless_click(one, approve, "UNORA"), "slipway.request_stop"));
    const auto stop = one.button("request_stop", "push");
    CHECK(one.click(stop, "UEVE").empty());
    CHECK(one.slack.count("views.open") == 1);
    CHECK(says(one.submit(stop, "UNORA", "because of the cart"), "Only who may approve"));
    CHECK(one.submit(stop, "UEVE", "the wrong branch was merged").empty());
    CHECK(one.state().held);
}

TEST_CASE(
    "R3.7 R3.15 click table: a gate that was rejected or has expired takes nothing, and says since when and by whom",
    "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    one.submit(one.button("reject", "push"), "UDEE", "the cart is broken");
    const auto said = harmless_click(one, approve, "UQUINN");
    CHECK(says(said, "closed: rejected since 09:00 UTC, by Dee (the cart is broken)"));
    const auto veto = *one.run(one.memory->outbox_row_of("shop-1.4.0-1/push/veto/1.1"));  // R3.7
    REQUIRE(veto);
    CHECK(text_at(veto->body, "user") == "UANA");

    bench other;
    other.go_to_push();
    const auto late = other.button("approve", "push");
    const auto expires = other.state().step("push")->gate->expires;
    REQUIRE(other.run(other.releases.ask("shop-1.4.0-1", release::tick{expires}, release::machine(), "timer", {})));
    CHECK(says(harmless_click(other, late, "UQUINN"), "closed: expired"));
}

namespace {

/// All seats are filled, and the start waits.
void approve_during_a_hold(bench& one) {
    one.go_to_push();
    one.type("hold wait for the database", "UDEE");
    const auto approve = one.button("approve", "push");
    one.click(approve, "UDEE");
    one.click(approve, "UQUINN");
    REQUIRE(one.state().step("push")->gate->status == gate_status::approved);
}

}  // namespace

TEST_CASE("click table: an approval during a hold is stored, and the start waits", "[slash][clicks]") {
    bench one;
    approve_during_a_hold(one);
    CHECK(one.state().step("push")->status == step_status::asking);
    one.type("resume");
    CHECK(one.state().step("push")->status == step_status::running);
}

TEST_CASE("R3.8 click table: an approval that waits for a start can be taken back by the card's own button",
          "[slash][clicks]") {
    bench one;
    approve_during_a_hold(one);
    CHECK(one.click(one.button("withdraw", "push"), "UDEE").empty());
    one.type("resume");
    CHECK(one.state().step("push")->gate->status == gate_status::open);
    CHECK(one.state().step("push")->status == step_status::asking);
    one.click(one.button("approve", "push"), "UEVE");
    CHECK(one.state().step("push")->status == step_status::running);
    CHECK_FALSE(says(json::serialize(one.run(one.memory->outbox_row_of("shop-1.4.0-1/push/gate/1.1"))->value().body),
                     "Withdraw"));
}

TEST_CASE("R3.3 click table: two entitled in one moment are both stored, and one decision is made", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    const auto click_of = [&](const std::string& user, const std::string& id) {
        slack::block_action clicked;
        clicked.from.team = "T1";
        clicked.from.user = user;
        clicked.from.channel = "C1";
        clicked.action_id = "slipway.approve";
        clicked.value = release::id_of(approve);
        return handle(one.with, clicked, id);
    };
    using namespace asio::experimental::awaitable_operators;
    const auto both = [&]() -> task<> { co_await (click_of("UDEE", "E100") && click_of("UQUINN", "E101")); };
    one.run(both());
    CHECK(one.event_count("seat_filled") == 3);  // one of `read`
    CHECK(one.event_count("gate_closed") == 2);
    CHECK(one.event_count("step_intended") == 4);
}

TEST_CASE("R5.10 click table: a store that is away never says ok, and the person reads to try again",
          "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    one.books.is_away = true;
    slack::block_action clicked;
    clicked.from.team = "T1";
    clicked.from.user = "UDEE";
    clicked.from.channel = "C1";
    clicked.action_id = "slipway.approve";
    clicked.value = release::id_of(approve);
    task_group work{one.loop.get_executor()};
    work.spawn("click", handle(one.with, clicked, "E100"));
    const auto pass = [&](int seconds) {
        for (int second = 0; second < seconds && work.size() > 0; ++second) {
            one.loop.restart();
            one.loop.poll();
            one.clock.advance(milliseconds{1'000});
        }
    };
    pass(300);
    REQUIRE(one.slack.ephemerals.size() == 1);  // past the outbox, which is as far away as the rest
    CHECK(says(json::serialize(one.slack.ephemerals.front()), "try again in a minute"));
    one.books.is_away = false;
    pass(10);
    CHECK(work.size() == 0);
    // It is dealt with: neither acted upon nor answered a second time, also not by a bot that starts now.
    CHECK(one.event_count("seat_filled") == 1);
    CHECK_FALSE(*one.run(one.memory->outbox_row_of("answer/E100")));
    CHECK(one.slack.ephemerals.size() == 1);
}

TEST_CASE("R5.10 a form that is sent while the store is away is answered too, to the person alone", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto reject = one.button("reject", "push");
    one.books.is_unreachable = true;
    slack::view_submission sent;
    sent.from.team = "T1";
    sent.from.user = "UDEE";
    sent.view.callback_id = "slipway.reject";
    sent.view.private_metadata = release::id_of(reject);
    sent.state.all.push_back({views::input::reason, "value", "plain_text_input", {"the cart is broken"}});
    task_group work{one.loop.get_executor()};
    work.spawn("form", handle(one.with, sent, "E100"));
    for (int second = 0; second < 60 && work.size() > 0; ++second) {
        one.loop.restart();
        one.loop.poll();
        one.clock.advance(milliseconds{1'000});
        if (second == 40) one.books.is_unreachable = false;
    }
    CHECK(work.size() == 0);
    CHECK(one.slack.ephemerals.empty());
    REQUIRE(one.slack.count("chat.postMessage") == 1);
    CHECK(says(json::serialize(one.slack.calls.back().arguments), "try again in a minute"));
    CHECK(one.event_count("gate_closed") == 1);  // of `read`
}

TEST_CASE("R5.10 a store that comes back within seconds answers as if it had never been away", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    one.books.is_away = true;
    slack::block_action clicked;
    clicked.from.team = "T1";
    clicked.from.user = "UNORA";
    clicked.from.channel = "C1";
    clicked.action_id = "slipway.approve";
    clicked.value = release::id_of(approve);
    task_group work{one.loop.get_executor()};
    work.spawn("click", handle(one.with, clicked, "E100"));
    for (int second = 0; second < 10 && work.size() > 0; ++second) {
        one.loop.restart();
        one.loop.poll();
        if (second == 3) one.books.is_away = false;
        one.clock.advance(milliseconds{1'000});
    }
    CHECK(work.size() == 0);
    CHECK(one.slack.ephemerals.empty());
    CHECK(*one.run(one.memory->outbox_row_of("answer/E100")));
}

TEST_CASE("R5.8 click table: the same payload again does nothing and gives no second answer", "[slash][clicks]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    slack::block_action clicked;
    clicked.from.team = "T1";
    clicked.from.user = "UDEE";
    clicked.from.channel = "C1";
    clicked.action_id = "slipway.approve";
    clicked.value = release::id_of(approve);
    store::envelope arrived{"E100", "slack", {}, one.clock.now()};
    REQUIRE(*one.run(one.memory->receive(arrived)) == store::arrival::fresh);
    one.run(handle(one.with, clicked, "E100"));
    CHECK(*one.run(one.memory->receive(arrived)) == store::arrival::repeat);  // the inbox hands it on no second time
    CHECK(one.event_count("seat_filled") == 2);
}

TEST_CASE("R3.13 click table: break-glass from the card, with its window, told to every lead", "[slash][clicks]") {
    bench one;
    one.projects["shop"].rights = release::default_rights();
    one.projects["shop"].rights["break-glass"] = {"release-manager"};
    one.projects["shop"].leads = {{"developer", "UDEE"}, {"qa", "UQUINN"}};
    one.go_to_push();
    const auto smash = one.button("break_glass", "push");
    CHECK(one.click(smash, "UANA").empty());
    CHECK(one.slack.count("views.open") == 1);
    CHECK(says(one.submit(smash, "UANA", "the shop is down, nobody answers", "1.4.1"), "1.4.0"));
    CHECK(says(one.submit(smash, "UDEE", "the shop is down, nobody answers", "1.4.0"), "release-manager"));
    one.submit(smash, "UANA", "the shop is down, nobody answers", "1.4.0");
    CHECK(one.state().step("push")->status == step_status::running);
    const auto row = [&](const std::string& key) { return *one.run(one.memory->outbox_row_of("shop-1.4.0-1/" + key)); };
    for (const auto* lead : {"UDEE", "UQUINN"}) {
        const auto told = row("glass/1/" + std::string{lead});
        REQUIRE(told);
        CHECK(text_at(told->body, "user") == lead);
    }
    CHECK(says(json::serialize(row("board")->body), "🟥 break-glass"));
    one.ended("push");
    one.ended("home");
    CHECK(says(json::serialize(row("summary")->body), "Break-glass"));
    CHECK(says(json::serialize(row("board")->body), "🟥 break-glass"));
    CHECK(says(one.type("history"), "🟥 break-glass"));
}

TEST_CASE("R3.12 the start after a change of rules asks those of the old ones first", "[slash]") {
    bench one;
    one.type("start 1.4.0");
    one.type("abort 1.4.0 because of the cart");
    while (one.state().is_live()) one.ended("announce");
    one.plan.steps[5].gate.front().seats = {{"developer", 1}};
    one.type("start 1.5.0");
    const auto begun = one.state("shop-1.5.0-1");
    REQUIRE(begun.step("gate-rules") != nullptr);
    CHECK(begun.step("gate-rules")->status == step_status::asking);
    CHECK(begun.step("announce")->status == step_status::waiting);
}
