// What every store promises about messages: one row per key for its whole life, the newest body wins, one holder.
#pragma once

#include "tests/contracts/store/fixture.hpp"

namespace slipway::contracts {

inline outbox_settle sent(const outbox_row& row, std::string ts = "1.1") {
    json::object receipt;
    receipt["ts"] = std::move(ts);
    return {row.key, row.fence, how::sent, row.wanted, std::move(receipt)};
}

TEMPLATE_LIST_TEST_CASE("R7.2 updates of one message coalesce to the newest before anything is sent", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("board", "one")));
    REQUIRE(at.put(message_of("board", "two")));
    REQUIRE(at.put(message_of("board", "two")));
    const auto leased = at.lease_outbox();
    REQUIRE(leased.size() == 1);
    CHECK(text_at(leased[0].body, "text") == "two");
    CHECK(leased[0].wanted == 2);
    CHECK(leased[0].achieved == 0);
    CHECK_FALSE(leased[0].attempted);
}

TEMPLATE_LIST_TEST_CASE("a message that was sent is left alone until its body changes", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("board", "one")));
    REQUIRE(at.settle(sent(at.lease_outbox().at(0))));
    at.now += 1h;
    CHECK(at.lease_outbox().empty());
    REQUIRE(at.put(message_of("board", "one")));
    CHECK(at.lease_outbox().empty());
    CHECK(at.run(at.under_test->outbox_depth()).value() == 0);
    REQUIRE(at.put(message_of("board", "two")));
    const auto again = at.lease_outbox();
    REQUIRE(again.size() == 1);
    CHECK(again[0].achieved == 1);
    CHECK(text_at(again[0].receipt, "ts") == "1.1");
}

TEMPLATE_LIST_TEST_CASE("a message that is wanted again is sent once more, and once only", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    auto wish = message_of("board", "one");
    wish.again = true;
    REQUIRE(at.put(wish));
    REQUIRE(at.put(wish));  // it was not sent yet: there is nothing to repeat
    const auto first = at.lease_outbox().at(0);
    CHECK(first.wanted == 1);
    REQUIRE(at.settle(sent(first)));
    CHECK(at.lease_outbox().empty());
    REQUIRE(at.put(wish));
    REQUIRE(at.put(wish));
    const auto again = at.lease_outbox();
    REQUIRE(again.size() == 1);
    CHECK(again[0].wanted == 2);
    CHECK(text_at(again[0].receipt, "ts") == "1.1");
    REQUIRE(at.settle(sent(again[0])));
    CHECK(at.lease_outbox().empty());
}

TEMPLATE_LIST_TEST_CASE("a put while the message is being sent is sent afterwards", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("board", "one")));
    const auto sending = at.lease_outbox().at(0);
    REQUIRE(at.put(message_of("board", "two")));
    CHECK(at.lease_outbox().empty());
    REQUIRE(at.settle(sent(sending)));
    CHECK(at.row("board").achieved == 1);
    const auto next = at.lease_outbox();
    REQUIRE(next.size() == 1);
    CHECK(text_at(next[0].body, "text") == "two");
    CHECK(next[0].wanted == 2);
}

TEMPLATE_LIST_TEST_CASE("receipts are merged over what was known", "[store][outbox]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("board", "one")));
    auto first = sent(at.lease_outbox().at(0));
    first.receipt["channel"] = "C1";
    REQUIRE(at.settle(first));
    REQUIRE(at.put(message_of("board", "two")));
    REQUIRE(at.settle(sent(at.lease_outbox().at(0), "2.2")));
    CHECK(json::serialize(at.row("board").receipt) == R"({"ts":"2.2","channel":"C1"})");
}

TEMPLATE_LIST_TEST_CASE("a begun first send survives a crash as 'attempted', until an outcome is recorded",
                        "[store][outbox]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("m", "one")));
    const auto begun = at.lease_outbox().at(0);
    REQUIRE(at.run(at.under_test->begin_send("m", begun.fence)));
    at.reopen();
    at.now += at.lease;
    auto found = at.lease_outbox().at(0);
    CHECK(found.attempted);
    REQUIRE(at.settle({.key = "m", .fence = found.fence, .verdict = how::retry, .error = "timeout"}));
    found = at.lease_outbox().at(0);
    CHECK(found.attempted);
    REQUIRE(
        at.settle({.key = "m", .fence = found.fence, .verdict = how::retry, .error = "429", .surely_not_sent = true}));
    found = at.lease_outbox().at(0);
    CHECK_FALSE(found.attempted);
    REQUIRE(at.run(at.under_test->begin_send("m", found.fence)));
    REQUIRE(at.settle(sent(found)));
    CHECK_FALSE(at.row("m").attempted);
}

