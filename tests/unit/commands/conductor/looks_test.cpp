// How often a bot asks the database for work: every look costs all bots of that database.
#include <catch2/catch.hpp>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;

namespace {

class counted_store final : public fakes::memory_store {
public:
    using memory_store::memory_store;
    task<result<std::vector<slipway::store::work_row>>> lease_work(std::string owner, std::vector<std::string> kinds,
                                                                   std::size_t limit, milliseconds lease) override {
        ++looks;
        return memory_store::lease_work(std::move(owner), std::move(kinds), limit, lease);
    }
    int looks = 0;
};

/// One bot with its own way to the database; nobody else is there but those the test speaks for.
struct looking_bot {
    explicit looking_bot(bool shares_work) : releases{house.new_journal_on(memory)} {
        conductor_settings settings;
        settings.owner = "one";
        settings.shares_work = shares_work;
        settings.log_directory = house.logs.file("logs");
        house.services.store = &memory;
        drives = std::make_unique<slipway::conductor::conductor>(
            house.loop.get_executor(), releases, memory, house.clock, [] { return 0.5; }, house.kinds, house.projects(),
            [this](const std::string&) { return &house.services; }, house.drifts, settings);
        work.spawn("conductor", drives->run());
        house.pass(milliseconds{3'000});
    }
    ~looking_bot() {
        work.cancel();
        house.run(work.join());
        house.run(drives->stop());
    }
    looking_bot(const looking_bot&) = delete;
    looking_bot& operator=(const looking_bot&) = delete;

    int looks_in(milliseconds span) {
        const auto before = memory.looks;
        house.pass(span, milliseconds{10});
        return memory.looks - before;
    }
    /// Another bot commits work once in each millisecond; how many looks that has caused.
    int looks_while_others_commit(int times) {
        const auto before = memory.looks;
        for (int i = 0; i < times; ++i) {
            memory.raise({.work = true}, store::heard::from_others);
            house.pass(milliseconds{1}, milliseconds{1});
        }
        return memory.looks - before;
    }

    bench house;
    fakes::memory_books books;
    counted_store memory{house.loop.get_executor(), books, [this] { return house.clock.now(); }, &house.clock};
    journal releases;
    std::unique_ptr<slipway::conductor::conductor> drives;
    task_group work{house.loop.get_executor()};
};

}  // namespace

TEST_CASE("R11.5 work that only a newer version knows does not make an older bot look for it all the time",
          "[conductor][several]") {
    looking_bot older{/*shares_work=*/true};
    const auto idle = older.looks_in(milliseconds{10'000});
    CHECK(idle <= 11);  // its longest nap is a second
    slipway::store::batch changes;
    changes.work.push_back({"newer", work::step_of("of_a_newer_version"), {}, older.house.clock.now()});
    REQUIRE(older.house.run(older.memory.commit(std::move(changes))));
    CHECK(older.looks_in(milliseconds{10'000}) <= idle + 2);
    // Negative control: who asks for all kinds hears that something is due now.
    CHECK(older.house.run(older.memory.next_work_due({})).value() <= older.house.clock.now());
}

TEST_CASE("R11.7 many commits of other bots cause one look, of a bot alone each does", "[conductor][several]") {
    looking_bot among_others{/*shares_work=*/true};
    CHECK(among_others.looks_while_others_commit(40) <= 2);  // the first at once, if the last look is long ago
    CHECK(among_others.looks_while_others_commit(200) <= 5);
    looking_bot alone{/*shares_work=*/false};
    CHECK(alone.looks_while_others_commit(40) >= 40);
}

TEST_CASE("R11.7 what was committed while a look had to wait is found without any more news", "[conductor][several]") {
    looking_bot one{/*shares_work=*/true};
    one.looks_while_others_commit(3);
    auto wish = fakes::small_wish();
    {
        // Another bot begins the release, and its news are lost.
        fakes::memory_store elsewhere{one.house.loop.get_executor(), one.books, [&] { return one.house.clock.now(); },
                                      &one.house.clock};
        auto other = one.house.new_journal_on(elsewhere);
        REQUIRE(one.house.run(other.begin(std::move(wish), fakes::ana(), "test", {})));
    }
    CHECK(one.house.outside.count("perform announce") == 0);
    one.house.pass(milliseconds{1'000}, milliseconds{10});
    CHECK(one.house.outside.count("perform announce") == 1);
}

TEST_CASE("R11.7 what this bot puts itself goes on at once, however much others commit", "[conductor][several]") {
    looking_bot one{/*shares_work=*/true};
    one.looks_while_others_commit(3);
    const auto before = one.house.clock.now();
    auto wish = fakes::small_wish();
    REQUIRE(one.house.run(one.releases.begin(std::move(wish), fakes::ana(), "test", {})));
    one.house.settle();
    CHECK(one.house.outside.count("perform announce") == 1);
    CHECK(one.house.clock.now() == before);
}

TEST_CASE("R11.7 messages that are put are nothing to look for work for", "[conductor][several]") {
    looking_bot one{/*shares_work=*/false};
    const auto before = one.memory.looks;
    for (int i = 0; i < 5; ++i) {
        slipway::store::batch changes;
        changes.outbox.push_back({.key = "m" + std::to_string(i), .lane = "C1", .body = {{"text", "x"}}});
        REQUIRE(one.house.run(one.memory.commit(std::move(changes))));
        one.house.settle();
    }
    CHECK(one.memory.looks == before);
    slipway::store::batch changes;
    changes.work.push_back({"w", work::step_of("of_a_newer_version"), {}, one.house.clock.now()});
    REQUIRE(one.house.run(one.memory.commit(std::move(changes))));
    one.house.settle();
    CHECK(one.memory.looks > before);  // negative control
}
