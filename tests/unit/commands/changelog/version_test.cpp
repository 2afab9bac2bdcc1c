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

}  // namespace slipway::changelog
