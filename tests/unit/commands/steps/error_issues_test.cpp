#include <catch2/catch.hpp>

#include "tests/unit/commands/steps/errors_room.hpp"

using namespace slipway;
using namespace slipway::steps::test;

TEST_CASE("R10.6 a wrapped error leads to its cause, a removed function to whoever removed it", "[steps][errors]") {
    errors_room all;
    const auto base = all.commit(ana, "base",
                                 {{"src/Cart.php", lines_with({})},
                                  {"src/Page.php", lines_with({{3, "total_price($cart);"}})},
                                  {"src/money.php", "<?php\nfunction total_price($cart) {\n}\n"}});
    all.commit(ben, "Rates (!11)", {{"src/Cart.php", lines_with({{6, "$rate = null;"}})}});
    all.commit(chi, "Wrapping", {{"src/Shop.php", lines_with({})}});
    all.commit(devi, "Tidy up", {{"src/money.php", "<?php\n"}});
    all.released(base);
    all.happened({all.thrown("TypeError", "rate is null", {all.call("src/Cart.php", 6)}),
                  all.thrown("ShopError", "cannot show", {all.call("src/Shop.php", 2)})});
    all.happened({all.thrown("Error", "Call to undefined function total_price()", {all.call("src/Page.php", 3)})});
    all.issues();
    const auto made = all.error_issues();
    REQUIRE(made.size() == 2);
    CHECK(made[0].title == "ShopError: cannot show");
    CHECK(made[0].assignees == std::vector<std::string>{"ben.carter"});
    CHECK_THAT(made[0].description, Catch::Contains("line 6 of src/Cart.php") && Catch::Contains("merge request !11"));
    CHECK(made[1].assignees == std::vector<std::string>{"devi.rao"});
    CHECK_THAT(made[1].description, Catch::Contains("removed total_price from src/money.php"));
    CHECK(std::ranges::count(made[0].labels, "production-error") == 1);
}

TEST_CASE("R10.6 a second identical release says so in the issue that is there", "[steps][errors]") {
    errors_room all;
    const auto base = all.commit(ana, "base", {{"src/Cart.php", lines_with({})}});
    all.commit(ben, "Rates", {{"src/Cart.php", lines_with({{6, "$rate = null;"}})}});
    all.released(base);
    all.happened({all.thrown("TypeError", "rate is null", {all.call("src/Cart.php", 6)})});
    CHECK_THAT(all.issues().text, !Catch::Contains("known from before"));
    all.issues();  // repeated after a crash: nothing more
    REQUIRE(all.error_issues().size() == 1);
    const auto iid = all.error_issues()[0].iid;
    CHECK(all.notes_of(iid).empty());

    all.next_release("1.4.1");
    const auto again = all.issues();
    CHECK_THAT(again.text, Catch::Contains("1 of them known from before"));
    CHECK(text_at(again.data, "issues.0.how") == "open already");
    all.issues();
    REQUIRE(all.error_issues().size() == 1);
    REQUIRE(all.notes_of(iid).size() == 1);
    CHECK_THAT(all.notes_of(iid)[0], Catch::Contains("Seen again after the deploy of `1.4.1`"));

    all.issue(iid).state = "closed";
    all.next_release("1.4.2");
    const auto back = all.issues();
    CHECK(text_at(back.data, "issues.0.how") == "reopened");
    CHECK(all.issue(iid).state == "opened");
    CHECK(all.notes_of(iid).size() == 2);
    CHECK(all.error_issues().size() == 1);
}

TEST_CASE("R10.6 an answer that is lost makes no second issue", "[steps][errors]") {
    errors_room all;
    const auto base = all.commit(ana, "base", {{"a.php", lines_with({})}});
    all.released(base);
    all.happened({all.thrown("E", "v", {all.call("a.php", 1)})});
    bool once = true;
    all.to_gitlab.after = [&](const std::string& call) -> std::optional<failure> {
        if (!call.starts_with("POST") || !call.ends_with("/issues") || !std::exchange(once, false)) return std::nullopt;
        return failure{errc::lost, "the connection broke"};
    };
    CHECK(text_at(all.issues().data, "issues.0.how") == "created");
    CHECK(all.error_issues().size() == 1);
}

