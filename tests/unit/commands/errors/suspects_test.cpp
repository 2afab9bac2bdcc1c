#include "commands/errors/suspects.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::errors;
using namespace std::chrono_literals;

namespace {

const instant now = *from_iso("2026-11-23T12:00:00Z");
const developer anna{"Anna", "anna@example.com", "anna"}, ben{"Ben", "ben@example.com", "ben"},
    cleo{"Cleo", "cleo@example.com", "cleo"}, bot{"Bot", "bot@example.com", "renovate"};

struct scene {
    suspect_input facts;
    scene() { facts.now = now; }

    commit_fact& commit(std::string id, developer author, bool in_range) {
        auto& made = facts.commits[id];
        made.id = id;
        made.author = std::move(author);
        made.in_range = in_range;
        made.when = now - (in_range ? 24h : 24h * 100);
        return made;
    }
    frame_fact& frame(std::string path, int line, std::vector<line_fact> lines,
                      std::vector<std::string> range_commits = {}) {
        frame_fact made;
        made.frame.line = line;
        made.path = std::move(path);
        made.lines = std::move(lines);
        made.range_commits = std::move(range_commits);
        facts.frames.push_back(std::move(made));
        return facts.frames.back();
    }
    suspicion judge() const { return suspects_of(facts); }
};

telemetry::frame call(std::string file, int line, bool in_app = true) {
    telemetry::frame made;
    made.filename = std::move(file);
    made.line = line;
    made.in_app = in_app;
    return made;
}

telemetry::event failing(std::vector<std::pair<std::string, std::string>> chain) {
    telemetry::event made;
    for (auto& [type, value] : chain) {
        telemetry::exception_value one;
        one.type = type;
        one.value = value;
        made.exceptions.push_back(one);
    }
    return made;
}

}  // namespace

TEST_CASE("R10.6 who changed the failing line in this release is assigned, and told why", "[errors][suspects]") {
    scene s;
    s.commit("abc1234567", anna, true).request = 12;
    s.commit("def1234567", ben, false);
    s.frame("src/Cart.php", 15, {{15, "abc1234567"}, {14, "def1234567"}}, {"abc1234567"});
    s.frame("src/Page.php", 40, {{40, "def1234567"}});
    const auto found = s.judge();
    REQUIRE(found.assignee);
    CHECK(found.assignee->who.username == "anna");
    CHECK(found.assignee->confidence > 0.9);
    CHECK(found.assignee->request == 12);
    CHECK(found.assignee->commit == "abc1234567");
    CHECK(found.assignee->reasons.at(0) ==
          "line 15 of src/Cart.php, changed in abc1234 (merge request !12) in this release");
    CHECK_THAT(found.why, Catch::Contains("of the evidence: line 15 of src/Cart.php"));
}

TEST_CASE("R10.6 an old line alone assigns nobody", "[errors][suspects]") {
    scene s;
    s.commit("def1234567", ben, false);
    s.frame("src/Cart.php", 15, {{15, "def1234567"}});
    const auto found = s.judge();
    CHECK_FALSE(found.assignee);
    REQUIRE(found.ranked.size() == 1);
    CHECK(found.ranked[0].reasons.at(0) == "line 15 of src/Cart.php, written in def1234, before this release");
    CHECK(found.why == "no line of the stack trace was changed in this release");
}

TEST_CASE("divided evidence assigns nobody and lists both", "[errors][suspects]") {
    scene s;
    s.commit("a", anna, true);
    s.commit("b", ben, true);
    s.commit("c", cleo, true);
    s.frame("x.php", 1, {}, {"a", "b", "c"});
    const auto found = s.judge();
    CHECK_FALSE(found.assignee);
    CHECK(found.ranked.size() == 3);
    CHECK_THAT(found.why, Catch::Contains("divided"));
}

TEST_CASE("the root cause weighs more than its wrappers, the line more than its neighbourhood", "[errors][suspects]") {
    scene s;
    s.commit("a", anna, true);
    s.commit("b", ben, true);
    s.frame("cause.php", 10, {{10, "a"}});
    s.frame("wrapper.php", 20, {{20, "b"}});
    CHECK(s.judge().assignee->who.username == "anna");
    scene near;
    near.commit("a", anna, true);
    near.commit("b", ben, true);
    near.frame("x.php", 10, {{9, "a"}, {10, "b"}});
    CHECK(near.judge().ranked[0].who.username == "ben");
    CHECK(near.judge().ranked[1].reasons.at(0) == "next to line 10 of x.php, changed in a in this release");
}

TEST_CASE("who removed what is missing is the first suspect", "[errors][suspects]") {
    scene s;
    s.commit("a", anna, true);
    s.commit("old", ben, false);
    s.frame("caller.php", 30, {{30, "old"}});
    s.facts.removed = {{"total_price", "lib.php", "a"}};
    const auto found = s.judge();
    REQUIRE(found.assignee);
    CHECK(found.assignee->who.username == "anna");
    CHECK(found.assignee->reasons.at(0) == "removed total_price from lib.php in a in this release");
}

