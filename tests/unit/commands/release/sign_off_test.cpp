// Sign-offs beyond the seat: what a card covers, who may still stop what runs, reminders, sources that do not answer,
// roles that are too small, rules that change, gates opened past their rules.
#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/release/rule_changes.hpp"
#include "commands/release/rules_parts.hpp"
#include "tests/fakes/rounds.hpp"
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

/// The reason of the newest gate that was closed as outdated.
std::string what_moved(const std::vector<event>& all) {
    std::string reason;
    for (const auto& each : all)
        if (const auto* closed = std::get_if<gate_closed>(&each); closed && closed->status == gate_status::outdated)
            reason = closed->reason;
    return reason;
}

start with_glass() {
    auto wish = small_wish();
    wish.rights["break-glass"] = {"release-manager"};
    return wish;
}

}  // namespace

TEST_CASE("R3.3 ten thousand times two or three at once: as many approvals as seats, one decision, one start",
          "[release][gates]") {
    const auto prepared = at_push();
    const auto before = prepared.journal.size();
    for (unsigned run = 0; run < fakes::rounds(10'000U); ++run) {
        auto told = prepared;
        std::vector<actor> crowd{dee(), quinn(), eve()};
        std::rotate(crowd.begin(), crowd.begin() + run % 3, crowd.end());
        if (run % 2 == 0) std::swap(crowd[0], crowd[1]);
        for (const auto& each : crowd) static_cast<void>(told.ask(approve{"push", prepared.fingerprint("push")}, each));
        const std::vector<event> since{told.journal.begin() + static_cast<std::ptrdiff_t>(before), told.journal.end()};
        const bool once =
            count<seat_filled>(since) == 2 && count<gate_closed>(since) == 1 && count<step_intended>(since) == 1;
        if (!once) FAIL("not once in run " << run);
    }
}

TEST_CASE("R3.5 a card covers candidate, base, plan and the results of the checks before it", "[release][gates]") {
    const auto told = at_push();
    const auto& shown = told.at("push").gate->shown;
    CHECK(shown.at("candidate") == "c0ffee");
    CHECK(shown.at("base") == "ba5e");
    CHECK(shown.at("plan") == told.state.plan_hash);
    CHECK(shown.at("the result of “Do tests”") == "done");
    const auto print = told.fingerprint("push");
    for (const auto& [what, value] : shown) {
        auto moved = shown;
        moved[what] += "x";
        INFO(what);
        CHECK(gate_fingerprint(told.state, told.at("push"), moved) != print);
    }
}

TEST_CASE("R3.5 a check whose result changed voids the approvals, and the card says which", "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    REQUIRE(told.at("push").gate->status == gate_status::approved);
    told.must(resume{}, ana());
    REQUIRE(told.status("push") == step_status::running);

    auto other = at_push();
    other.must(yes(other), dee());
    other.must(retry{"tests"}, ana());  // the push hangs on it, so it is reset and asked again later
    other.ended("tests", step_status::failed, "two tests failed");
    other.must(skip{"tests", "known to be flaky"}, ana());
    other.ended("commit");
    REQUIRE(other.at("push").gate->status == gate_status::open);
    CHECK(other.at("push").gate->shown.at("the result of “Do tests”") == "skipped");
    for (const auto& each : other.at("push").gate->seats) CHECK_FALSE(each.taken_by);
}

TEST_CASE("R3.5 who approved what is void now is called once, by the card that asks again", "[release][gates]") {
    auto told = at_push();
    told.must(yes(told), dee());
    const auto first = told.ask(drift_seen{"trunk", "c0ffee", "decaf"}, machine());
    CHECK(what_moved(*first) == "trunk moved");
    REQUIRE(told.at("push").gate->number == 2);
    CHECK(told.at("push").gate->again == std::vector<person_id>{person("UDEE")});
    const auto second = told.ask(drift_seen{"stable", "ba5e", "f00d"}, machine());
    CHECK(what_moved(*second) == "stable moved");
    REQUIRE(told.at("push").gate->number == 3);
    CHECK(told.at("push").gate->again.empty());
}

TEST_CASE("R3.5 the words name every input that moved, and only those", "[release][gates]") {
    const std::map<std::string, std::string> before{
        {"candidate", "a"}, {"the result of “Tests”", "done"}, {"plan", "p"}};
    auto now = before;
    CHECK(rules::moved_words(before, now) == "what it showed has changed");
    now["candidate"] = "b";
    now["the result of “Tests”"] = "skipped";
    CHECK(rules::moved_words(before, now) == "candidate moved, the result of “Tests” changed");
}

TEST_CASE("R3.8 once the step runs, who may approve it may ask for it to be stopped", "[release][gates]") {
    auto told = at_push();
    const request_stop stop{"push", "the wrong branch was merged"};
    CHECK(says(told.refused(stop, dee()).sentence(), "is not running"));
    told.approve_push();
    REQUIRE(told.status("push") == step_status::running);
    CHECK(says(told.refused(withdraw{"push", told.fingerprint("push")}, dee()).sentence(), "Request stop"));
    CHECK_FALSE(may_request_stop(told.state, told.at("push"), nora()));
    CHECK(says(told.refused(stop, nora()).sentence(), "developer or qa"));
    CHECK(says(told.refused(request_stop{"push", " "}, eve()).sentence(), "reason"));
    CHECK(may_request_stop(told.state, told.at("push"), eve()));
    told.must(stop, eve());
    CHECK(told.word() == "held");
    CHECK(says(told.state.held->reason.raw(), "stop requested while “Do push” runs: the wrong branch was merged"));
    CHECK(told.status("push") == step_status::running);
    told.ended("push");
    CHECK(told.status("home") == step_status::waiting);  // nothing begins behind it
    CHECK(says(told.refused(stop, eve()).sentence(), "is not running"));
}

TEST_CASE("R3.9 ten minutes before it expires a gate calls those who are missing, once", "[release][gates]") {
    auto told = at_push();
    const auto& gate = *told.at("push").gate;
    REQUIRE(reminder_of(gate) == gate.expires - milliseconds{600'000});
    told.now = *reminder_of(gate) - milliseconds{1};
    CHECK(told.ask(tick{}, machine())->empty());
    told.now += milliseconds{1};
    CHECK(count<gate_reminded>(*told.ask(tick{}, machine())) == 1);
    CHECK(told.ask(tick{}, machine())->empty());
    CHECK(told.at("push").gate->reminded == told.now);
    auto brief = gate;
    brief.expires = brief.opened_at + milliseconds{900'000};
    CHECK_FALSE(reminder_of(brief));
}

TEST_CASE("R3.9 the store's clock decides about expiry, whatever this machine believes", "[release][gates]") {
    auto told = at_push();
    const auto expires = told.at("push").gate->expires;
    told.now = expires - milliseconds{3'600'000};  // this machine is an hour behind
    told.must(tick{expires}, machine());
    CHECK(told.at("push").gate->status == gate_status::expired);
    CHECK(told.at("push").gate->closed_at == expires);
}

TEST_CASE("R3.9 approvals expire also when everybody has given theirs and the start waits", "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    const auto expires = told.at("push").gate->expires;
    told.now = expires;
    told.must(tick{}, machine());
    CHECK(told.at("push").gate->status == gate_status::expired);
    CHECK(says(told.at("push").gate->reason, "was approved, and nothing began in time"));
    told.must(resume{}, ana());
    CHECK(told.status("push") == step_status::asking);
    told.must(retry{"push"}, ana());
    told.approve_push();
    CHECK(told.status("push") == step_status::running);
}

TEST_CASE("R3.9 an approval that has expired starts nothing, also when the tick comes late", "[release][gates]") {
    auto told = at_push();
    told.must(hold{"wait for the database"}, quinn());
    told.approve_push();
    told.now = told.at("push").gate->expires;
    const auto resumed = told.ask(resume{}, ana());
    REQUIRE(resumed);
    CHECK(count<step_intended>(*resumed) == 0);
    CHECK(told.at("push").gate->status == gate_status::expired);
}

TEST_CASE("R3.10 a role whose source does not answer is neither granted nor denied, other roles still count",
          "[release][gates]") {
    auto told = at_push();
    auto unsure = someone("UDEE", {});
    unsure.unverified = {"developer"};
    CHECK(says(told.refused(yes(told), unsure).sentence(),
               "cannot verify right now whether you have the role developer"));
    CHECK(says(told.refused(reject{"push", told.fingerprint("push"), "no way"}, unsure).sentence(), "cannot verify"));
    CHECK(says(told.refused(hold{"please wait"}, unsure).sentence(), "cannot verify"));
    auto tester = quinn();
    tester.unverified = {"release-manager"};
    told.must(yes(told), tester);
    CHECK(says(told.refused(release::abort{"1.4.0", "because of the cart"}, tester).sentence(), "release-manager"));
}

TEST_CASE("R3.11 a change of members that breaks an open gate is flagged, and the flag goes when they are enough",
          "[release][gates]") {
    auto told = at_push();
    members_seen seen{{{"developer", {"UDEE", "UEVE"}}, {"qa", {}}}};
    CHECK(count<gate_staffed>(*told.ask(seen, machine())) == 1);
    CHECK(told.at("push").gate->shortage == "nobody of qa can answer and 1 is missing");
    CHECK(says(why_closed(told.state, told.at("push")), "nobody of qa can answer"));
    CHECK(told.ask(seen, machine())->empty());
    seen.users["qa"] = {"UANA"};  // she asked for the release
    CHECK(told.ask(seen, machine())->empty());
    seen.users.erase("qa");  // its source does not answer: nothing is known
    told.must(seen, machine());
    CHECK(told.at("push").gate->shortage.empty());
    seen.users["qa"] = {"UQUINN"};
    CHECK(told.ask(seen, machine())->empty());
}

TEST_CASE("R3.12 R8.2 guests and deactivated accounts fill no seat and decide nothing", "[release][gates]") {
    auto told = at_push();
    for (const auto* kind : {"guests", "people who left"}) {
        auto barred = dee();
        barred.barred = kind;
        CHECK(says(told.refused(yes(told), barred).sentence(), kind));
        CHECK(says(told.refused(hold{"please wait"}, barred).sentence(), kind));
        CHECK(says(told.refused(choose{"merges", "!1", "merge", "f1", ""}, barred).sentence(), "."));
    }
}

TEST_CASE("R3.12 new gate rules hold only once the old ones are satisfied", "[release][gates]") {
    const auto earlier = at_push().state;
    auto plan = small_plan();
    const std::map<std::string, int> heads{{"release-manager", 1}, {"developer", 2}, {"qa", 1}};
    const auto same = guarded(plan, earlier.rights, earlier, heads, "ask");
    REQUIRE(same);
    CHECK(same->steps.size() == plan.steps.size());

    plan.steps[5].gate.front().seats = {{"developer", 1}};  // qa is no longer asked about the push
    const auto weaker = guarded(plan, earlier.rights, earlier, heads, "ask");
    REQUIRE(weaker);
    REQUIRE(weaker->steps.size() == plan.steps.size() + 1);
    const auto& asked = weaker->steps.front();
    CHECK(asked.id == rules_step);
    CHECK(asked.gate.front().seats == std::map<std::string, int>{{"developer", 1}, {"qa", 1}});
    CHECK(says(asked.text, "“Do push”: 1 developer + 1 qa → 1 developer"));

    auto wish = small_wish(*weaker);
    story told{wish};
    CHECK(told.status("announce") == step_status::waiting);
    CHECK_FALSE(rules_were_accepted(told.state));
    CHECK(says(told.refused(skip{rules_step, "we are in a hurry"}, ana()).sentence(), "required"));
    told.must(yes(told, rules_step), dee());
    CHECK(told.status("announce") == step_status::waiting);
    told.must(yes(told, rules_step), quinn());
    CHECK(told.status("announce") == step_status::running);
    CHECK(rules_were_accepted(told.state));
}

TEST_CASE("R3.12 a changed right is a changed rule, and old rules without their people stop the start",
          "[release][gates]") {
    const auto earlier = at_push().state;
    auto rights = earlier.rights;
    rights["abort"] = {"*"};
    const auto asked = guarded(small_plan(), rights, earlier, {{"developer", 2}, {"qa", 1}}, "ask");
    REQUIRE(asked);
    CHECK(says(asked->steps.front().text, "right to “abort”: release-manager → *"));
    const auto gone = guarded(small_plan(), rights, earlier, {{"developer", 2}}, "ask");
    REQUIRE_FALSE(gone);
    CHECK(says(gone.error().sentence(), "1 of the role qa, which has 0"));
}

TEST_CASE("R3.13 break-glass is a right of its own, with the typed version and a full reason", "[release][gates]") {
    auto told = at_push();
    const break_glass smash{"push", told.fingerprint("push"), "1.4.0", "the shop is down and nobody answers"};
    CHECK(says(told.refused(smash, ana()).sentence(), "Nobody has the right to “break-glass”"));

    story armed{with_glass()};
    armed.go_to_push();
    auto asked = smash;
    asked.fingerprint = armed.fingerprint("push");
    CHECK(says(armed.refused(asked, dee()).sentence(), "release-manager"));
    auto wrong = asked;
    wrong.version = "1.4.1";
    CHECK(says(armed.refused(wrong, ana()).sentence(), "1.4.0"));
    wrong = asked;
    wrong.reason = "hurry";
    CHECK(says(armed.refused(wrong, ana()).sentence(), "ten characters"));
    wrong = asked;
    wrong.fingerprint = "an older card";
    CHECK(armed.refused(wrong, ana()) == errc::moved);
    auto robot = ana();
    robot.is_robot = true;
    CHECK(says(armed.refused(asked, robot).sentence(), "Bot accounts"));

    const auto done = armed.ask(asked, ana());  // the requester too: that is what it is for
    REQUIRE(done);
    CHECK(count<glass_broken>(*done) == 1);
    CHECK(count<step_intended>(*done) == 1);
    CHECK(armed.at("push").gate->broken);
    REQUIRE(armed.state.broken.size() == 1);
    CHECK(armed.state.broken.front().reason == smash.reason);
    CHECK(says(armed.refused(asked, ana()).sentence(), "already started"));
}

TEST_CASE("R3.13 a broken gate marks its release for ever and nothing after it", "[release][gates]") {
    story told{with_glass()};
    told.go_to_push();
    told.must(break_glass{"push", "", "1.4.0", "the shop is down and nobody answers"}, ana());
    told.ended("push", step_status::failed, "the remote said no");
    told.must(retry{"push"}, ana());
    CHECK(told.at("push").gate->status == gate_status::open);  // the next attempt asks as ever
    CHECK_FALSE(told.at("push").gate->broken);
    CHECK(told.state.broken.size() == 1);
    auto next = with_glass();
    next.id = "shop-1.5.0-1";
    next.version = "1.5.0";
    story after{next};
    after.go_to_push();
    CHECK(after.state.broken.empty());
    CHECK(after.at("push").gate->status == gate_status::open);
}
