// The entry's text and its place in the file.
#include "commands/changelog/entry.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/show_result.hpp"

namespace slipway::changelog {
namespace {

entry_plan plan_of(std::vector<entry_item> items) {
    entry_plan plan;
    plan.version = "1.4.0";
    plan.date = "2026-11-23";
    plan.items = std::move(items);
    return plan;
}

const std::string entry = "## 1.4.0 - 2026-11-23\n\n- Login (!12)\n";

}  // namespace

TEST_CASE("an entry is a heading and one bullet a request", "[changelog][entry]") {
    CHECK(entry_text(plan_of({{12, untrusted{"Login"}, {}}})) == entry);
    CHECK(entry_text(plan_of({})) == "## 1.4.0 - 2026-11-23\n");
    CHECK(entry_text(plan_of({{12, untrusted{"Login (!12)"}, {}}})) == entry);
}

TEST_CASE("titles are data: they stay on their line and lose nothing else", "[changelog][entry]") {
    const auto text =
        entry_text(plan_of({{12, untrusted{"<!channel> `rm -rf`\n## 9.9.9\r\n\x1b[31m @here\t *x*"}, {}}}));
    CHECK(text == "## 1.4.0 - 2026-11-23\n\n- <!channel> `rm -rf` ## 9.9.9 [31m @here *x* (!12)\n");
    CHECK_FALSE(entry_of(text, "9.9.9"));
}

TEST_CASE("labels make groups, notes follow the plain ones", "[changelog][entry]") {
    auto plan = plan_of(
        {{1, untrusted{"One"}, {"bug"}}, {2, untrusted{"Two"}, {}}, {3, untrusted{"Three"}, {"feature", "bug"}}});
    plan.groups = {{"feature", "Added"}, {"bug", "Fixed"}, {"security", "Security"}};
    plan.notes = {untrusted{"Remember the\ncache"}};
    CHECK(entry_text(plan) ==
          "## 1.4.0 - 2026-11-23\n\n- Two (!2)\n- Remember the cache\n\n### Added\n\n- Three (!3)\n\n### Fixed\n\n- "
          "One (!1)\n");
}

TEST_CASE("groups of one heading are one section, and what fits none can have a heading of its own",
          "[changelog][entry]") {
    auto plan = plan_of({{1, untrusted{"One"}, {"bug"}}, {2, untrusted{"Two"}, {}}, {3, untrusted{"Three"}, {"fix"}}});
    plan.groups = {{"bug", "Fixed"}, {"feature", "Added"}, {"fix", "Fixed"}};
    plan.other = "Other changes";
    plan.notes_heading = "Notes";
    plan.notes = {untrusted{"Clear the cache"}};
    CHECK(entry_text(plan) ==
          "## 1.4.0 - 2026-11-23\n\n### Notes\n\n- Clear the cache\n\n### Fixed\n\n- One (!1)\n- Three (!3)\n\n"
          "### Other changes\n\n- Two (!2)\n");
}

TEST_CASE("an entry may link its requests and name who made them", "[changelog][entry]") {
    auto plan = plan_of({{12, untrusted{"Login (!12)"}, {}}, {13, untrusted{"[x](http://evil) Cart"}, {}}});
    plan.request_url = "https://git.test/shop/-/merge_requests/";
    plan.compare_url = "https://git.test/shop/-/compare/1.3.0...1.4.0";
    plan.contributors = {untrusted{"Ana Reyes"}, untrusted{"Ben\nCarter"}};
    CHECK(entry_text(plan) ==
          "## 1.4.0 - 2026-11-23\n\n- Login ([!12](https://git.test/shop/-/merge_requests/12))\n"
          "- [x](http://evil) Cart ([!13](https://git.test/shop/-/merge_requests/13))\n\n"
          "Contributors: Ana Reyes, Ben Carter\n\n"
          "[All changes](https://git.test/shop/-/compare/1.3.0...1.4.0)\n");
    CHECK(insert_entry("# Changes\n\n## 1.3.0\n", entry_text(plan)).value() ==
          "# Changes\n\n" + entry_text(plan) + "\n## 1.3.0\n");
}

TEST_CASE("the same plan gives the same bytes, also after it was kept", "[changelog][entry]") {
    auto plan = plan_of({{12, untrusted{"Login \xC3\xA4"}, {"bug"}}, {13, untrusted{"Cart"}, {}}});
    plan.groups = {{"bug", "Fixed"}};
    plan.contributors = {untrusted{"Ana"}};
    CHECK(entry_text(plan_from_json(to_json(plan))) == entry_text(plan));
    CHECK(entry_text(plan) == entry_text(plan));
}

TEST_CASE("the entry goes before the newest one and old bytes stay", "[changelog][insert]") {
    struct example {
        std::string before;
        std::string after;
    };
    const auto each = GENERATE(values<example>({
        {"# Changes\n\n## 1.3.0\n\n- Old  \n", "# Changes\n\n" + entry + "\n## 1.3.0\n\n- Old  \n"},
        {"# Changes\n\ntext ## 1.0\n\n## [v1.3.0] - x\n- Old",
         "# Changes\n\ntext ## 1.0\n\n" + entry + "\n## [v1.3.0] - x\n- Old"},
        {"# Changes\n## 1.3.0\n", "# Changes\n\n" + entry + "\n## 1.3.0\n"},
        {"", entry},
        {"# Changes", "# Changes\n\n" + entry},
        {"# Changes\n", "# Changes\n\n" + entry},
        {"## [Unreleased]\n\n- Soon\n\n## 1.3.0\n", "## [Unreleased]\n\n- Soon\n\n" + entry + "\n## 1.3.0\n"},
        {"```\n## 0.0.1\n```\n\n## 1.3.0\n", "```\n## 0.0.1\n```\n\n" + entry + "\n## 1.3.0\n"},
        {"\xEF\xBB\xBF## 1.3.0\n", "\xEF\xBB\xBF" + entry + "\n## 1.3.0\n"},
        {"## About\n\nWe ship.\n\n## 1.3.0\n", "## About\n\nWe ship.\n\n" + entry + "\n## 1.3.0\n"},
        {"# 1.3.0\n\n- Old\n", entry + "\n# 1.3.0\n\n- Old\n"},
    }));
    INFO(each.before);
    const auto made = insert_entry(each.before, entry);
    REQUIRE(made);
    CHECK(*made == each.after);
    CHECK(insert_entry(*made, entry).value() == *made);  // again: nothing more
}

TEST_CASE("a file with CRLF keeps them, and its entry is recognised again", "[changelog][insert]") {
    const std::string before = "# Changes\r\n\r\n## 1.3.0\r\n- Old\r\n";
    const auto made = insert_entry(before, entry).value();
    CHECK(made == "# Changes\r\n\r\n## 1.4.0 - 2026-11-23\r\n\r\n- Login (!12)\r\n\r\n## 1.3.0\r\n- Old\r\n");
    CHECK(insert_entry(made, entry).value() == made);
}

TEST_CASE("a heading that is there with other text is refused with both texts", "[changelog][insert]") {
    const auto refused = insert_entry("## 1.4.0\n\n- By hand\n\n## 1.3.0\n", entry);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::exists);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("By hand") && Catch::Contains("Login (!12)"));
    CHECK(insert_entry("x", "no heading\n").error() == errc::invalid);
    CHECK(insert_entry("x", "## About\n").error() == errc::invalid);
}

TEST_CASE("an entry is found by its whole version", "[changelog][entry]") {
    const std::string file = "## 1.14.0\n- a\n\n## 1.4.0 (today)\n- b\n### Sub\n- c\n\n## 1.4\n- d\n";
    CHECK(entry_of(file, "1.4.0").value() == "## 1.4.0 (today)\n- b\n### Sub\n- c\n\n");
    CHECK(entry_of(file, "1.4").value() == "## 1.4\n- d\n");
    CHECK_FALSE(entry_of(file, "4.0"));
    CHECK_FALSE(entry_of(file, ""));
}

}  // namespace slipway::changelog
