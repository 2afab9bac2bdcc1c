// Gates, as the table of clicks: who may fill which seat, when a card is too old, and that a refusal changes nothing.
#include <catch2/catch.hpp>

#include "commands/release/authors.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

story at_push() {
    story told;
    told.go_to_push();
    return told;
}

approve yes(const story& told, const std::string& step = "push") {
    return {step, told.fingerprint(step)};
}

}  // namespace

TEST_CASE("R3.1 a gate opens only when all seats are filled", "[release][gates]") {
    auto told = at_push();
    const auto first = told.ask(yes(told), dee());
    REQUIRE(first);
    CHECK(count<gate_closed>(*first) == 0);
    CHECK(told.status("push") == step_status::asking);
    CHECK(says(why_closed(told.state, told.at("push")), "needs 1 more from qa"));
    const auto second = told.ask(yes(told), quinn());
    REQUIRE(second);
    CHECK(count<gate_closed>(*second) == 1);
    CHECK(count<step_intended>(*second) == 1);
    CHECK(told.status("push") == step_status::running);
}

TEST_CASE("R3.1 one person fills at most one seat, whatever roles they have", "[release][gates]") {
    auto told = at_push();
    const auto both = someone("UBOTH", {"developer", "qa"});
    told.must(yes(told), both);
    const auto why = told.refused(yes(told), both);
    CHECK(says(why.sentence(), "already approved at 12:00 UTC"));
    CHECK(says(why.sentence(), "needs 1 more from qa"));
}

TEST_CASE("R3.2 the requester never fills a seat", "[release][gates]") {
    auto told = at_push();
    auto requester = ana();
    requester.roles = {"developer", "qa", "release-manager"};
    const auto why = told.refused(yes(told), requester);
    CHECK(says(why.sentence(), "four eyes"));
    CHECK(says(why.sentence(), "1 more from developer and 1 more from qa"));
}

TEST_CASE("R3.2 the same person under another workspace's name is still the same person", "[release][gates]") {
    auto told = at_push();
    auto requester = someone("UANA", {"developer"});
    requester.who.team = "T2";
    CHECK(says(told.refused(yes(told), requester).sentence(), "four eyes"));
    told.must(yes(told), dee());
    auto twice = someone("UDEE", {"qa"});
    twice.who.team = "T2";
    CHECK(says(told.refused(yes(told), twice).sentence(), "already approved"));
    told.must(withdraw{"push", told.fingerprint("push")}, twice);
    CHECK_FALSE(told.at("push").gate->seats.front().taken_by);
}

namespace {

/// Eve wrote #2, somebody in GitLab whom nobody knows wrote #9.
release::start wish_with_migrations(checklist plan = small_plan()) {
    auto made = small_wish(std::move(plan));
    made.facts[migration_authors_fact] = {{{"what", "#2"}, {"gitlab", "eve"}, {"slack", "UEVE"}},
                                          {{"what", "#9"}, {"gitlab", "zoe"}, {"slack", ""}}};
    return made;
}

}  // namespace

TEST_CASE("R3.2 whoever wrote a migration fills no seat of the gate that lets it deploy", "[release][gates]") {
    story told{wish_with_migrations()};
    told.go_to_push();
    const auto why = told.refused(yes(told), eve());
    CHECK(says(why.sentence(), "You wrote migration #2 of this release, so somebody else signs its deploy"));
    CHECK(says(why.sentence(), "1 more from developer and 1 more from qa"));
    CHECK(says(why.sentence(), "@UEVE wrote migration #2 and cannot fill a seat"));
    auto under_another_team = eve();
    under_another_team.who.team = "T2";
    CHECK(says(told.refused(yes(told), under_another_team).sentence(), "You wrote migration #2"));
    told.must(yes(told), dee());
    told.must(yes(told), quinn());
    CHECK(told.status("push") == step_status::running);
}

TEST_CASE("R3.2 the author still fills seats before the deploy, and may veto it", "[release][gates]") {
    story told{wish_with_migrations()};
    told.ended("announce");
    told.looked({}, "l1", true);
    CHECK(told.at("read").gate->authors.empty());
    told.must(yes(told, "read"), eve());
    story at_the_gate{wish_with_migrations()};
    at_the_gate.go_to_push();
    at_the_gate.must(reject{"push", at_the_gate.fingerprint("push"), "the index is missing"}, eve());
    CHECK(at_the_gate.at("push").gate->status == gate_status::rejected);
}

