#include "integrations/slack/blocks/mrkdwn.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/text.hpp"

using namespace slipway;
using namespace slipway::slack;

namespace {

const std::string zwsp = "\xE2\x80\x8B";

template <class T>
concept can_become_markup = requires(T text) { markup(text); };
static_assert(!can_become_markup<std::string>, "a string is not markup");
static_assert(!can_become_markup<const char*>, "a pointer to characters is not markup");

}  // namespace

TEST_CASE("untrusted text keeps its three dangerous characters as entities, ampersand first", "[blocks][mrkdwn]") {
    CHECK(escape("a < b && <!channel> &lt;").text() == "a &lt; b &amp;&amp; &lt;!channel&gt; &amp;lt;");
    CHECK(escape("<@U123> <#C1> <https://evil|bank>").text() == "&lt;@U123&gt; &lt;#C1&gt; &lt;https://evil|bank&gt;");
}

TEST_CASE("formatting characters of others stay visible characters", "[blocks][mrkdwn]") {
    CHECK(escape("*bold*").text() == zwsp + "*" + zwsp + "bold" + zwsp + "*" + zwsp);
    CHECK(escape("snake_case_name").text() == "snake_case_name");
    CHECK(escape("```\ncode").text().find("``") == std::string::npos);
    CHECK(escape("> not a quotation").text() == zwsp + "&gt; not a quotation");
    CHECK(escape("@here please").text().find("@here") == std::string::npos);
}

TEST_CASE("a sentence takes markup as it is and everything else escaped on one line", "[blocks][mrkdwn]") {
    const untrusted title{"Fix\nrelease-manager: Ana ✓ <!here>"};
    const auto text = say("{} by {}, {} files", title, user_mention("U1"), 3);
    CHECK(text.text() == "Fix release-manager: Ana ✓ &lt;!here&gt; by <@U1>, 3 files");
    CHECK(mentions_in({{"text", text.text()}}) == std::vector<std::string>{"@U1"});
    CHECK_THROWS_AS(say("{} {}", 1), std::logic_error);
    CHECK_THROWS_AS(say("{}", 1, 2), std::logic_error);
}

TEST_CASE("blanks inside foreign text are not filled", "[blocks][mrkdwn]") {
    CHECK(say("{} / {}", std::string{"{}"}, 7).text() == "{} / 7");
}

TEST_CASE("only web and mail addresses become links", "[blocks][mrkdwn]") {
    CHECK(hyperlink("https://git/x?a=1&b=2", "!7 a|b").text() == "<https://git/x?a=1&amp;b=2|!7 a¦b>");
    CHECK(hyperlink("javascript:alert(1)", "click").text() == "click");
    CHECK(hyperlink("https://x/> <!channel>", "x").text() == "<https://x/%3E%20%3C!channel%3E|x>");
    CHECK(hyperlink("mailto:a@b.c", "write").text() == "<mailto:a@b.c|write>");
    CHECK(hyperlink("https://x/", "").text() == "<https://x/|https://x/>");
}

TEST_CASE("a mention is made of an id and of nothing else", "[blocks][mrkdwn]") {
    CHECK(user_mention("U0ABC").text() == "<@U0ABC>");
    CHECK(user_mention("U1><!channel").text() == "`U1&gt;&lt;!channel`");
    CHECK(user_mention("").text() == "`(empty)`");
}

TEST_CASE("a date carries a fallback for those who cannot see dates", "[blocks][mrkdwn]") {
    const auto at = *from_iso("2026-11-23T18:04:05Z");
    CHECK(date_token(at).text() == "<!date^1795457045^{date_short_pretty} {time}|2026-11-23 18:04 UTC>");
    CHECK(date_token(at, date_style::time, "18:04").text() == "<!date^1795457045^{time}|18:04>");
}

TEST_CASE("code shows names exactly and ends where it should", "[blocks][mrkdwn]") {
    CHECK(code("feature/a_b").text() == "`feature/a_b`");
    CHECK(code("a`b<c>").text() == "`aˋb&lt;c&gt;`");
    CHECK(code("").text() == "`(empty)`");
}

TEST_CASE("text is split at line ends, never inside a link or an entity, and stays complete", "[blocks][mrkdwn]") {
    markup text;
    for (int i = 0; i < 400; ++i)
        text += say("{} {} &&&\n", hyperlink("https://gitlab/x/" + std::to_string(i), "!1"), "<<>>");
    std::string joined;
    for (const auto& piece : split(text, 2800)) {
        CHECK(length_of(piece.text()) <= 2800);
        CHECK(piece.text().back() == '\n');
        joined += piece.text();
    }
    CHECK(joined == text.text());
}

TEST_CASE("a text without any line end is split between entities", "[blocks][mrkdwn]") {
    for (const auto& piece : split(escape(std::string(9000, '&')), 2802)) CHECK(piece.text().size() % 5 == 0);
}

TEST_CASE("cutting never leaves half a link behind", "[blocks][mrkdwn]") {
    const auto text = say("see {} now", hyperlink("https://gitlab/x/y/z", "the diff"));
    for (std::size_t limit = 2; limit < 40; ++limit) {
        const auto shorter = cut(text, limit).text();
        CHECK(length_of(shorter) <= limit);
        CHECK((shorter.find('<') == std::string::npos || shorter.find('>') != std::string::npos));
    }
    CHECK(length_of(cut(hyperlink("https://gitlab/x/y/z", "the diff"), 10).text()) <= 10);
}

TEST_CASE("markup reads as plain text in a file", "[blocks][mrkdwn]") {
    const auto text = say("*Merged* {} by {} `x`", hyperlink("https://g/7", "!7 a & b"), untrusted{"*Ana* <ana@x>"});
    CHECK(to_plain(text) == "Merged !7 a & b (https://g/7) by *Ana* <ana@x> x");
}

TEST_CASE("broken and disturbing bytes are made harmless", "[blocks][text]") {
    CHECK(tidy("a\xFF\xC0\x80z") == "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
    CHECK(tidy(std::string{"a\0b\x1B[31mred\x1B[0m\r\n", 17}) == "abred\n");
    CHECK(tidy("\xE2\x80\xAE"
               "evil") == "evil");
    CHECK(tidy("שלום עולם") == "שלום עולם");
    CHECK(one_line("  a \n\n b\t") == "a b");
}

TEST_CASE("text is cut between characters as readers see them", "[blocks][text]") {
    CHECK(slack::cut("äöü", 2) == "ä…");
    CHECK(slack::cut("e\xCC\x81"
                     "e\xCC\x81"
                     "e",
                     4) == "e\xCC\x81…");
    CHECK(slack::cut("👩‍💻👩‍💻", 6) == "👩‍💻…");
    CHECK(slack::cut("fits", 4) == "fits");
}
