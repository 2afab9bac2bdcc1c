// Which tags are versions, and which of two is older.
#include "commands/changelog/tag_order.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace slipway::changelog {

TEST_CASE("version tags are told from other tags", "[changelog][tags]") {
    for (const char* name : {"1.4.0", "v1.4", "V1.4.0", "v7", "release-1.4.0", "release-7", "app/v2.0", "REL_15_2",
                             "1.4.0-rc1", "1.4.0+build.5"}) {
        INFO(name);
        CHECK(parse_tag(name).has_value());
    }
    for (const char* name :
         {"", "v", "latest", "stable", "2024", "rev7", "a1b2", "deadbeef", "v99999999999999999999"}) {
        INFO(name);
        CHECK_FALSE(parse_tag(name).has_value());
    }
}

TEST_CASE("a v, trailing zeros and build data make no other version", "[changelog][tags]") {
    CHECK(parse_tag("v1.4") == parse_tag("1.4.0"));
    CHECK(parse_tag("1.4.0+a") == parse_tag("1.4.0"));
    CHECK(parse_tag("app/v2.0") == parse_tag("app/2"));
    CHECK_FALSE(parse_tag("app/2.0") == parse_tag("2.0"));
}

TEST_CASE("pre-releases come before their release and after the one before, by number", "[changelog][tags]") {
    const std::vector<std::string> ordered{"v1.3.9",      "1.4.0-alpha", "1.4.0-alpha.1", "v1.4.0-beta", "v1.4.0-rc.2",
                                           "1.4.0-RC.10", "v1.4.0",      "1.4.1-rc1",     "1.4.1",       "v1.10.0",
                                           "v2"};
    for (std::size_t one = 0; one < ordered.size(); ++one) {
        for (std::size_t other = 0; other < ordered.size(); ++other) {
            INFO(ordered[one] << " and " << ordered[other]);
            CHECK(is_older(*parse_tag(ordered[one]), *parse_tag(ordered[other])) == (one < other));
        }
    }
}

}  // namespace slipway::changelog
