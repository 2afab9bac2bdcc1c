// What every store promises about work: one holder at a time, who is known by a number that only grows.
#pragma once

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tests/contracts/store/fixture.hpp"

namespace slipway::contracts {

inline work_put work_of(std::string id, instant due, std::string kind = "drive") {
    json::object payload;
    payload["id"] = id;
    return {std::move(id), std::move(kind), std::move(payload), due};
}

TEMPLATE_LIST_TEST_CASE("due work is leased once, the longest due first, by kind", "[store][work]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("b", at.now)));
    REQUIRE(at.put(work_of("a", at.now - 5s)));
    REQUIRE(at.put(work_of("poll", at.now, "drift")));
    REQUIRE(at.put(work_of("tomorrow", at.now + 24h)));
    CHECK(keys_of(at.lease_work({"drift", "other"})) == names{"poll"});
    const auto leased = at.lease_work({}, 2);
    CHECK(keys_of(leased) == names{"a", "b"});
    CHECK(text_at(leased[0].payload, "id") == "a");
    CHECK(leased[0].owner == "me");
    CHECK(leased[0].leased_until == at.now + at.lease);
    CHECK(at.lease_work().empty());
    CHECK(at.run(at.under_test->all_work()).value().size() == 4);
}

TEMPLATE_LIST_TEST_CASE("R5.6 a late holder's batch fails as a whole", "[store][work]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("w", at.now)));
    const auto late = at.lease_work().at(0);
    at.now += at.lease;
    const auto owner = at.lease_work().at(0);
    CHECK(owner.fence > late.fence);

    batch changes;
    changes.appends.push_back({"release/1", 0, {event_of("pushed")}});
    changes.documents.push_back({"c", "1", {}});
    changes.finished.push_back({"w", late.fence, {}});
    const auto refused = at.commit(changes);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::moved);
    CHECK(at.run(at.under_test->read("release/1")).value().empty());
    CHECK_FALSE(at.run(at.under_test->document_of("c", "1")).value().has_value());
    CHECK(at.run(at.under_test->renew("w", late.fence, at.lease)).error() == errc::moved);

    changes.finished = {{"w", owner.fence, {}}};
    CHECK(at.commit(changes));
    CHECK(at.run(at.under_test->all_work()).value().empty());
}

TEMPLATE_LIST_TEST_CASE("fencing numbers grow over the whole life of the database, also when a row comes back",
                        "[store][work]", databases_under_test) {
    store_fixture<TestType> at;
    std::int64_t last = 0;
    for (int round = 0; round < 4; ++round) {
        REQUIRE(at.put(work_of("w", at.now)));
        const auto row = at.lease_work().at(0);
        CHECK(row.fence > last);
        last = row.fence;
        REQUIRE(at.finish(row));
        CHECK(at.finish(row).error() == errc::moved);
        at.reopen();
    }
}

TEMPLATE_LIST_TEST_CASE("a renewed lease keeps its number and holds longer", "[store][work]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("w", at.now)));
    const auto row = at.lease_work().at(0);
    at.now += at.lease - 1s;
    REQUIRE(at.run(at.under_test->renew("w", row.fence, at.lease)));
    at.now += at.lease - 1s;
    CHECK(at.lease_work().empty());
    CHECK(at.finish(row));
}

