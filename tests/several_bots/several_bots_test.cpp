// Several real bots on one PostgreSQL server, in front of one company: whichever of them dies, the release goes on.
#include <catch2/catch.hpp>
#include <chrono>
#include <sstream>

#include "tests/fakes/postgres_cluster.hpp"
#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

/// As DATABASE_URL has it.
std::string url_of(const fakes::postgres_database& database) {
    const auto whole = database.address();
    const auto host = whole.substr(5, whole.find(' ') - 5);
    return "postgresql://bot@/" + database.name() + "?host=" + host;
}

company_settings without_bot() {
    company_settings how;
    how.starts_bot = false;
    return how;
}

/// Kills one of two bots now and then, and brings it back a while later; the other one has to go on alone meanwhile.
class misfortune {
public:
    misfortune(company& all, std::vector<std::string> bots) : all_{all}, bots_{std::move(bots)} {}

    void look() {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) return;
        if (dead_.empty()) {
            dead_ = bots_[static_cast<std::size_t>(kills_) % bots_.size()];
            all_.kill_bot_of_several(dead_);
            ++kills_;
            next_ = now + std::chrono::seconds{9};  // longer than a lease
        } else {
            all_.start_bot_of_several(dead_);
            dead_.clear();
            next_ = std::chrono::steady_clock::now() + std::chrono::seconds{4};
        }
    }
    int kills() const { return kills_; }

private:
    company& all_;
    std::vector<std::string> bots_;
    std::string dead_;
    int kills_ = 0;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + std::chrono::seconds{3};
};

/// Steps that the bot whose log this is has ended.
int acts_in(const std::string& log) {
    int acts = 0;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);)
        if (line.find("event=step_ended") != std::string::npos) ++acts;
    return acts;
}

}  // namespace

TEST_CASE("R11.1 R11.2 two bots of which one is killed now and then release like one that was not",
          "[scenario][several_bots]") {
    const fakes::postgres_database database;
    company all{without_bot()};
    all.bot_variables["DATABASE_URL"] = url_of(database);
    all.start_bot_of_several("one");
    all.start_bot_of_several("two");

    const auto [code, told] = all.run_slipway({"check", "--config", all.config()}, all.bot_variables);
    INFO(told);
    CHECK(code == 0);
    std::size_t living = 0;
    for (auto at = told.find(": lives"); at != std::string::npos; at = told.find(": lives", at + 1)) ++living;
    CHECK(living == 2);

    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    misfortune strikes{all, {"one", "two"}};
    constexpr std::chrono::seconds cap{300};
    all.work_until(
        "the release is done",
        [&] {
            strikes.look();
            return all.is_done();
        },
        cap);
    all.wait_for_message("1.4.0 · done");
    INFO("killed " << strikes.kills() << " times");
    CHECK(strikes.kills() >= 4);
    CHECK(acts_in(text_of(all.file("one.log"))) > 0);
    CHECK(acts_in(text_of(all.file("two.log"))) > 0);
    check_released(all);
    check_messages(all);

    const auto [sound, chains] = all.run_slipway({"audit", "--verify", "--config", all.config()}, all.bot_variables);
    INFO(chains);
    CHECK(sound == 0);
    const auto [exported, lines] = all.run_slipway({"audit", "--export", "--config", all.config()}, all.bot_variables);
    CHECK(exported == 0);
    // The newest event's hash stands in the channel.
    std::string head;
    std::istringstream each_line{lines};
    for (std::string line; std::getline(each_line, line);) {
        const auto read = parse_json(line);
        if (read && text_at(*read, "type") == "release_ended") head = text_at(*read, "hash");
    }
    REQUIRE(head.size() == 64);
    CHECK_FALSE(all.find_message(head).empty());
}
