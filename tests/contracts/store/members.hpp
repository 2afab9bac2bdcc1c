// What every store promises to several processes: who is responsible for what, and what becomes of it when they die.
#pragma once

#include "tests/contracts/store/fixture.hpp"
#include "tests/contracts/store/inbox.hpp"
#include "tests/contracts/store/work.hpp"

namespace slipway::contracts {

TEMPLATE_LIST_TEST_CASE("R11.4 what a dead member left unhandled goes to one that lives, once", "[store][members]",
                        databases_under_test) {
    store_fixture<TestType> at;
    const auto lives = [&](const std::string& name) {
        REQUIRE(at.run(at.under_test->announce(name, {{"version", "1"}}, 10s)));
    };
    const auto adopted_by = [&](const std::string& name) {
        return keys_of(at.run(at.under_test->adopt("slack", name)).value());
    };
    lives("one");
    lives("two");
    auto mine = envelope_of("e1", at.now);
    mine.owner = "one";
    at.run(at.under_test->receive(mine)).value();
    at.run(at.under_test->receive(envelope_of("nobody's", at.now))).value();
    CHECK(adopted_by("two") == names{"nobody's"});
    CHECK(adopted_by("one") == names{"e1"});
    at.now += 9s;
    lives("two");
    CHECK(adopted_by("two") == names{"nobody's"});
    at.now += 1s;  // "one" has not said for 10 s that it lives
    CHECK(adopted_by("two") == names{"e1", "nobody's"});
    CHECK(adopted_by("one").empty());
    batch done;
    done.handled = {{"slack", "e1"}, {"slack", "nobody's"}};
    REQUIRE(at.commit(done));
    CHECK(adopted_by("two").empty());
}

TEMPLATE_LIST_TEST_CASE("members are known while they live and for a day after, who leaves is free of everything",
                        "[store][members]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.run(at.under_test->announce("one", {{"version", "1"}}, 10s)));
    at.now += 5s;
    REQUIRE(at.run(at.under_test->announce("two", {{"version", "2"}}, 10s)));
    at.now += 5s;
    const auto all = at.run(at.under_test->members()).value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "one");
    CHECK_FALSE(all[0].alive);
    CHECK(all[1].alive);
    CHECK(all[1].since == at.now - 5s);
    CHECK(text_at(all[1].about, "version") == "2");
    REQUIRE(at.run(at.under_test->leave("two")));
    at.now += 25h;
    REQUIRE(at.run(at.under_test->announce("three", {}, 10s)));
    const auto later = at.run(at.under_test->members()).value();
    REQUIRE(later.size() == 1);
    CHECK(later[0].name == "three");
}

TEMPLATE_LIST_TEST_CASE("R7.2 a lane in which one sender holds a row or rests is left alone by the others",
                        "[store][members]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(message_of("a", "x", "C1")));
    REQUIRE(at.put(message_of("b", "x", "C1")));
    REQUIRE(at.put(message_of("c", "x", "C2")));
    const auto lease_as = [&](const std::string& owner) {
        return at.run(at.under_test->lease_outbox(owner, 1, at.lease, {})).value();
    };
    const auto first = lease_as("one");
    REQUIRE(keys_of(first) == names{"a"});
    CHECK(keys_of(lease_as("two")) == names{"c"});
    CHECK(lease_as("two").empty());
    REQUIRE(at.settle({.key = "a", .fence = first[0].fence, .verdict = how::sent, .achieved = 1, .lane_rest = 1s}));
    CHECK(lease_as("two").empty());
    at.now += 1s;
    CHECK(keys_of(lease_as("two")) == names{"b"});
    at.now += at.lease;  // both died
    CHECK(keys_of(lease_as("one")).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("who holds what can be seen: leases, also those that are over, and names", "[store][members]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.put(work_of("w", at.now)));
    REQUIRE(at.put(message_of("m", "x")));
    batch named;
    named.claims = {{"live/core", "core-1"}, {"live/app", "app-1"}};
    REQUIRE(at.commit(named));
    const auto row = at.lease_work().at(0);
    at.lease_outbox();
    at.now += at.lease;
    const auto held = at.run(at.under_test->leases()).value();
    REQUIRE(held.size() == 2);
    CHECK(held[0].what == "work");
    CHECK(held[0].id == "w");
    CHECK(held[0].owner == "me");
    CHECK(held[0].fence == row.fence);
    CHECK(held[0].over);
    CHECK(held[1].what == "message");
    const auto claimed = at.run(at.under_test->claims()).value();
    REQUIRE(claimed.size() == 2);
    CHECK(claimed[0].name == "live/app");
    CHECK(claimed[1].holder == "core-1");
}

TEMPLATE_LIST_TEST_CASE("leases follow the store's own clock", "[store][members]", databases_under_test) {
    store_fixture<TestType> at;
    CHECK(at.run(at.under_test->time()).value() == at.now);
}

}  // namespace slipway::contracts
