// Which lines of a difference nobody showed to a reader.
#include <catch2/catch.hpp>

#include "tests/unit/commands/risk/parts.hpp"

using namespace slipway;
using namespace slipway::risk;
using namespace slipway::risk::test;

TEST_CASE("P24 what merge requests showed is no surprise, also when two of them touched one file", "[risk]") {
    material of;
    of.whole = {changed("a", {{1, "one"}, {5, "two"}}, {{1, "old"}})};
    of.parts = {from(origin_kind::request, 6, {changed("a", {{1, "one"}}, {{1, "old"}})}),
                from(origin_kind::request, 7, {changed("a", {{5, "two"}})})};
    CHECK(surprises(of).empty());
}

TEST_CASE("P24 a line that only a merge commit holds is a surprise of that merge", "[risk]") {
    material of;
    of.whole = {changed("a", {{1, "one"}, {2, "slipped in"}})};
    of.parts = {from(origin_kind::request, 6, {changed("a", {{1, "one"}})}),
                from(origin_kind::merge, 6, {changed("a", {{1, "one"}, {2, "slipped in"}})})};
    const auto all = surprises(of);
    REQUIRE(all.size() == 1);
    CHECK(all[0].line == 2);
    CHECK(all[0].lines == std::vector<std::string>{"+ slipped in"});
    REQUIRE(all[0].from != nullptr);
    CHECK(all[0].from->kind == origin_kind::merge);
    CHECK_FALSE(all[0].expected());
}

TEST_CASE("P24 a line that stands twice where it was shown once is a surprise once", "[risk]") {
    material of;
    of.whole = {changed("a", {{1, "return true;"}, {2, "return true;"}})};
    of.parts = {from(origin_kind::request, 6, {changed("a", {{1, "return true;"}})})};
    const auto all = surprises(of);
    REQUIRE(all.size() == 1);
    CHECK(all[0].added == 1);
    CHECK(all[0].from == nullptr);
}

TEST_CASE("P24 the release's own commits are told and expected, direct commits are not expected", "[risk]") {
    material of;
    of.whole = {changed("CHANGELOG.md", {{1, "## 1.4.0"}}), changed("b", {{1, "hot fix"}})};
    of.parts = {from(origin_kind::release, 0, {changed("CHANGELOG.md", {{1, "## 1.4.0"}})}),
                from(origin_kind::direct, 0, {changed("b", {{1, "hot fix"}})})};
    const auto all = surprises(of);
    REQUIRE(all.size() == 2);
    CHECK(all[0].expected());
    CHECK_FALSE(all[1].expected());
    CHECK(all[1].from->kind == origin_kind::direct);
}

TEST_CASE("P24 lines that moved within their file and blank lines surprise nobody", "[risk]") {
    material of;
    of.whole = {changed("a", {{1, "moved"}, {2, "   "}}, {{9, "moved"}})};
    CHECK(surprises(of).empty());
}

TEST_CASE("P24 modes and binary content have no lines and are still seen", "[risk]") {
    auto mode = changed("run", {});
    mode.change = file_change::mode_only;
    mode.new_mode = 0100755;
    mode.hunks.clear();
    auto image = changed("a.png", {});
    image.binary = true;
    image.hunks.clear();
    material of{{mode, image}, {}};
    const auto all = surprises(of);
    REQUIRE(all.size() == 2);
    CHECK(all[0].what == "its mode went from 100644 to 100755");
    CHECK(all[1].what == "binary content");
    of.parts = {from(origin_kind::request, 6, {mode, image})};
    CHECK(surprises(of).empty());
}

TEST_CASE("P24 a renamed file keeps what was shown under its old name", "[risk]") {
    auto renamed = changed("new", {{1, "one"}, {2, "two"}});
    renamed.old_path = "old";
    renamed.change = file_change::renamed;
    material of{{renamed},
                {from(origin_kind::request, 6, {changed("old", {{1, "one"}})}),
                 from(origin_kind::request, 7, {changed("new", {{2, "two"}})})}};
    CHECK(surprises(of).empty());
    of.parts.pop_back();
    CHECK(surprises(of).size() == 1);
}

TEST_CASE("P10 the table has a row for each merge request, however often it landed", "[risk]") {
    const auto all = rows({from(origin_kind::request, 12, {changed("a", {{1, "x"}})}),
                           from(origin_kind::request, 7, {changed("a", {{1, "x"}}), changed("b", {}, {{1, "y"}})}),
                           from(origin_kind::request, 12, {changed("a", {{2, "z"}}), changed("c", {{1, "x"}})}),
                           from(origin_kind::direct, 0, {changed("d", {{1, "x"}})}),
                           from(origin_kind::merge, 12, {changed("a", {{1, "x"}})})});
    REQUIRE(all.size() == 3);
    CHECK(name_of(all[0].from) == "!7");
    CHECK(all[0].removed == 1);
    CHECK(name_of(all[1].from) == "!12");
    CHECK(all[1].files == 2);
    CHECK(all[1].added == 3);
    CHECK(name_of(all[2].from) == "commit c0");
}