TEST_CASE("R3.2 an author whom nobody linked binds nobody: that is said, and ends when the account is linked",
          "[release][gates]") {
    story told{wish_with_migrations()};
    told.go_to_push();
    CHECK(says(why_closed(told.state, told.at("push")),
               "zoe, who wrote migration #9 in GitLab, was linked with nobody in Slack"));
    auto linked_since = quinn();
    linked_since.gitlab = "zoe";
    CHECK(says(told.refused(yes(told), linked_since).sentence(), "You wrote migration #9"));
    told.must(yes(told), quinn());
}

TEST_CASE("R3.2 without four eyes an author fills a seat too", "[release][gates]") {
    auto plan = small_plan();
    plan.steps[5].gate.front().four_eyes = false;
    story told{wish_with_migrations(plan)};
    told.go_to_push();
    CHECK(told.at("push").gate->authors.empty());
    told.must(yes(told), eve());
}

TEST_CASE("R3.2 a gate in the place of the deploy's own keeps authors out as well", "[release][gates]") {
    auto plan = small_plan();
    plan.steps.insert(plan.steps.begin() + 5, small_step("train", "deploy", "check", {"commit"}));
    plan.steps[5].gate = std::exchange(plan.steps[6].gate, {});
    plan.steps[6].needs = {"train"};
    story told{wish_with_migrations(plan)};
    told.ended("announce");
    told.looked({}, "l1", true);
    told.must(yes(told, "read"), dee());
    told.ended("tests");
    told.ended("commit");
    CHECK(says(told.refused(yes(told, "train"), eve()).sentence(), "You wrote migration #2"));
}

TEST_CASE("R3.2 the gate of a train keeps out the authors of every lane's migrations, each named once",
          "[release][gates][train]") {
    const auto zoe = someone("UZOE", {"qa"});
    {
        story alone{wish_with_migrations()};  // negative control: without the other lane nobody knows who Zoe is
        alone.go_to_push();
        alone.must(yes(alone), zoe);
    }
    auto wish = wish_with_migrations();
    // The other lane's project file does not know Eve, and knows Zoe.
    wish.facts[train_authors_fact] = {{{"what", "wiki#7"}, {"gitlab", "eve"}, {"slack", ""}},
                                      {{"what", "wiki#8"}, {"gitlab", "zoe"}, {"slack", "UZOE"}}};
    story told{wish};
    told.go_to_push();
    CHECK(says(told.refused(yes(told), eve()).sentence(), "You wrote migration #2 and wiki#7 of this train"));
    CHECK(says(told.refused(yes(told), zoe).sentence(), "You wrote migration #9 and wiki#8 of this train"));
    const auto why = why_closed(told.state, told.at("push"));
    CHECK(says(why, "@UEVE wrote migration #2 and wiki#7 and cannot fill a seat"));
    CHECK(says(why, "@UZOE wrote migration #9 and wiki#8 and cannot fill a seat"));
    CHECK_FALSE(says(why, "linked with nobody"));
    told.must(yes(told), dee());
    told.must(yes(told), quinn());
    CHECK(told.status("push") == step_status::running);
}

TEST_CASE("R3.2 what one person wrote is told in one place, once, whatever account they wrote it with",
          "[release][gates]") {
    const auto all = authors_by_person({{"#2", "zoe", ""},
                                        {"#2", "eve", "UEVE"},
                                        {"#3", "eve", "UEVE"},
                                        {"#2", "eve.of.old", "UEVE"},
                                        {"wiki#7", "eve", "UEVE"},
                                        {"#4", "dee", "UDEE"}});
    REQUIRE(all.size() == 3);
    CHECK(all[0].slack == "UDEE");
    CHECK(listed(all[1].what) == "#2, #3 and wiki#7");
    CHECK(all[2].gitlab == "zoe");
}

namespace {

/// Somebody else has written into #2 since it was asked: what the look at the pins makes of it.
drift_seen dee_wrote_too() {
    drift_seen moved{authors_moved, "eve (@UEVE) #2", "dee (@UDEE) #2, eve (@UEVE) #2"};
    moved.facts[migration_authors_fact] = {{{"what", "#2"}, {"gitlab", "dee"}, {"slack", "UDEE"}},
                                           {{"what", "#2"}, {"gitlab", "eve"}, {"slack", "UEVE"}}};
    return moved;
}

}  // namespace

