// What a checklist file may say, and what it says wrong with its line.
#include "commands/release/checklist.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

std::vector<kind_facts> known_kinds() {
    std::vector<kind_facts> all;
    for (const auto& [name, facts] : small_kinds()) all.push_back(facts);
    return all;
}

checked_checklist read(std::string_view yaml) {
    return read_checklist(yaml, "c.yaml", known_kinds(), {{"developer", 2}, {"qa", 1}});
}

using lines = std::vector<std::string>;

lines problems(const std::string& steps) {
    lines all;
    const auto checked = read("name: small\nstages:\n  - id: prepare\n    title: Prepare\n    steps:\n" + steps);
    for (const auto& each : checked.problems) all.push_back(each.text());
    return all;
}

// The steps of a file begin on line 6.
constexpr auto fine = R"(      - {id: announce, kind: tell, title: Tell}
      - {id: tests, kind: check, title: Test, with: {program: make}}
      - {id: read, kind: ask, title: Read, needs: [announce], gate: {seats: {developer: 2}}}
      - {id: push, kind: act, title: Push, side_effect: irreversible, timeout: 5m, probe: built-in}
)";

}  // namespace

TEST_CASE("R2.1 a good checklist has no problems, and a step needs the one above it", "[release][checklist]") {
    CHECK(problems(fine).empty());
    const auto list = read(std::string{"name: s\nstages:\n  - id: p\n    title: P\n    steps:\n"} + fine).list;
    REQUIRE(list.steps.size() == 4);
    CHECK(list.find("tests")->needs == lines{"announce"});
    CHECK(list.find("push")->needs == lines{"read"});
    CHECK(list.find("push")->effect == side_effect::irreversible);
    CHECK(list.find("push")->timeout == milliseconds{300'000});
    CHECK(list.find("read")->gate.front().seats == std::map<std::string, int>{{"developer", 2}});
    CHECK(list.find("read")->gate.front().four_eyes);
    CHECK(list.find("push")->origin == "c.yaml:9");
}

TEST_CASE("R2.1 every mistake is named with file and line", "[release][checklist]") {
    struct row {
        const char* what;
        std::string steps;
        lines expected;
    };
    const std::string gate = "gate: {seats: {developer: 1}}";
    const std::vector<row> table{
        {"unknown kind",
         "      - {id: a, kind: chek, title: A}\n",
         {"c.yaml:6: there is no step kind `chek`; did you mean `check`?"}},
        {"unknown field",
         "      - {id: a, kind: check, title: A, timeuot: 5m}\n",
         {"c.yaml:6: `stages[1].steps[1].timeuot` is not known; did you mean `timeout`?"}},
        {"unknown setting of a kind",
         "      - {id: a, kind: check, title: A, with: {programm: x}}\n",
         {"c.yaml:6: `stages[1].steps[1].with.programm` is not known; did you mean `program`?"}},
        {"duplicate id",
         "      - {id: a, kind: check, title: A}\n      - {id: a, kind: tell, title: B}\n",
         {"c.yaml:7: the id `a` stands twice in this checklist"}},
        {"circle",
         "      - {id: a, kind: check, title: A, needs: [b]}\n      - {id: b, kind: check, title: B, needs: [a]}\n",
         {"c.yaml:6: these steps wait for each other for ever: a → b → a"}},
        {"need that is not there",
         "      - {id: a, kind: check, title: A}\n      - {id: b, kind: check, title: B, needs: [zz]}\n",
         {"c.yaml:7: step `b` needs `zz`, which is not in this checklist"}},
        {"role without people",
         "      - {id: a, kind: ask, title: A, gate: {seats: {boss: 1}}}\n",
         {"c.yaml:6: the role `boss` has no people in this project; add it under `roles` of the project file"}},
        {"more seats than people (R3.11)",
         "      - {id: a, kind: ask, title: A, gate: {seats: {qa: 2}}}\n",
         {"c.yaml:6: the gate wants 2 from `qa`, which has only 1; nobody could ever open it"}},
        {"question without a gate",
         "      - {id: a, kind: ask, title: A}\n",
         {"c.yaml:6: step `a` asks people but has no `gate`; say whose word counts: gate: {seats: {role: 1}}"}},
        {"no id", "      - {kind: check, title: A}\n", {"c.yaml:6: `stages[1].steps[1].id` is missing"}},
        {"id that is none",
         "      - {id: A b, kind: check, title: A}\n",
         {"c.yaml:6: `A b` is no id: use lower-case letters, digits and dashes"}},
    };
    for (const auto& each : table) {
        INFO(each.what);
        CHECK(problems(each.steps) == each.expected);
    }
}

TEST_CASE("R2.3 an action without probe, timeout and side effect is refused", "[release][checklist]") {
    CHECK(problems("      - {id: a, kind: act, title: A, side_effect: reversible}\n") ==
          lines{"c.yaml:6: step `a` changes the outside world and must say `timeout`",
                "c.yaml:6: step `a` changes the outside world and must say `probe`"});
    const auto nothing_said = problems("      - {id: a, kind: act, title: A}\n");
    CHECK(std::ranges::count(nothing_said, "c.yaml:6: step `a` changes the outside world and must say `side_effect`") ==
          1);
    const auto too_little =
        problems("      - {id: a, kind: merge, title: A, side_effect: none, timeout: 1m, probe: built-in}\n");
    REQUIRE(too_little.size() == 1);
    CHECK(says(too_little.front(), "write irreversible"));
    const auto no_probe = problems("      - {id: a, kind: check, title: A, probe: built-in}\n");
    REQUIRE(no_probe.size() == 1);
    CHECK(says(no_probe.front(), "no built-in probe"));
}

TEST_CASE("R2.1 all mistakes are said at once, and a file that is no YAML or empty is one problem",
          "[release][checklist]") {
    CHECK(problems("      - {id: a, kind: chek, title: A}\n      - {id: b, kind: check}\n").size() == 2);
    CHECK(read("name: [").problems.size() == 1);
    CHECK_FALSE(read("").problems.empty());
    CHECK_FALSE(read("name: x\nstages: []\n").problems.empty());
}

TEST_CASE("R2.2 the plan is frozen with its hash: editing the file changes no running release",
          "[release][checklist]") {
    story told;
    const auto edited = [] {
        auto plan = small_plan();
        plan.steps[5].gate.clear();
        return plan;
    }();
    CHECK(told.state.plan_hash == plan_hash(small_plan()));
    CHECK(plan_hash(edited) != told.state.plan_hash);
    told.go_to_push();
    REQUIRE(told.journal.size() > 1);
    release_state replayed;
    for (const auto& each : told.journal) replayed = apply(std::move(replayed), each);
    CHECK(replayed.plan.find("push")->gate.size() == 1);
    CHECK(to_json(replayed.plan) == to_json(small_plan()));
}

TEST_CASE("R2.2 a plan survives freezing, and its hash ignores where in the file it stood", "[release][checklist]") {
    auto plan = small_plan();
    CHECK(to_json(checklist_from_json(to_json(plan))) == to_json(plan));
    const auto hash = plan_hash(plan);
    plan.steps[0].origin = "elsewhere.yaml:99";
    CHECK(plan_hash(plan) == hash);
    plan.steps[0].title = "Other words";
    CHECK(plan_hash(plan) != hash);
}