TEMPLATE_LIST_TEST_CASE("a retry waits until it is due, counts, and a new body does not cut the wait short",
                        "[store][outbox]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("m", "one")));
    const auto row = at.lease_outbox().at(0);
    REQUIRE(at.settle(
        {.key = "m", .fence = row.fence, .verdict = how::retry, .error = "ratelimited", .due = at.now + 30s}));
    CHECK(at.row("m").attempts == 1);
    CHECK(at.row("m").last_error == "ratelimited");
    REQUIRE(at.put(message_of("m", "two")));
    CHECK(at.lease_outbox().empty());
    CHECK(at.run(at.under_test->next_message_due()).value() == at.now + 30s);
    at.now += 30s;
    const auto again = at.lease_outbox().at(0);
    CHECK(again.attempts == 1);
    REQUIRE(at.settle(sent(again)));
    CHECK(at.row("m").attempts == 0);
    CHECK(at.row("m").last_error.empty());
}

TEMPLATE_LIST_TEST_CASE("what is given up stays to be seen, and a new body is a new chance", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("m", "one")));
    const auto row = at.lease_outbox().at(0);
    REQUIRE(at.settle({.key = "m", .fence = row.fence, .verdict = how::give_up, .error = "channel_not_found"}));
    at.now += 24h;
    CHECK(at.lease_outbox().empty());
    CHECK(at.row("m").given_up);
    CHECK(at.row("m").last_error == "channel_not_found");
    CHECK(at.run(at.under_test->outbox_depth()).value() == 0);
    CHECK_FALSE(at.run(at.under_test->next_message_due()).value().has_value());
    REQUIRE(at.put(message_of("m", "one")));
    CHECK(at.row("m").given_up);
    REQUIRE(at.put(message_of("m", "two")));
    CHECK(at.lease_outbox().size() == 1);
    CHECK_FALSE(at.row("m").given_up);
}

TEMPLATE_LIST_TEST_CASE("giving up what was tried does not give up what was put meanwhile", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("m", "invalid_blocks")));
    const auto row = at.lease_outbox().at(0);
    REQUIRE(at.put(message_of("m", "good")));
    REQUIRE(at.settle({.key = "m", .fence = row.fence, .verdict = how::give_up, .error = "invalid_blocks"}));
    const auto next = at.lease_outbox();
    REQUIRE(next.size() == 1);
    CHECK(text_at(next[0].body, "text") == "good");
}

TEMPLATE_LIST_TEST_CASE("leases take the best priority first, leave busy lanes alone, and wait for due times",
                        "[store][outbox]", databases_under_test) {
    store_fixture<TestType> at;
    auto low = message_of("low", "x", "C1");
    low.priority = 9;
    auto later = message_of("later", "x", "C3");
    later.priority = 1;
    later.due = at.now + 10s;
    auto gate = message_of("gate", "x", "C2");
    gate.priority = 1;
    REQUIRE(at.put(low));
    REQUIRE(at.put(message_of("first", "x", "C1")));
    REQUIRE(at.put(message_of("second", "x", "C1")));
    REQUIRE(at.put(later));
    REQUIRE(at.put(gate));
    CHECK(keys_of(at.lease_outbox(2, {"C2"})) == names{"first"});  // nobody sends two things into one lane at once
    CHECK(keys_of(at.lease_outbox()) == names{"gate", "second"});
    CHECK(keys_of(at.lease_outbox()) == names{"low"});
    CHECK(at.run(at.under_test->next_message_due()).value() == at.now + 10s);
    at.now += 10s;
    CHECK(keys_of(at.lease_outbox()) == names{"later"});
}

TEMPLATE_LIST_TEST_CASE("R5.6 after a lease ran out its late holder can settle nothing", "[store][outbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("m", "one")));
    const auto late = at.lease_outbox().at(0);
    at.now += at.lease - 1ms;
    CHECK(at.lease_outbox().empty());
    at.now += 1ms;
    const auto owner = at.lease_outbox().at(0);
    CHECK(owner.fence > late.fence);
    CHECK(at.run(at.under_test->begin_send("m", late.fence)).error() == errc::moved);
    for (const auto verdict : {how::sent, how::retry, how::give_up})
        CHECK(at.settle({.key = "m", .fence = late.fence, .verdict = verdict, .achieved = 1}).error() == errc::moved);
    CHECK(at.row("m").achieved == 0);
    REQUIRE(at.settle(sent(owner)));
    CHECK(at.settle(sent(owner)).error() == errc::moved);
    CHECK(at.settle({.key = "never", .fence = 1, .verdict = how::sent}).error() == errc::moved);
}

}  // namespace slipway::contracts
