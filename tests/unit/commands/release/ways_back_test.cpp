// Rollback, hotfix and abort, in every state.
#include <catch2/catch.hpp>
#include <functional>

#include "commands/release/project_state.hpp"
#include "commands/release/records.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

/// small_plan with a watch at its end.
checklist watched_plan() {
    auto made = small_plan();
    made.steps.push_back(small_step("watch", "deploy", "telemetry_watch", {"home"}));
    made.steps.back().gate = {small_gate({{"developer", 1}})};
    return made;
}

/// Up to the named place of a release's life.
story in(const std::string& place, release::start wanted = small_wish(watched_plan())) {
    story told{std::move(wanted)};
    told.known["telemetry_watch"] = {"telemetry_watch", step_class::watch, true, false, side_effect::none, {}, {}};
    if (place == "preparing") return told;
    told.ended("announce");
    told.looked({}, "l1", true);
    if (place == "failed step") {
        told.ended("tests", step_status::failed);
        return told;
    }
    told.ended("tests");
    if (place == "awaiting gate") return told;
    told.must(approve{"read", told.fingerprint("read")}, dee());
    told.ended("commit");
    if (place == "held") told.must(hold{"wait for the database"}, dee());
    if (place == "held" || place == "before push") return told;
    told.approve_push();
    if (place == "pushing") return told;
    if (place == "unknown outcome") {
        told.ended("push", step_status::unknown_outcome);
        return told;
    }
    step_finished pushed;
    pushed.step = "push";
    pushed.text = "tag 1.4.0 is on the remote";
    pushed.facts["tag_pushed"] = "7a6";
    pushed.facts["deployed_at"] = "2026-11-23T12:30:00Z";
    told.must(pushed, machine());
    if (place == "deployed") return told;
    if (place == "cancelling") {
        told.must(release::abort{"1.4.0", "the cart is broken"}, ana());
        return told;
    }
    told.ended("home");
    if (place == "watching") return told;
    look_finished seen;
    seen.step = "watch";
    seen.complete = true;
    seen.found.summary = "fine";
    told.must(seen, machine());
    return told;  // done
}

std::string outcome_of(story told, const command& asked) {
    const auto decided = told.ask(asked, ana());
    if (!decided) {
        CHECK(decided.error().sentence().size() > 30);
        return "refused";
    }
    return told.word();
}

release_record record(const std::string& version, bool green, ending how = ending::done, bool deployed = true) {
    release_record made;
    made.id = "shop-" + version + "-1";
    made.version = version;
    made.kind = "release";
    made.tag = version;
    made.ended = how;
    made.deployed = deployed;
    made.green = green;
    return made;
}

loaded_migration sql(const std::string& release, const std::string& id) {
    return {release, id, "A migration", "ALTER TABLE a DROP COLUMN b;"};
}

}  // namespace

TEST_CASE("R6.1 R6.2 rollback, hotfix and abort have an answer in every state", "[release][ways_back]") {
    struct row {
        std::string place, word, abort, rollback;
    };
    // What the board says, what an abort leads to, what a rollback of it leads to. A hotfix is a start of its own:
    // below.
    const std::vector<row> table{
        {"preparing", "preparing", "cancelling", "refused"},  // announce runs: it ends first
        {"failed step", "awaiting gate", "cancelled", "refused"},
        {"awaiting gate", "awaiting gate", "cancelled", "refused"},
        {"held", "held", "cancelled", "refused"},
        {"before push", "awaiting gate", "cancelled", "refused"},
        {"pushing", "running", "cancelling", "refused"},  // cannot be interrupted: it has to end first
        {"unknown outcome", "unknown outcome", "cancelled", "rolling back"},
        {"deployed", "running", "cancelling", "rolling back"},
        {"cancelling", "cancelling", "refused", "refused"},
        {"watching", "watching", "cancelling", "rolling back"},
        {"done", "done", "refused", "refused"},
    };
    const go_back back{"shop-1.3.0-rollback-1", "1.3.0", "errors"};
    for (const auto& each : table) {
        INFO(each.place);
        CHECK(in(each.place).word() == each.word);
        CHECK(outcome_of(in(each.place), release::abort{"1.4.0", "the cart is broken"}) == each.abort);
        CHECK(outcome_of(in(each.place), back) == each.rollback);
    }
}

