// R7.8: any text at all, through every way into a message.
#include <catch2/catch.hpp>
#include <random>

#include "integrations/slack/blocks/limits.hpp"
#include "integrations/slack/blocks/message.hpp"
#include "integrations/slack/blocks/modal.hpp"
#include "tests/fakes/rounds.hpp"

using namespace slipway;
using namespace slipway::slack;

namespace {

constexpr const char* nasty[] = {"<!channel>",
                                 "<@U0VICTIM>",
                                 "<#C0GENERAL>",
                                 "<!here>",
                                 "<!subteam^S1>",
                                 "@here",
                                 "@channel",
                                 "```",
                                 "`",
                                 "*",
                                 "_",
                                 "~",
                                 ">",
                                 "<",
                                 "&",
                                 "&amp;",
                                 "&lt;!channel&gt;",
                                 "|",
                                 "\n",
                                 "\n\n",
                                 "\r\n",
                                 "👩‍💻",
                                 "🇫🇷",
                                 "é",
                                 "e\xCC\x81",
                                 "שלום",
                                 "مرحبا",
                                 "\xE2\x80\xAE",
                                 "\xE2\x80\x8B",
                                 "\xFF",
                                 "\xC3",
                                 "\xED\xA0\x80",
                                 "\x1B[31m",
                                 "{}",
                                 "<https://evil|bank>",
                                 "<!date^1^{time}|x>",
                                 "\"",
                                 "\\",
                                 "\t",
                                 " ",
                                 "DROP TABLE users;",
                                 "漢字",
                                 "a",
                                 "word ",
                                 "\xF4\x8F\xBF\xBF"};

std::string nasty_text(std::mt19937& chance, std::size_t bytes) {
    std::string text;
    const bool repeat = chance() % 4 == 0;
    const char* same = nasty[chance() % std::size(nasty)];
    while (text.size() < bytes) text += repeat ? same : nasty[chance() % std::size(nasty)];
    if (bytes > 3 && chance() % 5 == 0) text[chance() % text.size()] = '\0';
    return text;
}

// In each of four cases, so that they can run side by side: ten thousand in all.
constexpr int each_rounds = fakes::rounds(2'500);

std::size_t nasty_size(std::mt19937& chance, int round) {
    if (round == each_rounds * 4 / 5) return 1'000'000;
    if (round % 250 == 249) return chance() % 20'000;
    return chance() % 120;
}

rendered card(const std::string& text) {
    return message_builder{say("{} waits", untrusted{text}), "card.txt"}
        .header(text)
        .section(say("Title: {}", untrusted{text}), button{text, "slipway.go", "a1"})
        .section(escape(text))
        .item(say("{}", text), {button{text, "slipway.a", "1"}, button{text, "slipway.b", "2"}})
        .fields({{text, escape(text)}, {"Branch", code(text)}, {"Link", hyperlink("https://git/" + text, text)}})
        .verbatim(text)
        .log(text, "run.log")
        .actions({button{text, "slipway.approve", "a2", button_style::danger,
                         confirm_dialog{text, say("Really {}?", text), text, text, /*danger=*/true}},
                  choice{"slipway.pick", text, {{text, "1", text}}, {}}})
        .context(bold(escape(text)))
        .render();
}

json::object window(const std::string& text) {
    return modal_builder{text, "slipway.reason"}
        .submit(text)
        .section(escape(text))
        .verbatim(text)
        .input(text_input{.block_id = "why", .label = text, .hint = text, .initial = text})
        .render();
}

std::vector<std::string> problems_of(const rendered& shown) {
    auto all = check_limits(to_json(shown));
    const auto mentioned = mentions_in(to_json(shown));
    all.insert(all.end(), mentioned.begin(), mentioned.end());
    for (const auto& part : shown.thread_parts) {
        const auto inner = problems_of(part);
        all.insert(all.end(), inner.begin(), inner.end());
    }
    return all;
}

}  // namespace

namespace {

void throw_nasty_texts(unsigned seed) {
    std::mt19937 chance{seed};
    for (int round = 0; round < each_rounds; ++round) {
        const auto text = nasty_text(chance, nasty_size(chance, round));
        const auto shown = card(text);
        const auto problems = problems_of(shown);
        INFO("seed " << seed << ", round " << round
                     << ", first problem: " << (problems.empty() ? "" : problems.front()));
        REQUIRE(problems.empty());
        if (round % 20 != 19) continue;
        REQUIRE(json::serialize(to_json(card(text))) == json::serialize(to_json(shown)));
        const auto view = window(text);
        const auto wrong = check_limits(view);
        INFO("view: " << (wrong.empty() ? "" : wrong.front()));
        REQUIRE(wrong.empty());
        REQUIRE(mentions_in(view).empty());
    }
}

}  // namespace

TEST_CASE("R7.8 no text breaks a limit or mentions anybody, R7.1 the same text gives the same bytes",
          "[blocks][hostile]") {
    throw_nasty_texts(20261123);
}
TEST_CASE("R7.8 R7.1 the same for a second lot of texts", "[blocks][hostile]") {
    throw_nasty_texts(20261124);
}
TEST_CASE("R7.8 R7.1 the same for a third lot of texts", "[blocks][hostile]") {
    throw_nasty_texts(20261125);
}
TEST_CASE("R7.8 R7.1 the same for a fourth lot of texts", "[blocks][hostile]") {
    throw_nasty_texts(20261126);
}

TEST_CASE("R7.8 no text is lost: every line of it is in the message, its thread or its file", "[blocks][hostile]") {
    for (const std::size_t lines : {1U, 40U, 400U, 4000U, 40'000U}) {
        std::string text;
        for (std::size_t i = 0; i < lines; ++i) text += "line-" + std::to_string(i) + "-end\n";
        const auto shown = message_builder{say("t"), "all.txt"}.section(escape(text)).render();
        std::string everything = json::serialize(shown.blocks);
        for (const auto& part : shown.thread_parts) everything += json::serialize(part.blocks);
        for (const auto& file : shown.files) everything += file.content;
        std::size_t missing = 0;
        const std::size_t step = 1 + lines / 100;
        for (std::size_t i = 0; i < lines; i += step)
            if (everything.find("line-" + std::to_string(i) + "-end") == std::string::npos) ++missing;
        CHECK(missing == 0);
    }
}
