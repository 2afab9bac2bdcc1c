// Bots that share their work: mixed versions, a database that one of them cannot reach, a polite end.
#include <catch2/catch.hpp>

#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using fakes::world;
using release::step_status;

TEST_CASE("R11.5 a bot of an older version leaves work alone that it does not know, and a newer one does it",
          "[conductor][several]") {
    bench house;
    kind_map all;
    std::swap(all, house.kinds);
    bot older{house, "older"};
    REQUIRE(house.begin(older.releases));
    const auto later = house.clock.now() + milliseconds{30'000};
    house.until([&](const auto&) { return house.clock.now() >= later; });
    CHECK(house.stored().step("announce")->status == step_status::running);  // neither done nor failed
    CHECK(house.outside.log.empty());
    older.kill();
    house.kinds = std::move(all);
    bot newer{house, "newer"};
    house.until_status("announce", step_status::done);
}

TEST_CASE("R11.5 a bot that does not know every kind of a plan judges nothing about that release",
          "[conductor][several]") {
    bench house;
    bot newer{house, "newer"};
    REQUIRE(house.begin(newer.releases));
    house.until_status("announce", step_status::done);
    newer.kill();
    auto known = house.table;
    known.erase(house.stored().plan.steps.back().kind);
    journal older{*house.memory, house.clock, house.projects(), render_release, known};
    const auto before = house.stored().journal;
    const auto said = house.ask(older, release::hold{"wait"}, fakes::ana());
    REQUIRE_FALSE(said);
    CHECK(said.error() == errc::unavailable);
    CHECK(said.error().sentence().find("another version of Slipway") != std::string::npos);
    CHECK(house.stored().journal == before);
    auto same = house.new_journal();
    CHECK(house.ask(same, release::hold{"wait"}, fakes::ana()));
}

TEST_CASE("R11.5 negative control: a bot that takes a kind it does not know for another voids what people approved",
          "[conductor][several]") {
    // The same bot twice: one leaves a plan alone whose kind it does not know, one reads that kind as something else.
    const auto approvals_after = [](bool is_guarded) {
        bench house;
        bot newer{house, "newer"};
        REQUIRE(house.begin(newer.releases));
        house.until_status("read", step_status::asking);
        REQUIRE(house.ask(newer.releases, release::approve{"read", house.stored().step("read")->gate->fingerprint},
                          fakes::dee()));
        house.until_status("push", step_status::asking);
        REQUIRE(house.ask(newer.releases, release::approve{"push", house.stored().step("push")->gate->fingerprint},
                          fakes::dee()));
        newer.kill();
        auto known = house.table;
        if (is_guarded)
            known.erase("check");
        else
            known["check"].what = release::step_class::action;
        journal older{*house.memory, house.clock, house.projects(), render_release, known};
        static_cast<void>(house.ask(older, release::add_note{"Nothing moved"}, fakes::ana()));
        const auto push = *house.stored().step("push");
        return std::ranges::count_if(push.gate->seats, [](const auto& each) { return each.taken_by.has_value(); });
    };
    CHECK(approvals_after(true) == 1);
    CHECK(approvals_after(false) == 0);
}

TEST_CASE("R5.13 a bot that is told to stop gives its work back, and another one goes on at once",
          "[conductor][several]") {
    const auto seconds_until_next = [](bool politely) {
        bench house;
        house.outside.faults["tests"] = {world::fault::hang};
        auto one = std::make_unique<bot>(house, "one");
        REQUIRE(house.begin(one->releases));
        house.until_logged("perform tests");
        if (politely)
            one->leave();
        else
            one->kill();
        const auto left = house.clock.now();
        bot two{house, "two"};
        house.until_status("tests", step_status::done);
        return std::chrono::duration_cast<std::chrono::seconds>(house.clock.now() - left);
    };
    CHECK(seconds_until_next(true) < std::chrono::seconds{3});
    CHECK(seconds_until_next(false) >= std::chrono::seconds{3});  // negative control: the lease has to run out
}

namespace {

/// Takes its time, as a program that runs on our machine does.
class lasting_kind final : public steps::step_kind {
public:
    lasting_kind(world& outside, milliseconds lasts) : outside_{outside}, lasts_{lasts} {}
    release::kind_facts facts() const override { return fakes::small_kinds().at("tell"); }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "take time";
    }
    task<result<steps::outcome>> perform(steps::context here, steps::act) override {
        outside_.log.push_back("perform " + here.rule.id);
        co_await here.with.time->sleep(lasts_);
        outside_.log.push_back("ended " + here.rule.id);
        co_return steps::outcome{};
    }

private:
    world& outside_;
    milliseconds lasts_;
};

}  // namespace

TEST_CASE("R5.13 a bot that is told to stop lets what runs end within the grace time, and begins nothing new",
          "[conductor][several]") {
    constexpr milliseconds grace{4'000};
    for (const bool ends_in_time : {true, false}) {
        bench house;
        fakes::memory_books books;
        house.remember_in(books);
        house.kinds["tell"] =
            std::make_unique<lasting_kind>(house.outside, ends_in_time ? milliseconds{2'000} : milliseconds{60'000});
        auto one = std::make_unique<bot>(house, "one");
        REQUIRE(house.begin(one->releases));
        house.pass(milliseconds{1'000});
        REQUIRE(house.outside.count("perform announce") == 1);
        one->leave(grace);
        INFO("ends in time: " << ends_in_time);
        const auto left = house.stored().step("announce")->status;
        CHECK(left == (ends_in_time ? step_status::done : step_status::running));
        CHECK(house.outside.count("ended announce") == (ends_in_time ? 1 : 0));
        CHECK(house.outside.count("look merges") == 0);
        CHECK(house.outside.count("perform tests") == 0);
        for (const auto& [id, each] : books.works) CHECK(each.row.owner.empty());
        bot two{house, "two"};
        house.pass(milliseconds{1'000});
        CHECK(house.outside.count("perform announce") == (ends_in_time ? 1 : 2));
        CHECK(house.outside.count("perform tests") == (ends_in_time ? 1 : 0));
    }
}
