#include "commands/runbook/script.hpp"

#include <catch2/catch.hpp>

using namespace slipway::runbook;

namespace {

script read(const std::string& text) {
    return section_script({"milestone", "http://gitlab/milestones/25", text}, {});
}

std::vector<std::string> commands_of(const script& from) {
    std::vector<std::string> all;
    for (const auto& each : from.lines) all.push_back(each.command);
    return all;
}

}  // namespace

TEST_CASE("D3 the section's items are lines in order, a command stands at the beginning or the end of its item",
          "[runbook]") {
    const auto found = read(
        "Ships.\n\n## salts ##\n\nFirst a word.\n\n1. `salt -L w1 test.ping`\n2. Purge the cache\n   of the door, not "
        "`rm -rf` it.\n- [ ] Restart: `salt -L w1 service.restart x`.\n* `a` and `b`\n\n## Other\n\n1. `no`\n");
    REQUIRE(found.problems.empty());
    REQUIRE(found.lines.size() == 5);
    CHECK(commands_of(found) ==
          std::vector<std::string>{"", "salt -L w1 test.ping", "", "salt -L w1 service.restart x", ""});
    CHECK(found.lines[0].text == "First a word.");
    CHECK(found.lines[2].text == "Purge the cache of the door, not `rm -rf` it.");
    CHECK(found.lines[1].source == "milestone");
    for (const auto& each : found.lines) CHECK(each.when == moment::before);
}

TEST_CASE("D3 a code block is a line a line: comments are instructions, a backslash goes on", "[runbook]") {
    const auto found = read(
        "# Salts\n```sh\n# stop taking orders\n$ salt -L w1 \\\n    service.stop orders\n\nsalt -L w1 x\n```\n"
        "### After the build\n- `salt -L w1 y`\n");
    CHECK(commands_of(found) ==
          std::vector<std::string>{"", "salt -L w1 service.stop orders", "salt -L w1 x", "salt -L w1 y"});
    CHECK(found.lines[0].text == "stop taking orders");
    CHECK(found.lines[2].when == moment::before);
    CHECK(found.lines[3].when == moment::after);
    CHECK(copyable(found.lines) ==
          "# stop taking orders\nsalt -L w1 service.stop orders\nsalt -L w1 x\n# ---- after the build ----\nsalt -L w1 "
          "y\n");
}

TEST_CASE("D3 what cannot be read for certain is said, and a section that is not there has no lines", "[runbook]") {
    CHECK(read("## Salt\n- `x`\n").lines.empty());
    CHECK(read("").lines.empty());
    CHECK(read("```\n## Salts\n- `x`\n```\n").lines.empty());
    CHECK(read("## Salts\n```sh\nsalt x\n").problems.size() == 1);
    CHECK(read("## Salts\n```sh\nsalt x \\\n```\n").problems.size() == 1);
    // The collected SQL below it is no script.
    const auto found = read(
        "## Salts\n- `a`\n\n<!-- slipway:migrations:begin -->\n### After the build\n\n#2\n\n```sql\nDROP TABLE "
        "x;\n```\n"
        "<!-- slipway:migrations:end -->\n");
    CHECK(commands_of(found) == std::vector<std::string>{"a"});
}

TEST_CASE("D3 an issue gives the lines of its shell blocks alone", "[runbook]") {
    const auto found = issue_script(
        {"#12", "", "Do it:\n```sh\nsalt a\n```\n```sql\nDROP TABLE x;\n```\n~~~console\n$ salt b\n~~~\n"}, {});
    CHECK(commands_of(found) == std::vector<std::string>{"salt a", "salt b"});
    CHECK(found.lines.front().source == "#12");
}

TEST_CASE("D4 downtime is what a section or a text says, and a section may say that there is none", "[runbook]") {
    CHECK(says_downtime("## Downtime\n\nTen minutes, at six.\n\n## Salts\n- x\n", {}) == "Ten minutes, at six.");
    CHECK(says_downtime("### downtime\n", {}) == "Downtime");
    for (const std::string none : {"None.", "no", "No downtime!", "-"})
        CHECK(says_downtime("## Downtime\n\n" + none + "\n", {}).empty());
    CHECK(says_downtime("There will be no downtime.", {}).empty());
    reading_rules marked;
    marked.downtime_text = "[downtime]";
    CHECK(says_downtime("A big one [downtime].", marked) == "[downtime]");
    CHECK(says_downtime("## Downtime\n\nno\n\n<!-- slipway:migrations:begin -->\n### Before the build\n<!-- "
                        "slipway:migrations:end -->\n",
                        {})
              .empty());
}

TEST_CASE("D3 the sign-off's hash follows every line, its order and when it is run", "[runbook]") {
    const auto lines = read("## Salts\n- `a`\n- `b`\n- `a`\n").lines;
    auto other = lines;
    CHECK(hash_of(lines) == hash_of(other));
    std::swap(other[0], other[1]);
    CHECK(hash_of(lines) != hash_of(other));
    other = lines;
    other[1].command = "c";
    CHECK(hash_of(lines) != hash_of(other));
    other = lines;
    other[2].when = moment::after;
    CHECK(hash_of(lines) != hash_of(other));
    // Equal lines are two lines; each keeps its name when others come before them.
    const auto names = line_hashes(lines);
    CHECK(names[0] != names[2]);
    const auto more = line_hashes(read("## Salts\n- `new`\n- `a`\n- `b`\n- `a`\n").lines);
    CHECK(more[1] == names[0]);
    CHECK(more[2] == names[1]);
    CHECK(more[3] == names[2]);
}
