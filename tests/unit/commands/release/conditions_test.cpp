// Steps that are only sometimes needed, and checks whose green grows old.
#include <catch2/catch.hpp>

#include "commands/release/condition.hpp"
#include "commands/release/yaml.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

json::object condition(const std::string& text) {
    return json::parse(text).get_object();
}

condition_answer asked(const std::string& text) {
    json::object facts = condition(
        R"({"downtime": "planned", "empty": "", "off": false, "labels": ["migration", "cart"], "settings": {"assets": "make"}})");
    return evaluate(condition(text), facts);
}

/// `commit` is only needed when `rule` holds.
story with_condition(const std::string& rule, json::object facts = {}) {
    auto plan = small_plan();
    plan.steps[4].when = condition(rule);
    auto wish = small_wish(plan);
    for (const auto& each : facts) wish.facts[each.key()] = each.value();
    return story{wish};
}

void go_to_commit(story& told) {
    told.ended("announce");
    told.looked({}, "l1", true);
    told.ended("tests");
    told.must(approve{"read", told.fingerprint("read")}, dee());
}

/// The result of `tests` counts for half an hour.
story with_fresh_tests() {
    auto plan = small_plan();
    plan.steps[2].fresh = milliseconds{30 * 60'000};
    return story{small_wish(plan)};
}

std::vector<std::string> problems_of(const std::string& step) {
    const auto facts = small_kinds();
    std::vector<kind_facts> kinds;
    for (const auto& [name, each] : facts) kinds.push_back(each);
    const auto read = read_checklist("name: n\nstages:\n  - id: s\n    title: S\n    steps:\n" + step, "c.yaml", kinds,
                                     {{"developer", 2}});
    std::vector<std::string> all;
    for (const auto& each : read.problems) all.push_back(each.text());
    return all;
}

}  // namespace

TEST_CASE("R2.4 a condition asks for facts, labels and settings, and says why it does not hold", "[release][when]") {
    CHECK(asked("{}").holds);
    CHECK(asked(R"({"fact": "downtime"})").holds);
    CHECK(asked(R"({"fact": "downtime", "equals": "planned"})").holds);
    CHECK(asked(R"({"label": "cart"})").holds);
    CHECK(asked(R"({"setting": "assets"})").holds);
    CHECK_FALSE(asked(R"({"fact": "empty"})").holds);
    CHECK_FALSE(asked(R"({"fact": "off"})").holds);
    CHECK(says(asked(R"({"label": "sql"})").words, "no merge request of the milestone has the label sql"));
    CHECK(says(asked(R"({"fact": "downtime", "equals": "none"})").words, "the fact downtime is planned, not none"));
    CHECK(says(asked(R"({"setting": "tests"})").words, "no setting tests"));
    CHECK(asked(R"({"any": [{"label": "sql"}, {"label": "cart"}]})").holds);
    CHECK_FALSE(asked(R"({"all": [{"label": "sql"}, {"label": "cart"}]})").holds);
    CHECK(asked(R"({"not": {"label": "sql"}})").holds);
    CHECK_FALSE(asked(R"({"not": {"label": "cart"}})").holds);
    CHECK(asked(R"({"label": "cart"})").inputs.at("label cart").as_bool());
}

TEST_CASE("R2.4 a step whose condition does not hold is not needed, and what follows goes on", "[release][when]") {
    auto told = with_condition(R"({"fact": "downtime"})");
    go_to_commit(told);
    CHECK(told.status("commit") == step_status::not_needed);
    CHECK(told.at("commit").text == "not needed: there is no fact downtime");
    CHECK(told.at("push").gate->status == gate_status::open);
    CHECK(says(told.refused(retry{"commit"}, ana()).sentence(), "not needed"));
}