TEST_CASE("merges and bots are answered for by the merge request's author", "[errors][suspects]") {
    scene s;
    auto& merge = s.commit("m", bot, true);
    merge.merge_or_bot = true;
    merge.request_author = cleo;
    s.frame("x.php", 1, {{1, "m"}});
    CHECK(s.judge().assignee->who.username == "cleo");
}

TEST_CASE("co-authors share, and one person under two commits is one person", "[errors][suspects]") {
    scene s;
    s.commit("a", anna, true).co_authors = {ben, developer{"A.", "ANNA@example.com", ""}};
    s.commit("b", developer{"anna b", "Anna@Example.com", ""}, true);
    s.frame("x.php", 1, {{1, "a"}});
    s.frame("y.php", 1, {{1, "b"}});
    const auto found = s.judge();
    REQUIRE(found.ranked.size() == 2);
    CHECK(found.ranked[0].confidence == Approx(1.1 / 1.6));
    CHECK(found.ranked[1].who.username == "ben");
}

TEST_CASE("sweeping, cosmetic and ignored changes are discounted, reverts lead to what they took back",
          "[errors][suspects]") {
    scene s;
    s.commit("sweep", anna, true).files = 400;
    s.commit("small", ben, true);
    s.frame("x.php", 5, {{5, "sweep"}, {6, "small"}});
    CHECK(s.judge().ranked[0].who.username == "ben");
    s.facts.commits["small"].whitespace_only = true;
    CHECK(s.judge().ranked[0].who.username == "anna");
    s.facts.commits["sweep"].ignored = true;
    CHECK(s.judge().ranked[0].who.username == "ben");
    scene back;
    back.commit("revert", anna, true).reverts = "first";
    back.commit("first", cleo, true);
    back.frame("x.php", 5, {{5, "revert"}});
    CHECK(back.judge().assignee->who.username == "cleo");
}

TEST_CASE("people who are blocked or have left are never assigned", "[errors][suspects]") {
    scene s;
    s.commit("a", anna, true);
    s.frame("x.php", 1, {{1, "a"}});
    s.facts.unavailable = {"Anna@example.com"};
    const auto found = s.judge();
    CHECK_FALSE(found.assignee);
    CHECK_THAT(found.why, Catch::Contains("cannot be assigned"));
    CHECK(suspects_of({}).why == "nothing in the stack trace leads to a line of the repository");
}

TEST_CASE("frames to blame begin with the root cause and its crash", "[errors][suspects]") {
    auto of = failing({{"TypeError", ""}, {"RuntimeException", ""}});
    of.exceptions[0].frames = {call("index.php", 3), call("Cart.php", 15), call("vendor/x.php", 9, false)};
    of.exceptions[1].frames = {call("index.php", 3), call("Page.php", 40)};
    const auto found = blame_frames(of);
    REQUIRE(found.size() == 3);
    CHECK(found[0].filename == "Cart.php");
    CHECK(found[1].filename == "index.php");
    CHECK(found[2].filename == "Page.php");
    CHECK(blame_frames(of, 1).size() == 1);
    auto foreign = failing({{"E", ""}});
    foreign.exceptions[0].frames = {call("vendor/x.php", 9, false), call("[internal]", 0)};
    CHECK(blame_frames(foreign).at(0).filename == "vendor/x.php");
}

TEST_CASE("the missing name is read from the message", "[errors][suspects]") {
    for (const auto& [value, name] : std::vector<std::pair<std::string, std::string>>{
             {"Call to undefined function App\\total_price()", "total_price"},
             {"Call to undefined method App\\Cart::total()", "total"},
             {"Undefined variable $rate", "rate"},
             {"Undefined array key \"vat_rate\"", "vat_rate"},
             {"Undefined property: App\\Cart::$items", "items"},
             {"Class \"App\\Invoice\" not found", "Invoice"},
             {"cart.totalPrice is not a function", "totalPrice"},
             {"formatPrice is not defined", "formatPrice"},
             {"Cannot read properties of undefined (reading 'price')", "price"},
             {"name 'total_price' is not defined", "total_price"},
             {"module 'shop.cart' has no attribute 'total_price'", "total_price"},
             {"cannot import name 'total_price' from 'shop.cart' (/srv/shop/cart.py)", "total_price"},
             {"undefined method `total_price' for nil:NilClass", "total_price"},
             {"SQLSTATE[42S22]: Column not found: 1054 Unknown column 'o.discount' in 'field list'", "discount"},
             {"relation \"shop_orders\" does not exist", "shop_orders"},
         }) {
        CAPTURE(value);
        CHECK(missing_symbol(failing({{"Error", value}})) == name);
    }
    CHECK(missing_symbol(failing({{"KeyError", "'vat_rate'"}})) == "vat_rate");
    CHECK(missing_symbol(failing({{"Error", "division by zero"}})) == std::nullopt);
    CHECK(missing_symbol(failing({{"Error", "Undefined variable $i"}})) == std::nullopt);
    CHECK(missing_symbol(failing({{"Error", "Undefined variable"}})) == std::nullopt);
}
