#include "commands/migrations/code_blocks.hpp"

#include <catch2/catch.hpp>

using namespace slipway::migrations;

namespace {

/// "sql:SELECT 1;\n|…": language and text of every block, an unclosed one with a "!".
std::string blocks_of(std::string_view markdown) {
    std::string all;
    for (const auto& each : find_code_blocks(markdown).blocks)
        all += (all.empty() ? "" : "|") + each.language + (each.closed ? ":" : "!") + each.text;
    return all;
}

}  // namespace

TEST_CASE("a fenced block is read with either sign, in any length, with its language in any case", "[migrations]") {
    CHECK(blocks_of("Load this:\n\n```sql\nSELECT 1;\n```\nthanks") == "sql:SELECT 1;\n");
    CHECK(blocks_of("~~~~ SQL title=x\nSELECT 1;\n~~~~") == "sql:SELECT 1;\n");
    CHECK(blocks_of("```{.sql .numbers}\nSELECT 1;\n``````") == "sql:SELECT 1;\n");
    CHECK(blocks_of("```\nls\n```\n```sql\nSELECT 1;\n```") == ":ls\n|sql:SELECT 1;\n");
    CHECK(blocks_of("text\n```sql\n\nSELECT 1;\n\n```") == "sql:\nSELECT 1;\n\n");
}

TEST_CASE("line ends of Windows and of old Macs are plain line ends in what is read", "[migrations]") {
    CHECK(blocks_of("a\r\n```sql\r\nSELECT 1,\r\n  2;\r\n```\r\n") == "sql:SELECT 1,\n  2;\n");
    CHECK(blocks_of("```sql\rSELECT 1;\r```") == "sql:SELECT 1;\n");
}

TEST_CASE("a block inside another block is that block's text", "[migrations]") {
    CHECK(blocks_of("````markdown\n```sql\nDROP TABLE a;\n```\n````\n```sql\nSELECT 1;\n```") ==
          "markdown:```sql\nDROP TABLE a;\n```\n|sql:SELECT 1;\n");
    CHECK(blocks_of("~~~text\n```sql\nDROP TABLE a;\n```\n~~~") == "text:```sql\nDROP TABLE a;\n```\n");
    // A fence is closed by its own sign and length only, and not by one that carries a word.
    CHECK(blocks_of("```sql\nSELECT '~~~';\n~~~\n```sql\nSELECT 2;\n```") ==
          "sql:SELECT '~~~';\n~~~\n```sql\nSELECT 2;\n");
}

TEST_CASE("blocks in lists lose the list's indentation and keep their own", "[migrations]") {
    CHECK(blocks_of("1. First\n\n   ```sql\n   SELECT 1,\n     2;\n   ```\n2. Next") == "sql:SELECT 1,\n  2;\n");
    CHECK(blocks_of("- a\n  - b\n    ```sql\n    SELECT 1;\n    ```") == "sql:SELECT 1;\n");
    CHECK(blocks_of("- ```sql\n  SELECT 1;\n  ```") == "sql:SELECT 1;\n");
    CHECK(blocks_of("  ```sql\n  SELECT 1;\n SELECT 2;\n  ```") == "sql:SELECT 1;\nSELECT 2;\n");
    CHECK(blocks_of("-\t```sql\n\tSELECT 1;\n\t```") == "sql:SELECT 1;\n");
}

TEST_CASE("an unclosed block is said to be one, at the end of the text and at the end of its list item",
          "[migrations]") {
    const auto open = find_code_blocks("a\n\n```sql\nSELECT 1;\nThanks, Ben").blocks;
    REQUIRE(open.size() == 1);
    CHECK_FALSE(open.front().closed);
    CHECK(open.front().line == 3);
    CHECK(blocks_of("1. Run:\n   ```sql\nSELECT 1;\n") == "sql!");
}

TEST_CASE("what a reader does not see as code of this author is no block", "[migrations]") {
    CHECK(blocks_of("> ```sql\n> DROP TABLE quoted;\n> ```").empty());
    CHECK(blocks_of(">>>\n```sql\nDROP TABLE quoted;\n```\n>>>\n\n```sql\nSELECT 1;\n```") == "sql:SELECT 1;\n");
    CHECK(blocks_of("<!-- write it like this:\n```sql\nDROP TABLE template;\n```\n-->\n```sql\nSELECT 1;\n```") ==
          "sql:SELECT 1;\n");
    CHECK(blocks_of("<pre>\n```sql\nDROP TABLE a;\n```\n</pre>").empty());
    CHECK(blocks_of("Use ``` to begin a block, or ```sql``` inline").empty());
    CHECK(blocks_of("```sql inline``` is no block\nSELECT 1;").empty());
    CHECK(blocks_of("<details><summary>SQL</summary>\n```sql\nSELECT 1;\n```\n</details>") == "sql:SELECT 1;\n");
}

TEST_CASE("a fence that is indented until it is text is pointed out", "[migrations]") {
    const auto found = find_code_blocks("Do:\n\n    ```sql\n    SELECT 1;\n    ```\n");
    CHECK(found.blocks.empty());
    CHECK(found.shown_as_text == std::vector<std::size_t>{3, 5});
}
