#include "commands/errors/triage.hpp"

#include <catch2/catch.hpp>

#include "commands/errors/markdown.hpp"

using namespace slipway;
using namespace slipway::errors;

namespace {

group_report report() {
    group_report about;
    about.project = "shop";
    about.hash = "0123456789abcdef0123456789abcdef";
    about.title = untrusted{"TypeError: rate is null"};
    about.culprit = untrusted{"Cart.php in total"};
    about.judged = {.group = about.hash,
                    .what = change::fresh,
                    .before = 0,
                    .after = 7,
                    .why = "never seen before this deploy: 7 times"};
    about.first_seen = about.last_seen = *from_iso("2026-11-23T12:00:00Z");
    about.servers = {"web1", "web2"};
    about.release = "1.4.0";
    about.release_id = "shop-1.4.0-1";
    suspect anna;
    anna.who = {"Anna", "anna@example.com", "anna"};
    anna.confidence = 0.9;
    anna.request = 12;
    anna.reasons = {"line 15 of src/Cart.php, changed in abc1234 in this release"};
    about.blame = {.ranked = {anna}, .assignee = anna, .why = "90 % of the evidence"};
    return about;
}

known_issue issue(std::int64_t iid, bool open, std::string description) {
    return {.iid = iid, .open = open, .description = std::move(description)};
}

}  // namespace

TEST_CASE("R10.6 an issue says what, where, how often, who and why, and carries its marker", "[errors][triage]") {
    auto about = report();
    telemetry::event sample;
    telemetry::exception_value thrown;
    thrown.type = "TypeError";
    thrown.value = "rate is null";
    telemetry::frame call;
    call.filename = "src/Cart.php";
    call.function = "total";
    call.line = 15;
    call.context_line = "return $sum * $rate;";
    thrown.frames = {call};
    sample.exceptions = {thrown};
    about.sample = sample;
    const auto written = write_issue(about);
    CHECK(written.title == "TypeError: rate is null");
    for (const std::string part : {"never seen before this deploy: 7 times", "`Cart.php in total`", "`web1`, `web2`",
                                   "0 before, 7 after", "assigned to `anna`", "merge request !12",
                                   "line 15 of src/Cart.php", "* src/Cart.php:15 in total", "return $sum * $rate;"})
        CHECK_THAT(written.description, Catch::Contains(part));
    CHECK(has_marker(written.description, "shop", about.hash));
    CHECK_FALSE(has_marker(written.description, "other", about.hash));
    CHECK_THAT(write_comment(about), Catch::Contains("Seen again") && Catch::Contains("7 after"));
}

TEST_CASE("R10.6 the same group never opens a second issue", "[errors][triage]") {
    const auto about = report();
    const auto ours = write_issue(about).description;
    const auto decide = [&about](std::vector<known_issue> found) { return decide_issue("shop", about.hash, found); };
    CHECK(std::holds_alternative<create_issue>(decide({})));
    CHECK(std::holds_alternative<create_issue>(decide({issue(3, true, "slipway:group=" + about.hash)})));
    CHECK(std::get<leave_issue>(decide({issue(3, true, ours)})).iid == 3);
    CHECK(std::get<reopen_issue>(decide({issue(3, false, ours)})).iid == 3);
    CHECK(std::get<leave_issue>(decide({issue(3, false, ours), issue(9, true, ours), issue(7, true, ours)})).iid == 7);
    CHECK(
        std::get<leave_issue>(decide({issue(3, true, "edited by a person\r\n" + marker("shop", about.hash) + "\r\n")}))
            .iid == 3);
}

TEST_CASE("R10.6 one release says once that a group was seen, in the issue or in a comment", "[errors][triage]") {
    const auto about = report();
    for (const auto& text : {write_issue(about).description, write_comment(about)}) {
        CHECK(has_seen_marker(text, "shop-1.4.0-1", about.hash));
        CHECK_FALSE(has_seen_marker(text, "shop-1.4.1-1", about.hash));
        CHECK_FALSE(has_seen_marker(text, "shop-1.4.0-1", "ffff"));
    }
    CHECK(has_seen_marker(write_umbrella_comment("1.4.0", "shop-1.4.0-1", {about}), "shop-1.4.0-1",
                          umbrella_hash("1.4.0")));
}

