#include "bot/sources/sentry_source.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/fake_sentry.hpp"
#include "tests/fakes/hand_timers.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::bot;
using namespace std::chrono_literals;

namespace {

struct room {
    asio::io_context loop;
    fakes::jumping_timers time;
    fakes::fake_sentry server;
    telemetry::error_ledger ledger;
    std::unique_ptr<store::store> memory =
        store::open_sqlite(loop.get_executor(), ":memory:", [this] { return time.now(); }).value();
    std::unique_ptr<sentry::api> api;
    std::unique_ptr<sentry_source> source;
    const telemetry::place site{"rsi-website", "production"};

    room() {
        sentry::settings with;
        with.url = "http://sentry.test";
        with.token = "sentry-token";
        with.organization = "harbour";
        with.project = "website";
        api = sentry::create_api(server, time, [] { return 0.5; }, with).value();
        begin();
    }
    ~room() { run(memory->close()); }
    void begin() {
        sentry_source_settings settings;
        settings.project = "rsi-website";
        settings.leads_to = site;
        source = std::make_unique<sentry_source>(loop.get_executor(), settings, *api, ledger, *memory, time);
    }
    template <class T>
    T run(task<T> work) {
        return fakes::run_on(loop, std::move(work));
    }
    void look() {
        const auto done = run(source->look());
        if (!done) FAIL(done.error().sentence());
    }
    fakes::fake_sentry::issue& issue(const std::string& id, std::int64_t count, instant first, instant last) {
        const auto found = std::ranges::find(server.issues, id, &fakes::fake_sentry::issue::id);
        auto& made = found == server.issues.end() ? server.issues.emplace_back() : *found;
        made.id = id;
        made.title = "Error " + id;
        made.count = count;
        made.first_seen = to_iso(first);
        made.last_seen = to_iso(last);
        made.event = json::parse(R"({"eventID":"ab","tags":[{"key":"server_name","value":"web1"}],"entries":[
            {"type":"exception","data":{"values":[{"type":"E","value":"v","stacktrace":{"frames":[
            {"filename":"a.php","function":"f","lineNo":3,"inApp":true}]}}]}}]})")
                         .as_object();
        std::ranges::sort(server.issues, std::ranges::greater{}, &fakes::fake_sentry::issue::last_seen);
        return made;
    }
    std::uint64_t counted(const std::string& id) const {
        const telemetry::window all{time.now() - 24h, time.now() + 24h};
        return ledger.count({site, {}, hash_for("harbour", id), {}}, all);
    }
};

}  // namespace

TEST_CASE("the first look only learns what is there, what is added later is counted once", "[sources]") {
    room here;
    const auto start = here.time.now();
    here.issue("1", 5000, start - 48h, start - 1min);
    here.look();
    CHECK(here.counted("1") == 0);
    CHECK(here.ledger.record_of(here.site, hash_for("harbour", "1"))->first_seen == start - 48h);  // not new
    here.time.jump(30s);
    here.issue("1", 5007, start - 48h, start + 20s);
    here.look();
    here.look();  // nothing was added
    CHECK(here.counted("1") == 7);
    // A restart in between neither loses nor repeats.
    here.begin();
    here.time.jump(30s);
    here.issue("1", 5009, start - 48h, here.time.now());
    here.look();
    CHECK(here.counted("1") == 9);
}

TEST_CASE("an issue that began after the last look is new, with all its events and a sample", "[sources]") {
    room here;
    here.look();
    const auto deployed = here.time.now();
    here.time.jump(40s);
    here.issue("9", 12, deployed + 10s, deployed + 30s);
    here.look();
    const auto hash = hash_for("harbour", "9");
    CHECK(here.counted("9") == 12);
    const auto fresh = here.ledger.first_seen_since(here.site, deployed);
    REQUIRE(fresh.size() == 1);
    CHECK(fresh[0].hash == hash);
    CHECK(fresh[0].title.raw() == "Error 9");
    CHECK(here.ledger.samples(here.site, hash).at(0).exceptions.at(0).frames.at(0).line == 3);
    CHECK(here.ledger.traffic_of(here.site, {deployed - 1min, here.time.now() + 1min}).any());
}

TEST_CASE("an old issue that comes back is not new", "[sources]") {
    room here;
    here.look();
    const auto deployed = here.time.now();
    here.time.jump(40s);
    here.issue("3", 900, deployed - 200h, deployed + 30s);  // was quiet, so no look had seen it
    here.look();
    CHECK(here.counted("3") == 1);  // how many of the 900 are of now, nobody can tell
    CHECK(here.ledger.first_seen_since(here.site, deployed).empty());
}

TEST_CASE("sessions are the sign of life that makes silence mean health", "[sources]") {
    room here;
    const auto traffic = [&] {
        return here.ledger.traffic_of(here.site, {here.time.now() - 1h, here.time.now() + 1h});
    };
    here.server.sessions_today = 100;
    here.look();
    CHECK_FALSE(traffic().any());
    here.time.jump(30s);
    here.server.sessions_today = 130;
    here.look();
    CHECK(traffic().sessions == 30);
}

