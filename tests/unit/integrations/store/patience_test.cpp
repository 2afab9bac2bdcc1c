// Whoever has begun something waits for the database, and its own time stands still meanwhile.
#include <catch2/catch.hpp>

#include "integrations/async/deadline.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/store/patient.hpp"
#include "tests/fakes/for_ever.hpp"
#include "tests/fakes/hand_timers.hpp"
#include "tests/fakes/memory_store.hpp"

using namespace slipway;

namespace {

struct house {
    task<> ask() {
        answered.emplace(co_await with_deadline(patience->clock(), milliseconds{120'000}, "the step",
                                                patience->memory().documents_in("acts")));
    }
    static task<result<int>> hanging() {
        co_await fakes::for_ever();
        co_return 1;
    }
    task<> hang() { hung.emplace(co_await with_deadline(patience->clock(), milliseconds{120'000}, "it", hanging())); }
    ~house() {
        tasks.cancel();
        fakes::hand_timers::settle(loop);
    }

    asio::io_context loop;
    fakes::hand_timers clock;
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [this] { return clock.now(); }, &clock};
    std::unique_ptr<store::patience> patience = store::create_patience(memory, clock);
    std::optional<result<std::vector<store::document>>> answered;
    std::optional<result<int>> hung;
    task_group tasks{loop.get_executor()};
};

}  // namespace

TEST_CASE("R5.10 a step of two minutes outlasts a database that is away for five", "[store][away]") {
    house one;
    one.books.is_unreachable = true;
    one.tasks.spawn("ask", one.ask());
    one.clock.pass(one.loop, milliseconds{300'000});
    CHECK_FALSE(one.answered);
    one.books.is_unreachable = false;
    one.clock.pass(one.loop, milliseconds{1'000});
    REQUIRE(one.answered);
    CHECK(*one.answered);
}

TEST_CASE("R5.10 the time of a step goes on when the database is back", "[store][away]") {
    house one;
    one.tasks.spawn("hang", one.hang());
    one.clock.pass(one.loop, milliseconds{60'000});
    one.books.is_unreachable = true;
    one.tasks.spawn("ask", one.ask());
    one.clock.pass(one.loop, milliseconds{300'000});
    CHECK_FALSE(one.hung);  // one minute of two has passed for it
    one.books.is_unreachable = false;
    one.clock.pass(one.loop, milliseconds{59'000});
    CHECK_FALSE(one.hung);
    one.clock.pass(one.loop, milliseconds{2'000});
    REQUIRE(one.hung);
    REQUIRE_FALSE(*one.hung);
    CHECK(one.hung->error() == errc::timed_out);
}

TEST_CASE("negative control: with nobody waiting for the database a limit is a limit", "[store][away]") {
    house one;
    one.tasks.spawn("hang", one.hang());
    one.books.is_unreachable = true;
    one.clock.pass(one.loop, milliseconds{119'999});
    CHECK_FALSE(one.hung);
    one.clock.pass(one.loop, milliseconds{1});
    CHECK(one.hung);
}
