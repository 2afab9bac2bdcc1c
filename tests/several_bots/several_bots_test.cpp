// Several real bots on one PostgreSQL server, in front of one company: whichever of them dies, the release goes on.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <map>

#include "tests/several_bots/shared_database.hpp"
#include "tests/simulation/dice.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

using steady = std::chrono::steady_clock;

/// Every few seconds kills one of the bots that live, never the last; it comes back before or after its leases end.
class misfortune {
public:
    misfortune(company& all, std::vector<std::string> bots, std::uint64_t seed)
        : all_{all}, alive_{std::move(bots)}, chance_{seed} {}

    void look() {
        for (auto each = dead_.begin(); each != dead_.end();) {
            if (steady::now() < each->second) {
                ++each;
                continue;
            }
            all_.start_bot_of_several(each->first);
            alive_.push_back(each->first);
            each = dead_.erase(each);
        }
        if (steady::now() < next_ || alive_.size() < 2) return;
        const auto chosen = alive_.begin() + static_cast<std::ptrdiff_t>(chance_.below(alive_.size()));
        all_.kill_bot_of_several(*chosen);
        ++kills_;
        dead_[*chosen] = steady::now() + chance_.span(500, 12'000);  // a lease is six seconds
        alive_.erase(chosen);
        next_ = steady::now() + chance_.span(2'000, 7'000);
    }
    int kills() const { return kills_; }

private:
    company& all_;
    std::vector<std::string> alive_;
    std::map<std::string, steady::time_point> dead_;  ///< until when
    simulation::dice chance_;
    int kills_ = 0;
    steady::time_point next_ = steady::now() + chance_.span(1'000, 5'000);
};

}  // namespace

TEST_CASE("R11.1 R11.2 three bots of which one is killed every few seconds release like one that was left alone",
          "[scenario][several_bots]") {
    const std::vector<std::string> bots{"one", "two", "three"};
    const auto seed = seed_of_run();
    INFO("SLIPWAY_SEED=" << seed);
    const fakes::postgres_database database;
    company all{without_bot()};
    all.bot_variables["DATABASE_URL"] = url_of(database);
    for (const auto& each : bots) all.start_bot_of_several(each);
    const kept_journal kept{all};

    const auto [code, told] = all.run_slipway({"check", "--config", all.config()}, all.bot_variables);
    INFO(told);
    CHECK(code == 0);
    std::size_t living = 0;
    for (auto at = told.find(": lives"); at != std::string::npos; at = told.find(": lives", at + 1)) ++living;
    CHECK(living == bots.size());

    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    misfortune strikes{all, bots, seed};
    constexpr std::chrono::seconds cap{400};
    all.work_until(
        "the release is done",
        [&] {
            strikes.look();
            return all.is_done();
        },
        cap);
    all.wait_for_message("1.4.0 · done");
    std::cout << "kills=" << strikes.kills() << "\n";
    CHECK(strikes.kills() >= 4);
    CHECK(std::ranges::count_if(bots, [&](const auto& each) { return acts_in(all.log_of_bot(each)) > 0; }) >= 2);
    wait_for_the_last_word(all, database);
    check_released(all);
    check_messages(all);
    check_journal(all);
}
