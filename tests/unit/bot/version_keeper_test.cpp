// What production says it runs, beside what was recorded.
#include <catch2/catch.hpp>

#include "bot/version_keeper.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/hand_clock.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::bot;
using fakes::says;

namespace {

/// Production as one page that says a version.
struct page final : net::http_client {
    std::string version = "1.4.0";
    int status = 200;
    task<result<net::response>> send(net::request) override {
        net::response got;
        got.status = status;
        got.headers.add("X-Version", version);
        got.body = "{\"build\": {\"version\": \"" + version + "\"}}";
        co_return got;
    }
};

struct bench {
    bench() {
        project.observed.url = "http://127.0.0.1/";
        project.observed.header = "X-Version";
        auto wish = fakes::small_wish();
        REQUIRE(run(releases.begin(wish, fakes::ana(), "test", {})));
    }
    ~bench() { run(memory->close()); }
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;

    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    /// The release is deployed to its end, by hand.
    void finish() {
        for (int guard = 0; guard < 40; ++guard) {
            const auto state = **run(releases.load("shop-1.4.0-1"));
            if (!state.is_live()) return;
            for (const auto& step : state.steps) {
                if (step.status == release::step_status::running) {
                    release::step_finished told;
                    told.step = step.id;
                    REQUIRE(run(releases.ask(state.id, told, release::machine(), "test", {})));
                } else if (step.status == release::step_status::looking) {
                    release::look_finished seen;
                    seen.step = step.id;
                    seen.complete = true;
                    REQUIRE(run(releases.ask(state.id, seen, release::machine(), "test", {})));
                } else if (step.gate && step.gate->status == release::gate_status::open) {
                    for (const auto& who : {fakes::dee(), fakes::quinn()})
                        static_cast<void>(run(releases.ask(state.id, release::approve{step.id, step.gate->fingerprint},
                                                           who, "test", {})));
                }
            }
        }
    }
    json::object noted() {
        const auto found = *run(memory->document_of("observed", "shop"));
        return found ? *found : json::object{};
    }
    std::string message() {
        const auto row = *run(memory->outbox_row_of(text_at(noted(), "message")));
        return row ? json::serialize(row->body) : std::string{};
    }

    asio::io_context loop;
    fakes::hand_clock clock;
    page production;
    release::project_settings project = fakes::small_project();
    release::kinds table = fakes::small_kinds();
    std::unique_ptr<store::store> memory =
        *store::open_sqlite(loop.get_executor(), ":memory:", [this] { return clock.now(); });
    conductor::project_lookup find = [this](const std::string&) {
        return std::make_shared<const release::project_settings>(project);
    };
    conductor::journal releases{*memory, clock, find, conductor::render_release, table};
    version_keeper keeper{releases, *memory, clock, production, find, [] { return std::vector<std::string>{"shop"}; }};
};

}  // namespace

TEST_CASE("R1.10 another version than the recorded one is a red line after two looks, and is taken back",
          "[bot][versions]") {
    bench one;
    one.production.version = "1.3.0";
    one.run(one.keeper.look("shop"));
    one.run(one.keeper.look("shop"));
    CHECK(one.noted().empty());  // nothing was deployed by us yet
    one.finish();
    one.production.version = "1.4.0";
    one.run(one.keeper.look("shop"));
    CHECK(text_at(one.noted(), "observed") == "1.4.0");
    CHECK(one.message().empty());

    one.production.version = "1.3.9";
    one.run(one.keeper.look("shop"));
    CHECK(text_at(one.noted(), "observed") == "1.4.0");  // one cache that lags is no mismatch
    one.run(one.keeper.look("shop"));
    CHECK(says(one.message(), "🔴"));
    CHECK(says(one.message(), "1.3.9"));
    CHECK(says(one.message(), "1.4.0"));
    const auto where = text_at(one.noted(), "message");

    one.production.version = "1.4.0";
    one.run(one.keeper.look("shop"));
    CHECK(text_at(one.noted(), "message") == where);  // the same message, now green
    CHECK(says(one.message(), "🟢"));
}

TEST_CASE("R1.10 a page that does not answer says nothing about the version", "[bot][versions]") {
    bench one;
    one.finish();
    one.production.status = 502;
    for (int look = 0; look < 3; ++look) one.run(one.keeper.look("shop"));
    CHECK(one.noted().empty());
    one.production.status = 200;
    one.project.observed.header.clear();
    one.project.observed.json = "build.version";
    one.run(one.keeper.look("shop"));
    CHECK(text_at(one.noted(), "observed") == "1.4.0");
    one.project.observed.json = "build.number";
    const auto missing = version_in({200, {}, "{}"}, one.project.observed);
    REQUIRE_FALSE(missing);
    CHECK(says(missing.error().sentence(), "build.number"));
}
