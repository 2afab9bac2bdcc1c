// What comes next is done at once, also when the database tells the next one before the answer to the last has come.
#include <catch2/catch.hpp>

#include "tests/fakes/memory_store.hpp"
#include "tests/unit/commands/conductor/bench.hpp"

using namespace slipway;
using namespace slipway::conductor;
using namespace slipway::fakes;

namespace {

/// A database whose answers to changes are slow; what changed can be seen meanwhile.
class slow_to_answer final : public memory_store {
public:
    slow_to_answer(executor loop, memory_books& books, hand_clock& clock)
        : memory_store{loop, books, [&clock] { return clock.now(); }, &clock}, clock_{clock} {}
    task<result<>> commit(slipway::store::batch changes) override {
        auto done = co_await memory_store::commit(std::move(changes));
        co_await clock_.sleep(milliseconds{250});
        co_return done;
    }

private:
    hand_clock& clock_;
};

/// Looks again and again, as a watch does.
class looking_kind final : public steps::step_kind {
public:
    looking_kind(world& outside, int times) : outside_{outside}, left_{times} {}
    release::kind_facts facts() const override { return small_kinds().at("merge"); }
    std::string plan(const release::step_rule&, const release::project_settings&, const std::string&) const override {
        return "look";
    }
    task<result<steps::look_outcome>> look(steps::context) override {
        outside_.log.push_back("look");
        steps::look_outcome seen;
        seen.found.more = --left_ > 0;
        seen.found.fingerprint = std::to_string(left_);
        seen.complete = left_ <= 0;
        co_return seen;
    }
    task<result<steps::outcome>> perform(steps::context, steps::act) override { co_return steps::outcome{}; }

private:
    world& outside_;
    int left_;
};

}  // namespace

TEST_CASE("R5.3 what follows from an answer is begun before the answer is there, not when the lease is over",
          "[conductor]") {
    constexpr int looks = 12;
    bench house;
    memory_books books;
    house.remember_in(books);
    slow_to_answer slow{house.loop.get_executor(), books, house.clock};
    house.kinds["merge"] = std::make_unique<looking_kind>(house.outside, looks);
    bot one{house, slow, "one"};
    auto by_hand = house.new_journal();
    REQUIRE(house.begin(by_hand));
    house.until([&](const release::release_state&) { return house.outside.count("look") >= 1; });
    const auto began = house.clock.now();
    house.until([&](const release::release_state&) { return house.outside.count("look") >= looks; });
    CHECK(house.clock.now() - began < looks * milliseconds{600});
    CHECK(house.clock.now() - began < conductor_settings{}.lease * 2);
    house.until_status("merges", release::step_status::done);
    CHECK(house.outside.count("look") == looks);
}
