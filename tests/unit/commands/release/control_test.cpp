// Hold, resume, abort, retry, going back, skip, and deciding what nobody knows.
#include <catch2/catch.hpp>

#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

story at_unknown_push() {
    story told;
    told.go_to_push();
    told.approve_push();
    told.ended("push", step_status::unknown_outcome, "the answer of the push was lost");
    return told;
}

}  // namespace

TEST_CASE("R4.5 a hold that came before a start wins: what runs ends, nothing new begins", "[release][control]") {
    story told;
    told.must(hold{"the office is on fire"}, quinn());
    CHECK(told.word() == "held");
    told.ended("announce");
    CHECK(told.status("merges") == step_status::waiting);
    CHECK(told.status("tests") == step_status::waiting);
    CHECK(says(told.refused(hold{"me too"}, dee()).sentence(), "already on hold since 12:00 UTC by @UQUINN"));
    told.must(resume{}, ana());
    CHECK(told.status("merges") == step_status::looking);
    CHECK(told.status("tests") == step_status::running);
    CHECK(says(told.refused(resume{}, ana()).sentence(), "not on hold"));
}

TEST_CASE("R6.5 anybody of the project may hold, but aborting is for few", "[release][control]") {
    story told;
    CHECK(says(told.refused(hold{"please wait"}, nora()).sentence(), "no role in this project"));
    CHECK(says(told.refused(hold{" "}, dee()).sentence(), "give a reason"));
    CHECK(says(told.refused(release::abort{"1.4.0", "because"}, dee()).sentence(), "need the role release-manager"));
    told.must(hold{"please wait"}, dee());
    CHECK(says(told.refused(resume{}, eve()).sentence(), "need the role release-manager"));
    told.must(resume{}, dee());  // who stopped it may always let it go on
}

TEST_CASE("R6.1 an abort wants the version typed and a reason, and waits for what runs", "[release][control]") {
    story told;
    CHECK(says(told.refused(release::abort{"1.3.0", "because"}, ana()).sentence(), "/release abort 1.4.0 REASON"));
    CHECK(says(told.refused(release::abort{"1.4.0", ""}, ana()).sentence(), "give a reason"));
    told.must(release::abort{"1.4.0", "the cart is broken"}, ana());
    CHECK(told.word() == "cancelling");
    CHECK(says(told.refused(release::abort{"1.4.0", "again"}, ana()).sentence(), "already being aborted"));
    CHECK(says(told.refused(retry{""}, ana()).sentence(), "nothing new starts"));
    told.ended("announce");
    CHECK(told.word() == "cancelled");
    CHECK(told.state.ended_text == "aborted by @UANA: the cart is broken");
    CHECK(told.status("tests") == step_status::waiting);
}

TEST_CASE("R6.1 an abort works in a hold and with nothing running", "[release][control]") {
    story told;
    told.go_to_push();
    told.must(hold{"please wait"}, dee());
    told.must(release::abort{"1.4.0", "enough waited"}, ana());
    CHECK(told.word() == "cancelled");
    CHECK(what_happened(told.state) ==
          std::vector<std::string>{"Do merges: 0 merge requests", "Do commit: commit ended"});
}

TEST_CASE("R6.4 a success that races an abort is in the history beside it", "[release][control]") {
    story told;
    told.go_to_push();
    told.approve_push();
    told.must(release::abort{"1.4.0", "too risky today"}, ana());
    told.ended("push");
    CHECK(told.word() == "cancelled");
    CHECK(told.status("push") == step_status::done);
    CHECK(what_happened(told.state).back() == "Do push: push ended");
}

TEST_CASE("a retry repeats what failed, and says when there is nothing to repeat", "[release][control]") {
    story told;
    CHECK(says(told.refused(retry{""}, ana()).sentence(), "No step has failed"));
    CHECK(says(told.refused(retry{"tets"}, ana()).sentence(), "no step `tets`"));
    CHECK(says(told.refused(retry{"tests"}, ana()).sentence(), "has not begun"));
    CHECK(says(told.refused(retry{"announce"}, ana()).sentence(), "is running"));
    told.ended("announce");
    told.ended("tests", step_status::failed);
    CHECK(says(told.refused(retry{"tests"}, dee()).sentence(), "need the role release-manager"));
    told.must(retry{"tests"}, ana());
    CHECK(told.at("tests").attempt == 2);
    CHECK(told.status("tests") == step_status::running);
}

TEST_CASE("a retry while people are asked says for whom it waits, a list is looked at again", "[release][control]") {
    story told;
    told.ended("announce");
    told.looked({small_item("!1")});
    told.must(retry{"merges"}, ana());
    CHECK(told.status("merges") == step_status::looking);
    CHECK(told.at("merges").attempt == 1);
    told.looked({}, "l2", true);
    CHECK(says(told.refused(retry{"read"}, ana()).sentence(), "needs 1 more from developer"));
}

