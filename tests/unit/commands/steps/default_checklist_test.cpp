// The checklist that ships with the bot, against the kinds that ship with it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "commands/steps/step.hpp"

using namespace slipway;

namespace {

std::string text_of(const std::string& file) {
    std::ifstream in{SLIPWAY_SOURCE_DIR "/" + file};
    REQUIRE(in);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

release::checked_checklist read_default(const std::map<std::string, int>& roles) {
    std::vector<release::kind_facts> kinds;
    for (const auto& [name, facts] : steps::kind_table()) kinds.push_back(facts);
    return release::read_checklist(text_of("deploy/checklists/default.yaml"), "default.yaml", kinds, roles);
}

}  // namespace

TEST_CASE("the default checklist is valid and holds the team's 36 lines in their order", "[steps]") {
    const auto checked = read_default({{"developer", 1}, {"dba", 1}, {"qa", 1}});
    for (const auto& each : checked.problems) UNSCOPED_INFO(each.text());
    CHECK(checked.problems.empty());
    std::vector<std::string> lines;
    for (const auto& line : checked.list.lines()) lines.push_back(checked.list.steps[line.front()].line);
    std::vector<std::string> expected;
    for (int i = 1; i <= 24; ++i) expected.push_back("P" + std::to_string(i));
    for (int i = 1; i <= 12; ++i) expected.push_back("D" + std::to_string(i));
    CHECK(lines == expected);
}

TEST_CASE("R2.3 every step of the default checklist that cannot be undone has a probe and an end", "[steps]") {
    const auto list = read_default({{"developer", 1}, {"dba", 1}, {"qa", 1}}).list;
    for (const auto& each : list.steps) {
        INFO(each.id);
        CHECK(each.timeout > milliseconds{0});
        if (each.effect == release::side_effect::irreversible) {
            CHECK(each.probe == "built-in");
            CHECK(steps::kind_table().at(each.kind).has_probe);
        }
    }
}

TEST_CASE("D1 what needs the new code is loaded when nothing old runs any more, and watched", "[steps]") {
    const auto list = read_default({{"developer", 1}, {"dba", 1}, {"qa", 1}}).list;
    const auto* after = list.find("load-migrations-after");
    REQUIRE(after != nullptr);
    CHECK(after->line == list.find("load-migrations")->line);
    CHECK(after->needs == std::vector<std::string>{"restart-spectrum"});
    const auto& watched = list.find("errors-after")->needs;
    CHECK(std::ranges::find(watched, "load-migrations-after") != watched.end());
    // Both steps of the line are one line of the 36.
    CHECK(list.lines().size() == 36);
    CHECK(list.steps.size() == 38);
}

TEST_CASE("R2.1 a project without the roles of the default checklist is told each line that asks them", "[steps]") {
    const auto checked = read_default({{"developer", 1}, {"qa", 1}});
    REQUIRE(checked.problems.size() == 2);
    for (const auto& each : checked.problems) {
        CHECK(each.text().starts_with("default.yaml:"));
        CHECK(each.text().find("the role `dba` has no people") != std::string::npos);
    }
}

TEST_CASE("the example project can use the default checklist as it stands", "[steps]") {
    const auto project = release::read_project(text_of("deploy/example/projects/rsi-website.yaml"), "rsi-website.yaml");
    for (const auto& each : project.problems) UNSCOPED_INFO(each.text());
    REQUIRE(project.problems.empty());
    CHECK(read_default(project.settings.head_counts()).problems.empty());
}

TEST_CASE("every kind says what it would do without touching anything", "[steps]") {
    const auto project = release::read_project(text_of("deploy/example/projects/rsi-website.yaml"), "x.yaml").settings;
    const auto list = read_default(project.head_counts()).list;
    for (const auto& each : list.steps) {
        INFO(each.id);
        const auto found = steps::all_kinds().find(each.kind);
        REQUIRE(found != steps::all_kinds().end());
        CHECK(found->second->facts().name == each.kind);
        CHECK(found->second->plan(each, project, "1.4.0").size() > 5);
    }
}

TEST_CASE("R6.6 R6.9 the checklists of the ways back are valid, and what must not be left out cannot be", "[steps]") {
    std::vector<release::kind_facts> kinds;
    for (const auto& [name, facts] : steps::kind_table()) kinds.push_back(facts);
    for (const std::string name : {"rollback", "hotfix"}) {
        const auto checked = release::read_checklist(text_of("deploy/checklists/" + name + ".yaml"), name + ".yaml",
                                                     kinds, {{"developer", 1}});
        for (const auto& each : checked.problems) UNSCOPED_INFO(each.text());
        CHECK(checked.problems.empty());
        const auto* last = checked.list.find(name == "hotfix" ? "merge-back" : "build");
        REQUIRE(last != nullptr);
        CHECK(last->required);
        CHECK(last->effect == release::side_effect::irreversible);
        CHECK(last->gate.size() == (name == "hotfix" ? 0U : 1U));
    }
}
