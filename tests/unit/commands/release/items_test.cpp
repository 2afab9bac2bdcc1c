// A list whose lines people decide one by one: merge requests, errors.
#include <catch2/catch.hpp>

#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

story with_list(std::vector<item_state> items) {
    story told;
    told.ended("announce");
    told.looked(std::move(items));
    return told;
}

choose merge(const std::string& item, const std::string& fingerprint = "f1") {
    return {"merges", item, "merge", fingerprint, ""};
}

}  // namespace

TEST_CASE("a click on one line begins one act on it, and a second click says who was first", "[release][items]") {
    auto told = with_list({small_item("!1"), small_item("!2")});
    const auto decided = told.ask(merge("!1"), dee());
    REQUIRE(decided);
    CHECK(count<item_intended>(*decided) == 1);
    CHECK(told.at("merges").item("!1")->status == item_status::running);
    CHECK(told.at("merges").item("!2")->status == item_status::open);
    CHECK(says(told.refused(merge("!1"), eve()).sentence(), "already being worked on, since 12:00 UTC by @UDEE"));
}

TEST_CASE("after each act the list is looked at again, and a done line stays done", "[release][items]") {
    auto told = with_list({small_item("!1"), small_item("!2")});
    told.must(merge("!1"), dee());
    told.item_ended("!1");
    CHECK(told.status("merges") == step_status::looking);
    told.looked({small_item("!2", "f2")}, "l2");
    REQUIRE(told.at("merges").item("!1") != nullptr);
    CHECK(told.at("merges").item("!1")->status == item_status::done);
    CHECK(says(told.refused(merge("!1"), dee()).sentence(), "already dealt with by @UDEE: it ended"));
    told.must(merge("!2", "f2"), eve());
    told.item_ended("!2");
    told.looked({}, "l3", true);
    CHECK(told.status("merges") == step_status::done);
}

TEST_CASE("one click for all begins every open line that offers the choice", "[release][items]") {
    auto blocked = small_item("!3");
    blocked.choices.erase(blocked.choices.begin());
    auto told = with_list({small_item("!1"), small_item("!2", "f9"), blocked});
    const auto decided = told.ask(merge("*", "whatever"), dee());
    REQUIRE(decided);
    CHECK(count<item_intended>(*decided) == 2);
    CHECK(told.at("merges").item("!3")->status == item_status::open);
    CHECK(says(told.refused(merge("*"), dee()).sentence(), "Nothing on this list"));
}

TEST_CASE("R3.6 a line that changed since the button was shown is not acted on", "[release][items]") {
    auto told = with_list({small_item("!1", "f2")});
    const auto why = told.refused(merge("!1", "f1"), dee());
    CHECK(why == errc::moved);
    CHECK(says(why.sentence(), "!1 has changed"));
    CHECK(says(told.refused(merge("!7"), dee()).sentence(), "no longer on this list"));
    CHECK(says(told.refused({choose{"merges", "!1", "explode", "f2", ""}}, dee()).sentence(), "not possible"));
}

TEST_CASE("a choice that wants a reason does nothing without one", "[release][items]") {
    auto told = with_list({small_item("!1")});
    CHECK(says(told.refused(choose{"merges", "!1", "move-out", "f1", ""}, dee()).sentence(), "give a reason"));
    told.must(choose{"merges", "!1", "move-out", "f1", "not ready yet"}, quinn());
    CHECK(told.at("merges").item("!1")->reason == "not ready yet");
}

TEST_CASE("a choice belongs to its roles, and to people", "[release][items]") {
    auto told = with_list({small_item("!1")});
    CHECK(says(told.refused(merge("!1"), quinn()).sentence(), "“Merge” on !1 needs the role developer"));
    CHECK(says(told.refused(choose{"merges", "!1", "move-out", "f1", "because"}, nora()).sentence(), "needs the role"));
    auto unsure = dee();
    unsure.roles_known = false;
    CHECK(says(told.refused(merge("!1"), unsure).sentence(), "cannot verify"));
    auto robot = dee();
    robot.is_robot = true;
    told.refused(merge("!1"), robot);
}

TEST_CASE("R4.5 in a hold no line is acted on, also not again", "[release][items]") {
    auto told = with_list({small_item("!1"), small_item("!2")});
    told.must(merge("!2"), dee());
    told.item_ended("!2", item_status::unknown_outcome);
    told.looked({small_item("!1")}, "l2");
    told.must(hold{"please wait"}, quinn());
    CHECK(says(told.refused(merge("!1"), dee()).sentence(), "on hold since 12:00 UTC by @UQUINN"));
    CHECK(says(told.refused(run_again{"merges", "!2"}, ana()).sentence(), "on hold since 12:00 UTC by @UQUINN"));
    told.must(resume{}, ana());
    told.must(run_again{"merges", "!2"}, ana());
    CHECK(told.at("merges").item("!2")->attempt == 2);
}

TEST_CASE("a failed act leaves its reason on the line and its buttons usable, under a new key", "[release][items]") {
    auto told = with_list({small_item("!1")});
    told.must(merge("!1"), dee());
    const auto first = told.at("merges").item("!1")->key;
    told.item_ended("!1", item_status::failed);
    told.looked({small_item("!1")}, "l2");
    CHECK(told.at("merges").item("!1")->text == "it ended");
    told.must(merge("!1"), eve());
    CHECK(told.at("merges").item("!1")->key != first);
    CHECK(told.at("merges").item("!1")->attempt == 2);
}

TEST_CASE("R5.4 the unknown outcome of one line is decided on its own", "[release][items]") {
    auto told = with_list({small_item("!1"), small_item("!2")});
    told.must(merge("!1"), dee());
    told.item_ended("!1", item_status::unknown_outcome);
    CHECK(told.word() == "unknown outcome");
    told.looked({small_item("!1"), small_item("!2")}, "l2");
    CHECK(told.at("merges").item("!1")->status == item_status::unknown_outcome);
    CHECK(says(told.refused(treat_as_done{"merges", "!2", ""}, ana()).sentence(), "outcome of !2 is known"));
    CHECK(says(told.refused(run_again{"merges", "!2"}, ana()).sentence(), "outcome of !2 is known"));
    told.must(treat_as_done{"merges", "!1", "I saw the merge"}, ana());
    CHECK(told.at("merges").item("!1")->status == item_status::done);
    CHECK(told.word() == "preparing");
}

TEST_CASE("the result of an older act on a line is evidence only", "[release][items]") {
    auto told = with_list({small_item("!1")});
    told.must(merge("!1"), dee());
    item_finished stale;
    stale.step = "merges";
    stale.item = "!1";
    stale.key = "a key of yesterday";
    const auto decided = told.ask(stale, machine());
    REQUIRE(decided);
    CHECK(count<evidence_kept>(*decided) == 1);
    CHECK(told.at("merges").item("!1")->status == item_status::running);
}

TEST_CASE("an answer to a list that is not open says where to look", "[release][items]") {
    story told;
    CHECK(says(told.refused(merge("!1"), dee()).sentence(), "not waiting for an answer now"));
    auto aborting = with_list({small_item("!1"), small_item("!2")});
    aborting.must(merge("!1"), dee());
    aborting.must(release::abort{"1.4.0", "enough"}, ana());
    CHECK(says(aborting.refused(merge("!2"), dee()).sentence(), "being aborted"));
}