TEST_CASE("going back to a step resets what hangs on it and nothing else", "[release][control]") {
    story told;
    told.ended("announce");
    told.looked({small_item("!1")});
    told.ended("tests");
    told.must(retry{"tests"}, ana());
    CHECK(told.at("tests").attempt == 2);
    CHECK(told.at("merges").attempt == 1);
    told.ended("tests");
    told.looked({}, "l2", true);
    told.must(approve{"read", told.fingerprint("read")}, dee());
    told.ended("commit");
    told.must(retry{"tests"}, ana());
    CHECK(told.at("tests").attempt == 3);
    CHECK(told.at("commit").attempt == 2);
    CHECK(told.at("push").attempt == 2);
    CHECK(told.status("commit") == step_status::waiting);
    CHECK(told.status("push") == step_status::waiting);
    CHECK(told.status("read") == step_status::done);
}

TEST_CASE("there is no way back over what cannot be undone, nor under what is running", "[release][control]") {
    story told;
    told.go_to_push();
    told.approve_push();
    CHECK(says(told.refused(retry{"tests"}, ana()).sentence(), "“Do push” is running"));
    told.ended("push");
    const auto why = told.refused(retry{"tests"}, ana());
    CHECK(says(why.sentence(), "“Do push” already took effect and cannot be undone"));
    CHECK(says(why.sentence(), "/release abort"));
    CHECK(says(told.refused(retry{"push"}, ana()).sentence(), "cannot be undone"));
}

TEST_CASE("R2.11 a skip needs the right and a reason, and stays visible", "[release][control]") {
    story told;
    told.ended("announce");
    told.ended("tests", step_status::failed);
    CHECK(says(told.refused(skip{"tests", "no time"}, dee()).sentence(), "need the role release-manager"));
    CHECK(says(told.refused(skip{"tests", ""}, ana()).sentence(), "give a reason"));
    CHECK(says(told.refused(skip{"tets", "no time"}, ana()).sentence(), "no step `tets`"));
    told.must(skip{"tests", "tested by hand"}, ana());
    CHECK(told.status("tests") == step_status::skipped);
    CHECK(told.at("tests").by == person("UANA"));
    CHECK(told.at("tests").reason == "tested by hand");
    CHECK(says(told.refused(skip{"tests", "once more"}, ana()).sentence(), "already skipped"));
}

TEST_CASE("R2.11 what is required or irreversible cannot be skipped, nor what is running", "[release][control]") {
    auto plan = small_plan();
    plan.steps[2].required = true;
    story told{small_wish(plan)};
    CHECK(says(told.refused(skip{"announce", "no need"}, ana()).sentence(), "is running"));
    CHECK(says(told.refused(skip{"tests", "no need"}, ana()).sentence(), "says it is required"));
    CHECK(says(told.refused(skip{"push", "no need"}, ana()).sentence(), "depends on its effect"));
}

TEST_CASE("R5.4 an unknown outcome stops the release until a person decides", "[release][control]") {
    auto told = at_unknown_push();
    CHECK(told.word() == "unknown outcome");
    CHECK(told.status("home") == step_status::waiting);
    CHECK(says(told.refused(retry{"push"}, ana()).sentence(), "“Treat as done” or “Run again”"));
    CHECK(says(told.refused(treat_as_done{"push", "", "I saw the tag"}, dee()).sentence(), "release-manager"));
    CHECK(says(told.refused(run_again{"push", ""}, dee()).sentence(), "release-manager"));
    CHECK(says(told.refused(treat_as_done{"tests", "", ""}, ana()).sentence(), "is known (done)"));

    SECTION("it happened") {
        told.must(treat_as_done{"push", "", "I saw the tag"}, ana());
        CHECK(told.status("push") == step_status::done);
        CHECK(told.at("push").text == "treated as done by @UANA: I saw the tag");
        CHECK(told.status("home") == step_status::running);
    }
    SECTION("it did not: asked again, with a new key") {
        const auto old = told.at("push").intent->key;
        told.must(run_again{"push", ""}, ana());
        CHECK(told.at("push").attempt == 2);
        CHECK(told.status("push") == step_status::asking);
        told.approve_push();
        CHECK(told.at("push").intent->key != old);
    }
}

TEST_CASE("a note needs words and a role", "[release][control]") {
    story told;
    CHECK(says(told.refused(add_note{" "}, dee()).sentence(), "note is empty"));
    CHECK(says(told.refused(add_note{"Fixed the cart"}, nora()).sentence(), "no role"));
    told.must(add_note{"Fixed the cart"}, dee());
    CHECK(told.state.notes.front().text.raw() == "Fixed the cart");
}
