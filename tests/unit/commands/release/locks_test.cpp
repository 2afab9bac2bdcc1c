// Locks, freezes and the queue: what they stop, who may lift them, and what the running release does meanwhile.
#include <catch2/catch.hpp>

#include "commands/release/project_state.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

/// A project and what people ask of it, as the journal would keep it.
struct house {
    project_state state;
    instant now = small_start;

    result<std::vector<project_event>> ask(const project_command& asked, const actor& who) {
        auto decided = decide(state, asked, who, now, default_rights());
        if (decided)
            for (const auto& each : *decided) {
                // Through its stored form, as after a restart.
                const auto read = project_event_from(name_of(each), data_of(each));
                REQUIRE(read);
                state = apply(std::move(state), *read);
            }
        return decided;
    }
    std::int64_t locked(const std::string& reason = "database move", const actor& who = ana()) {
        REQUIRE(ask(take_lock{reason, milliseconds{7'200'000}}, who));
        return state.lock->number;
    }
    failure refused(const project_command& asked, const actor& who) {
        const auto before = state.journal;
        const auto decided = ask(asked, who);
        REQUIRE_FALSE(decided);
        CHECK(state.journal == before);
        return decided.error();
    }
};

actor leo() {
    return someone("ULEO", {"release-manager"});
}

release::start wish_of_kind(const std::string& kind) {
    auto made = small_wish();
    made.kind = kind;
    return made;
}

circumstances freeze_until(instant until, bool overrun = false) {
    circumstances made;
    made.frozen = freeze_now{"Black Friday", until, overrun};
    return made;
}

}  // namespace

TEST_CASE("R4.2 a lock has an owner, a reason and an end, or it is none", "[release][locks]") {
    house one;
    CHECK(says(one.refused(take_lock{"", milliseconds{7'200'000}}, ana()).sentence(), "reason"));
    CHECK(says(one.refused(take_lock{"database move", milliseconds{0}}, ana()).sentence(), "for how long"));
    CHECK(says(one.refused(take_lock{"database move", longest_lock + milliseconds{1}}, ana()).sentence(), "30 days"));
    CHECK(says(one.refused(take_lock{"database move", milliseconds{7'200'000}}, nora()).sentence(), "release-manager"));
    one.locked();
    CHECK(one.state.lock->owner == person("UANA"));
    CHECK(one.state.lock->until == one.now + milliseconds{7'200'000});
}

TEST_CASE("R4.3 R6.7 a lock stops every start, also the ways back, it ends by itself", "[release][locks]") {
    house one;
    const auto number = one.locked();
    for (const auto* kind : {"release", "hotfix", "rollback"}) {
        const auto begun = decide_start(wish_of_kind(kind), ana(), one.now, one.state, {});
        REQUIRE_FALSE(begun);
        CHECK(says(begun.error().sentence(), "database move"));
        CHECK(says(begun.error().sentence(), "/release unlock " + std::to_string(number)));
        one.now += milliseconds{7'200'000};
        CHECK(decide_start(wish_of_kind(kind), ana(), one.now, one.state, {}));
        one.now -= milliseconds{7'200'000};
    }
}

TEST_CASE("R4.3 a lock stops the next step that cannot be undone, not the one in flight", "[release][locks]") {
    story waiting;
    waiting.go_to_push();
    const lock_state lock{3, person("ULEO"), "database move", waiting.now, waiting.now + milliseconds{3'600'000}};
    waiting.must(lock_seen{lock}, machine());
    waiting.approve_push();  // answers are taken; the start waits
    CHECK(waiting.at("push").gate->status == gate_status::approved);
    CHECK(waiting.status("push") == step_status::asking);
    waiting.must(unlock_seen{2}, machine());  // of another lock
    CHECK(waiting.status("push") == step_status::asking);
    waiting.must(unlock_seen{3}, leo());
    CHECK(waiting.status("push") == step_status::running);
    CHECK_FALSE(waiting.state.locked);

    story flying;
    flying.go_to_push();
    flying.approve_push();
    flying.must(lock_seen{lock}, machine());
    CHECK(flying.status("push") == step_status::running);
    flying.ended("push");
    CHECK(flying.status("home") == step_status::running);  // a check changes nothing outside
}