TEST_CASE("R3.2 R3.5 a new author of a migration voids what was approved, and signs nothing of it themselves",
          "[release][gates]") {
    story told{wish_with_migrations()};
    told.go_to_push();
    const auto old = yes(told);
    told.must(old, dee());
    told.must(dee_wrote_too(), machine());
    const auto& gate = *told.at("push").gate;
    CHECK(gate.number == 2);
    for (const auto& each : gate.seats) CHECK_FALSE(each.taken_by);
    CHECK(told.refused(old, quinn()) == errc::moved);
    CHECK(says(told.refused(yes(told), dee()).sentence(), "You wrote migration #2"));
    CHECK(told.ask(dee_wrote_too(), machine())->empty());
}

TEST_CASE("R3.2 a new author of a migration is kept out also when everybody has approved and nothing began",
          "[release][gates]") {
    story told{wish_with_migrations()};
    told.go_to_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    told.must(dee_wrote_too(), machine());
    told.must(resume{}, ana());
    CHECK(told.status("push") == step_status::asking);
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(says(told.refused(yes(told), dee()).sentence(), "You wrote migration #2"));
}

TEST_CASE("R3.2 an author who was one before and is one again is a new one all the same", "[release][gates]") {
    story told{wish_with_migrations()};
    told.go_to_push();
    told.must(dee_wrote_too(), machine());
    // A step has read meanwhile that only Eve wrote it.
    told.state.facts[migration_authors_fact] = {{{"what", "#2"}, {"gitlab", "eve"}, {"slack", "UEVE"}}};
    told.must(advance{}, machine());
    told.must(yes(told), dee());
    told.must(dee_wrote_too(), machine());
    for (const auto& each : told.at("push").gate->seats) CHECK_FALSE(each.taken_by);
    CHECK(says(told.refused(yes(told), dee()).sentence(), "You wrote migration #2"));
}

TEST_CASE("R3.2 R3.11 a gate that only authors could fill says so", "[release][gates]") {
    story told{wish_with_migrations()};
    told.go_to_push();
    told.must(members_seen{{{"developer", {"UEVE", "UANA"}}, {"qa", {"UQUINN"}}}}, machine());
    CHECK(says(told.at("push").gate->shortage, "nobody of developer can answer and 1 is missing"));
}

TEST_CASE("R3.2 a gate may be told to do without four eyes", "[release][gates]") {
    auto plan = small_plan();
    plan.steps[3].gate.front().four_eyes = false;
    story told{small_wish(plan)};
    told.ended("announce");
    told.looked({}, "l1", true);
    auto requester = ana();
    requester.roles = {"developer"};
    told.must(yes(told, "read"), requester);
    CHECK(told.status("read") == step_status::done);
}

TEST_CASE("R3.3 two approvers in one millisecond: two approvals, one decision, one start", "[release][gates]") {
    auto told = at_push();
    const auto print = told.fingerprint("push");
    const auto before = told.journal.size();
    told.must(approve{"push", print}, dee());
    told.must(approve{"push", print}, quinn());
    const auto late = told.refused(approve{"push", print}, eve());
    CHECK(says(late.sentence(), "already started at 12:00 UTC, approved by @UDEE or @UQUINN"));
    const std::vector<event> since{told.journal.begin() + static_cast<std::ptrdiff_t>(before), told.journal.end()};
    CHECK(count<seat_filled>(since) == 2);
    CHECK(count<gate_closed>(since) == 1);
    CHECK(count<step_intended>(since) == 1);
}

TEST_CASE("R3.5 any change of what the card showed makes its approvals void and asks again", "[release][gates]") {
    auto told = at_push();
    const auto old = told.fingerprint("push");
    told.must(yes(told), dee());
    const auto moved = told.ask(drift_seen{"trunk", "c0ffee", "decaf"}, machine());
    REQUIRE(moved);
    const auto& gate = *told.at("push").gate;
    CHECK(gate.status == gate_status::open);
    CHECK(gate.number == 2);
    CHECK(gate.fingerprint != old);
    for (const auto& each : gate.seats) CHECK_FALSE(each.taken_by);
}

TEST_CASE("R1.5 a drift makes the open gate outdated, says what moved, and is noted once", "[release][gates]") {
    auto told = at_push();
    const auto moved = told.ask(drift_seen{"trunk", "c0ffee", "decaf"}, machine());
    REQUIRE(moved);
    CHECK(count<drift_noted>(*moved) == 1);
    CHECK(count<gate_opened>(*moved) == 1);
    const auto closed =
        std::ranges::find_if(*moved, [](const event& each) { return std::holds_alternative<gate_closed>(each); });
    REQUIRE(closed != moved->end());
    CHECK(std::get<gate_closed>(*closed).status == gate_status::outdated);
    CHECK(std::get<gate_closed>(*closed).reason == "trunk moved");
    const auto again = told.ask(drift_seen{"trunk", "c0ffee", "decaf"}, machine());
    REQUIRE(again);
    CHECK(again->empty());
}

