// R5.2, R5.3: the bot is killed without a word in every stage and started again; the world outside never notices.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

/// How many steps the board says are done.
int done_on(const std::string& board) {
    const auto mark = board.find(" of 36 done");
    if (mark == std::string::npos) return 0;
    const auto number = board.find_last_not_of("0123456789", mark - 1);
    return std::atoi(board.c_str() + (number == std::string::npos ? 0 : number + 1));
}

/// Kills and restarts the bot the first time each of its moments is seen, or is seen to be over.
class reaper {
public:
    explicit reaper(company& all) : all_{all} {}

    void look() {
        const auto done = done_on(all_.board());
        const auto due = std::ranges::upper_bound(moments_, done);
        if (due == moments_.begin()) return;
        INFO("killed when the board said that " << done << " are done");
        moments_.erase(moments_.begin(), due);
        strike();
    }
    void strike() {
        all_.kill_bot();
        ++kills_;
        all_.start_bot();
    }
    int kills() const { return kills_; }

private:
    company& all_;
    int kills_ = 0;
    std::vector<int> moments_{3, 9, 14, 19, 22, 25, 28, 31, 34};  ///< done steps; 24 of the 36 prepare, the rest deploy
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
    INFO("killed " << kill.kills() << " times");
    // Three by hand; of the moments a quick release may pass two between two looks.
    CHECK(kill.kills() >= 7);
    check_released(all);
    check_messages(all);
}
