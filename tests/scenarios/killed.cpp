// R5.2, R5.3: the bot is killed without a word in every stage and started again; the world outside never notices.
#include <catch2/catch.hpp>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

/// Kills and restarts the bot the first time each of its moments is seen.
class reaper {
public:
    explicit reaper(company& all) : all_{all} {}

    /// When the board shows this.
    void look() {
        const auto board = all_.board();
        for (auto each = moments_.begin(); each != moments_.end(); ++each) {
            if (board.find(*each) == std::string::npos) continue;
            INFO("killed when the board said " << *each);
            moments_.erase(each);
            strike();
            return;
        }
    }
    void strike() {
        all_.kill_bot();
        ++kills_;
        all_.start_bot();
    }
    int kills() const { return kills_; }
    const std::set<std::string>& unseen() const { return moments_; }

private:
    company& all_;
    int kills_ = 0;
    std::set<std::string> moments_{"running · P2", "running · P11", "running · P15", "running · D6", "running · D11",
                                   "\n✅ 3 done",  "\n✅ 12 done",  "\n✅ 20 done",  "\n✅ 22 done", "\n✅ 24 done",
                                   "24 of 24",     "· watching",    "36 of 36 done"};
};

/// Presses the button as soon as it is there, and kills in the same moment.
void press_and_kill(company& all, reaper& kill, const std::string& words, const std::string& label) {
    std::optional<button> found;
    all.work_until("the button " + label + " of " + words, [&] {
        found = all.find_button(words, label);
        return found.has_value();
    });
    const auto done = all.press(ben, *found);
    REQUIRE(text_at(done, "outcome") == "ok");
    kill.strike();
}

}  // namespace

TEST_CASE("R5.2 R5.3 a bot that is killed in every stage releases like one that was not", "[scenario][killed]") {
    company all;
    reaper kill{all};
    all.left_alone = {"Push 1.4.0 for everybody", "Merge the milestone"};
    all.put("/salt/faults", {{"slow_ms", 1500}});

    // The command is stored before it is acknowledged: it survives the kill.
    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    kill.strike();

    // While GitLab merges, and its answer is on its way.
    all.put("/gitlab/faults", {{"kind", "slow"}, {"method", "PUT"}, {"path_ends", "/merge"}, {"delay_ms", 1000}});
    press_and_kill(all, kill, "Merge the milestone", "Merge");
    all.left_alone.erase("Merge the milestone");

    const auto look = [&] {
        kill.look();
        return all.find_button("Push 1.4.0 for everybody", "Approve").has_value();
    };
    all.work_until("the push waits for its approval", look);
    press_and_kill(all, kill, "Push 1.4.0 for everybody", "Approve");

    all.work_until("the release is done", [&] {
        kill.look();
        return all.is_done();
    });
    all.wait_for_message("1.4.0 · done");
    WARN("killed " << kill.kills() << " times");
    CHECK(kill.kills() >= 8);
    check_released(all);
    check_messages(all);
}
