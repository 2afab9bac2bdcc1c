// What people type to lock, to queue and to go back, and what they read.
#include <catch2/catch.hpp>

#include "commands/slash/starting.hpp"
#include "tests/unit/commands/slash/bench.hpp"

using namespace slipway;
using namespace slipway::slash;
using fakes::says;
using release::step_status;

namespace {

enum class watch_sees { nothing, too_little, errors };

/// A release that is deployed to its end, or, when its watch sees errors, as far as that.
void deploy(bench& one, const std::string& version, watch_sees what, const std::string& sql) {
    one.plan = fakes::small_plan();
    one.plan.steps.push_back(fakes::small_step("watch", "deploy", "telemetry_watch", {"home"}));
    one.table["telemetry_watch"] = {
        "telemetry_watch", release::step_class::watch, true, false, release::side_effect::none, {}, {}};
    one.type("start " + version);
    const auto id = "shop-" + version + "-1";
    for (int guard = 0; guard < 60 && one.state(id).is_live(); ++guard)
        for (const auto& step : one.state(id).steps) {
            if (step.status == step_status::running) {
                release::step_finished told;
                told.step = step.id;
                told.attempt = step.attempt;
                if (step.id == "push") {
                    told.facts["tag_name"] = version;
                    told.facts["tag_pushed"] = "0b" + version;
                    told.facts["stable_commit"] = "c0" + version;
                    told.facts["deployed_at"] = to_iso(one.clock.now());
                    if (!sql.empty())
                        told.facts["migrations"] =
                            json::array{json::object{{"id", "#7"}, {"title", "Drop names"}, {"sql", sql}}};
                }
                REQUIRE(one.run(one.releases.ask(id, told, release::machine(), "test", {})));
            } else if (step.status == step_status::looking) {
                if (step.id == "watch" && what == watch_sees::too_little) {
                    release::step_finished bad;
                    bad.step = step.id;
                    bad.attempt = step.attempt;
                    bad.status = step_status::failed;
                    REQUIRE(one.run(one.releases.ask(id, bad, release::machine(), "test", {})));
                    const release::skip skipped{"watch", "no telemetry today"};
                    REQUIRE(one.run(one.releases.ask(id, skipped, fakes::ana(), "test", {})));
                    continue;
                }
                release::look_finished seen;
                seen.step = step.id;
                seen.complete = true;
                if (step.id == "watch" && what == watch_sees::errors) {
                    seen.complete = false;
                    seen.found.more = true;
                    seen.found.summary = "look 1 of 5: worse: at least 3.1 x";
                    seen.facts["error_groups"] = json::array{json::object{{"hash", "ab12"}, {"title", "rate is null"}}};
                    REQUIRE(one.run(one.releases.ask(id, seen, release::machine(), "test", {})));
                    return;
                }
                REQUIRE(one.run(one.releases.ask(id, seen, release::machine(), "test", {})));
            } else if (step.gate && step.gate->status == release::gate_status::open) {
                for (const auto& who : {fakes::dee(), fakes::quinn()})
                    static_cast<void>(one.run(
                        one.releases.ask(id, release::approve{step.id, step.gate->fingerprint}, who, "test", {})));
            }
        }
    REQUIRE(one.state(id).ended == release::ending::done);
}

void finish(bench& one, const std::string& version, bool green = true, const std::string& sql = "") {
    deploy(one, version, green ? watch_sees::nothing : watch_sees::too_little, sql);
}

std::string number_in(const std::string& said) {
    const auto at = said.find("/release unlock ");
    REQUIRE(at != std::string::npos);
    const auto from = at + std::string_view{"/release unlock "}.size();
    return said.substr(from, said.find_first_not_of("0123456789", from) - from);
}

/// The action row behind the only button of an answer.
std::string button_in(const std::string& said) {
    const std::string_view mark = "\"value\":\"";
    const auto at = said.find(mark);
    REQUIRE(at != std::string::npos);
    return said.substr(at + mark.size(), said.find('"', at + mark.size()) - at - mark.size());
}

}  // namespace

TEST_CASE("R4.3 R4.11 a lock is typed, stops starts with its reason, and goes by its number", "[slash][locks]") {
    bench one;
    const auto locked = one.type("lock \"database move\" 2h");
    CHECK(says(locked, "database move"));
    const auto number = number_in(locked);
    const auto refused = one.type("start 1.4.0");
    CHECK(says(refused, "database move"));
    CHECK(says(refused, "/release unlock " + number));
    CHECK(one.run(one.memory->streams("release/"))->empty());
    CHECK(says(one.type("unlock"), "/release unlock " + number));
    CHECK(says(one.type("unlock 99"), "/release unlock " + number));
    CHECK(says(one.type("unlock " + number), "is gone"));
    CHECK(says(one.type("start 1.4.0"), "has begun"));
}

