// What every store promises about journals.
#pragma once

#include "tests/contracts/store/fixture.hpp"

namespace slipway::contracts {

TEMPLATE_LIST_TEST_CASE("R1.4 events are numbered without gaps and come back as they were written", "[store][streams]",
                        databases_under_test) {
    store_fixture<TestType> at;
    const json::object data{{"z", 1}, {"a", "ü\n\"<!channel>"}, {"deep", {{"list", {1, 2.5, nullptr, true}}}}};
    REQUIRE(at.append_to("release/1", 0, {event_of("started", data), event_of("held")}));
    REQUIRE(at.append_to("release/1", 2, {event_of("resumed")}));
    at.reopen();

    const auto events = at.run(at.under_test->read("release/1")).value();
    REQUIRE(events.size() == 3);
    CHECK(events[0].version == 1);
    CHECK(events[2].version == 3);
    CHECK(json::serialize(events[0].event.data) == json::serialize(data));
    CHECK(events[0].event.type == "started");
    CHECK(events[0].event.actor == "T1/U1");
    CHECK(events[0].event.cause == "test");
    CHECK(to_unix_ms(events[0].event.at) == 1'795'000'000'123);
    CHECK(at.run(at.under_test->read("release/1", 2)).value().size() == 1);
    CHECK(at.run(at.under_test->read("release/2")).value().empty());
    CHECK(at.run(at.under_test->verify("release/1")));
}

TEMPLATE_LIST_TEST_CASE("of two writers who saw the same version one is refused with both numbers", "[store][streams]",
                        databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.append_to("release/1", 0, {event_of("started")}));
    REQUIRE(at.append_to("release/1", 1, {event_of("held")}));
    const auto late = at.append_to("release/1", 1, {event_of("aborted")});
    REQUIRE(late.has_error());
    CHECK(late.error() == errc::moved);
    CHECK_THAT(late.error().sentence(),
               Catch::Contains("release/1") && Catch::Contains("version 2") && Catch::Contains("expected 1"));
    CHECK(at.append_to("release/1", 0, {event_of("started")}).error() == errc::moved);
    CHECK(at.append_to("release/9", 4, {event_of("held")}).error() == errc::moved);
    CHECK(at.run(at.under_test->read("release/1")).value().size() == 2);
}

TEMPLATE_LIST_TEST_CASE("an append without events only checks the version", "[store][streams]", databases_under_test) {
    store_fixture<TestType> at;
    CHECK(at.append_to("release/1", 0, {}));
    CHECK(at.run(at.under_test->streams("")).value().empty());
    CHECK(at.append_to("release/1", 1, {}).error() == errc::moved);
}

TEMPLATE_LIST_TEST_CASE("streams are found by prefix, oldest first", "[store][streams]", databases_under_test) {
    store_fixture<TestType> at;
    for (const auto* name : {"release/b", "audit/x", "release/a", "release%", "RELEASE/c"})
        REQUIRE(at.append_to(name, 0, {event_of("started")}));
    CHECK(at.run(at.under_test->streams("release/")).value() == names{"release/b", "release/a"});
    CHECK(at.run(at.under_test->streams("")).value().size() == 5);
    CHECK(at.run(at.under_test->streams("release%")).value() == names{"release%"});
}

TEMPLATE_LIST_TEST_CASE("events of different streams do not share a chain, and equal events hash differently",
                        "[store][streams]", databases_under_test) {
    store_fixture<TestType> at;
    REQUIRE(at.append_to("release/1", 0, {event_of("a"), event_of("a")}));
    REQUIRE(at.append_to("release/2", 0, {event_of("a")}));
    const auto one = at.run(at.under_test->read("release/1")).value();
    const auto two = at.run(at.under_test->read("release/2")).value();
    CHECK(one[0].hash.size() == 64);
    CHECK(one[0].hash != one[1].hash);
    CHECK(one[0].hash != two[0].hash);
}

}  // namespace slipway::contracts
