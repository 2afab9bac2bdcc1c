// A project's checklist as changes to a base.
#include <catch2/catch.hpp>

#include "commands/release/checklist_override.hpp"
#include "integrations/base/json.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

constexpr const char* base = R"(name: base
stages:
  - id: prepare
    title: Prepare
    steps:
      - {id: announce, kind: tell, title: Announce}
      - {id: tests, kind: check, title: Tests, timeout: 1h, with: {program: tests}}
      - {id: lint, kind: check, title: Lint}
  - id: deploy
    title: Deploy
    steps:
      - id: push
        kind: act
        title: Push
        side_effect: irreversible
        timeout: 5m
        probe: built-in
        required: true
        gate: {seats: {developer: 1}}
      - {id: home, kind: check, title: Home page}
)";

checked_checklist over(const std::string& yaml) {
    std::vector<kind_facts> kinds;
    for (const auto& [name, facts] : small_kinds()) kinds.push_back(facts);
    return read_checklist_over(yaml, "shop.yaml", base, "base.yaml", kinds, {{"developer", 2}, {"qa", 1}});
}

checklist good(const std::string& yaml) {
    const auto read = over("extends: base.yaml\n" + yaml);
    for (const auto& each : read.problems) UNSCOPED_INFO(each.text());
    REQUIRE(read.problems.empty());
    return read.list;
}

std::string only_problem(const std::string& yaml) {
    const auto read = over("extends: base.yaml\n" + yaml);
    REQUIRE(read.problems.size() == 1);
    return read.problems.front().text();
}

}  // namespace

TEST_CASE("R9.2 a project changes steps of the base by id, and each line says where it comes from",
          "[release][extends]") {
    const auto list = good("name: shop\nsteps:\n  tests: {timeout: 4h, title: All tests}\n");
    CHECK(list.name == "shop");
    const auto* tests = list.find("tests");
    CHECK(tests->timeout == milliseconds{4LL * 3'600'000});
    CHECK(tests->title == "All tests");
    CHECK(text_at(tests->with, "program") == "tests");
    CHECK(tests->origin == "shop.yaml:4");
    CHECK(list.find("lint")->origin == "base.yaml:8");
    CHECK(list.steps.size() == 5);
}

TEST_CASE("R9.2 a step that is added stands in the line, one that is removed leaves no hole", "[release][extends]") {
    const auto list = good("remove: [lint]\nadd:\n  - {id: smoke, after: push, kind: check, title: Smoke}\n");
    CHECK(list.find("push")->needs == std::vector<std::string>{"tests"});
    CHECK(list.find("smoke")->needs == std::vector<std::string>{"push"});
    CHECK(list.find("smoke")->stage == "deploy");
    CHECK(list.find("home")->needs == std::vector<std::string>{"push", "smoke"});
    CHECK(list.steps[3].id == "smoke");
    const auto beside = good("add:\n  - {id: smoke, after: push, needs: [tests], kind: check, title: Smoke}\n");
    CHECK(beside.find("home")->needs == std::vector<std::string>{"push"});
}

TEST_CASE("R9.3 a project may add seats and never take away what the base protects", "[release][extends]") {
    const auto more = good("steps:\n  push: {gate: {seats: {developer: 2, qa: 1}}}\n");
    CHECK(more.find("push")->gate.front().seats.at("qa") == 1);
    CHECK(says(only_problem("steps:\n  push: {gate: {seats: {qa: 1}}}\n"), "never take them away"));
    CHECK(says(only_problem("steps:\n  push: {gate: {seats: {developer: 1}, four_eyes: no}}\n"), "four eyes"));
    CHECK(says(only_problem("steps:\n  push: {required: no}\n"), "required by the base"));
    CHECK(says(only_problem("steps:\n  push: {side_effect: reversible}\n"), "bigger side effect"));
    CHECK(says(only_problem("remove: [push]\n"), "cannot be removed"));
}

TEST_CASE("R9.2 a mistake is told with the file and line that has it", "[release][extends]") {
    CHECK(says(only_problem("steps:\n  test: {timeout: 4h}\n"), "shop.yaml:3"));
    CHECK(says(only_problem("steps:\n  test: {timeout: 4h}\n"), "did you mean `tests`?"));
    CHECK(says(only_problem("steps:\n  tests: {timeuot: 4h}\n"), "shop.yaml:3"));
    CHECK(says(only_problem("remove: [lnt]\n"), "did you mean `lint`?"));
    CHECK(says(only_problem("add:\n  - {id: lint, after: push, kind: check, title: Lint}\n"), "already"));
    CHECK(says(only_problem("add:\n  - {id: smoke, after: psh, kind: check, title: Smoke}\n"), "did you mean `push`?"));
    CHECK(says(only_problem("steps:\n  tests: {needs: [home]}\n"), "wait for each other for ever"));
    CHECK(base_of("extends: default\n") == "default");
    CHECK(base_of(base).empty());
}