TEST_CASE("a lock in another project's channel names its project", "[slash][locks]") {
    bench one;
    one.projects["wiki"] = one.projects.at("shop");
    one.projects["wiki"].name = "wiki";
    one.projects["wiki"].channel = "C2";
    one.type("lock wiki moving house 1h");
    CHECK(says(one.type("start 1.4.0"), "has begun"));
    CHECK(says(one.type("start wiki 1.4.0"), "moving house"));
}

TEST_CASE("R4.4 whoever had a lock that was taken over is told by direct message", "[slash][locks]") {
    bench one;
    one.projects.at("shop").roles["release-manager"].push_back("ULEO");
    one.type("lock database move 2h");
    CHECK(says(one.type("lock site is down 1h", "ULEO"), "--force"));
    const auto taken = one.type("lock --force the site is down 1h", "ULEO");
    CHECK(says(taken, "the site is down"));
    const auto number = number_in(taken);
    const auto told = *one.run(one.memory->outbox_row_of("lock/shop/" + number + "/UANA"));
    REQUIRE(told);
    CHECK(text_at(told->body, "user") == "UANA");
    CHECK(says(json::serialize(told->body), "the site is down"));
}

TEST_CASE("R4.7 freeze shows the calendar, declares and lifts, the queue waits", "[slash][locks]") {
    bench one;
    CHECK(says(one.type("freeze"), "Nothing holds"));
    CHECK(says(one.type("freeze sales event 2h"), "sales event"));
    CHECK(says(one.type("start 1.4.0"), "/release freeze end"));
    CHECK(says(one.type("freeze end"), "Nothing holds"));
    CHECK(says(one.type("freeze end"), "Nobody declared"));
}

TEST_CASE("R4.9 a second start waits with its place and begins when its turn comes", "[slash][locks]") {
    bench one;
    one.type("start 1.4.0");
    CHECK(says(one.type("start 1.5.0"), "already"));
    CHECK(says(one.type("start 1.5.0 --queue"), "number 1 in the queue"));
    CHECK(says(one.type("start 1.6.0 --queue"), "number 2 in the queue"));
    CHECK(says(one.type("queue"), "1.6.0"));
    REQUIRE(one.run(promote(one.with, "shop")).has_value() == false);  // the place is taken
    one.type("abort 1.4.0 not today");
    one.ended("announce");
    REQUIRE_FALSE(one.state().is_live());
    REQUIRE(one.run(promote(one.with, "shop")));
    CHECK(one.state("shop-1.5.0-1").requester == fakes::person("UANA"));
    CHECK((*one.run(one.releases.load_project("shop")))->queue.size() == 1);
    // Who lost the right meanwhile does not start any more, and is told.
    one.type("abort 1.5.0 not today");
    release::step_finished told;
    told.step = "announce";
    REQUIRE(one.run(one.releases.ask("shop-1.5.0-1", told, release::machine(), "test", {})));
    one.projects.at("shop").roles["release-manager"] = {"ULEO"};
    REQUIRE(one.run(promote(one.with, "shop")));
    CHECK((*one.run(one.releases.load_project("shop")))->queue.empty());
    CHECK(one.run(one.memory->streams("release/"))->size() == 2);
}

TEST_CASE("R6.6 the rollback card shows where it goes and over what, its button begins it", "[slash][ways_back]") {
    bench one;
    CHECK(says(one.type("rollback"), "Nothing has been deployed"));
    finish(one, "1.3.0");
    finish(one, "1.3.1", /*green=*/false);
    finish(one, "1.4.0", true, "ALTER TABLE ships DROP COLUMN name;");
    const auto card = one.type("rollback");
    CHECK(says(card, "1.4.0 → 1.3.0"));
    CHECK(says(card, "DROP COLUMN"));
    CHECK(says(card, "ask a DBA"));
    CHECK(says(card, "1.3.1"));  // lies in between
    one.plan = fakes::small_plan();
    const auto begun = one.click_value(button_in(card), "verb", "UANA");
    CHECK(says(begun, "rollback to 1.3.0"));
    const auto state = one.state("shop-1.3.0-rollback-1");
    CHECK(state.kind == "rollback");
    CHECK(state.parent == "shop-1.4.0-1");
    CHECK(state.fact("from_version") == "1.4.0");
    CHECK(state.fact("tag_name") == "1.3.0");
    CHECK(says(one.type("rollback"), "never leads to another"));
    CHECK(says(one.type("start 1.5.0"), "already"));
}

