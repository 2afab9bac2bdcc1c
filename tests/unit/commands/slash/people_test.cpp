// Answers for named people: who presses, who stands in, who is asked instead; and what the journal says of a refusal.
#include <catch2/catch.hpp>

#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;
using release::item_status;

namespace {

release::item_state migration() {
    auto item = fakes::small_item("!1");
    item.asks = {fakes::person("UEVE")};
    item.bound = true;
    item.choices.resize(1);
    item.choices.front().id = "correct";
    item.choices.front().label = "Correct";
    item.choices.front().effect = release::side_effect::none;
    item.choices.front().people = {fakes::person("UEVE")};
    return item;
}

void ask_eve(bench& one) {
    one.type("start 1.4.0");
    one.ended("announce");
    one.looked({migration()});
}

const release::item_state& line(const release::release_state& state) {
    return *state.step("merges")->item("!1");
}

std::string direct_message(bench& one, const std::string& user, int round = 1) {
    const auto key = "shop-1.4.0-1/merges/asks/!1/1." + std::to_string(round) + "/" + user;
    const auto row = *one.run(one.memory->outbox_row_of(key));
    return row ? json::serialize(row->body) : std::string{};
}

}  // namespace

TEST_CASE("R2.6 who is asked gets a direct message with the buttons, and it loses them once answered", "[slash]") {
    bench one;
    ask_eve(one);
    const auto asked = direct_message(one, "UEVE");
    CHECK(says(asked, "UEVE"));
    CHECK(says(asked, "Correct"));
    CHECK(says(asked, "\"button\""));
    CHECK(direct_message(one, "UDEE").empty());
    CHECK(one.click(one.button("choose", "merges", "!1"), "UEVE").empty());
    CHECK_FALSE(says(direct_message(one, "UEVE"), "\"button\""));
}

TEST_CASE("R2.6 a change asks the same person once more, by a new direct message", "[slash]") {
    bench one;
    ask_eve(one);
    one.click(one.button("choose", "merges", "!1"), "UEVE");
    release::item_finished told;
    told.step = "merges";
    told.item = "!1";
    told.key = line(one.state()).key;
    told.text = "confirmed";
    REQUIRE(one.run(one.releases.ask("shop-1.4.0-1", told, release::machine(), "test", {})));
    auto changed = migration();
    changed.fingerprint = "f2";
    one.looked({changed});
    CHECK(line(one.state()).status == item_status::open);
    CHECK(says(direct_message(one, "UEVE", 2), "no longer holds"));
    CHECK(says(direct_message(one, "UEVE", 2), "\"button\""));
    CHECK_FALSE(says(direct_message(one, "UEVE", 1), "\"button\""));
}

TEST_CASE("R2.7 a release manager is asked why they answer for somebody, and the card says so", "[slash]") {
    bench one;
    ask_eve(one);
    const auto correct = one.button("choose", "merges", "!1");
    CHECK(says(one.click(correct, "UDEE"), "is for Eve alone"));
    CHECK(one.slack.count("views.open") == 0);
    CHECK(one.click(correct, "UANA").empty());
    CHECK(one.slack.count("views.open") == 1);
    CHECK(says(one.submit(correct, "UANA", "ill"), "ten characters"));
    CHECK(line(one.state()).status == item_status::open);
    one.submit(correct, "UANA", "Eve is ill, tested on UAT");
    CHECK(line(one.state()).status == item_status::running);
    const auto card = *one.run(one.memory->outbox_row_of("shop-1.4.0-1/merges/items"));
    CHECK(says(json::serialize(card->body), "for Eve by Ana: Eve is ill, tested on UAT"));
    const auto board = *one.run(one.memory->outbox_row_of("shop-1.4.0-1/board"));
    CHECK(says(json::serialize(board->body), "Correct !1 for Eve"));
}

TEST_CASE("R2.7 a release manager names somebody else, who is asked by direct message", "[slash]") {
    bench one;
    ask_eve(one);
    const auto other = one.button("delegate", "merges", "!1");
    one.click(other, "UANA");
    CHECK(one.slack.count("views.open") == 1);
    const auto name = [&](const std::string& user, const std::string& whom) {
        slack::view_submission sent;
        sent.from.team = "T1";
        sent.from.user = user;
        sent.view.callback_id = "slipway.delegate";
        sent.view.private_metadata = release::id_of(other);
        sent.state.all.push_back({views::input::reason, "value", "plain_text_input", {"Eve is on leave"}});
        sent.state.all.push_back({views::input::person, "value", "static_select", {whom}});
        return one.give(sent);
    };
    CHECK(says(name("UANA", "USTRANGER"), "Say who"));
    CHECK(says(name("UDEE", "UDEE"), "release-manager"));
    CHECK(direct_message(one, "UDEE").empty());
    name("UANA", "UDEE");
    CHECK(says(direct_message(one, "UDEE"), "\"button\""));
    one.click(one.button("choose", "merges", "!1"), "UDEE");
    CHECK(line(one.state()).by == fakes::person("UDEE"));
}

TEST_CASE("R8.9 a refusal is noted with who, what and why, in one commit with the answer to the person", "[slash]") {
    bench one;
    one.go_to_push();
    const auto before = static_cast<std::size_t>(one.run(one.memory->read("release/shop-1.4.0-1"))->size());
    const auto said = one.click(one.button("approve", "push"), "UANA");
    CHECK(says(said, "four eyes"));
    const auto events = *one.run(one.memory->read("release/shop-1.4.0-1"));
    REQUIRE(events.size() == before + 1);
    const auto& noted = events.back().event;
    CHECK(noted.type == "refusal_noted");
    CHECK(text_at(noted.data, "asked") == "approve push");
    CHECK(text_at(noted.data, "by.user") == "UANA");
    CHECK(says(text_at(noted.data, "rule"), "four eyes"));
    CHECK(says(one.type("abort 1.4.1 because of the cart"), "type the version"));
    CHECK(text_at(one.run(one.memory->read("release/shop-1.4.0-1"))->back().event.data, "asked") == "abort");
}
