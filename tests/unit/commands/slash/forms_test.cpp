// The form of a gate, from click to journal: marked at once, judged again, stored once.
#include <catch2/catch.hpp>

#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;

namespace {

/// A release whose `read` asks with a form, at that question.
struct asked_with_form : bench {
    asked_with_form() {
        plan.steps[3].gate.front().fields = fakes::small_form();
        type("start 1.4.0");
        ended("announce");
        looked({});
        REQUIRE(state().step("read")->gate);
    }
    std::string metadata() {
        return views::to_text(
            {release::id_of(button("approve", "read")), release::compact_schema(fakes::small_form())});
    }
    static slack::view_submission filled(const std::string& metadata, const std::string& ticket) {
        slack::view_submission sent;
        sent.from.team = "T1";
        sent.from.user = "UDEE";
        sent.view.callback_id = "slipway.approve";
        sent.view.private_metadata = metadata;
        sent.state.all = {{"field-ticket", "value", "plain_text_input", {ticket}},
                          {"field-window", "value", "static_select", {"night"}},
                          {"field-told", "value", "checkboxes", {"yes"}}};
        return sent;
    }
};

}  // namespace

TEST_CASE("R2.12 the button of a gate with a form opens it and stores nothing yet", "[slash][form]") {
    asked_with_form one;
    CHECK(one.click(one.button("approve", "read"), "UDEE").empty());
    CHECK(one.event_count("seat_filled") == 0);
    // Who may not answer hears so before filling in anything.
    CHECK(says(one.click(one.button("approve", "read"), "UANA"), "four eyes"));
}

TEST_CASE("R2.12 a bad answer is marked in the window at once, a good one is not", "[slash][form]") {
    asked_with_form one;
    const auto marked = answer_at_once(asked_with_form::filled(one.metadata(), "later"));
    REQUIRE(marked);
    CHECK(text_at(*marked, "response_action") == "errors");
    CHECK(object_at(*marked, "errors").size() == 1);
    CHECK(says(text_at(*marked, "errors.field-ticket"), "OPS-[0-9]+"));
    CHECK_FALSE(answer_at_once(asked_with_form::filled(one.metadata(), "OPS-17")));
    slack::view_submission plain;
    plain.view.callback_id = "slipway.hold";
    plain.view.private_metadata = "an id alone";
    CHECK_FALSE(answer_at_once(plain));
    CHECK_FALSE(answer_at_once(slack::slash_command{}));
}

TEST_CASE("R2.12 a good answer is stored with the seat and stands on the card", "[slash][form]") {
    asked_with_form one;
    one.give(asked_with_form::filled(one.metadata(), "OPS-17"));
    CHECK(one.event_count("seat_filled") == 1);
    CHECK(text_at(one.state().step("read")->data, "answers.ticket") == "OPS-17");
}

TEST_CASE("R2.12 a forged schema gets past the window and not past the rules", "[slash][form]") {
    asked_with_form one;
    const auto id = release::id_of(one.button("approve", "read"));
    for (const auto& forged : {id, id + "\n[]", id + "\n" + R"([{"i":"ticket","t":"text"}])"}) {
        const auto sent = asked_with_form::filled(forged, "later");
        CHECK_FALSE(answer_at_once(sent));
        const auto said = one.give(sent);
        CHECK(says(said, "nothing was stored"));
        CHECK(says(said, "Change ticket"));
    }
    CHECK(one.event_count("seat_filled") == 0);
    CHECK(one.event_count("refusal_noted") == 3);
    const auto after = one.state();
    CHECK(release::step_status::asking == after.step("read")->status);
    CHECK(after.step("read")->data.empty());
}
