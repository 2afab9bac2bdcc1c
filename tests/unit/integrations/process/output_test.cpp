// Masking, lines and the tail, as plain functions.
#include "integrations/process/output.hpp"

#include <catch2/catch.hpp>

#include "integrations/process/process.hpp"

using namespace slipway::process;

namespace {

std::string masked_in_pieces(std::vector<std::string> secrets, const std::string& text, std::size_t cut) {
    masker mask{std::move(secrets)};
    auto out = mask.feed(text.substr(0, cut));
    out += mask.feed(text.substr(cut));
    return out + mask.finish();
}

}  // namespace

TEST_CASE("R8.6 a secret is masked wherever a read may have split it", "[process][masking]") {
    const std::string text = "a glpat-123 b glpat-12 c";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CHECK(masked_in_pieces({"glpat-123"}, text, cut) == "a [masked] b glpat-12 c");
    }
}

TEST_CASE("R8.6 of two secrets that begin alike the longer one is masked whole", "[process][masking]") {
    const std::string text = "abcdef abc abcde";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CHECK(masked_in_pieces({"abc", "abcdef", ""}, text, cut) == "[masked] [masked] [masked]de");
    }
}

TEST_CASE("a secret that never completes is shown once the output ends", "[process][masking]") {
    masker mask{{"secret"}};
    CHECK(mask.feed("x sec").append("|") == "x |");
    CHECK(mask.finish() == "sec");
}

TEST_CASE("output without secrets passes as it is", "[process][masking]") {
    masker mask{{}};
    CHECK(mask.feed("anything") == "anything");
    CHECK(mask.finish().empty());
}

TEST_CASE("lines are delivered when they are complete, the last one at the end", "[process][lines]") {
    line_cutter lines;
    CHECK(lines.feed("one\ntw") == std::vector<std::string>{"one"});
    CHECK(lines.feed("o\r\n\nthree") == std::vector<std::string>{"two", ""});
    CHECK(lines.finish() == std::vector<std::string>{"three"});
    CHECK(lines.finish().empty());
}

TEST_CASE("a line without an end is delivered in parts instead of growing for ever", "[process][lines]") {
    line_cutter lines;
    const auto got = lines.feed(std::string(70'000, 'x'));
    REQUIRE(got.size() == 1);
    CHECK(got[0].size() == 70'000);
}

TEST_CASE("what people read is valid UTF-8 without control characters", "[process][lines]") {
    CHECK(readable("tab\tstays") == "tab\tstays");
    CHECK(readable("bell\a and del\x7f") == "bell and del");
    CHECK(readable("\x1b[1;31mred\x1b[0m") == "red");
    CHECK(readable("\x1b]0;title\atext") == "text");
    CHECK(readable("10%\r50%\r100%\r") == "100%");
    CHECK(readable("ümläut €") == "ümläut €");
    CHECK(readable("a\xff"
                   "b") ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(readable("cut \xE2\x82") == "cut \xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(readable("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(readable("\xC2\x9B"
                   "31m") == "31m");
}

TEST_CASE("the tail keeps the end and says that it is not all", "[process][tail]") {
    tail kept{10};
    for (int i = 0; i < 9; ++i) kept.add("0123456789");
    kept.add("the end");
    CHECK(kept.take() == "789the end");
    CHECK(kept.cut());
    tail small{10};
    small.add("0123456789");
    CHECK(small.take() == "0123456789");
    CHECK_FALSE(small.cut());
}

TEST_CASE("the tail never begins inside a character", "[process][tail]") {
    tail kept{4};
    kept.add("x€yz");
    CHECK(kept.take() == "yz");
}

TEST_CASE("a command is shown with quotes where blanks need them", "[process][words]") {
    CHECK(to_words({"git", "push", "--atomic", "origin"}) == "git push --atomic origin");
    CHECK(to_words({"echo", "a b", "", "it's"}) == "echo 'a b' '' 'it'\\''s'");
}
