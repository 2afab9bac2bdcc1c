// What is committed together, and what two bots or two people at once get.
#include <catch2/catch.hpp>
#include <optional>

#include "tests/fakes/lease_all.hpp"
#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;

namespace {

using answer = std::optional<result<state_pointer>>;

/// Both at once on one loop; returns when both have an answer.
std::pair<result<state_pointer>, result<state_pointer>> both(bench& house, task<result<state_pointer>> a,
                                                             task<result<state_pointer>> b) {
    answer first;
    answer second;
    task_group pair{house.loop.get_executor()};
    const auto keep = [](task<result<state_pointer>> work, answer& into) -> task<> {
        into.emplace(co_await std::move(work));
    };
    pair.spawn("first", keep(std::move(a), first));
    pair.spawn("second", keep(std::move(b), second));
    house.run(pair.join());
    return {std::move(*first), std::move(*second)};
}

release::start wish(const std::string& version) {
    auto made = small_wish();
    made.version = version;
    made.id = "shop-" + version + "-1";
    return made;
}

}  // namespace

TEST_CASE("R1.1 two starts at once give one release, and the second is told which", "[conductor]") {
    for (const auto* other : {"1.4.0", "1.5.0"}) {
        bench house;
        auto one = house.new_journal();
        auto two = house.new_journal();
        auto [a, b] =
            both(house, one.begin(wish("1.4.0"), ana(), "click 1", {}), two.begin(wish(other), ana(), "click 2", {}));
        REQUIRE(a.has_value() != b.has_value());
        const auto& winner = a ? a : b;
        const auto& loser = a ? b : a;
        CHECK(loser.error() == errc::exists);
        CHECK(loser.error().code == (*winner)->id);
        CHECK(house.run(house.memory->streams("release/"))->size() == 1);
        CHECK(*house.run(one.live("shop")) == (*winner)->id);
    }
}

TEST_CASE("R4.1 the place of a project is taken until its release is over", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    const auto second = house.begin(releases, "shop", "1.5.0");
    REQUIRE_FALSE(second);
    CHECK(second.error() == errc::exists);
    CHECK(second.error().code == "shop-1.4.0-1");
    REQUIRE(house.begin(releases, "wiki"));
    REQUIRE(house.ask(releases, release::abort{"1.4.0", "the cart is broken"}, ana()));
    release::step_finished told;
    told.step = "announce";
    REQUIRE(house.ask(releases, told, release::machine()));
    CHECK_FALSE(*house.run(releases.live("shop")));
    CHECK(house.begin(releases, "shop", "1.5.0"));
    CHECK(*house.run(releases.ids("shop")) == std::vector<std::string>{"shop-1.4.0-1", "shop-1.5.0-1"});
}

TEST_CASE("a project whose name begins another's has its own releases, records and attempts", "[conductor][journal]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases, "shop"));
    REQUIRE(house.begin(releases, "shop-eu"));
    REQUIRE(house.begin(releases, "shop-1", "4.0"));
    CHECK(*house.run(releases.ids("shop")) == std::vector<std::string>{"shop-1.4.0-1"});
    CHECK(*house.run(releases.ids("shop-eu")) == std::vector<std::string>{"shop-eu-1.4.0-1"});
    CHECK(house.run(releases.ids(""))->size() == 3);
    CHECK(*house.run(releases.next_attempt("shop-1.4.0")) == 2);
    CHECK(*house.run(releases.next_attempt("shop-1.4.0-rc1")) == 1);
    CHECK(*house.run(releases.next_attempt("shop")) == 1);  // "shop-eu-1.4.0-1" is no attempt of it
    REQUIRE(house.run(releases.records("shop-eu"))->size() == 1);
    CHECK(house.run(releases.records("shop-eu"))->front().version == "1.4.0");
    REQUIRE(house.ask(releases, release::abort{"1.4.0", "the cart is broken"}, ana(), "shop-eu-1.4.0-1"));
    release::step_finished told;
    told.step = "announce";
    REQUIRE(house.ask(releases, told, release::machine(), "shop-eu-1.4.0-1"));
    CHECK(house.run(releases.records("shop-eu"))->front().ended == release::ending::cancelled);
}

