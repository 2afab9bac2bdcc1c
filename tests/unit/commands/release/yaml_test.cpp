#include "commands/release/yaml.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> sentences(const yaml_reader& reader) {
    std::vector<std::string> all;
    for (const auto& each : reader.problems()) all.push_back(each.text());
    return all;
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an unknown key is named with file, line and the nearest known one", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("name: shop\nrepo:\n  brnach: main\n  zzz: 1\n");
    root.only({"name", "repo"});
    root.at("repo").only({"branch", "url"});
    CHECK(sentences(reader) ==
          lines{"p.yaml:3: `repo.brnach` is not known; did you mean `branch`?", "p.yaml:4: `repo.zzz` is not known"});
}

TEST_CASE("a key that stands twice is a problem, and the first one counts", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("a: 1\nb: 2\na: 3\n");
    root.only({"a", "b"});
    CHECK(root.at("a").number() == 1);
    CHECK(sentences(reader) == lines{"p.yaml:3: `a` stands here a second time"});
}

TEST_CASE("a wrong type answers the default and says what was expected", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("port: eighty\nlist: 5\nspan: 10\nflag: maybe\nmap: [1]\nlow: 0\ntext: [a]\n");
    CHECK(root.at("port").number(8080) == 8080);
    CHECK(root.at("list").items().empty());
    CHECK(root.at("span").duration(3s) == 3s);
    CHECK(root.at("flag").flag(true));
    CHECK(root.at("map").entries().empty());
    CHECK(root.at("low").number(7, 1, 65535) == 7);
    CHECK(root.at("text").text("x") == "x");
    CHECK(sentences(reader) == lines{"p.yaml:1: `port` must be a whole number, not `eighty`",
                                     "p.yaml:2: `list` must be a list, not text",
                                     "p.yaml:3: `span` must be a duration such as 250ms, 30s, 5m or 1h 30m, not `10`",
                                     "p.yaml:4: `flag` must be true or false, not `maybe`",
                                     "p.yaml:5: `map` must be a mapping of names to values, not a list",
                                     "p.yaml:6: `low` must be at least 1 and at most 65535, not 0",
                                     "p.yaml:7: `text` must be text, not a list"});
}

TEST_CASE("what is missing or null answers the default without a problem, unless it is required", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("here:\nnull: ~\n");
    CHECK(root.at("here").text("d") == "d");
    CHECK(root.at("gone").at("deeper").number(4) == 4);
    CHECK(reader.good());
    root.required("gone");
    root.required("here");
    CHECK(sentences(reader) == lines{"p.yaml:1: `gone` is missing", "p.yaml:1: `here` is missing"});
}

TEST_CASE("text is as written: a version keeps its zeros", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("version: 1.10\nargv: [make, \"-j2\", 007]\n");
    CHECK(root.at("version").text() == "1.10");
    CHECK(root.at("argv").texts() == lines{"make", "-j2", "007"});
    CHECK(reader.good());
}

TEST_CASE("broken YAML is one problem with its line, and reading goes on with nothing", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("a: [1, 2\nb: }\n");
    CHECK_FALSE(root.present());
    REQUIRE(reader.problems().size() == 1);
    CHECK(reader.problems()[0].text().starts_with("p.yaml:2: this is not YAML: "));
}

TEST_CASE("a second document in the file is refused, not ignored", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    CHECK_FALSE(reader.parse("a: 1\n---\na: 2\n").present());
    CHECK(reader.problems().size() == 1);
}

TEST_CASE("durations are read with their units, and never without", "[release][yaml]") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1h 30m") == 90min);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("2d") == 48h);
    CHECK_FALSE(parse_duration("10"));
    CHECK_FALSE(parse_duration(""));
    CHECK_FALSE(parse_duration("-5s"));
    CHECK_FALSE(parse_duration("5 parsecs"));
}

TEST_CASE("a place in a list is named by its position, and one of several words is checked", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("steps:\n  - kind: notify\n  - kind: notfy\n");
    for (const auto& step : root.at("steps").items()) step.at("kind").one_of({"notify", "confirm"});
    CHECK(sentences(reader) == lines{"p.yaml:3: `steps[2].kind` must be one of notify, confirm, not `notfy`"});
}

TEST_CASE("places outlive their reader", "[release][yaml]") {
    const auto root = [] { return yaml_reader{"p.yaml"}.parse("a: {b: 3}"); }();
    CHECK(root.at("a").at("b").number() == 3);
}

TEST_CASE("walking with one variable leaves the document as it is", "[release][yaml]") {
    yaml_reader reader{"p.yaml"};
    const auto root = reader.parse("a: {b: 3}\nc: 4\n");
    auto here = root;
    here = here.at("a");
    here = here.at("b");
    CHECK(here.number() == 3);
    CHECK(here.path() == "a.b");
    CHECK(root.at("a").at("b").number() == 3);
    CHECK(root.at("c").number() == 4);
}
