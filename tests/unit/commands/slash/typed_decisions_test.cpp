// A gate answered by typing: the same decision, and the same cards, as by its buttons.
#include <catch2/catch.hpp>

#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;
using release::gate_status;
using release::step_status;

namespace {

/// What Slack shall show of the release, by row; what one person alone reads is left out.
std::map<std::string, std::string> cards_of(const bench& one) {
    std::map<std::string, std::string> all;
    for (const auto& [key, each] : one.books.outbox)
        if (!key.starts_with("answer/")) all[key] = json::serialize(each.row.body);
    return all;
}

/// What stands at the foot of the card.
std::string shown_state(bench& one, const std::string& step) {
    return one.state().step(step)->gate->fingerprint.substr(0, 8);
}

struct two_ways {
    two_ways() {
        clicked.go_to_push();
        typed.go_to_push();
        REQUIRE(cards_of(clicked) == cards_of(typed));
    }
    bool look_the_same() const { return cards_of(clicked) == cards_of(typed); }
    bench clicked, typed;
};

}  // namespace

TEST_CASE("R7.12 an approval that was typed changes every card as a click does", "[slash][typed]") {
    two_ways here;
    const auto before = cards_of(here.clicked);
    CHECK(says(here.clicked.click(here.clicked.button("approve", "push"), "UDEE"), "qa"));
    CHECK(says(here.typed.type("approve push " + shown_state(here.typed, "push"), "UDEE"), "qa"));
    CHECK(cards_of(here.clicked) != before);
    CHECK(here.look_the_same());

    here.clicked.click(here.clicked.button("approve", "push"), "UQUINN");
    CHECK(says(here.typed.type("approve push " + shown_state(here.typed, "push"), "UQUINN"), "the gate is open"));
    CHECK(here.typed.state().step("push")->status == step_status::running);
    CHECK(here.look_the_same());
}

TEST_CASE("R7.12 a veto that was typed changes every card as a click does, and its requester hears of it",
          "[slash][typed]") {
    two_ways here;
    here.clicked.submit(here.clicked.button("reject", "push"), "UDEE", "the cart is broken");
    CHECK(says(here.typed.type("reject push " + shown_state(here.typed, "push") + " the cart is broken", "UDEE"),
               "/release retry push"));
    CHECK(here.typed.state().step("push")->gate->status == gate_status::rejected);
    CHECK(cards_of(here.typed).contains("shop-1.4.0-1/push/veto/1.1"));
    CHECK(here.look_the_same());
}

TEST_CASE("R3.6 typing what an older card showed approves nothing", "[slash][typed]") {
    bench one;
    one.go_to_push();
    const auto old = shown_state(one, "push");
    REQUIRE(one.run(
        one.releases.ask("shop-1.4.0-1", release::drift_seen{"trunk", "a", "b"}, release::machine(), "test", {})));
    CHECK(says(one.type("approve push " + old, "UDEE"), "out of date"));
    for (const auto& words : {shown_state(one, "push").substr(0, 7), std::string{"x"}}) {
        INFO(words);
        CHECK(says(one.type("approve push " + words, "UDEE"), "eight characters"));
    }
    CHECK(one.event_count("seat_filled") == 1);  // the one of `read`
    one.type("approve push " + shown_state(one, "push"), "UDEE");
    CHECK(one.event_count("seat_filled") == 2);
}

TEST_CASE("a typed decision says what is missing, and keeps the rules of the gate", "[slash][typed]") {
    bench one;
    one.go_to_push();
    const auto shown = shown_state(one, "push");
    CHECK(says(one.type("approve", "UDEE"), "approve STEP SHOWN"));
    CHECK(says(one.type("approve push", "UDEE"), "shown state"));
    CHECK(says(one.type("approve home " + shown, "UDEE"), "no question open"));
    CHECK(says(one.type("approve push " + shown, "UANA"), "four eyes"));
    CHECK(says(one.type("approve push " + shown, "UNORA"), "none of the roles"));
    CHECK(says(one.type("reject push " + shown, "UDEE"), "reason"));
    CHECK(one.event_count("seat_filled") == 1);
    CHECK(one.state().step("push")->gate->status == gate_status::open);
}

TEST_CASE("R2.12 a question with a form is not answered by typing", "[slash][typed]") {
    bench one;
    one.plan.steps[5].gate.front().fields = fakes::small_form();
    one.go_to_push();
    CHECK(says(one.type("approve push " + shown_state(one, "push"), "UDEE"), "press it on the card"));
    CHECK(one.event_count("seat_filled") == 1);
}
