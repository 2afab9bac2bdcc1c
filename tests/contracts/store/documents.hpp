// What every store promises about documents, claims, and batches as a whole.
#pragma once

#include "tests/contracts/store/fixture.hpp"

namespace slipway::contracts {

TEMPLATE_LIST_TEST_CASE("documents are replaced, found by collection in the order of their ids, and forgotten",
                        "[store][documents]", databases_under_test) {
    store_fixture<TestType> at;
    batch changes;
    changes.documents = {{"actions", "b", {{"n", 1}}}, {"actions", "a", {{"n", 2}}}, {"boards", "a", {{"n", 3}}}};
    REQUIRE(at.commit(changes));
    batch more;
    more.documents.push_back({"actions", "b", {{"n", 4}}});
    REQUIRE(at.commit(more));
    at.reopen();
    const auto all = at.run(at.under_test->documents_in("actions")).value();
    CHECK(keys_of(all) == names{"a", "b"});
    CHECK(number_at(all[1].body, "n") == 4);
    CHECK(number_at(*at.run(at.under_test->document_of("boards", "a")).value(), "n") == 3);
    batch gone;
    gone.forgotten = {{"actions", "a"}, {"actions", "never"}};
    REQUIRE(at.commit(gone));
    CHECK_FALSE(at.run(at.under_test->document_of("actions", "a")).value().has_value());
    CHECK(at.run(at.under_test->documents_in("nothing")).value().empty());
}

TEMPLATE_LIST_TEST_CASE("R4.1 a name has one holder, the second is told who it is", "[store][claims]",
                        databases_under_test) {
    store_fixture<TestType> at;
    const auto take = [&at](const std::string& holder) {
        batch changes;
        changes.claims.push_back({"project/core", holder});
        changes.documents.push_back({"taken", holder, {}});
        return at.commit(std::move(changes));
    };
    REQUIRE(take("release/1"));
    const auto second = take("release/2");
    REQUIRE(second.has_error());
    CHECK(second.error() == errc::exists);
    CHECK(second.error().code == "release/1");
    CHECK(at.run(at.under_test->documents_in("taken")).value().size() == 1);
    CHECK(take("release/1"));

    const auto release = [&at](const std::string& holder) {
        batch changes;
        changes.released.push_back({"project/core", holder});
        return at.commit(std::move(changes));
    };
    REQUIRE(release("release/2"));
    CHECK(at.run(at.under_test->holder_of("project/core")).value() == "release/1");
    REQUIRE(release("release/1"));
    CHECK_FALSE(at.run(at.under_test->holder_of("project/core")).value().has_value());
    CHECK(take("release/2"));
}

TEMPLATE_LIST_TEST_CASE("R4.1 of two who take a name at once exactly one gets it", "[store][claims]",
                        databases_under_test) {
    store_fixture<TestType> at;
    int taken = 0;
    int refused = 0;
    const auto take = [&](std::string holder) -> task<> {
        batch changes;
        changes.claims.push_back({"project/core", std::move(holder)});
        const auto outcome = co_await at.under_test->commit(std::move(changes));
        ++(outcome ? taken : refused);
    };
    for (int number = 0; number < 20; ++number)
        asio::co_spawn(at.loop, take("release/" + std::to_string(number)), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
    at.loop.restart();
    at.loop.run();
    CHECK(taken == 1);
    CHECK(refused == 19);
}

TEMPLATE_LIST_TEST_CASE("R8.2 of two who store a document each under one name at once exactly one is stored",
                        "[store][claims]", databases_under_test) {
    const bool has_name = GENERATE(true, false);
    store_fixture<TestType> at;
    names refused;
    const auto store_link = [&](std::string who) -> task<> {
        batch changes;
        changes.documents.push_back({"links", who, {{"account", 15}}});
        if (has_name) changes.claims.push_back({"account/15", who});
        const auto outcome = co_await at.under_test->commit(std::move(changes));
        if (!outcome)
            refused.push_back(who + ": " + std::string{to_string(outcome.error().kind())} + " by " +
                              outcome.error().code);
    };
    // Both have looked, and seen that nobody has it.
    REQUIRE(at.run(at.under_test->documents_in("links")).value().empty());
    for (const auto* who : {"ana", "dee"})
        asio::co_spawn(at.loop, store_link(who), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
    at.loop.restart();
    at.loop.run();
    const auto stored = keys_of(at.run(at.under_test->documents_in("links")).value());
    if (!has_name) {
        CHECK(stored == names{"ana", "dee"});  // negative control: to have looked keeps nobody from anything
        return;
    }
    REQUIRE(stored.size() == 1);
    const std::string other = stored.front() == "ana" ? "dee" : "ana";
    CHECK(refused == names{other + ": exists by " + stored.front()});
}

TEMPLATE_LIST_TEST_CASE("a name is handed over in one batch", "[store][claims]", databases_under_test) {
    store_fixture<TestType> at;
    batch first;
    first.claims.push_back({"n", "a"});
    REQUIRE(at.commit(first));
    batch over;
    over.released.push_back({"n", "a"});
    over.claims.push_back({"n", "b"});
    REQUIRE(at.commit(over));
    CHECK(at.run(at.under_test->holder_of("n")).value() == "b");
}

TEMPLATE_LIST_TEST_CASE("a batch with one bad part leaves nothing at all behind", "[store][batches]",
                        databases_under_test) {
    store_fixture<TestType> at;
    at.run(at.under_test->receive({"e1", "slack", {}, at.now})).value();
    batch before;
    before.claims.push_back({"held", "somebody"});
    before.work.push_back({"w", "drive", {}, at.now + 1h});
    REQUIRE(at.commit(before));

    batch changes;
    changes.appends.push_back({"release/1", 0, {event_of("started")}});
    changes.outbox.push_back(message_of("board", "x"));
    changes.work.push_back({"w2", "drive", {}, at.now});
    changes.dropped_work.emplace_back("w");
    changes.documents.push_back({"c", "1", {}});
    changes.claims.push_back({"free", "me"});
    changes.handled.push_back({"slack", "e1"});
    const auto part = GENERATE(0, 1, 2, 3, 4);
    if (part == 0) changes.appends.push_back({"release/1", 7, {event_of("late")}});
    if (part == 1) changes.claims.push_back({"held", "me"});
    if (part == 2) changes.finished.push_back({"w", 99, {}});
    if (part == 3) changes.settled.push_back({.key = "board", .fence = 99, .verdict = how::sent});
    if (part == 4) changes.appends.push_back({"release/2", 1, {}});
    REQUIRE(at.commit(changes).has_error());

    CHECK(at.run(at.under_test->streams("")).value().empty());
    CHECK(at.run(at.under_test->outbox_depth()).value() == 0);
    CHECK(keys_of(at.run(at.under_test->all_work()).value()) == names{"w"});
    CHECK(at.run(at.under_test->documents_in("c")).value().empty());
    CHECK_FALSE(at.run(at.under_test->holder_of("free")).value().has_value());
    CHECK(at.run(at.under_test->unhandled("slack")).value().size() == 1);
}

TEMPLATE_LIST_TEST_CASE("of batches that arrive together each stands or falls alone", "[store][batches]",
                        databases_under_test) {
    store_fixture<TestType> at;
    int stored = 0;
    const auto write = [&](int number) -> task<> {
        batch changes;
        changes.documents.push_back({"c", std::to_string(number), {}});
        if (number % 2 == 1) changes.appends.push_back({"release/1", 5, {}});
        if (co_await at.under_test->commit(std::move(changes))) ++stored;
    };
    for (int number = 0; number < 10; ++number)
        asio::co_spawn(at.loop, write(number), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
    at.loop.restart();
    at.loop.run();
    CHECK(stored == 5);
    CHECK(keys_of(at.run(at.under_test->documents_in("c")).value()) == names{"0", "2", "4", "6", "8"});
}

TEMPLATE_LIST_TEST_CASE("a closed store answers that it is closed", "[store][batches]", databases_under_test) {
    store_fixture<TestType> at;
    at.run(at.under_test->close());
    CHECK(at.commit({}).error() == errc::cancelled);
    CHECK(at.run(at.under_test->read("x")).error() == errc::cancelled);
    at.run(at.under_test->close());
}

}  // namespace slipway::contracts