TEST_CASE("beyond so many groups one issue lists the rest, and is told of the next attempt", "[steps][errors]") {
    errors_room all;
    const auto base = all.commit(ana, "base", {{"a.php", lines_with({})}});
    all.commit(ben, "b", {{"a.php", lines_with({{4, "x"}})}});
    all.released(base);
    all.project_.watch.most_issues = 2;
    for (const auto* name : {"One", "Two", "Three", "Four"})
        all.happened({all.thrown(name, "v", {all.call("a.php", 4)})});
    const auto done = all.issues();
    CHECK_THAT(done.text, Catch::Contains("3 issues for 4 error groups"));
    const auto made = all.error_issues();
    REQUIRE(made.size() == 3);
    CHECK(made[2].title == "2 more groups of errors after the deploy of 1.4.0");
    CHECK_THAT(made[2].description, Catch::Contains("`Three: v`") && Catch::Contains("`Four: v`"));
    CHECK(made[2].assignees == std::vector<std::string>{"ana.reyes"});
    CHECK(std::ranges::count(made[2].labels, "production-error") == 1);
    all.issue(made[2].iid).state = "closed";
    all.state_.id = "core-1.4.0-2";
    all.issues();
    CHECK(all.error_issues().size() == 3);
    CHECK(all.issue(made[2].iid).state == "opened");
    CHECK(all.notes_of(made[2].iid).size() == 1);
}

TEST_CASE("co-authors share, robots and merges stand for the request's author, reformatting commits are ignored",
          "[steps][errors]") {
    errors_room all;
    const auto base =
        all.commit(ana, "base", {{"a.php", lines_with({})}, {"b.php", lines_with({})}, {"c.php", lines_with({})}});
    all.commit(ben, "Together\n\nCo-authored-by: Chi Nakamura <chi@harbour.test>", {{"a.php", lines_with({{5, "x"}})}});
    all.commit("renovate[bot] <bot@renovate.example>", "Update (!9)", {{"b.php", lines_with({{5, "x"}})}});
    const auto style = all.commit(devi, "Style", {{"c.php", lines_with({{5, "styled"}})}});
    all.commit(ana, "Ignore it", {{".git-blame-ignore-revs", "# formatter\n" + style + "\n"}});
    all.released(base);
    const auto suspects_for = [&](const std::string& file) {
        const auto hash = all.happened({all.thrown("E" + file, "v", {all.call(file, 5)})});
        const auto done = all.issues();
        for (const auto& each : array_at(done.data, "issues"))
            if (text_at(each, "hash") == hash) return json::serialize(*at_path(each, "suspects"));
        return std::string{};
    };
    CHECK_THAT(suspects_for("a.php"), Catch::Contains("ben.carter") && Catch::Contains("chi.nakamura"));
    CHECK_THAT(suspects_for("b.php"), Catch::Contains("ben.carter") && !Catch::Contains("renovate"));  // !9 is Ben's
    CHECK_THAT(suspects_for("c.php"), !Catch::Contains("devi.rao"));
}

TEST_CASE("who may not be assigned is passed over, and the requester gets it with the reason", "[steps][errors]") {
    errors_room all;
    const auto base = all.commit(ana, "base", {{"a.php", lines_with({})}});
    all.commit(ben, "b", {{"a.php", lines_with({{4, "x"}})}});
    all.released(base);
    all.project_.suspects.ignore_people = {"ben.carter"};
    all.happened({all.thrown("E", "v", {all.call("a.php", 4)})});
    const auto done = all.issues();
    CHECK(text_at(done.data, "issues.0.assignee") == "ana.reyes");
    CHECK_THAT(text_at(done.data, "issues.0.because"), Catch::Contains("cannot be assigned"));
    CHECK_THAT(json::serialize(done.data), Catch::Contains("line 4 of a.php"));  // the candidate stays listed
}

TEST_CASE("lines of ignored paths say nothing, and an old line names who knew it once without assigning",
          "[steps][errors]") {
    errors_room all;
    all.commit(chi, "long ago", {{"a.php", lines_with({})}, {"gen/x.php", lines_with({})}});
    const auto base = all.commit(ana, "base", {{"b.php", "1\n"}});
    all.commit(ben, "generated", {{"gen/x.php", lines_with({{2, "new"}})}});
    all.released(base);
    all.project_.suspects.ignore_paths = {"gen"};
    all.happened({all.thrown("E", "v", {all.call("a.php", 3), all.call("gen/x.php", 2)})});
    const auto done = all.issues();
    CHECK(text_at(done.data, "issues.0.assignee") == "ana.reyes");
    CHECK(text_at(done.data, "issues.0.suspects.0.username") == "chi.nakamura");
    CHECK_THAT(json::serialize(done.data), !Catch::Contains("ben.carter"));
}
