// What people click: looked up, never believed; decided once; always answered.
#include <catch2/catch.hpp>

#include "tests/fakes/lease_all.hpp"
#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;
using release::gate_status;
using release::step_status;

TEST_CASE("R8.4 a forged or altered button does nothing and says so", "[slash]") {
    bench one;
    one.go_to_push();
    const auto before = release::snapshot(one.state());
    const auto real = release::id_of(one.button("approve", "push"));
    auto altered = real;
    altered.back() = altered.back() == 'a' ? 'b' : 'a';
    for (const auto& value : {altered, std::string{"approve"}, std::string(5'000, 'x'), std::string{"../actions"},
                              std::string{R"({"kind":"approve","step":"push"})"}}) {
        const auto said = one.click_value(value, "approve", "UDEE");
        CHECK(says(said, "not from a release I know"));
        CHECK(says(said, "/release status"));
    }
    CHECK(release::snapshot(one.state()) == before);
}

TEST_CASE("R8.4 what a button does comes from its row, whatever the click says it is", "[slash]") {
    bench one;
    one.go_to_push();
    one.click_value(release::id_of(one.button("approve", "push")), "abort", "UDEE");
    CHECK(one.event_count("seat_filled") == 2);
    CHECK(one.state().is_live());
}

TEST_CASE("R8.4 a click from another workspace is refused, whoever it claims to be", "[slash]") {
    bench one;
    one.go_to_push();
    const auto before = release::snapshot(one.state());
    slack::block_action clicked;
    clicked.from.team = "TFOREIGN";
    clicked.from.user = "UDEE";
    clicked.from.channel = "C1";
    clicked.action_id = "slipway.approve";
    clicked.value = release::id_of(one.button("approve", "push"));
    CHECK(says(one.give(clicked), "another workspace"));
    const auto kept = *one.run(one.memory->read("audit/forged"));
    REQUIRE(kept.size() == 1);
    CHECK(kept.front().event.type == "button_forged");
    CHECK(text_at(kept.front().event.data, "button") == clicked.value);
    CHECK(release::snapshot(one.state()) == before);
}

TEST_CASE("R7.4 a double click is one decision, and the second hears when the first was", "[slash]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    CHECK(says(one.click(approve, "UDEE"), "qa"));
    CHECK(says(one.click(approve, "UDEE"), "already approved at 09:00 UTC"));
    CHECK(one.event_count("seat_filled") == 2);   // one of `read`, one of `push`
    CHECK(one.click(approve, "UQUINN").empty());  // the card is the answer
    CHECK(one.state().step("push")->status == step_status::running);
    const auto late = one.click(approve, "UEVE");
    INFO(late);
    CHECK(says(late, "already started"));
    CHECK(one.event_count("step_intended") == 4);
}

TEST_CASE("R3.2 the requester reads why somebody else has to approve", "[slash]") {
    bench one;
    one.go_to_push();
    CHECK(says(one.click(one.button("approve", "push"), "UANA"), "four eyes"));
    CHECK(one.event_count("refusal_noted") == 1);
}

TEST_CASE("R3.6 a click on an older card is refused and stores no approval", "[slash]") {
    bench one;
    one.go_to_push();
    const auto old = one.button("approve", "push");
    REQUIRE(one.run(
        one.releases.ask("shop-1.4.0-1", release::drift_seen{"trunk", "a", "b"}, release::machine(), "test", {})));
    CHECK(says(one.click(old, "UDEE"), "out of date"));
    CHECK(one.event_count("seat_filled") == 1);
    CHECK(one.click(one.button("approve", "push"), "UDEE") != "");
    CHECK(one.event_count("seat_filled") == 2);
}

TEST_CASE("a rejection opens a form, and its reason closes the gate", "[slash]") {
    bench one;
    one.go_to_push();
    const auto reject = one.button("reject", "push");
    CHECK(one.click(reject, "UDEE").empty());
    REQUIRE(one.slack.count("views.open") == 1);
    CHECK(one.state().step("push")->gate->status == gate_status::open);
    CHECK(says(one.submit(reject, "UDEE", " "), "reason"));
    CHECK(one.state().step("push")->gate->status == gate_status::open);
    CHECK(one.submit(reject, "UDEE", "the cart is broken").empty());
    CHECK(one.state().step("push")->gate->status == gate_status::rejected);
    CHECK(one.state().step("push")->gate->reason == "the cart is broken");
}

TEST_CASE("R7.14 an abort from the board wants the version typed in its form", "[slash]") {
    bench one;
    one.go_to_push();
    const auto abort = one.button("abort", "");
    one.click(abort, "UANA");
    CHECK(one.slack.count("views.open") == 1);
    CHECK(says(one.submit(abort, "UANA", "the cart is broken", "1.4.1"), "1.4.0"));
    CHECK(one.state().is_live());
    CHECK(says(one.submit(abort, "UDEE", "the cart is broken", "1.4.0"), "release-manager"));
    one.submit(abort, "UANA", "the cart is broken", "1.4.0");
    CHECK(release::status_of(one.state()) == release::release_status::cancelled);
}

TEST_CASE("a form that cannot be opened is answered in words", "[slash]") {
    bench one;
    one.go_to_push();
    one.slack.will_fail("views.open", failure{errc::refused, "Slack says the trigger is too old"});
    CHECK(says(one.click(one.button("reject", "push"), "UDEE"), "Press the button again"));
}

TEST_CASE("a forged form decides nothing", "[slash]") {
    bench one;
    one.go_to_push();
    release::button invented = one.button("abort", "");
    invented.step = "push";
    one.submit(invented, "UANA", "because I can", "1.4.0");
    CHECK(one.state().is_live());
}

TEST_CASE("an item's button acts on that item alone, and once", "[slash]") {
    bench one;
    one.type("start 1.4.0");
    one.ended("announce");
    one.looked({fakes::small_item("!1"), fakes::small_item("!2")});
    const auto merge = one.button("choose", "merges", "!1", "merge");
    one.click(merge, "UDEE");
    CHECK(one.state().step("merges")->item("!1")->status == release::item_status::running);
    CHECK(one.state().step("merges")->item("!2")->status == release::item_status::open);
    CHECK(says(one.click(merge, "UEVE"), "already being worked on"));
    CHECK(one.event_count("item_intended") == 1);
}

TEST_CASE("R7.3 every click on every button is answered, by the card or in words", "[slash]") {
    const std::vector<std::string> people{"UANA", "UDEE", "UQUINN", "UNORA"};
    int clicks = 0;
    for (const auto& user : people)
        for (int moment = 0; moment < 4; ++moment) {
            const auto prepared = [&] {
                auto one = std::make_unique<bench>();
                if (moment == 0) {
                    one->type("start 1.4.0");
                    one->ended("announce");
                    one->looked({fakes::small_item("!1")});
                    one->ended("tests", step_status::failed);
                } else {
                    one->go_to_push();
                    if (moment == 2) one->type("hold please wait", "UDEE");
                    if (moment == 3) {
                        one->click(one->button("approve", "push"), "UDEE");
                        one->click(one->button("approve", "push"), "UQUINN");
                        one->ended("push", step_status::unknown_outcome);
                    }
                }
                return one;
            };
            const auto shown = prepared();
            std::map<std::string, release::button> buttons;
            for (const auto& each : conductor::render_release(shown->state(), fakes::small_project()).buttons)
                buttons.emplace(release::id_of(each), each);
            REQUIRE_FALSE(buttons.empty());
            for (const auto& [id, each] : buttons) {
                const auto one = prepared();
                INFO(user << " " << each.kind << " " << each.step << " at " << moment);
                const auto board = one->board_revision();
                const auto said = one->click(each, user);
                const bool answered =
                    !said.empty() || one->board_revision() > board || one->slack.count("views.open") == 1;
                CHECK(answered);
                ++clicks;
            }
        }
    CHECK(clicks > 40);
}

TEST_CASE("a click in a project that was switched off meanwhile says why", "[slash]") {
    bench one;
    one.go_to_push();
    const auto approve = one.button("approve", "push");
    one.projects.clear();
    one.disabled["shop"] = "shop.yaml:3: `channel` is missing";
    CHECK(says(one.click(approve, "UDEE"), "shop.yaml:3"));
}

TEST_CASE("a link button needs no answer, and other apps' buttons are not ours", "[slash]") {
    bench one;
    CHECK(one.click_value("", "link", "UDEE").empty());
    slack::block_action other;
    other.action_id = "poll.vote";
    other.value = "yes";
    CHECK(one.give(other).empty());
}

TEST_CASE("R7.1 after a gap what waits for people is sent once more, and nothing else is", "[slash]") {
    bench one;
    one.go_to_push();
    const auto send_all = [&one] {
        std::vector<std::string> sent;
        for (const auto& row : fakes::lease_all(one.loop, *one.memory)) {
            store::batch done;
            done.settled.push_back({row.key, row.fence, store::outbox_settle::how::sent, row.wanted, {}});
            REQUIRE(one.run(one.memory->commit(std::move(done))));
            sent.push_back(row.key);
        }
        return sent;
    };
    send_all();
    CHECK(send_all().empty());
    CHECK(one.run(one.releases.show_again("shop-1.4.0-1")).value() >= 2);
    const auto again = send_all();
    CHECK(std::ranges::count(again, conductor::board_key("shop-1.4.0-1")) == 1);
    CHECK(std::ranges::any_of(again, [](const auto& key) { return key.find("push") != std::string::npos; }));
    CHECK(std::ranges::none_of(again, [](const auto& key) { return key.starts_with("answer/"); }));
    CHECK(send_all().empty());
}

TEST_CASE("R7.13 a running step says until when it usually ends; at twice the time it is amber, with one note",
          "[slash]") {
    bench one;
    const auto minute = milliseconds{60'000};
    store::batch known;
    known.documents.push_back({"durations/shop", "tests", {{"ms", {60'000, 30'000, 60'000}}}});
    REQUIRE(one.run(one.memory->commit(std::move(known))));
    const auto board = [&one] {
        return json::serialize((*one.run(one.memory->outbox_row_of(conductor::board_key("shop-1.4.0-1"))))->body);
    };
    const auto note = [&one] { return one.run(one.memory->outbox_row_of("shop-1.4.0-1/tests/late/1"))->has_value(); };
    const auto tick = [&one] {
        return one.run(one.releases.ask("shop-1.4.0-1", release::tick{}, release::machine(), "test", {})).value();
    };
    one.type("start 1.4.0");
    one.ended("announce");
    one.looked({});
    REQUIRE(one.state().step("tests")->status == step_status::running);
    CHECK(says(board(), "usually until"));
    one.clock.advance(minute * 2 - milliseconds{1});
    tick();
    CHECK_FALSE(note());
    CHECK_FALSE(says(board(), "far longer than usual"));
    one.clock.advance(milliseconds{1});
    const auto late = tick();
    CHECK(note());
    CHECK(says(board(), "far longer than usual"));
    CHECK(tick()->journal == late->journal);
    one.ended("tests");
    CHECK_FALSE(says(board(), "far longer than usual"));
    const auto book = *one.run(one.memory->document_of("durations/shop", "tests"));
    CHECK(json::serialize(*book) == R"({"ms":[60000,30000,60000,120000]})");
    for (const auto& each : *one.run(one.memory->all_work())) CHECK(each.id != "shop-1.4.0-1/tests/late");
}

TEST_CASE("R7.1 what is shown again is never a state that has moved on meanwhile", "[slash]") {
    bench one;
    one.go_to_push();
    int rendered = 0;
    const auto meanwhile = [&](const release::release_state& state, const release::project_settings& project) {
        if (++rendered == 1) {  // another bot's commit, between our reading and our writing
            auto& stream = one.books.streams.at("release/shop-1.4.0-1");
            auto added = stream.back();
            ++added.version;
            const release::event happened = release::note_added{{{"T1", "UDEE"}, untrusted{"newer"}, one.clock.now()}};
            added.event.type = release::name_of(happened);
            added.event.data = release::data_of(happened);
            stream.push_back(std::move(added));
        }
        return conductor::render_release(state, project);
    };
    conductor::journal other{*one.memory, one.clock, [&one](const auto& name) { return one.project_named(name); },
                             meanwhile, one.table};
    REQUIRE(one.run(other.show_again("shop-1.4.0-1")));
    CHECK(rendered == 2);
}