TEST_CASE("R1.5 what was approved during a hold is asked again when something moved before it began",
          "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    CHECK(told.status("push") == step_status::asking);
    told.must(drift_seen{"stable", "ba5e", "f00d"}, machine());
    told.must(resume{}, ana());
    CHECK(told.status("push") == step_status::asking);
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(told.at("push").gate->number == 2);
}

TEST_CASE("R1.5 R3.6 what moves during a hold makes the card out of date at once, and nobody approves it any more",
          "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    const auto old = yes(told);
    told.must(old, dee());
    told.must(drift_seen{"trunk", "c0ffee", "decaf"}, machine());
    CHECK(told.at("push").gate->status == gate_status::outdated);
    CHECK(says(told.refused(old, quinn()).sentence(), "trunk moved"));
    CHECK(told.word() == "held");
    told.must(resume{}, ana());
    CHECK(told.at("push").gate->number == 2);
    CHECK(told.at("push").gate->again == std::vector<person_id>{person("UDEE")});
}

TEST_CASE("R3.6 a click on a card of an older fingerprint is refused and nothing is stored", "[release][gates]") {
    auto told = at_push();
    const auto old = yes(told);
    told.must(drift_seen{"trunk", "c0ffee", "decaf"}, machine());
    const auto why = told.refused(old, dee());
    CHECK(why == errc::moved);
    CHECK(says(why.sentence(), "out of date"));
    CHECK(says(why.sentence(), "newest card"));
    CHECK(told.refused(reject{"push", old.fingerprint, "not this"}, dee()) == errc::moved);
    CHECK(told.refused(withdraw{"push", old.fingerprint}, dee()) == errc::moved);
}

TEST_CASE("R3.7 a rejection is a veto with a reason, by those the gate asks and by the requester", "[release][gates]") {
    auto told = at_push();
    const auto print = told.fingerprint("push");
    CHECK(says(told.refused(reject{"push", print, "  "}, dee()).sentence(), "give a reason"));
    CHECK(says(told.refused(reject{"push", print, "I do not like it"}, nora()).sentence(), "/release hold"));
    told.must(reject{"push", print, "the cart is broken"}, ana());
    CHECK(told.status("push") == step_status::failed);
    CHECK(told.at("push").gate->status == gate_status::rejected);
    CHECK(told.word() == "blocked");
    told.must(retry{"push"}, ana());
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(told.fingerprint("push") != print);
}

TEST_CASE("R3.8 an approval can be withdrawn until the step starts, and only one's own", "[release][gates]") {
    auto told = at_push();
    const auto print = told.fingerprint("push");
    told.must(yes(told), dee());
    CHECK(says(told.refused(withdraw{"push", print}, eve()).sentence(), "nothing to withdraw"));
    told.must(withdraw{"push", print}, dee());
    CHECK(says(why_closed(told.state, told.at("push")), "1 more from developer and 1 more from qa"));
    told.approve_push();
    CHECK(says(told.refused(withdraw{"push", print}, dee()).sentence(), "already started at 12:00 UTC"));
}

TEST_CASE("R3.8 an approval can be withdrawn also when all have approved, until the step starts", "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    const withdraw back{"push", told.fingerprint("push")};
    CHECK(says(told.refused(back, eve()).sentence(), "nothing to withdraw"));
    told.must(back, dee());
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(told.at("push").gate->number == 1);
    told.must(resume{}, ana());
    CHECK(told.status("push") == step_status::asking);
    CHECK(says(why_closed(told.state, told.at("push")), "needs 1 more from developer;"));
    told.must(yes(told), eve());
    CHECK(told.status("push") == step_status::running);
    CHECK_FALSE(may_withdraw(told.at("push")));
}

TEST_CASE("R3.8 R3.13 a gate that was opened past its rules closes for nobody's withdrawal", "[release][gates]") {
    auto wish = small_wish();
    wish.rights["break-glass"] = {"release-manager"};
    story told{wish};
    told.go_to_push();
    told.must(yes(told), dee());
    told.must(hold{"wait for the database"}, quinn());
    told.must(break_glass{"push", "", "1.4.0", "the shop is down and nobody answers"}, ana());
    CHECK(says(told.refused(withdraw{"push", told.fingerprint("push")}, dee()).sentence(), "is closed: approved"));
}

