// Everything a person may try that must not work, and what he is told: one release that is aborted in the end.
#include <catch2/catch.hpp>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

button shown(company& all, const std::string& words, const std::string& label) {
    std::optional<button> found;
    all.wait_until("the button " + label + " of " + words, [&] {
        found = all.find_button(words, label);
        return found.has_value();
    });
    return *found;
}

void refuse_to_start(company& all) {
    CHECK_THAT(all.ask(quinn, "/release start 1.4.0"), Catch::Contains("release-manager"));
    CHECK_THAT(all.ask(ana, "/release start --dry-run"), Catch::Contains("Say which version"));
    CHECK_THAT(all.ask(ana, "/release start --upload-pack=x"), Catch::Contains("version"));
    CHECK_THAT(all.ask(ana, "/release start 9.9.9"), Catch::Contains("no milestone"));
    CHECK_THAT(all.ask(ana, "/release strat 1.4.0"), Catch::Contains("did you mean `/release start`"));
    CHECK_THAT(all.ask(ana, "/release status"), Catch::Contains("no release"));
    CHECK(count_channel_messages(all) == 0);
}

void refuse_second_start(company& all) {
    REQUIRE(text_at(all.command(ana, "/release start 1.4.0"), "outcome") == "ok");
    all.wait_until("the board is there", [&] { return !all.board().empty(); });
    const auto said = all.ask(leo, "/release start 1.4.0");
    CHECK_THAT(said, Catch::Contains("is running already"));
    // R1.1: with the way to the board.
    CHECK_THAT(said, Catch::Contains("/archives/C0RELEASES/p"));
}

void refuse_merges(company& all) {
    const auto merge = shown(all, "Merge the milestone", "Merge");
    CHECK_THAT(all.press_and_read(quinn, merge), Catch::Contains("developer"));
    CHECK(all.succeeded("PUT", "/merge") == 0);

    // !9's branch moves between the card and the click.
    const auto nine = all.gitlab("/projects/cig%2Frsi-website/merge_requests/9");
    json::object pushed{{"branch", text_at(nine, "source_branch")},
                        {"file", "notes.txt"},
                        {"content", "one more thing\n"},
                        {"message", "One more thing"},
                        {"by", "ben.carter"}};
    all.post("/gitlab/commits", pushed);
    REQUIRE(text_at(all.press(ben, merge), "outcome") == "ok");
    all.wait_for_message("new commits arrived since");
    CHECK(all.succeeded("PUT", "/merge") == 0);
}

}  // namespace

TEST_CASE("whoever may not, is told why and what to do instead", "[scenario][refusals]") {
    company all;
    refuse_to_start(all);
    refuse_second_start(all);
    refuse_merges(all);

    // Everybody merges; then the first questions stand.
    all.left_alone = {"Have you read the whole diff", "Have you read the diff again", "Migrations are correct"};
    std::optional<button> reading;
    all.work_until("the first reading is asked for", [&] {
        reading = all.find_button("Have you read the whole diff", "Confirm");
        return reading.has_value();
    });
    // R3.2: the requester never fills a seat; and only the named role does.
    CHECK_THAT(all.press_and_read(ana, *reading), Catch::Contains("four eyes"));
    CHECK_THAT(all.press_and_read(quinn, *reading), Catch::Contains("developer"));

    // On hold nothing new starts, also when what it waited for is answered.
    CHECK_THAT(all.ask(ben, "/release hold wait for the database"), Catch::Contains("on hold"));
    reading = shown(all, "Have you read the whole diff", "Confirm");
    // R7.4: a double click is one decision. Who was quicker than the card's change is told so; else the button is gone.
    REQUIRE(text_at(all.press(ben, *reading), "outcome") == "ok");
    if (text_at(all.press(ben, *reading), "outcome") == "ok")
        all.wait_until("the second click is answered", [&] { return !all.find_message("is closed", ben).empty(); });
    all.wait_until("the buttons are gone", [&] { return !all.find_button("Have you read the whole diff", "Confirm"); });
    CHECK_THAT(all.ask(ana, "/release status"), Catch::Contains("hold"));
    CHECK(all.find_message("could break the site. 8 merge requests").empty());
    CHECK_THAT(all.ask(ana, "/release resume"), Catch::Contains("goes on"));
    all.wait_for_message("could break the site. 8 merge requests");

    CHECK_THAT(all.ask(ana, "/release skip push no time"), Catch::Contains("cannot be skipped"));
    CHECK_THAT(all.ask(ana, "/release skip confirm-migrations"), Catch::Contains("reason"));
    CHECK_THAT(all.ask(quinn, "/release skip confirm-migrations there are none today"),
               Catch::Contains("release-manager"));
    CHECK_THAT(all.ask(ana, "/release skip confirm-migrations there are none today"), Catch::Contains("skipped"));

    CHECK_THAT(all.ask(ana, "/release abort 1.3.0 wrong one"), Catch::Contains("/release abort 1.4.0 REASON"));
    CHECK_THAT(all.ask(quinn, "/release abort 1.4.0 because I can"), Catch::Contains("release-manager"));
    CHECK_THAT(all.ask(ana, "/release abort 1.4.0 the fair is cancelled"), Catch::Contains("being aborted"));
    all.wait_for_message("was cancelled:*");
    const auto end = all.find_message("was cancelled:*");
    CHECK_THAT(end, Catch::Contains("Merge the milestone"));
    CHECK_THAT(all.ask(ana, "/release hold now"), Catch::Contains("No release"));
    CHECK(all.git({"tag", "-l", "1.4.0"}).empty());
    check_messages(all);

    // An old card of a release that is over is refused, not obeyed.
    CHECK_THAT(all.ask(ana, "/release history"), Catch::Contains("cancelled"));
}
