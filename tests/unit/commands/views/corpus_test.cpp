// What holds of everything that is shown, whatever others wrote.
#include "corpus.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>

#include "integrations/slack/blocks/limits.hpp"
#include "tests/fakes/rounds.hpp"

using namespace slipway;
namespace json = boost::json;

namespace {

constexpr const char* pieces[] = {"<!channel>",
                                  "<@U0VICTIM>",
                                  "<#C0GENERAL>",
                                  "<!here>",
                                  "<!subteam^S1>",
                                  "@here",
                                  "@channel",
                                  "@UVICTIM",
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
                                  "{version}",
                                  "<https://evil|bank>",
                                  "https://evil.example/<@U0VICTIM>",
                                  "<!date^1^{time}|x>",
                                  "\"",
                                  "\\",
                                  "\t",
                                  " ",
                                  "ALTER TABLE a;",
                                  "漢字",
                                  "a",
                                  "word "};

/// Texts that a stranger would try: mostly short, some long, one in twenty thousand a megabyte.
class strangers {
public:
    explicit strangers(unsigned seed) : chance_{seed} {}
    std::string operator()() {
        std::string text;
        const auto size = next_size();
        const bool repeats = chance_() % 4 == 0;
        const auto* same = pieces[chance_() % std::size(pieces)];
        while (text.size() < size) text += repeats ? same : pieces[chance_() % std::size(pieces)];
        if (size > 3 && chance_() % 9 == 0) text[chance_() % text.size()] = '\0';
        return text;
    }

private:
    std::size_t next_size() {
        const auto roll = chance_() % 20'000;
        if (roll == 0) return 1'000'000;
        if (roll < 100) return chance_() % 9'000;
        return chance_() % 90;
    }
    std::mt19937 chance_;
};

/// What is wrong with the specimen; "" when nothing is.
std::string fault_of(const corpus::specimen& each) {
    for (const auto& problem : slack::check_limits(each.shown)) return problem;
    for (const auto& called : slack::mentions_in(each.shown))
        if (!each.may_call.contains(called)) return "it calls " + called;
    return {};
}

/// Renders with texts of strangers until `wanted` were looked at.
void look_at(std::size_t wanted, unsigned seed) {
    wanted = fakes::rounds(wanted);
    strangers others{seed};
    std::size_t looked = 0;
    while (looked < wanted) {
        const auto all = corpus::every_specimen(std::ref(others));
        for (const auto& each : all) {
            const auto fault = fault_of(each);
            if (fault.empty()) continue;
            INFO(each.maker << ", " << each.what << ", seed " << seed << ": " << fault);
            FAIL(json::serialize(each.shown).substr(0, 4'000));
        }
        looked += all.size();
    }
    CHECK(looked >= wanted);
}

}  // namespace

TEST_CASE("R7.8 texts of strangers, 25,000 rendered: inside every limit, nobody is called (1 of 4)", "[views][fuzz]") {
    look_at(25'000, 1);
}
TEST_CASE("R7.8 texts of strangers, 25,000 rendered: inside every limit, nobody is called (2 of 4)", "[views][fuzz]") {
    look_at(25'000, 2);
}
TEST_CASE("R7.8 texts of strangers, 25,000 rendered: inside every limit, nobody is called (3 of 4)", "[views][fuzz]") {
    look_at(25'000, 3);
}
TEST_CASE("R7.8 texts of strangers, 25,000 rendered: inside every limit, nobody is called (4 of 4)", "[views][fuzz]") {
    look_at(25'000, 4);
}

TEST_CASE("R7.8 negative control: a message that calls somebody or is too long would be found", "[views][fuzz]") {
    const auto with = [](const std::string& text) {
        json::object section{{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", text}, {"verbatim", true}}}};
        return corpus::specimen{"x", "", {{"text", "x"}, {"blocks", json::array{json::value(section)}}}};
    };
    CHECK(fault_of(with("fine")).empty());
    CHECK(fault_of(with("<!channel>")) == "it calls !channel");
    CHECK(fault_of(with(std::string(3'001, 'x'))) != "");
}

TEST_CASE("every function of the views that makes a message or a window is among those looked at", "[views][fuzz]") {
    std::set<std::string> looked;
    for (const auto& each : corpus::every_specimen([] { return std::string{"words"}; })) looked.insert(each.maker);
    const std::regex maker{R"(\n(?:std::optional<)?(?:rendered|(?:boost::)?json::object)>? (\w+)\()"};
    std::size_t found = 0;
    for (const auto& file : std::filesystem::directory_iterator{SLIPWAY_SOURCE_DIR "/commands/views"}) {
        if (file.path().extension() != ".hpp") continue;
        std::ostringstream text;
        text << std::ifstream{file.path()}.rdbuf();
        const auto words = text.str();
        for (std::sregex_iterator at{words.begin(), words.end(), maker}, end; at != end; ++at, ++found) {
            INFO(file.path().filename() << " has " << (*at)[1]);
            CHECK(looked.contains((*at)[1]));
        }
    }
    CHECK(found > 20);
}
