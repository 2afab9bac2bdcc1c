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

// ── what is asked of named people, and what holds for what was shown only ────────────────────────────────────────

namespace {

/// A migration that only Eve can confirm, as long as it stays what she saw.
item_state migration(const std::string& id = "!1", const std::string& fingerprint = "f1") {
    item_state made;
    made.id = id;
    made.title = untrusted{"ALTER TABLE carts"};
    made.fingerprint = fingerprint;
    made.asks = {person("UEVE")};
    made.bound = true;
    choice correct{"correct", "Correct", "primary"};
    correct.people = {person("UEVE")};
    made.choices = {correct};
    return made;
}

choose correct(const std::string& item = "!1", const std::string& reason = "", const std::string& fingerprint = "f1") {
    return {"merges", item, "correct", fingerprint, reason};
}

/// The list is as long as before, whatever was decided: a kind without a truth outside knows no more.
story with_migrations(std::vector<item_state> items) {
    auto told = with_list(items);
    return told;
}

void confirm(story& told, const std::string& item, std::vector<item_state> as_shown, const std::string& print = "f1") {
    told.must(correct(item, "", print), eve());
    told.item_ended(item);
    told.looked(std::move(as_shown), "l" + std::to_string(told.journal.size()));
}

}  // namespace

TEST_CASE("R2.6 only the person who is named may press, and who may not hears who can", "[release][items]") {
    auto told = with_migrations({migration("!1"), migration("!2")});
    for (const auto& other : {dee(), quinn(), nora()}) {
        const auto why = told.refused(correct(), other).sentence();
        CHECK(says(why, "“Correct” on !1 is for @UEVE alone"));
        CHECK(says(why, "release-manager may do it for them, with a reason"));
    }
    told.must(correct(), eve());
    CHECK(told.at("merges").item("!1")->by == person("UEVE"));
    CHECK(told.at("merges").item("!1")->instead_of.empty());
}

TEST_CASE("R2.6 a new commit withdraws that one answer and asks again, the others stay", "[release][items]") {
    auto told = with_migrations({migration("!1"), migration("!2"), migration("!3")});
    confirm(told, "!1", {migration("!1"), migration("!2"), migration("!3")});
    confirm(told, "!2", {migration("!1"), migration("!2"), migration("!3")});
    CHECK(told.at("merges").item("!1")->status == item_status::done);
    told.looked({migration("!1", "f2"), migration("!2"), migration("!3")}, "l9");
    const auto& changed = *told.at("merges").item("!1");
    CHECK(changed.status == item_status::open);
    CHECK(changed.round == 2);
    CHECK(says(changed.text, "“Correct” of @UEVE no longer holds"));
    CHECK(told.at("merges").item("!2")->status == item_status::done);
    CHECK(told.at("merges").item("!2")->round == 1);
    CHECK(told.refused(correct("!1", "", "f1"), eve()) == errc::moved);
    const auto first_key = std::get<item_intended>(*std::ranges::find_if(told.journal, [](const event& each) {
                               return std::holds_alternative<item_intended>(each);
                           })).key;
    told.must(correct("!1", "", "f2"), eve());
    CHECK(told.at("merges").item("!1")->key != first_key);
}

TEST_CASE("R2.6 an answer to something that changed while it was given does not hold", "[release][items]") {
    auto told = with_migrations({migration()});
    told.must(correct(), eve());
    told.looked({migration("!1", "f2")}, "l2");
    CHECK(told.at("merges").item("!1")->status == item_status::running);
    told.item_ended("!1");
    CHECK(told.at("merges").item("!1")->status == item_status::open);
    CHECK(told.at("merges").item("!1")->round == 2);
}

TEST_CASE("R2.6 a step that is done opens again when an answer no longer holds, and what hangs on it waits",
          "[release][items]") {
    auto told = with_migrations({migration("!1"), migration("!2")});
    confirm(told, "!1", {migration("!1"), migration("!2")});
    confirm(told, "!2", {migration("!1"), migration("!2")});
    REQUIRE(told.status("merges") == step_status::running);
    told.ended("merges");
    told.ended("tests");
    told.must(approve{"read", told.fingerprint("read")}, dee());
    told.ended("commit");
    REQUIRE(told.at("push").gate->status == gate_status::open);
    CHECK(is_worth_watching(told.state, told.at("merges")));

    const auto before = told.journal.size();
    told.looked({migration("!1"), migration("!2")}, "l7");
    CHECK(told.journal.size() == before);  // nothing new: nothing happens

    const auto print = told.fingerprint("push");
    told.looked({migration("!1", "f2"), migration("!2")}, "l8");
    CHECK(told.status("merges") == step_status::asking);
    CHECK(told.at("push").gate->status == gate_status::outdated);
    CHECK(says(told.refused(approve{"push", print}, dee()).sentence(), "is closed: outdated"));
    CHECK(told.status("read") == step_status::done);
    told.must(correct("!1", "", "f2"), eve());
    told.item_ended("!1");
    told.looked({migration("!1", "f2"), migration("!2")}, "l8");
    CHECK(told.at("merges").intent->key != "");
    told.ended("merges");
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(told.at("push").gate->number == 2);
}

