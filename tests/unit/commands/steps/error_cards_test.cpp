// The buttons of an error's card, and what Sentry is told.
#include <catch2/catch.hpp>

#include "integrations/sentry/sentry.hpp"
#include "tests/fakes/fake_sentry.hpp"
#include "tests/unit/commands/steps/errors_room.hpp"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::test;

namespace {

/// Line 4 by Ben, the lines around it by Chi.
struct room : errors_room {
    std::string hash;
    room() {
        const auto base = commit(ana, "base", {{"a.php", lines_with({})}});
        commit(chi, "around", {{"a.php", lines_with({{3, "three"}})}});
        commit(ben, "the line", {{"a.php", lines_with({{3, "three"}, {4, "four"}})}});
        released(base);
        hash = happened({thrown("E", "v", {call("a.php", 4)})});
    }
    std::string assignee() {
        const auto made = error_issues();
        return made.empty() || made[0].assignees.empty() ? "" : made[0].assignees[0];
    }
};

}  // namespace

TEST_CASE("who takes an error has its issue, also when they took it before there was one", "[steps][errors]") {
    room all;
    CHECK_THAT(all.press(all.hash, "take", "U0DEVI").text, Catch::Contains("taken by @U0DEVI"));
    all.issues();
    CHECK(all.assignee() == "devi.rao");
    CHECK_THAT(all.error_issues()[0].description, Catch::Contains("assigned to `devi.rao`; `taken in Slack`"));
    all.press(all.hash, "take", "U0LEO");
    CHECK(all.assignee() == "leo.moreau");
    const auto notes = all.notes_of(all.error_issues()[0].iid);
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::Contains("Taken by `leo.moreau`"));
    all.press(all.hash, "take", "U0LEO");  // pressed twice, or repeated after a crash
    CHECK(all.notes_of(all.error_issues()[0].iid).size() == 1);
}

TEST_CASE("“not me” asks the next suspect, and at the end whoever started the release", "[steps][errors]") {
    room all;
    all.issues();
    CHECK(all.assignee() == "ben.carter");
    CHECK_THAT(all.press(all.hash, "not-me", "U0BEN").text,
               Catch::Contains("@U0BEN says it is not theirs") && Catch::Contains("@U0CHI is asked now"));
    CHECK(all.assignee() == "chi.nakamura");
    CHECK_THAT(all.press(all.hash, "not-me", "U0CHI").text, Catch::Contains("@U0ANA is asked now"));
    CHECK(all.assignee() == "ana.reyes");
    CHECK(all.notes_of(all.error_issues()[0].iid).size() == 2);
}

TEST_CASE("“not me” before there is an issue holds for the issue", "[steps][errors]") {
    room all;
    all.press(all.hash, "not-me", "U0BEN");
    all.issues();
    CHECK(all.assignee() == "chi.nakamura");
}

TEST_CASE("resolving closes the issue, muting keeps the group quiet in this release", "[steps][errors]") {
    room all;
    all.issues();
    CHECK_THAT(all.press(all.hash, "resolve", "U0BEN").text, Catch::Contains("is closed"));
    CHECK(all.error_issues()[0].state == "closed");
    CHECK_THAT(all.press(all.hash, "mute", "U0BEN").text, Catch::Contains("muted for 1.4.0"));
}

TEST_CASE("a group that came from Sentry is resolved there as well, in this release", "[steps][errors]") {
    room all;
    fakes::fake_sentry server;
    server.issues.emplace_back().id = "4711";
    sentry::settings with;
    with.url = "http://sentry.test";
    with.token = "sentry-token";
    with.organization = "harbour";
    with.project = "website";
    const auto api = sentry::create_api(server, all.time, [] { return 0.5; }, with).value();
    all.sentry = api.get();
    CHECK_THAT(all.press(all.hash, "resolve", "U0BEN").text, !Catch::Contains("Sentry"));  // our own ingest's
    telemetry::event event;
    event.at = all.time.now();
    event.message = "from Sentry";
    event.tags.emplace_back(sentry::issue_tag, "4711");
    all.ledger.record({"rsi-website", "production"}, event, {.hash = all.hash});
    CHECK_THAT(all.press(all.hash, "resolve", "U0BEN").text, Catch::Contains("Sentry knows"));
    CHECK(server.issues[0].status == "resolved");
    CHECK(text_at(server.calls.back().body, "statusDetails.inRelease") == "rsi-website@1.4.0");
}

TEST_CASE("R8.2 a linked account goes before the project file, an e-mail counts only where it is allowed",
          "[steps][errors]") {
    room all;
    account_link link;
    link.slack = {"T1", "U0SAM"};
    link.gitlab = "ben.carter";
    link.gitlab_id = 13;
    store::batch changes;
    changes.documents.push_back({link_collection, to_string(link.slack), to_json(link)});
    REQUIRE(all.run(all.memory->commit(std::move(changes))));
    errors::developer by_git;
    by_git.email = "ben@harbour.test";
    const auto known = all.run(person_behind(all.here("error_issues"), by_git)).value();
    CHECK(known.gitlab == "ben.carter");
    CHECK(known.slack == "U0SAM");
    CHECK(known.how == "linked");
    CHECK(all.run(gitlab_account_of(all.here("error_issues"), {"T1", "U0SAM"})).value() == "ben.carter");
    CHECK(all.run(gitlab_account_of(all.here("error_issues"), {"T1", "U0CHI"})).value() == "chi.nakamura");
    errors::developer stranger;
    stranger.email = "sam@harbour.test";  // Sam is in GitLab, not in the project file
    CHECK(all.run(person_behind(all.here("error_issues"), stranger)).value().gitlab.empty());
    all.project_.suspects.by_email = true;
    CHECK(all.run(person_behind(all.here("error_issues"), stranger)).value().gitlab == "sam.patel");
}

TEST_CASE("Sentry learns the release with its commits, that it is out, and its deploy, once", "[steps][errors]") {
    room all;
    fakes::fake_sentry server;
    sentry::settings with;
    with.url = "http://sentry.test";
    with.token = "sentry-token";
    with.organization = "harbour";
    with.project = "website";
    const auto api = sentry::create_api(server, all.time, [] { return 0.5; }, with).value();
    all.project_.sentry.organization = "harbour";
    all.sentry = api.get();
    auto& kind = all.kind("sentry_release");
    const auto act = all.intent("", "");
    CHECK(all.run(kind.probe(all.here("sentry_release"), act)).value().what == answer::not_done);
    CHECK_THAT(all.run(kind.perform(all.here("sentry_release"), act)).value().text,
               Catch::Contains("rsi-website@1.4.0 with 2 commits; it is out and deployed to production"));
    CHECK(all.run(kind.probe(all.here("sentry_release"), act)).value().what == answer::done);
    CHECK(all.run(kind.perform(all.here("sentry_release"), act)));  // repeated: no second deploy
    const auto& told = server.releases.at("rsi-website@1.4.0");
    CHECK(told.deploys.size() == 1);
    CHECK(text_at(told.commits.at(0), "message") == "the line\n");
    CHECK(text_at(told.commits.at(0), "patch_set.0.path") == "a.php");
    CHECK(text_at(told.commits.at(0), "repository") == "cig/rsi-website");
    all.sentry = nullptr;
    CHECK(all.run(kind.perform(all.here("sentry_release"), act)).error() == errc::refused);
}
