#include "commands/changelog/version.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/show_result.hpp"

namespace slipway::changelog {
namespace {

version of(std::string_view text) {
    return version_grammar::standard().parse(text).value();
}

}  // namespace

TEST_CASE("a version is exactly what its pattern says", "[changelog][version]") {
    const auto grammar = version_grammar::standard();
    CHECK(grammar.text(grammar.parse("1.4.0").value()) == "1.4.0");
    for (const char* bad : {"", "1.4", "1.4.0.1", "v1.4.0", "1.04.0", "1.4.0 ", "1.4.0\n", "-1.4.0", "1.4.x", "1..0",
                            "99999999999.0.0", "1.4.0;rm"}) {
        INFO(bad);
        const auto refused = grammar.parse(bad);
        REQUIRE(refused.has_error());
        CHECK(refused.error() == errc::invalid);
        CHECK_THAT(refused.error().sentence(), Catch::Contains("1.2.3") && Catch::Contains("X.Y.Z"));
    }
    const auto four = version_grammar::create("platform-X.Y.Z.W").value();
    CHECK(four.text(four.parse("platform-1.2.3.4").value()) == "platform-1.2.3.4");
    CHECK(four.parse("1.2.3.4").has_error());
}

TEST_CASE("a pattern that cannot make tag names is refused", "[changelog][version]") {
    for (const char* bad : {"", "release", "XY", "X1.Y", "X..Y", "-X.Y", "X.Y.", "X/Y", "X Y", ".X"}) {
        INFO(bad);
        CHECK(version_grammar::create(bad).has_error());
    }
}

TEST_CASE("versions are ordered by number, not by letter", "[changelog][version]") {
    CHECK(of("1.9.0") < of("1.10.0"));
    const std::vector known{of("1.10.0"), of("1.9.9"), of("2.0.0")};
    CHECK(previous(of("2.0.0"), known) == of("1.10.0"));
    CHECK(previous(of("1.0.0"), known) == std::nullopt);
    CHECK(latest(known) == of("2.0.0"));
    CHECK(versions_in({"1.2.0", "junk", "1.10.0", "v1.3.0"}, version_grammar::standard()) ==
          std::vector{of("1.2.0"), of("1.10.0")});
}

TEST_CASE("the next version is one step in one place", "[changelog][version]") {
    CHECK(next(of("1.4.2"), 1) == of("1.5.0"));
    CHECK(step_between(of("1.4.2"), of("1.4.3")) == 2U);
    CHECK(step_between(of("1.4.2"), of("2.0.0")) == 0U);
    for (const char* skips : {"1.4.4", "1.5.1", "1.4.2", "1.3.0", "3.0.0"})
        CHECK_FALSE(step_between(of("1.4.2"), of(skips)));
}

TEST_CASE("a pattern may name its numbers, and fill them with zeros", "[changelog][version]") {
    struct example {
        std::string pattern;
        std::string good;
        std::string bad;
    };
    const auto each = GENERATE(values<example>({
        {"v{major}.{minor}.{patch}", "v1.4.0", "1.4.0"},
        {"{major}.{minor}.{patch}", "1.4.0", "v1.4.0"},
        {"{year}.{number}", "2026.14", "2026.014"},
        {"{year}.{month:2}.{number}", "2026.04.1", "2026.4.1"},
        {"{year}.{week:2}", "2026.14", "2026.0014"},
        {"Z{number}", "Z7", "77"},
    }));
    INFO(each.pattern);
    const auto grammar = version_grammar::create(each.pattern).value();
    CHECK(grammar.text(grammar.parse(each.good).value()) == each.good);
    CHECK(grammar.parse(each.bad).has_error());
    for (const char* bad : {"{}", "{major", "{major}{minor}", "{a:x}", "{a}1", "{a}/{b}"}) {
        INFO(bad);
        CHECK(version_grammar::create(bad).has_error());
    }
}

TEST_CASE("with a calendar any later version follows, without one only a step does", "[changelog][version]") {
    const auto calendar = version_grammar::create("{year}.{number}").value();
    const auto at = [&](const char* text) { return calendar.parse(text).value(); };
    CHECK(calendar.follows(at("2026.52"), at("2027.1")));
    CHECK(calendar.follows(at("2026.14"), at("2026.16")));
    CHECK_FALSE(calendar.follows(at("2026.14"), at("2026.14")));
    CHECK_FALSE(calendar.follows(at("2026.14"), at("2025.50")));
    CHECK(calendar.text(calendar.nearest_after(at("2026.14"))) == "2026.15");
    CHECK_FALSE(version_grammar::standard().follows(of("1.4.2"), of("1.4.4")));
}

TEST_CASE("tags carry a prefix that the version does not have", "[changelog][version]") {
    CHECK(versions_in({"v1.2.0", "1.9.0", "v1.10.0", "other"}, version_grammar::standard(), "v") ==
          std::vector{of("1.2.0"), of("1.10.0")});
}

TEST_CASE("the milestone's title says the version, by the project's pattern", "[changelog][version]") {
    const auto grammar = version_grammar::standard();
    CHECK(version_in_title("1.4.0", "{version}", grammar).value() == of("1.4.0"));
    CHECK(version_in_title("Platform-1.4.0 (web)", "Platform-{version} (web)", grammar).value() == of("1.4.0"));
    for (const char* bad : {"", "Platform-", "platform-1.4.0", "Platform-1.4", "Platform-1.4.0 later"}) {
        INFO(bad);
        const auto refused = version_in_title(bad, "Platform-{version}", grammar);
        REQUIRE(refused.has_error());
        CHECK_THAT(refused.error().sentence(), Catch::Contains("Platform-{version}"));
    }
}

}  // namespace slipway::changelog