TEST_CASE("R3.9 a gate expires by a tick, leaves an event, and can be asked again", "[release][gates]") {
    auto told = at_push();
    const auto print = yes(told);
    told.now = told.at("push").gate->expires - milliseconds{1};
    CHECK(count<gate_closed>(*told.ask(tick{}, machine())) == 0);
    told.now += milliseconds{1};
    CHECK(says(told.refused(print, dee()).sentence(), "expired at 16:00 UTC"));
    told.must(tick{}, machine());
    CHECK(told.at("push").gate->status == gate_status::expired);
    CHECK(says(told.refused(print, dee()).sentence(), "is closed: expired"));
    told.must(retry{"push"}, ana());
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(told.at("push").gate->expires == told.now + milliseconds{4 * 3'600'000});
}

TEST_CASE("R3.10 roles that cannot be verified open nothing", "[release][gates]") {
    auto told = at_push();
    auto unsure = dee();
    unsure.roles_known = false;
    for (const command& each : {command{yes(told)}, command{reject{"push", told.fingerprint("push"), "no way"}},
                                command{hold{"please wait"}}, command{add_note{"a note"}}})
        CHECK(says(told.refused(each, unsure).sentence(), "cannot verify"));
}

TEST_CASE("R3.12 bot accounts never fill a seat", "[release][gates]") {
    auto told = at_push();
    auto robot = dee();
    robot.is_robot = true;
    CHECK(says(told.refused(yes(told), robot).sentence(), "Bot accounts"));
    CHECK(says(told.refused(hold{"beep beep"}, robot).sentence(), "Bot accounts"));
}

TEST_CASE("R3.14 somebody without the role reads which role is missing", "[release][gates]") {
    auto told = at_push();
    CHECK(says(told.refused(yes(told), nora()).sentence(), "needs 1 more from developer and 1 more from qa"));
    told.must(yes(told), dee());
    CHECK(says(told.refused(yes(told), eve()).sentence(), "needs 1 more from qa"));
}

TEST_CASE("R3.15 the first valid decision wins: nothing flips a gate that was decided", "[release][gates]") {
    auto told = at_push();
    const auto print = told.fingerprint("push");
    told.must(reject{"push", print, "the cart is broken"}, dee());
    CHECK(says(told.refused(approve{"push", print}, quinn()).sentence(), "is closed: rejected"));
    CHECK(says(told.refused(reject{"push", print, "me too"}, quinn()).sentence(), "the cart is broken"));

    auto other = at_push();
    other.approve_push();
    CHECK(says(other.refused(reject{"push", other.fingerprint("push"), "too late"}, dee()).sentence(), "approved"));
    CHECK(other.status("push") == step_status::running);
}

TEST_CASE("a question that was never asked is answered with where to look", "[release][gates]") {
    story told;
    CHECK(says(told.refused(approve{"push", "x"}, dee()).sentence(), "/release status"));
    CHECK(says(told.refused(approve{"nonsense", "x"}, dee()).sentence(), "/release status"));
}

TEST_CASE("an approval during a hold is kept, and the step starts with the resume", "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    CHECK(told.at("push").gate->status == gate_status::approved);
    CHECK(told.status("push") == step_status::asking);
    CHECK(told.word() == "held");
    told.must(resume{}, ana());
    CHECK(told.status("push") == step_status::running);
}

TEST_CASE("R8.3 with an empty role map nobody can start, approve or cancel", "[release][gates]") {
    auto wanted = small_wish();
    const auto nobody = decide_start(wanted, someone("UANA", {}), small_start);
    REQUIRE_FALSE(nobody);
    CHECK(says(nobody.error().sentence(), "need the role release-manager"));
    wanted.rights = {};
    const auto refused = decide_start(wanted, ana(), small_start);
    REQUIRE_FALSE(refused);
    CHECK(says(refused.error().sentence(), "Nobody has the right"));

    auto told = at_push();
    for (const auto& user : {"UANA", "UDEE", "UQUINN"}) {
        const auto stripped = someone(user, {});
        CHECK_FALSE(told.ask(yes(told), stripped));
        CHECK_FALSE(told.ask(release::abort{"1.4.0", "because"}, stripped));
        CHECK_FALSE(told.ask(hold{"because"}, stripped));
    }
}