TEMPLATE_LIST_TEST_CASE("work that shall go on is due again, and free", "[store][work]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("w", at.now)));
    REQUIRE(at.finish(at.lease_work().at(0), at.now + 1min));
    CHECK(at.lease_work().empty());
    CHECK(at.run(at.under_test->next_work_due({})).value() == at.now + 1min);
    at.now += 1min;
    CHECK(at.lease_work().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("work that is put while somebody does it is done once more", "[store][work]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("w", at.now)));
    const auto doing = at.lease_work().at(0);
    REQUIRE(at.put(work_of("w", at.now + 1s)));
    CHECK(at.lease_work().empty());
    REQUIRE(at.finish(doing));
    at.now += 1s;
    const auto again = at.lease_work();
    REQUIRE(again.size() == 1);
    REQUIRE(at.put(work_of("w", at.now + 5s)));
    REQUIRE(at.finish(again[0], at.now + 1h));
    CHECK(at.run(at.under_test->next_work_due({})).value() == at.now + 5s);
}

TEMPLATE_LIST_TEST_CASE("one batch may finish a row and put it again, or drop it whoever holds it", "[store][work]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("w", at.now)));
    batch changes;
    changes.finished.push_back({"w", at.lease_work().at(0).fence, {}});
    changes.work.push_back(work_of("w", at.now, "other"));
    REQUIRE(at.commit(std::move(changes)));
    const auto again = at.lease_work({"other"});
    REQUIRE(again.size() == 1);
    batch drop;
    drop.dropped_work.emplace_back("w");
    REQUIRE(at.commit(std::move(drop)));
    CHECK(at.finish(again[0]).error() == errc::moved);
    CHECK(at.run(at.under_test->all_work()).value().empty());
}

TEMPLATE_LIST_TEST_CASE("the next due time looks at free work and at running leases", "[store][work]",
                        databases_under_test) {
    store_fixture<TestType> at;
    CHECK_FALSE(at.run(at.under_test->next_work_due({})).value().has_value());
    REQUIRE(at.put(work_of("w", at.now)));
    CHECK(at.run(at.under_test->next_work_due({})).value() == at.now);
    at.lease_work();
    CHECK(at.run(at.under_test->next_work_due({})).value() == at.now + at.lease);
}

TEMPLATE_LIST_TEST_CASE("R11.5 who asks when their work is due hears of the kinds that they know, and of no messages",
                        "[store][work]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("of a newer version", at.now - 1h, "step/newer")));
    REQUIRE(at.put(message_of("m", "x")));
    CHECK_FALSE(at.run(at.under_test->next_work_due({"drift", "step/known"})).value().has_value());
    REQUIRE(at.put(work_of("poll", at.now + 5s, "drift")));
    CHECK(at.run(at.under_test->next_work_due({"drift", "step/known"})).value() == at.now + 5s);
    CHECK(at.run(at.under_test->next_work_due({})).value() == at.now - 1h);
    CHECK(at.run(at.under_test->next_message_due()).value() == at.now);
    REQUIRE(at.settle({.key = "m", .fence = at.lease_outbox().at(0).fence, .achieved = 1}));
    CHECK_FALSE(at.run(at.under_test->next_message_due()).value().has_value());
}

TEMPLATE_LIST_TEST_CASE("whoever waits for news resumes at the commit that brings it", "[store][work]",
                        databases_under_test) {
    store_fixture<TestType> at;
    names heard;
    int early = 0;
    // A store that has to connect to hear the news wakes everybody once when it does: what came before was not heard.
    const auto wait = [&](std::string name, store::topic about) -> task<> {
        for (;;) {
            const auto by = co_await at.under_test->wait_for_news(about, 1h);
            if (by == store::heard::from_us) break;
            ++early;
        }
        heard.push_back(name);
    };
    const auto put = [&]() -> task<> {
        batch quiet;
        quiet.documents.push_back({"c", "1", {}});
        co_await at.under_test->commit(std::move(quiet));
        heard.emplace_back("document stored");
        batch loud;
        loud.work.push_back(work_of("w", at.now));
        co_await at.under_test->commit(std::move(loud));
        heard.emplace_back("work stored");
        batch message;
        message.outbox.push_back(message_of("m", "x"));
        co_await at.under_test->commit(std::move(message));
    };
    using namespace asio::experimental::awaitable_operators;
    at.run(wait("worker", store::topic::work) && wait("sender", store::topic::messages) && put());
    // Each is woken by its own topic alone: the sender slept through the commit of work.
    CHECK(std::ranges::find(heard, "sender") == heard.end() - 1);
    CHECK(std::ranges::find(heard, "worker") < heard.end() - 1);
    CHECK(early <= 2);
    CHECK(at.run(at.under_test->wait_for_news(store::topic::work, 0ms)) == store::heard::nothing);
}

TEMPLATE_LIST_TEST_CASE("news that come between the look and the wait are not missed, those before the look are none",
                        "[store][work]", databases_under_test) {
    store_fixture<TestType> at;
    using store::heard;
    using store::topic;
    // A store that has to connect to hear the news is done with that.
    for (const auto about : {topic::work, topic::messages}) at.run(at.under_test->wait_for_news(about, 300ms));
    REQUIRE(at.put(work_of("w", at.now + 1h)));
    REQUIRE(at.put(message_of("m", "x")));
    CHECK(at.run(at.under_test->wait_for_news(topic::work, 1h)) == heard::from_us);
    CHECK(at.run(at.under_test->wait_for_news(topic::messages, 1h)) == heard::from_us);
    CHECK(at.run(at.under_test->wait_for_news(topic::work, 0ms)) == heard::nothing);  // told once
    REQUIRE(at.put(work_of("w2", at.now + 1h)));
    at.lease_work();
    CHECK(at.run(at.under_test->wait_for_news(topic::work, 0ms)) == heard::nothing);
    REQUIRE(at.put(message_of("m2", "x")));
    at.lease_outbox();
    CHECK(at.run(at.under_test->wait_for_news(topic::messages, 0ms)) == heard::nothing);
}

}  // namespace slipway::contracts
