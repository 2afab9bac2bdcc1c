// Several bots on one database.
#include <atomic>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <set>
#include <thread>

#include "integrations/store/postgres/listener.hpp"
#include "integrations/store/schema_state.hpp"
#include "tests/unit/integrations/store/postgres/desk.hpp"

namespace slipway::store {

TEST_CASE("R11.2 two bots that lease at once never get the same row", "[store][sharing]") {
    postgres_desk at;
    const auto one = at.open();
    const auto two = at.open();
    batch changes;
    const auto due = at.run(one->time()).value();
    for (int number = 0; number < 120; ++number) changes.work.push_back({std::to_string(number), "step", {}, due});
    REQUIRE(at.run(one->commit(std::move(changes))));
    std::multiset<std::string> leased;
    std::set<std::int64_t> fences;
    int refused = 0;
    const auto lease = [&](store& memory, std::string owner) -> task<> {
        for (;;) {
            const auto rows = co_await memory.lease_work(owner, {}, 3, 60s);
            if (!rows) ++refused;
            if (!rows || rows->empty()) co_return;
            for (const auto& each : *rows) {
                leased.insert(each.id);
                fences.insert(each.fence);
            }
        }
    };
    for (int worker = 0; worker < 3; ++worker)
        for (auto* memory : {one.get(), two.get()})
            asio::co_spawn(at.loop(), lease(*memory, worker == 0 ? "one" : "two"),
                           [](const std::exception_ptr& failed) {
                               if (failed) std::rethrow_exception(failed);
                           });
    at.loop().restart();
    at.loop().run();
    CHECK(refused == 0);
    CHECK(leased.size() == 120);
    CHECK(std::set<std::string>(leased.begin(), leased.end()).size() == 120);
    CHECK(fences.size() == 120);
}

TEST_CASE("R11.4 of two bots that receive one envelope one is the first", "[store][sharing]") {
    postgres_desk at;
    const auto one = at.open();
    const auto two = at.open();
    int fresh = 0;
    const auto receive = [&](store& memory) -> task<> {
        envelope same{"e1", "slack", {}, from_unix_ms(5), "somebody"};
        const auto got = co_await memory.receive(std::move(same));
        fresh += got && *got == arrival::fresh ? 1 : 0;
    };
    for (int round = 0; round < 10; ++round)
        for (auto* memory : {one.get(), two.get()})
            asio::co_spawn(at.loop(), receive(*memory), [](const std::exception_ptr& failed) {
                if (failed) std::rethrow_exception(failed);
            });
    at.loop().restart();
    at.loop().run();
    CHECK(fresh == 1);
}

TEST_CASE("a commit of one bot wakes those of the others who wait for what it put", "[store][sharing]") {
    postgres_desk at;
    const auto one = at.open();
    const auto two = at.open();
    // It listens by now, and has told both that it did not before.
    for (const auto about : {topic::work, topic::messages}) at.run(one->wait_for_news(about, 300ms));
    std::vector<std::string> order;
    const auto sender = [&]() -> task<> {
        const auto by = co_await one->wait_for_news(topic::messages, 10min);
        CHECK(by == heard::from_others);
        order.emplace_back("sender");
    };
    const auto conductor = [&]() -> task<> {
        const auto by = co_await one->wait_for_news(topic::work, 10min);
        CHECK(by == heard::from_others);
        order.emplace_back("conductor");
        batch messages;
        messages.outbox.push_back({.key = "m", .lane = "C1", .body = {{"text", "x"}}});
        co_await two->commit(std::move(messages));
    };
    const auto put = [&]() -> task<> {
        batch work;
        work.work.push_back({"w", "step", {}, from_unix_ms(5)});
        co_await two->commit(std::move(work));
    };
    using namespace asio::experimental::awaitable_operators;
    at.run(sender() && conductor() && put());  // were both woken by the work, the sender would come first
    CHECK(order == std::vector<std::string>{"conductor", "sender"});
}

TEST_CASE("R11.5 the news of a bot of a version before are about everything, its own are none to a bot",
          "[store][sharing]") {
    using postgres::tidings_in;
    CHECK(postgres::to_payload("a1", {true, false}) == "a1 work");
    CHECK(tidings_in("b2 work", "a1").work);
    CHECK_FALSE(tidings_in("b2 work", "a1").messages);
    CHECK(tidings_in("b2 messages", "a1").messages);
    CHECK_FALSE(tidings_in("b2 messages", "a1").work);
    CHECK_FALSE(tidings_in("a1 work messages", "a1").any());
    CHECK(tidings_in("b2", "a1").work);
    CHECK(tidings_in("b2", "a1").messages);
    CHECK_FALSE(tidings_in("a1", "a1").any());

    postgres_desk at;
    const auto one = at.open();
    for (const auto about : {topic::work, topic::messages}) at.run(one->wait_for_news(about, 300ms));
    int woken = 0;
    const auto wait = [&](topic about) -> task<> {
        const auto by = co_await one->wait_for_news(about, 10min);
        woken += by == heard::from_others ? 1 : 0;
    };
    const auto tell = [&]() -> task<> {
        at.database().ask("NOTIFY slipway_news, 'b2'");
        co_return;
    };
    using namespace asio::experimental::awaitable_operators;
    at.run(wait(topic::work) && wait(topic::messages) && tell());
    CHECK(woken == 2);
}

TEST_CASE("R5.15 leases follow the database's clock, whatever a bot's machine believes", "[store][sharing]") {
    postgres_desk at;
    const auto memory = at.open();
    const auto now = at.run(memory->time()).value();
    batch changes;
    changes.work.push_back({"w", "step", {}, now});
    REQUIRE(at.run(memory->commit(std::move(changes))));
    const auto row = at.run(memory->lease_work("one", {}, 1, 30s)).value().at(0);
    const auto lasts = row.leased_until - now;
    CHECK(lasts >= 30s);
    CHECK(lasts < 50s);
    CHECK(at.run(memory->lease_work("two", {}, 1, 30s)).value().empty());
}

TEST_CASE("R5.12 a database of the first schema keeps its rows and is brought up to date", "[store][opening]") {
    postgres_desk at;
    {
        const auto memory = at.open();
        batch kept;
        kept.work.push_back({"w", "step", {}, from_unix_ms(5)});
        REQUIRE(at.run(memory->commit(std::move(kept))));
    }
    at.database().ask(
        "DROP INDEX work_soonest, outbox_soonest; ALTER TABLE outbox RESET (toast_tuple_target); "
        "UPDATE slipway_schema SET version = 1");
    CHECK(*look_at_postgres(at.settings()) == schema_state::older);
    const auto memory = at.open();
    CHECK(*look_at_postgres(at.settings()) == schema_state::current);
    CHECK(at.run(memory->all_work()).value().size() == 1);
    CHECK(at.run(memory->next_work_due({})).value() == from_unix_ms(5));
}

TEST_CASE("R5.12 a database of a newer program is refused with the way out, and left as it is", "[store][opening]") {
    postgres_desk at;
    at.open();
    at.database().ask("UPDATE slipway_schema SET version = 99");
    const auto refused = open_postgres(at.loop().get_executor(), at.settings());
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("schema 99") && Catch::Contains("run the newer program"));
    CHECK(at.database().ask("SELECT version FROM slipway_schema") == "99");
}