TEST_CASE("R4.3 a lock whose time is over lets the release go on without anybody", "[release][locks]") {
    story told;
    told.go_to_push();
    const lock_state lock{3, person("ULEO"), "database move", told.now, told.now + milliseconds{3'600'000}};
    told.must(lock_seen{lock}, machine());
    told.approve_push();
    told.now += milliseconds{3'599'000};
    told.must(tick{}, machine());
    CHECK(told.status("push") == step_status::asking);
    told.now += milliseconds{1'000};
    told.must(tick{}, machine());
    CHECK(told.status("push") == step_status::running);
}

TEST_CASE("R4.3 while a lock holds no button begins what cannot be undone", "[release][locks]") {
    story told;
    told.ended("announce");
    told.looked({small_item("!1")});
    told.must(lock_seen{{3, person("ULEO"), "database move", told.now, told.now + milliseconds{3'600'000}}}, machine());
    const auto why = told.refused(choose{"merges", "!1", "merge", "f1", ""}, dee());
    CHECK(says(why.sentence(), "database move"));
    CHECK(says(why.sentence(), "/release unlock 3"));
    told.must(choose{"merges", "!1", "move-out", "f1", "not in this one"}, dee());  // can be undone
}

TEST_CASE("R4.4 taking over a lock needs force and a reason, and names whom it was taken from", "[release][locks]") {
    house one;
    one.locked();
    CHECK(says(one.refused(take_lock{"urgent fix now", milliseconds{3'600'000}}, leo()).sentence(), "--force"));
    CHECK(says(one.refused(take_lock{"hurry", milliseconds{3'600'000}, /*force=*/true}, leo()).sentence(),
               "ten characters"));
    const auto taken = one.ask(take_lock{"site is down", milliseconds{3'600'000}, /*force=*/true}, leo());
    REQUIRE(taken);
    CHECK(std::get<lock_taken>(taken->front()).instead_of == person("UANA"));
    CHECK(one.state.lock->owner == person("ULEO"));
    // One's own lock is simply renewed.
    const auto renewed = one.ask(take_lock{"still down", milliseconds{3'600'000}}, leo());
    REQUIRE(renewed);
    CHECK(std::get<lock_taken>(renewed->front()).instead_of.empty());
}

TEST_CASE("R4.11 unlock takes away only the lock that was seen", "[release][locks]") {
    house one;
    const auto first = one.locked("first");
    CHECK(says(one.refused(remove_lock{}, ana()).sentence(), "/release unlock " + std::to_string(first)));
    const auto second = one.locked("second");
    REQUIRE(second > first);
    const auto why = one.refused(remove_lock{first}, ana());
    CHECK(why == errc::moved);
    CHECK(says(why.sentence(), "second"));
    CHECK(says(one.refused(remove_lock{second}, leo()).sentence(), "--force"));
    REQUIRE(one.ask(remove_lock{second}, ana()));
    CHECK_FALSE(one.state.lock);
    CHECK(says(one.refused(remove_lock{second}, ana()).sentence(), "not locked"));
}

TEST_CASE("R4.7 a freeze stops releases and never a way back", "[release][locks]") {
    house one;
    const auto around = freeze_until(one.now + milliseconds{3'600'000});
    const auto begun = decide_start(wish_of_kind("release"), ana(), one.now, one.state, around);
    REQUIRE_FALSE(begun);
    CHECK(says(begun.error().sentence(), "Black Friday"));
    CHECK(says(begun.error().sentence(), "until 13:00 UTC"));
    CHECK(decide_start(wish_of_kind("hotfix"), ana(), one.now, one.state, around));
    CHECK(decide_start(wish_of_kind("rollback"), ana(), one.now, one.state, around));
    REQUIRE(one.ask(declare_freeze{"sales event", milliseconds{3'600'000}}, ana()));
    CHECK_FALSE(decide_start(wish_of_kind("release"), ana(), one.now, one.state, {}));
    CHECK(decide_start(wish_of_kind("rollback"), ana(), one.now, one.state, {}));
    REQUIRE(one.ask(lift_freeze{}, ana()));
    CHECK(decide_start(wish_of_kind("release"), ana(), one.now, one.state, {}));
}

TEST_CASE("R4.7 a release that runs ends its stage in a freeze and does not enter the next", "[release][locks]") {
    story told;
    told.go_to_push();  // its gate is open: the stage has been entered
    REQUIRE(told.status("push") == step_status::asking);

    const auto until = small_start + milliseconds{3'600'000};
    const auto play = [&](bool overrun, const std::string& kind) {
        auto wanted = small_wish();
        wanted.kind = kind;
        story one{wanted};
        one.ended("announce");
        one.looked({}, "l1", true);
        one.ended("tests");
        one.must(approve{"read", one.fingerprint("read")}, dee());
        step_finished last;
        last.step = "commit";
        const auto around = freeze_until(until, overrun);
        auto events = decide_and_advance(one.state, last, machine(), one.now, one.known, around);
        REQUIRE(events);
        auto state = one.state;
        for (const auto& each : *events) state = apply(std::move(state), each);
        return state;
    };
    const auto stopped = play(false, "release");
    CHECK(stopped.step("commit")->status == step_status::done);
    CHECK(stopped.step("push")->status == step_status::waiting);
    REQUIRE(stopped.frozen);
    CHECK(stopped.frozen->stage == "deploy");
    CHECK(stopped.frozen->until == until);
    CHECK(play(true, "release").step("push")->status == step_status::asking);  // overrun
    CHECK(play(false, "hotfix").step("push")->status == step_status::asking);  // never stopped

    // It goes on by itself when the freeze is over, and says so once.
    auto events = decide_and_advance(stopped, tick{}, machine(), until, small_kinds());
    REQUIRE(events);
    auto after = stopped;
    for (const auto& each : *events) after = apply(std::move(after), each);
    CHECK_FALSE(after.frozen);
    CHECK(after.step("push")->status == step_status::asking);
    const auto again = decide_and_advance(stopped, tick{}, machine(), small_start, small_kinds(), freeze_until(until));
    REQUIRE(again);
    CHECK(again->empty());
}

TEST_CASE("R4.9 who waits has a place, waits once, and can take it back", "[release][locks]") {
    house one;
    const auto waits = [&](const std::string& version, const actor& who) {
        return queue_start{{version, who.who, "C1", "T1", {}, one.now}};
    };
    REQUIRE(one.ask(waits("1.5.0", ana()), ana()));
    REQUIRE(one.ask(waits("1.6.0", leo()), leo()));
    CHECK(says(one.refused(waits("1.6.0", ana()), ana()).sentence(), "number 2"));
    CHECK(says(one.refused(waits("1.7.0", dee()), dee()).sentence(), "release-manager"));
    REQUIRE(one.ask(drop_start{"1.5.0", "later"}, leo()));
    CHECK(one.state.queue.size() == 1);
    CHECK(one.state.queue.front().version == "1.6.0");
    CHECK(says(one.refused(drop_start{"1.5.0", ""}, ana()).sentence(), "1.5.0"));
}

TEST_CASE("R4.10 a step whose resource somebody else has waits, says for whom, and goes on when it is free",
          "[release][locks]") {
    auto plan = small_plan();
    plan.steps[4].resources = {"database"};
    story told{small_wish(plan)};
    told.ended("announce");
    told.looked({}, "l1", true);
    told.ended("tests");
    circumstances around;
    around.taken["database"] = "wiki-2.0.0-1/load";
    auto events =
        decide_and_advance(told.state, approve{"read", told.fingerprint("read")}, dee(), told.now, told.known, around);
    REQUIRE(events);
    auto state = told.state;
    for (const auto& each : *events) state = apply(std::move(state), each);
    CHECK(state.step("commit")->status == step_status::waiting);
    CHECK(says(state.step("commit")->awaits, "wiki-2.0.0-1/load"));
    const auto same = decide_and_advance(state, advance{}, machine(), told.now, told.known, around);
    CHECK(same->empty());
    const auto free = decide_and_advance(state, advance{}, machine(), told.now, told.known);
    REQUIRE(free);
    for (const auto& each : *free) state = apply(std::move(state), each);
    CHECK(state.step("commit")->status == step_status::running);
    CHECK(state.step("commit")->awaits.empty());
}
