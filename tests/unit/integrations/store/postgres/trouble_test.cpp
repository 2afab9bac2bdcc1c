// What happens when the server or the way to it breaks, and what people read then.
#include "tests/unit/integrations/store/postgres/desk.hpp"

namespace slipway::store {

using at_word = fakes::cut_socket::at_word;

TEST_CASE("R5.10 without the database everything is refused at once as surely not done, and goes on when it is back",
          "[store][trouble]") {
    postgres_desk at;
    const auto memory = at.open();
    REQUIRE(at.run(memory->commit(at.one_event("release/1", 0))));
    at.wire().cut();
    const auto refused = at.run(memory->commit(at.one_event("release/1", 1)));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::unavailable);
    CHECK_THAT(refused.error().sentence(), Catch::Contains(at.database().name()));
    const auto tries = at.wire().accepted();
    for (int asked = 0; asked < 50; ++asked) CHECK(at.run(memory->read("release/1")).error() == errc::unavailable);
    CHECK(at.wire().accepted() - tries < 10);  // asking again is not knocking again

    at.wire().mend();
    result<> back;
    for (int asked = 0; asked < 200; ++asked) {
        back = at.run(memory->commit(at.one_event("release/1", 1)));
        if (back) break;
        at.run(memory->wait_for_news(topic::work, 50ms));
    }
    REQUIRE(back);
    CHECK(at.run(memory->read("release/1")).value().size() == 2);
}

TEST_CASE("a connection that died while it stood idle is replaced without anybody noticing", "[store][trouble]") {
    postgres_desk at;
    const auto memory = at.open();
    REQUIRE(at.run(memory->commit(at.one_event("release/1", 0))));
    at.wire().cut();
    at.wire().mend();
    CHECK(at.run(memory->commit(at.one_event("release/1", 1))));
    at.wire().cut();
    at.wire().mend();
    CHECK(at.run(memory->read("release/1")).value().size() == 2);
}

TEST_CASE("the outcome of a commit whose answer was lost is found out: it stands", "[store][trouble]") {
    postgres_desk at;
    const auto memory = at.open();
    REQUIRE(at.run(memory->commit(at.one_event("release/1", 0))));
    at.wire().cut_at("COMMIT", at_word::drop_after);
    CHECK(at.run(memory->commit(at.one_event("release/1", 1))));
    CHECK(at.run(memory->read("release/1")).value().size() == 2);
}

TEST_CASE("the outcome of a commit that never arrived is found out: surely not done", "[store][trouble]") {
    postgres_desk at;
    const auto memory = at.open();
    REQUIRE(at.run(memory->commit(at.one_event("release/1", 0))));
    at.wire().cut_at("COMMIT", at_word::drop_before);
    const auto refused = at.run(memory->commit(at.one_event("release/1", 1)));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::unavailable);
    CHECK(at.run(memory->read("release/1")).value().size() == 1);
}

TEST_CASE("a commit whose outcome cannot be found out is lost, not failed", "[store][trouble]") {
    postgres_desk at;
    auto impatient = at.settings();
    impatient.find_out_within = 1ms;
    const auto memory = open_postgres(at.loop().get_executor(), impatient).value();
    REQUIRE(at.run(memory->commit(at.one_event("release/1", 0))));
    at.wire().cut_at("COMMIT", at_word::drop_after);
    const auto unknown = at.run(memory->commit(at.one_event("release/1", 1)));
    // One millisecond may do on a quick machine; what it may never say is that nothing happened.
    CHECK((unknown.has_value() || unknown.error() == errc::lost));
}

TEST_CASE("a server that crashes and comes back has kept every commit that was answered", "[store][trouble]") {
    fakes::postgres_cluster own;
    postgres_desk at{own.address()};
    const auto memory = at.open();
    for (int version = 0; version < 5; ++version) REQUIRE(at.run(memory->commit(at.one_event("release/1", version))));
    own.halt();
    CHECK(at.run(memory->read("release/1")).error() == errc::unavailable);
    own.again();
    result<std::vector<stored_event>> back = at.run(memory->read("release/1"));
    for (int asked = 0; asked < 200 && !back; ++asked) {
        at.run(memory->wait_for_news(topic::work, 50ms));
        back = at.run(memory->read("release/1"));
    }
    REQUIRE(back);
    CHECK(back->size() == 5);
    CHECK(at.run(memory->verify("release/1")));
}

TEST_CASE("a server that will not be written to says why, and the change surely did not happen", "[store][trouble]") {
    postgres_desk at;
    at.open();
    at.database().ask("ALTER DATABASE " + at.database().name() + " SET default_transaction_read_only = on");
    const auto memory = at.open();
    const auto refused = at.run(memory->commit(at.one_event("release/1", 0)));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::unavailable);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("read-only"));
}

TEST_CASE("two changes that wait for each other are both made", "[store][trouble]") {
    postgres_desk at;
    const auto memory = at.open();
    batch first;
    first.documents = {{"c", "a", {}}, {"c", "b", {}}};
    batch second;
    second.documents = {{"c", "b", {}}, {"c", "a", {}}};
    int stored = 0;
    const auto write = [&](batch changes) -> task<> {
        const auto outcome = co_await memory->commit(std::move(changes));
        stored += outcome ? 1 : 0;
    };
    for (int round = 0; round < 20; ++round)
        for (const auto& each : {first, second})
            asio::co_spawn(at.loop(), write(each), [](const std::exception_ptr& failed) {
                if (failed) std::rethrow_exception(failed);
            });
    at.loop().restart();
    at.loop().run();
    CHECK(stored == 40);
}

}  // namespace slipway::store