TEST_CASE("R6.6 the alert's button shows the way back, whose button asks once more and begins it with the numbers",
          "[slash][ways_back]") {
    bench one;
    finish(one, "1.3.0");
    deploy(one, "1.4.0", watch_sees::errors, "");
    const auto pressed = one.button("verb", "", "", "rollback");
    const auto card = one.click(pressed, "UANA");
    CHECK(says(card, "1.4.0 → 1.3.0"));
    CHECK(says(card, "Yes, begin"));
    CHECK(one.run(one.memory->streams("release/"))->size() == 2);  // nothing has begun
    one.plan = fakes::small_plan();
    CHECK(says(one.click_value(button_in(card), "verb", "UDEE"), "release-manager"));
    CHECK(one.run(one.memory->streams("release/"))->size() == 2);
    CHECK(says(one.click_value(button_in(card), "verb", "UANA"), "rollback to 1.3.0"));
    CHECK(one.state("shop-1.3.0-rollback-1").parent == "shop-1.4.0-1");
    CHECK(one.state("shop-1.3.0-rollback-1").fact("why") == "look 1 of 5: worse: at least 3.1 x");
}

TEST_CASE("R6.7 who may not roll back reads who may", "[slash][ways_back]") {
    bench one;
    finish(one, "1.3.0");
    finish(one, "1.4.0");
    CHECK(says(one.type("rollback 1.3.0 carts are empty", "UDEE"), "release-manager"));
    CHECK(one.run(one.memory->streams("release/"))->size() == 2);
    one.type("lock database move 2h");
    CHECK(says(one.type("rollback 1.3.0 carts are empty"), "database move"));
}

TEST_CASE("a hotfix wants a version and merge requests by number", "[slash][ways_back]") {
    bench one;
    CHECK(says(one.type("hotfix"), "/release hotfix 1.4.1 !12"));
    CHECK(says(one.type("hotfix 1.4.1"), "Which merge requests"));
    CHECK(says(one.type("hotfix 1.4.1 !12 twelve"), "twelve"));
    CHECK(says(one.type("hotfix one.four !12"), "one.four"));
    CHECK(says(one.type("hotfix 1.4.1 !12"), "gitlab.project"));  // nothing is configured on this bench
    CHECK(one.run(one.memory->streams("release/"))->empty());
}

TEST_CASE("R1.6 a version that is tried again is the next attempt, and the first one stays readable",
          "[slash][ways_back]") {
    bench one;
    one.type("start 1.4.0");
    one.type("abort 1.4.0 the cart is broken");
    one.ended("announce");
    REQUIRE_FALSE(one.state().is_live());
    CHECK(says(one.type("start 1.4.0"), "has begun"));
    CHECK(one.state("shop-1.4.0-2").attempt == 2);
    CHECK(one.state("shop-1.4.0-1").ended == release::ending::cancelled);
    const auto told = one.type("history");
    CHECK(says(told, "1.4.0 (attempt 1)"));
    CHECK(says(told, "1.4.0 (attempt 2)"));
}

TEST_CASE("R9.5 a train begins a release of each project, and none when one of them is refused", "[slash][train]") {
    bench one;
    one.projects["wiki"] = one.projects.at("shop");
    one.projects["wiki"].name = "wiki";
    one.projects["wiki"].channel = "C2";
    one.plan.steps[5].id = "build";  // the step whose gate is the train's
    one.plan.steps[6].needs = {"build"};
    one.type("lock wiki moving house 1h");
    CHECK(says(one.type("train shop 1.4.0 wiki 2.1.0"), "moving house"));
    CHECK(one.run(one.memory->streams("release/"))->empty());
    one.type("unlock wiki 1");
    CHECK(says(one.type("train shop 1.4.0"), "at least two"));
    CHECK(says(one.type("train shop 1.4.0 shop 1.5.0"), "stands twice"));
    CHECK(says(one.type("train shop 1.4.0 mail 1.0.0"), "no project `mail`"));
    CHECK(says(one.type("train shop 1.4.0 wiki 2.1.0"), "The train has begun: shop 1.4.0, wiki 2.1.0"));
    CHECK(one.state("shop-1.4.0-1").plan.find("train")->kind == "train_gate");
    CHECK(one.state("wiki-2.1.0-1").plan.find("train")->kind == "train_arrival");
    CHECK(one.state("wiki-2.1.0-1").plan.find("build")->gate.empty());
}