TEST_CASE("R2.13 more states than are kept at hand: each is as its journal tells, whenever it is asked for",
          "[conductor][journal]") {
    at_hand<int> some{2};
    some.put("a", 1);
    some.put("b", 2);
    REQUIRE(some.find("a") != nullptr);
    some.put("c", 3);
    CHECK(some.find("b") == nullptr);  // not used for longest
    CHECK(*some.find("a") == 1);
    CHECK(some.size() == 2);

    bench house;
    auto releases = house.new_journal();
    constexpr int many = 70;
    const auto name = [](int number) { return "p" + std::to_string(number); };
    for (int i = 0; i < many; ++i) REQUIRE(house.begin(releases, name(i)));
    for (int i = 0; i < many; ++i) {
        REQUIRE(house.ask(releases, release::hold{"wait"}, ana(), name(i) + "-1.4.0-1"));
        const auto state = house.run(releases.load(name(i) + "-1.4.0-1"));
        REQUIRE(state);
        CHECK(release::snapshot(**state) == release::snapshot(house.stored(name(i) + "-1.4.0-1")));
    }
}

TEST_CASE("R3.3 two people approve at once through two bots: two approvals, one decision", "[conductor]") {
    for (int round = 0; round < 20; ++round) {
        bench house;
        auto one = house.new_journal();
        auto two = house.new_journal();
        auto plan = wish("1.4.0");
        plan.plan.steps.front().gate = {small_gate({{"developer", 1}, {"qa", 1}})};
        REQUIRE(house.run(one.begin(plan, ana(), "test", {})));
        const auto print = house.stored().step("announce")->gate->fingerprint;
        auto [a, b] = both(house, one.ask("shop-1.4.0-1", release::approve{"announce", print}, dee(), "click", {}),
                           two.ask("shop-1.4.0-1", release::approve{"announce", print}, quinn(), "click", {}));
        REQUIRE(a);
        REQUIRE(b);
        std::map<std::string, int> types;
        for (const auto& each : *house.run(house.memory->read("release/shop-1.4.0-1"))) ++types[each.event.type];
        CHECK(types["seat_filled"] == 2);
        CHECK(types["gate_closed"] == 1);
        CHECK(types["step_intended"] == 1);
    }
}

TEST_CASE("R1.4 the stored journal has no gaps, proves itself, and gives the same snapshot to whoever reads it",
          "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    REQUIRE(house.ask(releases, release::add_note{"Fixed the cart 🛒"}, dee()));
    REQUIRE_FALSE(house.ask(releases, release::resume{}, ana()));
    const auto events = *house.run(house.memory->read("release/shop-1.4.0-1"));
    std::int64_t number = 0;
    for (const auto& each : events) CHECK(each.version == ++number);
    CHECK(house.run(house.memory->verify("release/shop-1.4.0-1")));
    const auto mine = **house.run(releases.load("shop-1.4.0-1"));
    CHECK(mine.journal == number);
    CHECK(release::snapshot(house.stored()) == release::snapshot(mine));
    CHECK(events.front().event.actor == "T1/UANA");
    CHECK(events.back().event.type == "refusal_noted");
}

TEST_CASE("R8.9 the refusal of a person is in the journal with who and why, and its companions are committed",
          "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    companions with;
    with.messages.push_back({"answer/1", "C1", 0, json::object{{"kind", "message"}}, std::nullopt});
    const auto refused =
        house.run(releases.ask("shop-1.4.0-1", release::abort{"1.4.0", "because"}, dee(), "slack E1", std::move(with)));
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::refused);
    const auto last = house.run(house.memory->read("release/shop-1.4.0-1"))->back();
    CHECK(last.event.type == "refusal_noted");
    CHECK(last.event.actor == "T1/UDEE");
    CHECK(last.event.cause == "slack E1");
    CHECK(says(text_at(last.event.data, "rule"), "release-manager"));
    CHECK(house.run(house.memory->outbox_row_of("answer/1"))->has_value());
}

TEST_CASE("R8.8 what people are shown of a release that is over names the head of its journal", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    const auto board = [&] {
        return json::serialize((*house.run(house.memory->outbox_row_of(board_key("shop-1.4.0-1"))))->body);
    };
    const auto head = [&] { return house.run(house.memory->read("release/shop-1.4.0-1"))->back().hash.substr(0, 12); };
    CHECK_FALSE(says(board(), head()));  // while it lives the next event has another
    release::step_finished announced;
    announced.step = "announce";
    announced.status = release::step_status::failed;
    REQUIRE(house.ask(releases, announced, release::machine()));
    REQUIRE(house.ask(releases, release::abort{"1.4.0", "not today"}, ana()));
    REQUIRE_FALSE(house.stored().is_live());
    CHECK(says(board(), head()));
}