TEST_CASE("whoever only looks at a database makes no tables in it", "[store][opening]") {
    postgres_desk at;
    const auto tables = [&] {
        return at.database().ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'");
    };
    CHECK(*look_at_postgres(at.settings()) == schema_state::none);
    CHECK(tables() == "0");
    at.open();
    CHECK(*look_at_postgres(at.settings()) == schema_state::current);
    at.database().ask("UPDATE slipway_schema SET version = 99");
    CHECK(look_at_postgres(at.settings()).error() == errc::refused);
}

TEST_CASE("a database of another program is not touched, a schema of one's own in it is fine", "[store][opening]") {
    postgres_desk at;
    at.database().ask("CREATE TABLE theirs (x int)");
    const auto refused = open_postgres(at.loop().get_executor(), at.settings());
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("tables of another program"));
    CHECK(at.database().ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == "1");
    at.database().ask("CREATE SCHEMA slipway");
    auto inside = at.settings();
    inside.address += " options=-csearch_path=slipway";
    CHECK(open_postgres(at.loop().get_executor(), inside));
}

TEST_CASE("of bots that start at once on a new database each finds it ready", "[store][opening]") {
    postgres_desk at;
    std::vector<std::thread> starting;
    std::atomic<int> ready = 0;
    for (int bot = 0; bot < 4; ++bot)
        starting.emplace_back([&] {
            asio::io_context loop;
            ready += open_postgres(loop.get_executor(), at.settings()).has_value() ? 1 : 0;
        });
    for (auto& each : starting) each.join();
    CHECK(ready == 4);
}

