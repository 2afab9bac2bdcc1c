// One key changes, nothing else.
#include "commands/changelog/version_key.hpp"

#include <catch2/catch.hpp>

#include "tests/fakes/show_result.hpp"

namespace slipway::changelog {
namespace {

version_key key_of(key_format format, std::string key = "centrifuge.project.version") {
    return {format, std::move(key)};
}

}  // namespace

TEST_CASE("only the value of the key changes, byte for byte", "[changelog][version_key]") {
    struct example {
        key_format format;
        std::string key;
        std::string before;  ///< the old value is 1.3.0
    };
    const auto each = GENERATE(values<example>({
        {key_format::properties, "centrifuge.project.version",
         "# centrifuge.project.version=9\ncentrifuge.project.version=1.3.0\n"},
        {key_format::properties, "app.version",
         "  app.version : 1.3.0  \r\napp.version.old=1.3.0\r\nx=app.version=1\r\n"},
        {key_format::properties, "app.version", "long = a, \\\n  app.version=2\napp.version 1.3.0"},
        {key_format::ini, "app.version",
         "version=9\n[app]\n; version=8\nversion = \"1.3.0\" ; note\n[other]\nversion=7\n"},
        {key_format::ini, "version", "version=1.3.0\n[app]\nversion=9\n"},
        {key_format::yaml, "app.version",
         "# app\nversion: 9\napp:\n  name: x\n  version: '1.3.0'  # the version\nother:\n  version: 8\n"},
        {key_format::yaml, "centrifuge.project.version",
         "centrifuge:\n    project:\n        version: 1.3.0\n        name: y\n"},
        {key_format::yaml, "app.version",
         "text: |\n  app:\n    version: 9\nlist:\n  - version: 8\napp:\n  deep:\n    version: 7\n  version: "
         "\"1.3.0\"\n"},
        {key_format::yaml, "centrifuge.project.version", "centrifuge.project.version: 1.3.0\n"},
        {key_format::json, "app.version",
         "{\n \"version\": \"9\", \"app\" : {\"x\": [{\"version\": \"8\"}], \"version\"\t:\t\"1.3.0\" }\n}\n"},
        {key_format::json, "version", "{\"text\": \"\\\"version\\\": \\\"9\\\"\", \"version\":\"1.3.0\"}"},
        {key_format::pattern, "VERSION *= *'([^']*)'", "const VERSION  = '1.3.0';\n$other = '9';\n"},
    }));
    INFO(each.before);
    auto expected = each.before;
    expected.replace(expected.find("1.3.0"), 5, "1.4.0");
    if (each.before.find("app.version.old") != std::string::npos) CHECK(expected.find("1.3.0") != std::string::npos);
    const auto edit = set_version(each.before, key_of(each.format, each.key), "1.4.0");
    REQUIRE(edit);
    CHECK(edit->content == expected);
    CHECK(edit->old_value == "1.3.0");
    CHECK(read_version(edit->content, key_of(each.format, each.key)).value() == "1.4.0");
    CHECK(set_version(edit->content, key_of(each.format, each.key), "1.4.0")->content == edit->content);
}

TEST_CASE("a key that is missing, twice there, or no plain value is refused", "[changelog][version_key]") {
    const auto kind = [](key_format format, const std::string& key, const std::string& content) {
        return set_version(content, key_of(format, key), "1.4.0").error().kind();
    };
    CHECK(kind(key_format::properties, "v", "version=1\n") == errc::not_found);
    CHECK(kind(key_format::properties, "v", "v=1\nv=1\n") == errc::refused);
    CHECK(kind(key_format::properties, "v", "v=1\\\n2\n") == errc::invalid);
    CHECK(kind(key_format::yaml, "app.version", "app:\n  version:\n    major: 1\n") == errc::invalid);
    CHECK(kind(key_format::yaml, "app.version", "app:\n  version: *other\n") == errc::invalid);
    CHECK(kind(key_format::yaml, "app.version", "app: {version: 1}\n") == errc::not_found);
    CHECK(kind(key_format::yaml, "v", "v: one\n  two\n") == errc::invalid);
    CHECK(kind(key_format::json, "version", "{\"version\": 13}") == errc::invalid);
    CHECK(kind(key_format::json, "version", "{\"version\": \"1\",}") == errc::invalid);
    CHECK(kind(key_format::json, "version", "{\"version\": \"1\", \"version\": \"2\"}") == errc::refused);
    CHECK(kind(key_format::json, "version", "{} {}") == errc::invalid);
    CHECK(kind(key_format::pattern, "VERSION", "VERSION") == errc::invalid);
    CHECK(kind(key_format::pattern, "(a)(b)", "ab") == errc::invalid);
    CHECK(kind(key_format::pattern, "([", "x") == errc::invalid);
    CHECK(kind(key_format::pattern, "v(\\d+)", "v1 v2") == errc::refused);
    const auto twice = set_version("v=1\n\nv=2\n", key_of(key_format::properties, "v"), "1.4.0");
    CHECK_THAT(twice.error().sentence(), Catch::Contains("lines 1, 3"));
}

TEST_CASE("R8.5 nothing but a version can be written", "[changelog][version_key]") {
    for (const char* bad : {"", "1.4.0\nevil=1", "1 4", "'1'", "1#2", "$(id)", "1;2"}) {
        INFO(bad);
        CHECK(set_version("v=1\n", key_of(key_format::properties, "v"), bad).error() == errc::invalid);
    }
}

TEST_CASE("the format follows from the file's name or is said", "[changelog][version_key]") {
    CHECK(key_format_of("config/app.properties").value() == key_format::properties);
    CHECK(key_format_of("package.json").value() == key_format::json);
    CHECK(key_format_of("a.yml").value() == key_format::yaml);
    CHECK(key_format_of("version.php").error() == errc::invalid);
    CHECK(parse_key_format("pattern").value() == key_format::pattern);
    CHECK(parse_key_format("toml").error() == errc::invalid);
}

}  // namespace slipway::changelog