TEST_CASE("when Sentry does not answer the source says so, and counts nothing twice afterwards", "[sources]") {
    room here;
    const auto start = here.time.now();
    here.look();
    here.server.failing = 10;
    CHECK_FALSE(here.run(here.source->look()));
    here.server.failing = 0;
    here.issue("1", 3, start + 1s, start + 2s);
    here.time.jump(10s);
    here.look();
    CHECK(here.counted("1") == 3);
}

TEST_CASE("a hook's event is kept as a sample and counted by the look that follows", "[sources]") {
    room here;
    here.look();
    const auto at = here.time.now();
    sentry::hook told;
    told.resource = "event_alert";
    told.issue_id = "4";
    telemetry::event event;
    event.at = at;
    event.message = "from the hook";
    told.event = event;
    here.source->take(told);
    CHECK(here.counted("4") == 0);
    CHECK(here.ledger.samples(here.site, hash_for("harbour", "4")).at(0).message == "from the hook");
    here.time.jump(5s);
    here.issue("4", 2, at + 1s, at + 2s);
    here.look();
    CHECK(here.counted("4") == 2);
}

TEST_CASE("snapshots survive the store and forget the oldest issues first", "[sources]") {
    snapshot kept;
    kept.taken = *from_iso("2026-11-24T12:00:00Z");
    kept.counts = {{"9", 1}, {"10", 2}, {"100", 3}};
    const auto read = snapshot_from(to_json(kept));
    CHECK(read.taken == kept.taken);
    CHECK(read.counts == kept.counts);
    CHECK(next_snapshot(kept, {}, kept.taken, 2).counts == std::map<std::string, std::uint64_t>{{"10", 2}, {"100", 3}});
}

namespace {

/// Two bots on one database that watch the same project in Sentry.
struct shared_room {
    struct bot {
        bot(shared_room& all, const std::string& owner) {
            sentry_source_settings settings;
            settings.project = "rsi-website";
            settings.leads_to = {"rsi-website", "production"};
            settings.owner = owner;
            source = std::make_unique<sentry_source>(all.loop.get_executor(), settings, *all.api, ledger, all.memory,
                                                     all.time);
        }
        telemetry::error_ledger ledger;
        std::unique_ptr<sentry_source> source;
    };

    static sentry::settings access() {
        sentry::settings with;
        with.url = "http://sentry.test";
        with.token = "sentry-token";
        with.organization = "harbour";
        with.project = "website";
        return with;
    }
    bool looks(bot& one) {
        const auto done = fakes::run_on(loop, one.source->look_in_turn());
        if (!done) FAIL(done.error().sentence());
        return *done;
    }

    asio::io_context loop;
    fakes::hand_timers time;
    fakes::fake_sentry server;
    std::unique_ptr<sentry::api> api = sentry::create_api(server, time, [] { return 0.5; }, access()).value();
    fakes::memory_books books;
    fakes::memory_store memory{loop.get_executor(), books, [this] { return time.now(); }};
    bot one{*this, "one"}, two{*this, "two"};
};

}  // namespace

TEST_CASE("R11.6 of several bots one asks Sentry at a time, and another goes on when it is gone", "[sources]") {
    shared_room here;
    CHECK(here.looks(here.one));
    CHECK(here.looks(here.two));  // a bot that starts looks once
    CHECK_FALSE(here.looks(here.one));
    CHECK_FALSE(here.looks(here.two));
    here.time.pass(here.loop, 30s);
    CHECK(here.looks(here.two));
    CHECK_FALSE(here.looks(here.one));

    // The one whose turn it is dies: its lease ends, and the other looks.
    here.time.pass(here.loop, 30s);
    REQUIRE(fakes::run_on(here.loop, here.memory.lease_work("two", {"sentry/rsi-website"}, 1, 10s))->size() == 1);
    CHECK_FALSE(here.looks(here.one));
    here.time.pass(here.loop, 10s);
    CHECK(here.looks(here.one));

    // A hook reaches whichever bot: its look comes at once.
    CHECK_FALSE(here.looks(here.two));
    here.two.source->take({});
    CHECK(here.looks(here.two));
}

TEST_CASE("R11.6 whoever lost the turn counts nothing of that look", "[sources]") {
    shared_room here;
    CHECK(here.looks(here.one));
    here.time.pass(here.loop, 30s);
    const auto late = fakes::run_on(here.loop, here.memory.lease_work("one", {"sentry/rsi-website"}, 1, 10s));
    here.time.pass(here.loop, 10s);
    const auto later = fakes::run_on(here.loop, here.memory.lease_work("two", {"sentry/rsi-website"}, 1, 10s));
    REQUIRE(late->size() + later->size() == 2);
    const auto ended = fakes::run_on(
        here.loop, here.one.source->look(store::work_done{late->front().id, late->front().fence, here.time.now()}));
    REQUIRE_FALSE(ended);
    CHECK(ended.error() == errc::moved);
}

TEST_CASE("the turn of a project that nobody watches any more is forgotten", "[sources]") {
    shared_room here;
    CHECK(here.looks(here.one));
    REQUIRE(fakes::run_on(here.loop, forget_other_turns(here.memory, {"rsi-website"})));
    CHECK(here.books.works.size() == 1);
    REQUIRE(fakes::run_on(here.loop, forget_other_turns(here.memory, {"wiki"})));
    CHECK(here.books.works.empty());
}