TEST_CASE("an address that leads nowhere is said in words, without its password", "[store][opening]") {
    asio::io_context loop;
    postgres_settings nowhere;
    nowhere.address = "postgresql://bot:secret-word@127.0.0.1:1/slipway";
    const auto refused = open_postgres(loop.get_executor(), nowhere);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::unavailable);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("slipway at 127.0.0.1:1"));
    CHECK_THAT(refused.error().sentence(), !Catch::Contains("secret-word"));
    nowhere.address = "postgresql://bot:secret-word@[:::/x";
    const auto wrong = open_postgres(loop.get_executor(), nowhere);
    REQUIRE(wrong.has_error());
    CHECK_THAT(wrong.error().sentence(), !Catch::Contains("secret-word"));
}

TEST_CASE("text that no column can hold is kept as far as it can be, and its hash fits", "[store][streams]") {
    postgres_desk at;
    const auto memory = at.open();
    auto changes = at.one_event("release/1", 0);
    changes.appends[0].events[0].cause = std::string{"broken \xff\xfe and \0 nothing", 23};
    changes.appends[0].events[0].data["title"] = "latin \xe9";
    REQUIRE(at.run(memory->commit(std::move(changes))));
    CHECK(at.run(memory->verify("release/1")));
    CHECK(at.run(memory->read("release/1")).value().at(0).event.cause == "broken \ufffd\ufffd and \ufffd nothing");
}

TEST_CASE("a row that somebody edits is named", "[store][streams]") {
    postgres_desk at;
    const auto memory = at.open();
    for (int version = 0; version < 3; ++version) REQUIRE(at.run(memory->commit(at.one_event("release/1", version))));
    at.database().ask("UPDATE event SET actor = 'T1/U9' WHERE version = 2");
    const auto found = at.run(memory->verify("release/1"));
    REQUIRE(found.has_error());
    CHECK(found.error() == errc::refused);
    CHECK_THAT(found.error().sentence(), Catch::Contains("event 2 of the journal release/1"));
    at.database().ask("UPDATE event SET actor = 'T1/U1' WHERE version = 2; DELETE FROM event WHERE version = 3");
    CHECK_THAT(at.run(memory->verify("release/1")).error().sentence(), Catch::Contains("event 3"));
}

TEST_CASE("pg_dump and psql bring back a database that verifies and goes on", "[store][backup]") {
    postgres_desk at;
    fakes::postgres_database restored;
    {
        const auto memory = at.open();
        for (int version = 0; version < 3; ++version)
            REQUIRE(at.run(memory->commit(at.one_event("release/1", version))));
        batch changes;
        changes.work.push_back({"w", "step", {}, from_unix_ms(5)});
        REQUIRE(at.run(memory->commit(std::move(changes))));
        const auto fence = at.run(memory->lease_work("one", {}, 1, 1ms)).value().at(0).fence;
        const auto copy = "pg_dump --no-owner '" + at.database().address() + "' | psql -qX -v ON_ERROR_STOP=1 '" +
                          restored.address() + "' > /dev/null";
        REQUIRE(std::system(copy.c_str()) == 0);  // NOLINT: the documented commands
        auto there = at.settings();
        there.address = restored.address();
        const auto again = open_postgres(at.loop().get_executor(), there).value();
        CHECK(at.run(again->verify("release/1")));
        CHECK(at.run(again->commit(at.one_event("release/1", 3))));
        CHECK(at.run(again->lease_work("two", {}, 1, 1ms)).value().at(0).fence > fence);
    }
}

}  // namespace slipway::store
