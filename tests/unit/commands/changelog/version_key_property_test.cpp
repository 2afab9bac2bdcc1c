// The property behind version_key: whatever stands around the key, the bytes that differ are exactly the value.
#include <catch2/catch.hpp>
#include <random>

#include "commands/changelog/version_key.hpp"
#include "tests/fakes/show_result.hpp"

namespace slipway::changelog {
namespace {

/// A file with exactly one place to change, and where its value stands.
struct sample {
    std::string content;
    std::size_t at = 0;
    std::string value;
};

class generator {
public:
    explicit generator(unsigned seed) : random_{seed} {}

    sample file(key_format format) {
        line_end_ = one_of({"\n", "\r\n"});
        text_ = format != key_format::json && chance(4) ? "\xEF\xBB\xBF" : "";
        value_ = one_of({"1.3.0", "0", "2026.14", "v1.3.0-rc1", "10.20.30+b4"});
        switch (format) {
            case key_format::properties:
                properties();
                break;
            case key_format::ini:
                ini();
                break;
            case key_format::yaml:
                yaml();
                break;
            case key_format::json:
                json();
                break;
            case key_format::pattern:
                pattern();
                break;
        }
        if (chance(3)) {  // no line end at the end of the file
            while (text_.ends_with('\n') || text_.ends_with('\r')) text_.pop_back();
            text_.resize(std::max(text_.size(), at_ + value_.size()));
        }
        return {text_, at_, value_};
    }
    std::string new_value() { return one_of({"1.4.0", "2.0.0", "1.3.0", "2026.15"}); }

private:
    std::string one_of(const std::vector<std::string>& words) { return words[random_() % words.size()]; }
    bool chance(unsigned in) { return random_() % in == 0; }
    std::string blank() { return one_of({"", " ", "  ", "\t"}); }
    void line(const std::string& text) { text_ += text + line_end_; }
    void noise(const std::vector<std::string>& lines) {
        for (auto count = random_() % 4; count > 0; --count) line(one_of(lines));
    }
    /// `before`, the value, `after`, one line.
    void place(const std::string& before, const std::string& after) {
        text_ += before;
        at_ = text_.size();
        text_ += value_;
        line(after);
    }

    void properties() {
        const std::vector<std::string> around{
            "# app.version=9",      "! app.version=9", "other=1.3.0",      "app.versions=1.3.0", "",
            "my.app.version=1.3.0", "text = a\\",      "app=version=1.3.0"};
        // A line that ends in a backslash takes the next one with it; a neutral one ends the block.
        noise(around);
        line("neutral=1");
        place(blank() + "app.version" + one_of({"=", " = ", ": ", " ", "\t"}), "");
        noise(around);
    }
    void ini() {
        const std::vector<std::string> foreign{"; version=9", "# version=9", "name = \"version = 9\"", "",
                                               "versions=1.3.0"};
        line("version=9");
        line("[other]");
        line("version=1.3.0");
        line("[app]");
        noise(foreign);
        const auto quote = one_of({"", "\"", "'"});
        place(blank() + "version" + blank() + "=" + blank() + quote, quote + one_of({"", " ; note", " # version=1"}));
        noise(foreign);
        line("[last]");
        line("version=1.3.0");
    }
    void yaml() {
        const std::vector<std::string> foreign{"  # version: 9",
                                               "  name: \"version: 9\"",
                                               "",
                                               "  versions: 1.3.0",
                                               "  deep:\n    version: 1.3.0",
                                               "  list:\n    - version: 1.3.0",
                                               "  text: |\n    version: 1.3.0"};
        line("version: 9");
        line("app:");
        noise(foreign);
        const auto quote = one_of({"", "\"", "'"});
        place("  " + one_of({"version", "\"version\"", "'version'"}) + ": " + quote,
              quote + one_of({"", "  # version: 9"}));
        noise(foreign);
        line("other:");
        line("  version: 1.3.0");
    }
    void json() {
        text_ = "{" + blank() + "\"version\": \"9\"," + line_end_;
        text_ += one_of({"", "\"list\": [{\"version\": \"1.3.0\"}, 1, null],", "\"t\": \"\\\"app\\\": {\","});
        place(blank() + "\"app\"" + blank() + ": {\"a\": true, \"version\"" + blank() + ":" + blank() + "\"",
              "\", \"version2\": \"1.3.0\"},");
        line("\"other\": {\"version\": \"1.3.0\"}");
        line("}");
    }
    void pattern() {
        const std::vector<std::string> foreign{"// VERSION := 9", "$version = '1.3.0';", "", "OLD_VERSION = '1.3.0'"};
        noise(foreign);
        place("const VERSION" + one_of({"=", " = "}) + "'", "';" + blank());
        noise(foreign);
    }

    std::mt19937 random_;
    std::string line_end_, text_, value_;
    std::size_t at_ = 0;
};

version_key key_for(key_format format) {
    return {format, format == key_format::pattern ? "const VERSION ?= ?'([^']*)'" : "app.version"};
}

}  // namespace

TEST_CASE("in every format the bytes that differ are exactly the value", "[changelog][version_key]") {
    const auto format =
        GENERATE(key_format::properties, key_format::ini, key_format::yaml, key_format::json, key_format::pattern);
    for (unsigned seed = 1; seed <= 400; ++seed) {
        generator made{seed};
        const auto before = made.file(format);
        const auto wanted = made.new_value();
        INFO("format " << static_cast<int>(format) << ", seed " << seed << "\n" << before.content);
        const auto edit = set_version(before.content, key_for(format), wanted);
        REQUIRE(edit);
        auto expected = before.content;
        expected.replace(before.at, before.value.size(), wanted);
        REQUIRE(edit->content == expected);
        REQUIRE(edit->old_value == before.value);
        // There and back is the same file, byte for byte.
        REQUIRE(set_version(edit->content, key_for(format), before.value)->content == before.content);
    }
}

TEST_CASE("cut or damaged files are refused or changed in one place, never spoiled", "[changelog][version_key]") {
    std::mt19937 random{7};
    const auto format =
        GENERATE(key_format::properties, key_format::ini, key_format::yaml, key_format::json, key_format::pattern);
    for (unsigned seed = 1; seed <= 300; ++seed) {
        auto content = generator{seed}.file(format).content;
        for (int damage = 0; damage < 3; ++damage) {
            const auto at = random() % (content.size() + 1);
            if (random() % 2 == 0)
                content.insert(at, 1, "\n\r\"'{}[]:=#\\ \0x"[random() % 14]);
            else
                content.erase(at, 1 + random() % 3);
        }
        INFO("format " << static_cast<int>(format) << ", seed " << seed << "\n" << content);
        const auto edit = set_version(content, key_for(format), "7.7.7");
        if (!edit) continue;
        // Same bytes before, then the value, then the same bytes.
        const auto longer = edit->content.size() + edit->old_value.size() == content.size() + 5;
        REQUIRE(longer);
        std::size_t same = 0;
        while (same < content.size() && same < edit->content.size() && content[same] == edit->content[same]) ++same;
        const auto tail = content.size() - std::min(content.size(), same + edit->old_value.size());
        REQUIRE(edit->content.size() >= tail);
        REQUIRE(edit->content.substr(edit->content.size() - tail) == content.substr(content.size() - tail));
        REQUIRE(read_version(edit->content, key_for(format)).value() == "7.7.7");
    }
}

}  // namespace slipway::changelog
