#include <catch2/catch.hpp>

#include "tests/unit/deploy/sandbox/gitlab_client.hpp"

using namespace slipway;
using namespace slipway::sandbox;

namespace {

const std::string compare_ships = website + "/merge_requests/9";

std::string with_sha(const std::string& sha) {
    return R"({"sha":")" + sha + R"("})";
}

}  // namespace

TEST_CASE("a merge is a real merge commit on master with GitLab's message, and closes its issue", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto before = room.project().git.branch("master");
    const auto shown = room.call("GET", compare_ships);
    CHECK(text_at(shown.body, "detailed_merge_status") == "mergeable");
    const auto head = text_at(shown.body, "sha");
    CHECK(head == room.project().git.branch("compare-ships"));

    const auto merged = room.call("PUT", compare_ships + "/merge", with_sha(head));
    CHECK(merged.status == 200);
    CHECK(text_at(merged.body, "state") == "merged");
    const auto& git = room.project().git;
    const auto made = git.commit(*git.branch("master"));
    REQUIRE(made.has_value());
    CHECK(made->id == text_at(merged.body, "merge_commit_sha"));
    CHECK(made->parents == std::vector<std::string>{*before, head});
    CHECK(made->author.name == "Slipway");
    CHECK(made->message ==
          "Merge branch 'compare-ships' into 'master'\n\nCompare ships side by side\n\nCloses #4\n\n"
          "See merge request cig/rsi-website!9");
    CHECK(git.read(made->id, "templates/compare.html").has_value());
    CHECK(text_at(room.call("GET", website + "/issues/4").body, "state") == "closed");
    const auto found = room.call("GET", website + "/repository/commits/" + made->id + "/merge_requests");
    CHECK(number_at(found.body, "0.iid") == 9);
}

TEST_CASE("a merge names the head it was reviewed at: a moved head is 409, a second merge 405", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto reviewed = text_at(room.call("GET", compare_ships).body, "sha");
    const auto more = R"({"branch":"compare-ships","file":"templates/compare.html","append":"<!-- more -->\n",
                          "message":"One more thing","by":"ben.carter"})";
    REQUIRE(room.control("POST", "commits", more).status == 200);
    const auto refused = room.call("PUT", compare_ships + "/merge", with_sha(reviewed));
    CHECK(refused.status == 409);
    CHECK(text_at(room.call("GET", compare_ships).body, "state") == "opened");
    const auto now = text_at(room.call("GET", compare_ships).body, "sha");
    CHECK(now != reviewed);
    CHECK(room.call("PUT", compare_ships + "/merge", with_sha(now)).status == 200);
    CHECK(room.call("PUT", compare_ships + "/merge", with_sha(now)).status == 405);
}

TEST_CASE("rights come first, then drafts and missing approvals, then conflicts, then the head", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto conflict = website + "/merge_requests/13/merge";
    const auto draft = website + "/merge_requests/14/merge";
    CHECK(room.call("PUT", conflict, with_sha("stale")).status == 422);
    CHECK(room.call("PUT", draft, with_sha("stale")).status == 405);
    CHECK(flag_at(room.call("GET", website + "/merge_requests/13").body, "has_conflicts"));
    room.control("PUT", "flags", R"({"approvals_required":2})");
    CHECK(room.call("PUT", compare_ships + "/merge").status == 405);
    CHECK(text_at(room.call("GET", compare_ships).body, "detailed_merge_status") == "not_approved");
    CHECK(number_at(room.call("GET", compare_ships + "/approvals").body, "approvals_left") == 1);
    room.token = "sandbox-gitlab-reporter";
    CHECK(room.call("PUT", compare_ships + "/merge").status == 401);
}

TEST_CASE("a branch that somebody merged and pushed by hand counts as merged", "[sandbox][gitlab]") {
    gitlab_room room;
    auto& git = room.project().git;
    room.call("GET", compare_ships);
    const auto tree = git.merged_tree(*git.branch("master"), *git.branch("compare-ships"));
    const signature by{"Leo Moreau", "leo@harbour.test", room.clock.now()};
    const auto made =
        git.create_commit(*tree, {*git.branch("master"), *git.branch("compare-ships")}, by, by, "By hand\n");
    REQUIRE(git.set_ref("refs/heads/master", *made).has_value());
    const auto shown = room.call("GET", compare_ships);
    CHECK(text_at(shown.body, "state") == "merged");
    CHECK(at_path(shown.body, "merge_commit_sha")->is_null());
}

TEST_CASE("every merge request of the milestone can be merged, one after the other", "[sandbox][gitlab]") {
    gitlab_room room;
    for (const auto* iid : {"9", "10", "11", "12"}) {
        INFO(iid);
        const auto path = website + "/merge_requests/" + iid;
        const auto sha = text_at(room.call("GET", path).body, "sha");
        CHECK(room.call("PUT", path + "/merge", with_sha(sha)).status == 200);
    }
    CHECK(room.company.bug_merge_request == 11);
}

TEST_CASE("faults strike as often as they were asked to, and a lost reply leaves its effect", "[sandbox][gitlab]") {
    gitlab_room room;
    const auto fault = [&](const std::string& body) { REQUIRE(room.control("PUT", "faults", body).status == 200); };
    fault(R"({"kind":"throttled","times":2})");
    CHECK(room.call("GET", "user").status == 429);
    const auto second = room.call("GET", "user");
    CHECK(second.text == "Retry later\n");
    CHECK(second.headers.find("Content-Type") == "text/plain");
    CHECK(room.call("GET", "user").status == 200);
    fault(R"({"kind":"bad_gateway"})");
    CHECK_THAT(room.call("GET", "user").text, Catch::StartsWith("<html>"));
    fault(R"({"kind":"slow","delay_ms":1200})");
    CHECK(room.call("GET", "user").status == 200);
    CHECK(room.clock.slept == std::vector<milliseconds>{milliseconds{1200}});

    fault(R"({"kind":"reply_lost","method":"PUT","path_ends":"/merge"})");
    const auto sha = text_at(room.call("GET", compare_ships).body, "sha");
    CHECK(room.call("PUT", compare_ships + "/merge", with_sha(sha)).status == 0);
    CHECK(text_at(room.call("GET", compare_ships).body, "state") == "merged");
    const auto unknown = room.control("PUT", "faults", R"({"kind":"gremlin"})");
    CHECK(unknown.status == 400);
    CHECK_THAT(text_at(unknown.body, "error"), Catch::Contains("reply_lost"));
}

TEST_CASE("an unheard-of merge status and null for false can be asked for", "[sandbox][gitlab]") {
    gitlab_room room;
    room.control("PUT", "merge_requests/9", R"({"status":"awaiting_full_moon"})");
    CHECK(text_at(room.call("GET", compare_ships).body, "detailed_merge_status") == "awaiting_full_moon");
    CHECK(room.call("PUT", compare_ships + "/merge").status == 405);
    room.control("PUT", "merge_requests/9", R"({"status":""})");
    room.control("PUT", "flags", R"({"null_booleans":true})");
    CHECK(at_path(room.call("GET", compare_ships).body, "draft")->is_null());
    room.control("PUT", "merge_requests/13", R"({"milestone":"1.4.0"})");
    CHECK(text_at(room.call("GET", website + "/merge_requests/13").body, "milestone.title") == "1.4.0");
}