TEST_CASE("R2.6 once something that cannot be undone was begun on an answer, the answer is history",
          "[release][items]") {
    auto told = with_migrations({migration()});
    confirm(told, "!1", {migration()});
    told.ended("merges");
    told.ended("tests");
    told.must(approve{"read", told.fingerprint("read")}, dee());
    told.ended("commit");
    told.approve_push();
    REQUIRE(told.status("push") == step_status::running);
    CHECK_FALSE(is_worth_watching(told.state, told.at("merges")));
    told.looked({migration("!1", "f2")}, "l8");
    CHECK(told.status("merges") == step_status::done);
}

TEST_CASE("a look from time to time that finds nothing new leaves no trace", "[release][items]") {
    auto told = with_list({small_item("!1")});
    const auto before = told.journal.size();
    told.now += milliseconds{60'000};
    told.looked({small_item("!1")});
    CHECK(told.journal.size() == before);
    told.looked({small_item("!1"), small_item("!2")});
    CHECK(told.journal.size() == before + 1);
}

TEST_CASE("R2.7 a release manager answers for an absent author with a reason of ten characters", "[release][items]") {
    auto told = with_migrations({migration()});
    CHECK(says(told.refused(correct("!1", "ill"), ana()).sentence(), "at least ten characters"));
    CHECK(says(told.refused(correct("!1", "  i  l  l         "), ana()).sentence(), "in the place of @UEVE"));
    told.must(correct("!1", "Eve is ill, I tested it on UAT"), ana());
    const auto& item = *told.at("merges").item("!1");
    CHECK(item.by == person("UANA"));
    CHECK(item.instead_of == std::vector<person_id>{person("UEVE")});
    CHECK(told.state.decisions.back().text == "Correct !1 for @UEVE");
}

TEST_CASE("R2.7 nobody takes over in passing: one click for all takes only one's own", "[release][items]") {
    auto other = migration("!2");
    other.choices.front().people = {person("UDEE")};
    auto told = with_migrations({migration("!1"), other});
    CHECK(says(told.refused(correct("*", "a very good reason"), ana()).sentence(), "ten characters"));
    const auto decided = told.ask(correct("*"), dee());
    REQUIRE(decided);
    CHECK(count<item_intended>(*decided) == 1);
    CHECK(told.at("merges").item("!2")->status == item_status::running);
}

TEST_CASE("R2.7 a release manager names somebody else, who is asked and may answer", "[release][items]") {
    auto told = with_migrations({migration()});
    const auto to_dee = [](const std::string& reason) { return delegate{"merges", "!1", person("UDEE"), reason}; };
    CHECK(says(told.refused(to_dee("Eve is on leave"), dee()).sentence(), "release-manager"));
    CHECK(says(told.refused(to_dee("away"), ana()).sentence(), "at least ten characters"));
    CHECK(says(told.refused(delegate{"merges", "!1", {}, "Eve is on leave"}, ana()).sentence(), "Say who"));
    CHECK(says(told.refused(delegate{"merges", "!1", person("UEVE"), "Eve is on leave"}, ana()).sentence(),
               "asked about !1 already"));
    told.must(to_dee("Eve is on leave"), ana());
    told.looked({migration()}, "l2");  // a look does not forget it
    CHECK(told.at("merges").item("!1")->asked() == std::vector<person_id>{person("UEVE"), person("UDEE")});
    told.must(correct(), dee());
    CHECK(told.at("merges").item("!1")->instead_of.empty());
}

TEST_CASE("R2.7 what is for a role cannot be given to one person", "[release][items]") {
    auto told = with_list({small_item("!1")});
    CHECK(says(told.refused(delegate{"merges", "!1", person("UDEE"), "because I say so"}, ana()).sentence(),
               "not for one person alone"));
}

TEST_CASE("a choice that settles nothing leaves its line open", "[release][items]") {
    auto item = small_item("!1");
    item.choices.front().settles = false;
    auto told = with_list({item});
    told.must(merge("!1"), dee());
    told.item_ended("!1");
    CHECK(told.at("merges").item("!1")->status == item_status::open);
    CHECK(told.at("merges").item("!1")->text == "it ended");
}

TEST_CASE("the key of an act is new after every look, however often the last one failed", "[release][items]") {
    auto told = with_list({small_item("!1")});
    std::set<std::string> keys;
    for (int i = 0; i < 3; ++i) {
        told.must(merge("!1"), dee());
        CHECK(keys.insert(told.at("merges").item("!1")->key).second);
        told.item_ended("!1", item_status::failed);
        told.looked({small_item("!1")}, "l2");
        told.looked({small_item("!1")}, "l3");
    }
}

TEST_CASE("a lasting choice works while the release is on hold and after its end, and ends nothing",
          "[release][items]") {
    auto lasting = small_item("!1");
    lasting.blocking = false;
    lasting.choices = {
        {"take", "Take it", "", false, {}, /*settles=*/false, side_effect::reversible, {}, /*lasting=*/true},
        {"merge", "Merge", "", false, {}, true, side_effect::reversible, {}, false}};
    auto told = with_list({lasting, small_item("!2")});
    told.must(hold{"wait for the database"}, ana());
    CHECK(says(told.refused(merge("!1"), dee()).sentence(), "on hold"));
    told.must(choose{"merges", "!1", "take", "f1", ""}, dee());
    told.item_ended("!1");
    // It does not settle: the next person can still take it.
    CHECK(told.at("merges").item("!1")->status == item_status::open);
    CHECK(told.at("merges").item("!1")->text == "it ended");

    told.state = apply(std::move(told.state), release_ended{ending::done, "every step is done", told.now});
    told.must(choose{"merges", "!1", "take", "f1", ""}, eve());
    told.item_ended("!1");
    CHECK(told.at("merges").item("!1")->by == eve().who);
    CHECK_FALSE(told.state.is_live());
    CHECK(says(told.refused(merge("!1"), dee()).sentence(), "over"));
}

TEST_CASE("a lasting choice that cannot be undone is not taken from a release that is over", "[release][items]") {
    auto item = small_item("!1");
    item.choices = {{"drop", "Drop", "", false, {}, true, side_effect::irreversible, {}, /*lasting=*/true}};
    auto told = with_list({item});
    told.state = apply(std::move(told.state), release_ended{ending::cancelled, "aborted", told.now});
    told.refused(choose{"merges", "!1", "drop", "f1", ""}, dee());
}

TEST_CASE("a step that goes on looking neither asks nor acts, and keeps what acts left behind", "[release][items]") {
    story told;
    told.ended("announce");
    auto item = small_item("!1");
    item.blocking = false;
    look_finished seen;
    seen.step = "merges";
    seen.found.summary = "look 1 of 2";
    seen.found.more = seen.found.adds = true;
    item.data["after"] = 4;
    seen.items = {item};
    told.must(seen, machine());
    CHECK(told.status("merges") == step_status::looking);

    told.must(merge("!1"), dee());
    item_finished act{"merges", "!1", told.at("merges").item("!1")->key, item_status::done, "dee has it", {}, {}};
    act.data["owner"] = "dee";
    told.must(act, machine());
    // Nobody starts a second look beside the one that goes on.
    CHECK(told.status("merges") == step_status::looking);
    CHECK(count<look_started>(told.journal) == 1);

    item.data["after"] = 9;
    seen.items = {item};
    seen.found.more = false;
    told.must(seen, machine());
    const auto* kept = told.at("merges").item("!1");
    REQUIRE(kept != nullptr);
    CHECK(kept->data.at("after") == 9);
    CHECK(kept->data.at("owner") == "dee");
    CHECK(told.status("merges") != step_status::looking);
}

TEST_CASE("proposing a rollback holds the release with the numbers and says which command comes next",
          "[release][items]") {
    auto told = with_list({small_item("!1")});
    told.must(propose_rollback{"merges"}, ana());
    REQUIRE(told.state.held);
    const auto& reason = told.state.held->reason.raw();
    CHECK(says(reason, "roll back: 1 merge requests"));
    CHECK(says(reason, "`/release rollback`"));
    CHECK(says(told.refused(propose_rollback{"merges"}, ana()).sentence(), "already on hold"));
}

TEST_CASE("R3.2 a choice that is not for whoever wrote it is refused to them, whatever their role",
          "[release][items]") {
    auto item = small_item("!1");
    for (auto& each : item.choices) {
        each.roles = {"dba", "developer"};
        each.except = {dee().who};
    }
    auto told = with_list({item});
    const auto why = told.refused(merge("!1"), dee());
    CHECK(
        says(why.sentence(), "is not for whoever wrote it (four eyes); somebody else with the role dba or developer"));
    CHECK(told.at("merges").item("!1")->status == item_status::open);
    // Their colleague may, and one click for all does not reach around it.
    told.refused(merge("*"), dee());
    REQUIRE(told.ask(merge("!1"), eve()));
}
