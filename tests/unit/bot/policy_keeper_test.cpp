// Which commit of the protected branch counts, and that no look at it which breaks off holds up a release.
#include "bot/policy_keeper.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "integrations/async/task_group.hpp"
#include "integrations/base/at_exit.hpp"
#include "tests/fakes/hand_timers.hpp"
#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::bot;

namespace {

/// A branch that is looked at; the test says how a look ends and, when it `hangs`, also when. Remembers the looks.
struct scripted_branch {
    explicit scripted_branch(const executor& loop) : answers{loop} {}
    task<result<policy_tree>> look(policy_settings where) {
        looked_at.push_back(where.branch);
        most_at_once = std::max(most_at_once, ++at_once);
        const at_exit done{[this] { --at_once; }};
        policy_tree seen;
        seen.commit = tip;
        if (hangs) co_await answers.wait();
        if (breaks) throw std::runtime_error{"the objects of the copy are broken"};
        if (trouble) co_return *trouble;
        co_return seen;
    }
    std::string tip = "c1";
    std::optional<failure> trouble;
    bool hangs = false, breaks = false;
    one_shot answers;
    std::vector<std::string> looked_at;
    int at_once = 0, most_at_once = 0;
};

struct keeper_room {
    ~keeper_room() {
        askers.cancel();
        settle();
    }
    keeper_room() = default;
    keeper_room(const keeper_room&) = delete;
    keeper_room& operator=(const keeper_room&) = delete;

    static policy_settings main_branch() {
        policy_settings where;
        where.repository = "/srv/releases.git";
        where.branch = "main";
        return where;
    }
    static std::shared_ptr<const policy_tree> tree(const std::string& commit) {
        auto made = std::make_shared<policy_tree>();
        made->commit = commit;
        return made;
    }
    void settle() { fakes::hand_timers::settle(loop); }
    slash::policy_state follow() { return fakes::run_on(loop, keeper.follow()); }
    /// Somebody who waits for the answer beside the test.
    void ask(task_group& as) {
        as.spawn("asker", note());
        settle();
    }
    task<> note() {
        auto answer = co_await keeper.follow();
        told.push_back(std::move(answer));
    }

    asio::io_context loop;
    scripted_branch branch{loop.get_executor()};
    bool is_sound = true;  ///< what the branch's files say can be used
    std::vector<std::string> taken;
    policy_keeper keeper{loop.get_executor(), main_branch(), tree("c1"),
                         [this](policy_settings where) { return branch.look(std::move(where)); },
                         [this](policy_keeper::branch_pointer newer) {
                             taken.push_back(newer->commit);
                             if (is_sound) keeper.counts(main_branch(), std::move(newer));
                         }};
    std::vector<slash::policy_state> told;
    task_group askers{loop.get_executor()};
};

}  // namespace

TEST_CASE("R8.11 the newest commit of the branch is taken, and one that is there already is not taken again",
          "[bot][policy]") {
    keeper_room room;
    CHECK(room.follow().commit == "c1");
    CHECK(room.taken.empty());
    room.branch.tip = "c2";
    const auto told = room.follow();
    CHECK(told.commit == "c2");
    CHECK(told.refusal.empty());
    CHECK(room.keeper.files()->commit == "c2");
    CHECK(room.follow().commit == "c2");
    CHECK(room.taken == std::vector<std::string>{"c2"});
}

TEST_CASE("R8.11 the branch that the newest settings name is looked at, without any there is no look",
          "[bot][policy]") {
    keeper_room room;
    auto elsewhere = keeper_room::main_branch();
    elsewhere.branch = "rules";
    room.keeper.counts(elsewhere, keeper_room::tree("c1"));
    room.follow();
    CHECK(room.branch.looked_at == std::vector<std::string>{"rules"});
    room.keeper.counts({}, nullptr);
    CHECK(room.follow().commit.empty());
    CHECK(room.branch.looked_at.size() == 1);
}

TEST_CASE("R8.11 what cannot be known leaves the commit that was read last, and refuses nothing", "[bot][policy]") {
    keeper_room room;
    room.branch.trouble = failure{errc::unavailable, "Nobody answers."};
    const auto told = room.follow();
    CHECK(told.commit == "c1");
    CHECK(told.refusal.empty());
    CHECK(room.taken.empty());
}

TEST_CASE("R8.11 a commit whose files have a fault leaves the one before", "[bot][policy]") {
    keeper_room room;
    room.branch.tip = "c2";
    room.is_sound = false;
    CHECK(room.follow().commit == "c1");
    room.is_sound = true;
    CHECK(room.follow().commit == "c2");  // it is tried again: what it needs may be there by now
}

TEST_CASE("R8.11 a branch that is not protected any more is told as the refusal, until it is again", "[bot][policy]") {
    keeper_room room;
    room.branch.tip = "c2";
    room.branch.trouble = failure{errc::refused, "The branch main is not protected."};
    const auto told = room.follow();
    CHECK(told.refusal == "The branch main is not protected.");
    CHECK(told.commit == "c1");
    CHECK(room.taken.empty());
    room.branch.trouble.reset();
    const auto again = room.follow();
    CHECK(again.refusal.empty());
    CHECK(again.commit == "c2");
}

TEST_CASE("R8.11 a look that throws ends its asker alone: the next one looks again", "[bot][policy]") {
    keeper_room room;
    room.branch.breaks = true;
    CHECK_THROWS_WITH(room.follow(), "the objects of the copy are broken");
    room.branch.breaks = false;
    room.branch.tip = "c2";
    CHECK(room.follow().commit == "c2");
}

TEST_CASE("R8.11 a look that is cancelled frees the way for those who wait", "[bot][policy]") {
    keeper_room room;
    task_group leaves{room.loop.get_executor()};
    room.branch.hangs = true;
    room.ask(leaves);
    room.branch.hangs = false;
    room.branch.tip = "c2";
    room.ask(room.askers);
    // Negative control: as long as the first look lasts, the second asker does wait.
    CHECK(room.told.empty());
    CHECK(room.branch.looked_at.size() == 1);
    leaves.cancel();
    room.settle();
    REQUIRE(room.told.size() == 1);
    CHECK(room.told.front().commit == "c2");
    CHECK(leaves.size() == 0);
}

TEST_CASE("R8.11 of those who wait one may leave, and the others are answered", "[bot][policy]") {
    keeper_room room;
    task_group leaves{room.loop.get_executor()};
    room.branch.hangs = true;
    room.ask(room.askers);
    room.ask(leaves);
    room.ask(room.askers);
    leaves.cancel();
    room.settle();
    room.branch.answers.fire();
    room.settle();
    CHECK(room.told.size() == 2);
}

TEST_CASE("R8.11 askers at once share one order: one look at a time, and none that began before the question",
          "[bot][policy]") {
    keeper_room room;
    room.branch.hangs = true;
    room.ask(room.askers);
    room.branch.tip = "c2";  // the first look has passed by this commit, which the next askers know of
    room.ask(room.askers);
    room.ask(room.askers);
    CHECK(room.told.empty());
    room.branch.answers.fire();
    room.settle();
    REQUIRE(room.told.size() == 3);
    CHECK(room.told[0].commit == "c1");
    CHECK(room.told[1].commit == "c2");
    CHECK(room.told[2].commit == "c2");
    CHECK(room.branch.looked_at.size() == 2);  // those who waited share the second
    CHECK(room.branch.most_at_once == 1);
    CHECK(room.taken == std::vector<std::string>{"c2"});
}