TEST_CASE("R1.8 R6.7 a hotfix or rollback starts by its own right, and meets a lock but no freeze",
          "[release][ways_back]") {
    for (const auto* kind : {"hotfix", "rollback"}) {
        auto wanted = small_wish();
        wanted.kind = kind;
        wanted.parent = "shop-1.4.0-1";
        CHECK_FALSE(decide_start(wanted, dee(), small_start));  // identity is not skipped
        wanted.rights[kind] = {"developer"};
        const auto begun = decide_start(wanted, dee(), small_start);
        REQUIRE(begun);
        const auto state = apply(release_state{}, begun->front());
        CHECK(state.kind == kind);
        CHECK(state.parent == "shop-1.4.0-1");
        project_state house;
        house.lock = lock_state{1, person("UANA"), "database move", small_start, small_start + milliseconds{60'000}};
        CHECK_FALSE(decide_start(wanted, dee(), small_start, house, {}));
        house.lock.reset();
        house.freeze = lock_state{1, person("UANA"), "sales", small_start, small_start + milliseconds{60'000}};
        CHECK(decide_start(wanted, dee(), small_start, house, {}));
    }
}

TEST_CASE("a release that is rolled back goes nowhere, and ends as the way back ended", "[release][ways_back]") {
    for (const bool ok : {true, false}) {
        auto told = in("watching");
        told.must(go_back{"shop-1.3.0-rollback-1", "1.3.0", "errors"}, ana());
        CHECK(told.word() == "rolling back");
        for (const command& each :
             {command{hold{"wait a moment"}}, command{resume{}}, command{retry{""}}, command{skip{"home", "no time"}},
              command{release::abort{"1.4.0", "enough now"}}, command{go_back{"other", "1.2.0", ""}}}) {
            const auto why = told.refused(each, ana());
            CHECK(says(why.sentence(), "1.3.0"));
        }
        const auto before = told.journal.size();
        told.must(tick{}, machine());
        CHECK(told.journal.size() == before);
        told.must(way_back_ended{ok, "by shop-1.3.0-rollback-1"}, machine());
        CHECK(told.word() == (ok ? "rolled back" : "failed"));
    }
}

TEST_CASE("a release that had ended well becomes rolled back, any other ending stays", "[release][ways_back]") {
    auto done = in("done");
    done.must(way_back_ended{false, "did not get there"}, machine());
    CHECK(done.word() == "done");
    done.must(way_back_ended{true, "rolled back"}, machine());
    CHECK(done.word() == "rolled back");
    auto cancelled = in("before push");
    cancelled.must(release::abort{"1.4.0", "the cart is broken"}, ana());
    cancelled.must(way_back_ended{true, "rolled back"}, machine());
    CHECK(cancelled.word() == "cancelled");
}

TEST_CASE("R6.8 a rollback never leads to another one", "[release][ways_back]") {
    auto wanted = small_wish(watched_plan());
    wanted.kind = "rollback";
    auto told = in("watching", wanted);
    CHECK(says(told.refused(go_back{"x", "1.2.0", ""}, ana()).sentence(), "never leads to another"));
    CHECK(says(told.refused(propose_rollback{"watch"}, ana()).sentence(), "never leads to another"));
    auto live = record("1.3.0", false, ending::live);
    live.kind = "rollback";
    const auto choice = choose_rollback({record("1.3.0", true), record("1.4.0", false), live}, "");
    REQUIRE_FALSE(choice);
    CHECK(says(choice.error().sentence(), "never leads to another"));
    // When it has ended, only a person who names a version goes further back.
    live.ended = ending::failed;
    CHECK_FALSE(choose_rollback({record("1.2.0", true), record("1.4.0", false), live}, ""));
    CHECK(choose_rollback({record("1.2.0", true), record("1.4.0", false), live}, "1.2.0"));
}

TEST_CASE("a proposed rollback stops the release and names the way", "[release][ways_back]") {
    auto told = in("watching");
    told.must(propose_rollback{"watch"}, dee());
    CHECK(told.word() == "held");
    CHECK(says(told.state.held->reason.raw(), "/release rollback"));
}

TEST_CASE("R6.6 the target is the last release whose watch ended green, not the previous one", "[release][ways_back]") {
    auto bad = record("1.3.0", false);
    bad.migrations = {sql("1.3.0", "#7")};
    auto now = record("1.4.0", false, ending::live);
    now.migrations = {sql("1.4.0", "#9")};
    const std::vector<release_record> all{record("1.1.0", true), record("1.2.0", true), bad,
                                          record("1.3.1", true, ending::cancelled, /*deployed=*/false), now};
    const auto choice = choose_rollback(all, "");
    REQUIRE(choice);
    CHECK(choice->from.version == "1.4.0");
    CHECK(choice->to.version == "1.2.0");
    REQUIRE(choice->between.size() == 2);
    CHECK(choice->between[0].version == "1.4.0");
    REQUIRE(choice->migrations.size() == 2);
    CHECK(choice->migrations[0].id == "#7");  // oldest first
    const auto named = choose_rollback(all, "1.3.0");
    REQUIRE(named);
    CHECK_FALSE(named->to.green);
    CHECK_FALSE(choose_rollback(all, "1.3.1"));  // never deployed
    CHECK(says(choose_rollback(all, "9.9.9").error().sentence(), "1.3.0 (its watch did not end green)"));
    CHECK(says(choose_rollback({now}, "").error().sentence(), "/release hotfix"));
    CHECK(says(choose_rollback({}, "").error().sentence(), "Nothing has been deployed"));
}

TEST_CASE("R6.6 a watch that people merely accepted, or that was skipped, is not green", "[release][ways_back]") {
    CHECK(record_of(in("done").state).green);
    auto accepted = in("watching");
    look_finished seen;
    seen.step = "watch";
    seen.found.summary = "errors rose";
    accepted.must(seen, machine());
    accepted.must(approve{"watch", accepted.fingerprint("watch")}, dee());
    accepted.ended("watch");
    REQUIRE(accepted.word() == "done");
    CHECK_FALSE(record_of(accepted.state).green);
    auto skipped = in("deployed");
    skipped.ended("home");
    look_finished bad;
    bad.step = "watch";
    skipped.must(bad, machine());
    skipped.must(skip{"watch", "no telemetry today"}, ana());
    REQUIRE(skipped.word() == "done");
    CHECK_FALSE(record_of(skipped.state).green);
}

TEST_CASE("R6.2 an abort offers only compensations that exist for what happened", "[release][ways_back]") {
    CHECK(compensations(in("awaiting gate").state).empty());
    const auto early = compensations(in("before push").state);
    REQUIRE(early.size() == 1);  // the commit in our own clone
    CHECK(early.front().verb.empty());
    const auto late = compensations(in("deployed").state);
    REQUIRE(late.size() == 2);
    CHECK(late.back().verb == "rollback");
    CHECK(says(late.back().way, "/release rollback"));
}

TEST_CASE("R6.9 an aborted hotfix that trunk does not have says so", "[release][ways_back]") {
    auto wanted = small_wish(watched_plan());
    wanted.kind = "hotfix";
    auto told = in("deployed", wanted);
    const auto open = compensations(told.state);
    CHECK(says(open.back().way, "merge stable into trunk"));
    told.state.facts["merged_back"] = "abc";
    CHECK_FALSE(says(compensations(told.state).back().way, "merge stable into trunk"));
}

TEST_CASE("R6.10 a version that was published and never deployed is abandoned for good", "[release][ways_back]") {
    auto told = in("before push");
    told.state.facts["tag_pushed"] = "7a6";
    told.must(release::abort{"1.4.0", "the cart is broken"}, ana());
    CHECK(told.state.abandoned);
    auto unpublished = in("before push");
    unpublished.must(release::abort{"1.4.0", "the cart is broken"}, ana());
    CHECK_FALSE(unpublished.state.abandoned);
    auto deployed = in("watching");
    deployed.must(release::abort{"1.4.0", "the cart is broken"}, ana());
    CHECK_FALSE(deployed.state.abandoned);
}
