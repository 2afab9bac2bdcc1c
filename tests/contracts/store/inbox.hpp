// What every store promises about envelopes.
#pragma once

#include "tests/contracts/store/fixture.hpp"

namespace slipway::contracts {

inline envelope envelope_of(std::string id, instant received, std::string source = "slack") {
    json::object payload;
    payload["id"] = id;
    return {std::move(id), std::move(source), std::move(payload), received};
}

TEMPLATE_LIST_TEST_CASE("R5.8 an envelope is stored once, however often it arrives", "[store][inbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    CHECK(at.run(at.under_test->receive(envelope_of("e1", at.now))).value() == arrival::fresh);
    CHECK(at.run(at.under_test->receive(envelope_of("e1", at.now))).value() == arrival::repeat);
    CHECK(at.run(at.under_test->receive(envelope_of("e1", at.now, "gitlab"))).value() == arrival::fresh);
    at.reopen();
    CHECK(at.run(at.under_test->receive(envelope_of("e1", at.now))).value() == arrival::repeat);
}

TEMPLATE_LIST_TEST_CASE("R5.8 what a crash left unhandled is found after reopening, oldest arrival first",
                        "[store][inbox]", databases_under_test) {
    store_fixture<TestType> at;
    for (const auto* id : {"z", "b", "a"}) at.run(at.under_test->receive(envelope_of(id, at.now))).value();
    batch changes;
    changes.handled.push_back({"slack", "b"});
    REQUIRE(at.commit(std::move(changes)));
    at.reopen();
    const auto left = at.run(at.under_test->unhandled("slack")).value();
    CHECK(keys_of(left) == names{"z", "a"});
    CHECK(text_at(left[0].payload, "id") == "z");
    CHECK(left[0].received == at.now);
    CHECK(at.run(at.under_test->receive(envelope_of("b", at.now))).value() == arrival::repeat);
}

TEMPLATE_LIST_TEST_CASE("only envelopes that are both handled and old are forgotten", "[store][inbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    for (const auto* id : {"open", "done"}) at.run(at.under_test->receive(envelope_of(id, at.now))).value();
    at.run(at.under_test->receive(envelope_of("done-late", at.now + 1h))).value();
    batch changes;
    changes.handled = {{"slack", "done"}, {"slack", "done-late"}};
    REQUIRE(at.commit(std::move(changes)));
    REQUIRE(at.run(at.under_test->forget_handled(at.now + 1min)));
    CHECK(at.run(at.under_test->receive(envelope_of("open", at.now))).value() == arrival::repeat);
    CHECK(at.run(at.under_test->receive(envelope_of("done", at.now))).value() == arrival::fresh);
    CHECK(at.run(at.under_test->receive(envelope_of("done-late", at.now))).value() == arrival::repeat);
}

TEMPLATE_LIST_TEST_CASE("envelopes that arrive together are each stored and each answered", "[store][inbox]",
                        databases_under_test) {
    store_fixture<TestType> at;
    std::vector<arrival> answers;
    const auto receive = [&at, &answers](int number) -> task<> {
        auto incoming = envelope_of("e" + std::to_string(number % 50), at.now);
        answers.push_back((co_await at.under_test->receive(std::move(incoming))).value());
    };
    for (int number = 0; number < 100; ++number)
        asio::co_spawn(at.loop, receive(number), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
    at.loop.restart();
    at.loop.run();
    CHECK(answers.size() == 100);
    CHECK(std::ranges::count(answers, arrival::fresh) == 50);
    CHECK(at.run(at.under_test->unhandled("slack")).value().size() == 50);
}

}  // namespace slipway::contracts