TEST_CASE("R8.9 who is refused five times within a minute is told to the channel, once", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    REQUIRE(house.begin(releases));
    const auto alerts = [&](const std::string& user) {
        std::vector<std::string> texts;
        for (const auto& each : fakes::lease_all(house.loop, *house.memory, milliseconds{1}))
            if (each.key.starts_with("refusals/" + user + "/")) texts.push_back(text_at(each.body, "text"));
        house.clock.advance(milliseconds{1});  // the leases are over
        return texts;
    };
    const auto try_to_abort = [&](const release::actor& who) {
        REQUIRE_FALSE(house.ask(releases, release::abort{"1.4.0", "because"}, who));
        house.clock.advance(milliseconds{5'000});
    };
    for (int i = 0; i < 4; ++i) try_to_abort(dee());
    try_to_abort(quinn());
    CHECK(alerts("UDEE").empty());
    try_to_abort(dee());
    REQUIRE(alerts("UDEE").size() == 1);
    CHECK(says(alerts("UDEE").front(), "Dee was refused 5 times within a minute"));
    CHECK(says(alerts("UDEE").front(), "`abort`"));
    CHECK(says(alerts("UDEE").front(), "release-manager"));
    for (int i = 0; i < 20; ++i) try_to_abort(dee());
    CHECK(alerts("UDEE").size() == 1);  // no flood
    CHECK(alerts("UQUINN").empty());
    house.clock.advance(milliseconds{600'000});
    for (int i = 0; i < 5; ++i) try_to_abort(dee());
    CHECK(alerts("UDEE").size() == 2);
    for (int i = 0; i < 8; ++i) {  // negative control: seldom is no news
        try_to_abort(quinn());
        house.clock.advance(milliseconds{20'000});
    }
    CHECK(alerts("UQUINN").empty());
}

TEST_CASE("R8.9 what is refused of a project or a start is noted too, with who, what and which rule", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    const release::take_lock lock{"database move", milliseconds{3'600'000}, false, false};
    REQUIRE_FALSE(house.run(releases.ask_project("shop", lock, nora(), "slack E1", {})));
    REQUIRE(house.run(releases.ask_project("shop", lock, ana(), "slack E2", {})));
    REQUIRE_FALSE(house.begin(releases));
    const auto noted = *house.run(house.memory->read("audit/refused/shop"));
    REQUIRE(noted.size() == 2);
    CHECK(noted[0].event.type == "refusal_noted");
    CHECK(noted[0].event.actor == "T1/UNORA");
    CHECK(noted[0].event.cause == "slack E1");
    CHECK(says(text_at(noted[0].event.data, "asked"), "lock"));
    CHECK(says(text_at(noted[0].event.data, "rule"), "release-manager"));
    CHECK(text_at(noted[1].event.data, "asked") == "start 1.4.0");
    CHECK(says(text_at(noted[1].event.data, "rule"), "database move"));
    CHECK(house.run(house.memory->verify("audit/refused/shop")));
}

TEST_CASE("a release that is not there is named, with the way to those that are", "[conductor]") {
    bench house;
    auto releases = house.new_journal();
    const auto missing = house.run(releases.load("shop-9.9.9-1"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::not_found);
    CHECK(says(missing.error().sentence(), "`shop-9.9.9-1`"));
    CHECK(says(missing.error().sentence(), "/release history"));
}

namespace {

/// Two bots on plain maps; `books` is the database, and a copy of it is what a standby or a backup has.
struct went_back {
    went_back() {
        REQUIRE(house.begin(one));
        before = books;
        REQUIRE(house.ask(one, release::hold{"wait for the database"}, dee()));
    }
    fakes::memory_books books, before;
    bench house;
    journal one = over_maps();
    journal two = house.new_journal();

private:
    journal over_maps() {
        house.remember_in(books);
        return house.new_journal();
    }
};

}  // namespace

TEST_CASE("R5.10 a database that went back to a state before is read anew, and what people ask goes on from there",
          "[conductor]") {
    went_back at;
    at.books = at.before;  // a standby took over that had not got the hold yet
    const auto asked = at.house.ask(at.one, release::add_note{"Fixed the cart"}, ana());
    REQUIRE(asked);
    CHECK_FALSE((*asked)->held);
    CHECK(release::snapshot(**asked) == release::snapshot(at.house.stored()));
    CHECK(at.house.run(at.house.memory->verify("release/shop-1.4.0-1")));
}

TEST_CASE("R5.10 R1.4 what another bot wrote on top of the state before is not put on top of what this one remembers",
          "[conductor]") {
    went_back at;
    at.books = at.before;
    REQUIRE(at.house.ask(at.two, release::add_note{"Fixed the cart"}, ana()));
    REQUIRE(at.house.ask(at.two, release::add_note{"Fixed the login"}, ana()));
    const auto seen = at.house.run(at.one.load("shop-1.4.0-1"));
    REQUIRE(seen);
    CHECK((*seen)->notes.size() == 2);
    CHECK_FALSE((*seen)->held);
    CHECK(release::snapshot(**seen) == release::snapshot(at.house.stored()));
}
