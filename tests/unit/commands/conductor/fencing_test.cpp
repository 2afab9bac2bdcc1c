// What the fence is for: the same late worker, over a store that checks it and over one that does not.
#include <catch2/catch.hpp>

#include "tests/fakes/memory_store.hpp"
#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;

namespace {

struct desk {
    asio::io_context loop;
    fakes::hand_clock clock;
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [this] { return clock.now(); }};
    release::kinds table = fakes::small_kinds();
    journal releases{
        memory, clock,
        [](const std::string&) { return std::make_shared<release::project_settings>(fakes::small_project()); },
        render_release, table};
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    store::work_row lease(const std::string& owner) {
        return run(memory.lease_work(owner, {work::step_of("tell")}, 1, milliseconds{1'000}))->at(0);
    }
    result<state_pointer> report(const store::work_row& row, release::step_status how) {
        release::step_finished told;
        told.step = "announce";
        told.status = how;
        companions with;
        with.finished.push_back({row.id, row.fence, std::nullopt});
        return run(releases.ask("shop-1.4.0-1", told, release::machine(), "work", std::move(with)));
    }
    /// One worker loses its lease to another, and reports before the other one does. How the step stands then.
    release::step_status late_worker_reports_first() {
        REQUIRE(run(releases.begin(fakes::small_wish(), fakes::ana(), "test", {})));
        const auto slow = lease("slow");
        clock.advance(milliseconds{1'001});
        const auto quick = lease("quick");
        CHECK(quick.fence > slow.fence);
        static_cast<void>(report(slow, release::step_status::failed));
        static_cast<void>(report(quick, release::step_status::done));
        return (*run(releases.load("shop-1.4.0-1")))->step("announce")->status;
    }
};

}  // namespace

TEST_CASE("R5.6 a late worker's word does not count: the fence keeps it out", "[conductor]") {
    desk one;
    CHECK(one.late_worker_reports_first() == release::step_status::done);
}

TEST_CASE("R5.6 negative control: without the check of the fence the late worker decides", "[conductor]") {
    desk one;
    one.books.checks_fences = false;
    CHECK(one.late_worker_reports_first() == release::step_status::failed);
}