TEST_CASE("R2.4 a condition is asked once, at the first start, and its inputs are kept", "[release][when]") {
    json::object facts;
    facts["downtime"] = "planned";
    auto told = with_condition(R"({"fact": "downtime"})", facts);
    CHECK_FALSE(told.at("commit").condition);
    go_to_commit(told);
    CHECK(told.status("commit") == step_status::running);
    REQUIRE(told.at("commit").condition);
    CHECK(told.at("commit").condition->inputs.at("fact downtime").as_string() == "planned");
    told.state.facts["downtime"] = "";  // the world moves on
    told.ended("commit", step_status::failed);
    told.must(retry{"commit"}, ana());
    CHECK(told.status("commit") == step_status::running);
    CHECK(count<step_considered>(told.journal) == 1);
}

TEST_CASE("R2.4 a condition that cannot be read is refused with file and line", "[release][when][checklist]") {
    const std::string step = "      - {id: a, kind: check, title: A, when: ";
    CHECK(problems_of(step + "{fact: downtime}}\n").empty());
    CHECK(problems_of(step + "{all: [{label: sql}, {not: {setting: assets}}]}}\n").empty());
    for (const auto* wrong : {"{facts: x}", "{fact: a, label: b}", "{}", "{equals: x}", "{all: []}",
                              "{label: a, equals: b}", "{any: [{nonsense: 1}]}", "downtime"}) {
        const auto problems = problems_of(step + wrong + "}\n");
        INFO(wrong);
        REQUIRE_FALSE(problems.empty());
        CHECK(says(problems.front(), "c.yaml:6"));
    }
}

TEST_CASE("R2.9 a green check that is too old runs again before a gate opens", "[release][fresh]") {
    auto told = with_fresh_tests();
    told.ended("announce");
    told.ended("tests");
    told.now += milliseconds{31 * 60'000};
    told.looked({}, "l1", true);
    CHECK(told.status("tests") == step_status::done);  // `read` does not need it
    told.must(approve{"read", told.fingerprint("read")}, dee());
    told.ended("commit");
    CHECK(told.status("tests") == step_status::running);
    CHECK(told.at("tests").attempt == 2);
    CHECK_FALSE(told.at("push").gate);
    told.ended("tests");
    CHECK(told.at("push").gate->status == gate_status::open);
}

TEST_CASE("R2.9 a check that grew old while people decided runs again before anything happens", "[release][fresh]") {
    for (const auto how : {step_status::done, step_status::failed}) {
        auto told = with_fresh_tests();
        told.go_to_push();
        told.now += milliseconds{31 * 60'000};
        told.approve_push();
        CHECK(told.at("push").gate->status == gate_status::approved);
        CHECK(told.status("push") == step_status::asking);
        CHECK(told.status("tests") == step_status::running);
        told.ended("tests", how);
        const bool good = how == step_status::done;
        CHECK(told.status("push") == (good ? step_status::running : step_status::asking));
        CHECK(told.at("push").gate->status == (good ? gate_status::approved : gate_status::outdated));
    }
}

TEST_CASE("R2.9 a check that is fresh enough does not run again", "[release][fresh]") {
    auto told = with_fresh_tests();
    told.go_to_push();
    told.now += milliseconds{29 * 60'000};
    told.approve_push();
    CHECK(told.status("push") == step_status::running);
    CHECK(told.at("tests").attempt == 1);
}

TEST_CASE("R2.9 only a check may say for how long it counts", "[release][fresh][checklist]") {
    CHECK(problems_of("      - {id: a, kind: check, title: A, fresh: 30m}\n").empty());
    const auto act = problems_of(
        "      - {id: a, kind: act, title: A, fresh: 30m, side_effect: reversible, timeout: 1m, probe: built-in}\n");
    REQUIRE(act.size() == 1);
    CHECK(says(act.front(), "c.yaml:6"));
    CHECK(says(act.front(), "takes no `fresh`"));
    CHECK(says(problems_of("      - {id: a, kind: check, title: A, fresh: 10s}\n").front(), "at least 1m"));
}
