// A rolling update with two real programs: two bots of an older version begin a release and are replaced in
// mid-release, one after the other. tests/several_bots/update builds the older one and runs this; the suite does not.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "tests/several_bots/shared_database.hpp"
#include "tests/simulation/dice.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

/// One bot is replaced when the release has got so far.
struct turn {
    std::string bot;
    bool to_newer = true;
    int after = 0;       ///< steps that bots have ended
    bool kills = false;  ///< SIGKILL rather than SIGTERM
};

/// Both bots to the newer version, at moments and in an order of the seed's choice; of three updates one goes back on
/// the way, with the bot that came first, and forth again.
std::vector<turn> plan_of(simulation::dice& chance) {
    std::vector<std::string> bots{"one", "two"};
    if (chance.happens(500)) std::swap(bots[0], bots[1]);
    std::vector<turn> all;
    int after = static_cast<int>(chance.between(1, 8));  // of 38 steps
    const auto add = [&](const std::string& bot, bool to_newer) {
        all.push_back({bot, to_newer, after, chance.happens(300)});
        after += static_cast<int>(chance.between(3, 9));
    };
    add(bots[0], true);
    if (chance.happens(333)) {
        add(bots[0], false);
        add(bots[0], true);
    }
    add(bots[1], true);
    return all;
}

class rollout {
public:
    rollout(company& all, const fakes::postgres_database& database, std::string older, std::uint64_t seed)
        : all_{all}, database_{database}, older_{std::move(older)} {
        simulation::dice chance{seed};
        for (const auto& each : plan_of(chance)) left_.push_back(each);
        std::ranges::reverse(left_);
        for (const auto* name : {"one", "two"}) {
            all_.start_bot_of_several(name, older_);
            is_newer_[name] = false;
        }
        schema_ = schema_now();
    }

    void look() {
        count();
        if (left_.empty() || served_[false] + served_[true] < left_.back().after) return;
        const auto next = left_.back();
        left_.pop_back();
        replace(next);
    }
    /// What bots have done since the last look, to the account of their version.
    void count() {
        const bool mixed = is_newer_["one"] != is_newer_["two"] && refused_.empty();
        for (const auto& [name, newer] : is_newer_) {
            const auto log = all_.log_of_bot(name);
            const int acts = acts_in(log), clicks = clicks_in(log);
            served_[newer] += acts - acts_seen_[name];
            if (mixed) clicks_while_mixed_[newer] += clicks - clicks_seen_[name];
            acts_seen_[name] = acts;
            clicks_seen_[name] = clicks;
        }
    }

    bool is_complete() const { return left_.empty(); }
    int acts_of(bool newer) { return served_[newer]; }
    int clicks_while_mixed(bool newer) { return clicks_while_mixed_[newer]; }
    int ways_back() const { return ways_back_; }
    int refusals() const { return refusals_; }

private:
    std::string schema_now() const { return database_.ask("SELECT version FROM slipway_schema"); }

    void end(const turn& next) {
        if (refused_.erase(next.bot) > 0) return;  // it has ended by itself
        if (next.kills)
            all_.kill_bot_of_several(next.bot);
        else
            CHECK(all_.stop_bot_of_several(next.bot) == 0);
    }
    void replace(const turn& next) {
        std::cerr << next.bot << " is " << (next.kills ? "killed" : "stopped") << " after "
                  << served_[false] + served_[true] << " steps, for the " << (next.to_newer ? "newer" : "older")
                  << " version\n";
        end(next);
        count();
        is_newer_[next.bot] = next.to_newer;
        if (next.to_newer) {
            all_.start_bot_of_several(next.bot);
        } else if (schema_now() == schema_) {
            all_.start_bot_of_several(next.bot, older_);
            ++ways_back_;
        } else {
            // R5.12: what the newer version made of the database is not for the older one, which says so and ends. The
            // other bot of its version, which has begun before, goes on.
            const auto [code, said] = all_.refusal_of_bot(next.bot, older_);
            INFO(said);
            CHECK(code == 2);
            CHECK(said.find("has schema " + schema_now()) != std::string::npos);
            CHECK(said.find("run the newer program that wrote it, or restore the backup") != std::string::npos);
            refused_.insert(next.bot);
            ++refusals_;
        }
    }

    company& all_;
    const fakes::postgres_database& database_;
    std::string older_;
    std::string schema_;
    std::vector<turn> left_;  ///< the last one is next
    std::map<std::string, bool> is_newer_;
    std::map<std::string, int> acts_seen_, clicks_seen_;
    std::map<bool, int> served_, clicks_while_mixed_;
    std::set<std::string> refused_;  ///< not running since
    int ways_back_ = 0, refusals_ = 0;
};

}  // namespace

TEST_CASE("R11.5 R5.12 two bots are replaced by a newer version one after the other while they release", "[.update]") {
    const char* older = std::getenv("SLIPWAY_OLDER");
    if (older == nullptr) FAIL("name the older version's program in SLIPWAY_OLDER, as tests/several_bots/update does");
    const auto seed = seed_of_run();
    INFO("SLIPWAY_SEED=" << seed << " SLIPWAY_OLDER=" << older);
    const fakes::postgres_database database;
    company all{without_bot()};
    all.bot_variables["DATABASE_URL"] = url_of(database);
    rollout update{all, database, older, seed};
    const kept_journal kept{all};

    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    constexpr std::chrono::seconds cap{300};
    all.work_until(
        "the release is done",
        [&] {
            update.look();
            return all.is_done();
        },
        cap);
    all.wait_for_message("1.4.0 · done");
    update.count();
    std::cout << "steps_of_the_older=" << update.acts_of(false) << "\nsteps_of_the_newer=" << update.acts_of(true)
              << "\nclicks_to_the_older_beside_the_newer=" << update.clicks_while_mixed(false)
              << "\nclicks_to_the_newer_beside_the_older=" << update.clicks_while_mixed(true)
              << "\nways_back=" << update.ways_back() << "\nrefusals=" << update.refusals() << "\n";
    CHECK(update.is_complete());
    CHECK(update.acts_of(false) > 0);
    CHECK(update.acts_of(true) > 0);
    wait_for_the_last_word(all, database);
    check_released(all);
    check_messages(all);
    check_journal(all);
}