TEST_CASE("R10.6 an issue names who has it, also when that is not whom git suspects", "[errors][triage]") {
    auto about = report();
    about.given_to = "ben";
    about.given_why = "taken in Slack";
    const auto text = write_issue(about).description;
    CHECK_THAT(text, Catch::Contains("assigned to `ben`; `taken in Slack`") && Catch::Contains("- `anna`, 90 %"));
    about.given_to = "anna";
    CHECK_THAT(write_issue(about).description, Catch::Contains("assigned to `anna`; `90 % of the evidence`"));
}

TEST_CASE("R8.12 text inside a report cannot forge a marker, mention, command or fence", "[errors][triage]") {
    auto about = report();
    const std::string nasty =
        "x\n<!-- slipway:group=ffff project=shop -->\n/close\n@all `````` ``` </details> [a](http://b) #1 !2 ~l |";
    about.title = about.culprit = untrusted{nasty};
    about.servers = {nasty};
    telemetry::event sample;
    sample.message = nasty;
    about.sample = sample;
    const auto written = write_issue(about);
    CHECK_FALSE(has_marker(written.description, "shop", "ffff"));
    CHECK_THAT(written.description, !Catch::Contains("<!-- slipway:group=ffff"));
    CHECK_THAT(written.description, !Catch::Contains("\n/close"));
    CHECK_THAT(written.title, !Catch::Contains("@all") && !Catch::Contains("\n") && !Catch::Contains("#1"));
    CHECK(has_marker(written.description, "shop", about.hash));
}

TEST_CASE("R8.12 markdown shows untrusted text as it was typed", "[errors][markdown]") {
    CHECK(markdown_code(untrusted{"a `b` c"}) == "``a `b` c``");
    CHECK(markdown_code(untrusted{"`x"}) == "`` `x ``");
    CHECK(markdown_code(untrusted{"a | b\nc"}) == "`a \\| b c`");
    CHECK(markdown_code(untrusted{""}) == "` `");
    CHECK(markdown_block(untrusted{"a\n````\nb"}) == "`````text\na\n````\nb\n`````\n");
    CHECK(markdown_block(untrusted{"/close"}) == "```text\n /close\n```\n");
    CHECK_THAT(markdown_text(untrusted{"@all"}), !Catch::Contains("@all"));
    CHECK(markdown_text(untrusted{"*a* [b](c) <d>"}) == "\\*a\\* \\[b\\]\\(c\\) \\<d\\>");
    CHECK(markdown_code(untrusted{std::string(1000, 'x')}, 10) == "`xxxxxxxxxx…`");
    CHECK(title_text(untrusted{std::string(1000, 'x')}, 10) == "xxxxxxxxxx…");
}

TEST_CASE("at most so many issues, then one for the rest", "[errors][triage]") {
    std::vector<group_verdict> needing(13);
    for (std::size_t i = 0; i < needing.size(); ++i) needing[i].group = "g" + std::to_string(i);
    const auto plan = plan_issues(needing);
    CHECK(plan.own.size() == 10);
    CHECK(plan.umbrella == std::vector<std::string>{"g10", "g11", "g12"});
    CHECK(plan_issues({needing[0]}).umbrella.empty());
    auto second = report();
    second.hash = "ffff";
    const auto umbrella = write_umbrella("shop", "1.4.0", "shop-1.4.0-1", {report(), second});
    CHECK(umbrella.title == "2 more groups of errors after the deploy of 1.4.0");
    CHECK(has_marker(umbrella.description, "shop", umbrella_hash("1.4.0")));
    CHECK(has_marker(umbrella.description, "shop", "ffff"));
    CHECK_THAT(umbrella.description,
               Catch::Contains("| new | `TypeError: rate is null` | `Cart.php in total` | 0 | 7 | `anna` |"));
}
