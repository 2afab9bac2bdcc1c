// Which request landed with which commit, by the strongest evidence.
#include "commands/changelog/landed.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/changelog/entry.hpp"

namespace slipway::changelog {
namespace {

range_commit commit_of(const std::string& id, const std::string& message, std::vector<std::string> parents = {"p"}) {
    range_commit made;
    made.id = id;
    made.message = untrusted{message};
    made.parents = std::move(parents);
    return made;
}

range_landing direct(const std::string& id, const std::string& message) {
    return {commit_of(id, message), {}};
}

range_landing merged(const std::string& id, const std::string& message, std::vector<range_commit> brought) {
    return {commit_of(id, message, {"first", brought.empty() ? "x" : brought.front().id}), std::move(brought)};
}

known_request request_of(std::int64_t iid, const std::string& title, std::int64_t milestone = 5) {
    known_request made;
    made.iid = iid;
    made.title = untrusted{title};
    made.merged = true;
    made.target_branch = "main";
    made.milestone_id = milestone;
    return made;
}

attribution_settings house() {
    attribution_settings settings;
    settings.project_path = "shop/app";
    settings.target_branch = "main";
    settings.housekeeping_subjects = {"Build and increment version to "};
    settings.housekeeping_paths = {"CHANGELOG.md", "app.properties", "public/build/"};
    return settings;
}

std::vector<std::int64_t> iids(const std::vector<entry_item>& items) {
    std::vector<std::int64_t> all;
    for (const auto& each : items) all.push_back(each.iid);
    return all;
}

const std::string sha_a(40, 'a');
const std::string sha_b(40, 'b');
const std::string sha_c(40, 'c');
const std::string sha_d(40, 'd');

}  // namespace

TEST_CASE("every way to name a merge request in a message is understood", "[changelog][references]") {
    struct example {
        std::string message;
        std::string project;
        evidence how;
    };
    const auto each = GENERATE(values<example>({
        {"Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request shop/app!12", "shop/app", evidence::trailer},
        {"Merge\r\n\r\nSee merge request !12\r\nApproved-by: Ada <a@b>\r\n", "", evidence::trailer},
        {"Merge\n\nSee merge request !12.", "", evidence::trailer},
        {"Merge\n\nSee merge request https://git.example/shop/app/-/merge_requests/12", "shop/app", evidence::trailer},
        {"Merge\n\nSee merge request https://git.example/shop/app/merge_requests/12", "shop/app", evidence::trailer},
        {"Fix\n\nPart-of: <https://git.example/shop/app/-/merge_requests/12>", "shop/app", evidence::part_of},
        {"Title (!12)", "", evidence::subject},
        {"Title (shop/app!12)\n\nbody", "shop/app", evidence::subject},
    }));
    INFO(each.message);
    const auto found = references_in(each.message);
    REQUIRE(found.size() == 1);
    CHECK(found[0].iid == 12);
    CHECK(found[0].project == each.project);
    CHECK(found[0].how == each.how);
}

TEST_CASE("what only looks like a reference is none", "[changelog][references]") {
    for (const char* message : {"Title (#12)", "Title (12)", "Closes !12", "> See merge request shop/app!12",
                                "I wrote See merge request !12 here", "See merge request !0", "See merge request !-3",
                                "See merge request !99999999999999999999", "Revert \"Title (!12)\"",
                                "See merge request <script>!12", "", "\n\n\n"}) {
        INFO(message);
        CHECK(references_in(message).empty());
    }
}

TEST_CASE("GitLab's recorded ids win over what a message says", "[changelog][landed]") {
    auto request = request_of(12, "Login");
    request.merge_commit = sha_a;
    const auto changes = landed_changes(
        {merged(sha_a, "Merge\n\nSee merge request shop/app!12", {commit_of(sha_b, "work")})}, {request}, house());
    REQUIRE(changes[0].requests.size() == 1);
    CHECK(changes[0].requests[0].how == evidence::merge_id);
    CHECK(changes[0].kind == landed_kind::request);
}

TEST_CASE("a fast-forward is known by its head and commits", "[changelog][landed]") {
    auto request = request_of(12, "Login");
    request.head = sha_b;
    request.commits = {sha_a, sha_b};
    const auto changes = landed_changes({direct(sha_b, "two"), direct(sha_a, "one")}, {request}, house());
    CHECK(changes[0].requests[0].how == evidence::head);
    CHECK(changes[1].requests[0].iid == 12);
    CHECK(iids(entry_items(changes, {request})) == std::vector<std::int64_t>{12});
}

TEST_CASE("a request merged into another's branch landed through it", "[changelog][landed]") {
    auto outer = request_of(12, "Outer");
    outer.merge_commit = sha_a;
    auto inner = request_of(13, "Inner");
    inner.target_branch = "outer";
    inner.merge_commit = sha_c;
    const auto changes = landed_changes(
        {merged(sha_a, "Merge outer\n\nSee merge request shop/app!12",
                {commit_of(sha_c, "Merge inner\n\nSee merge request shop/app!13", {"p", "q"}), commit_of(sha_d, "w")})},
        {inner, outer}, house());
    REQUIRE(changes[0].requests.size() == 2);
    CHECK(changes[0].requests[0].iid == 12);
    CHECK_FALSE(changes[0].requests[0].through);
    CHECK(changes[0].requests[1].iid == 13);
    CHECK(changes[0].requests[1].through);
}

TEST_CASE("another project's request is not ours, an alias is", "[changelog][landed]") {
    auto settings = house();
    settings.aliases = {"old/app"};
    const auto changes = landed_changes({direct(sha_a, "Sync\n\nSee merge request shop/security/app!88"),
                                         direct(sha_b, "Old\n\nSee merge request old/app!7")},
                                        {}, settings);
    CHECK(changes[0].requests.empty());
    CHECK(changes[0].foreign == std::vector<std::string>{"shop/security/app!88"});
    CHECK(changes[1].requests[0].iid == 7);
}

TEST_CASE("a cherry-pick is attributed to its source, by the last such line", "[changelog][landed]") {
    auto request = request_of(12, "Login");
    request.squash_commit = sha_c;
    const auto changes =
        landed_changes({direct(sha_a, "Login\n\n(cherry picked from commit " + sha_b +
                                          ")\n(cherry-picked from commit " + sha_c.substr(0, 12) + ")")},
                       {request}, house());
    REQUIRE(changes[0].requests.size() == 1);
    CHECK(changes[0].requests[0].how == evidence::cherry_pick);
}

TEST_CASE("an open request is never landed because somebody built on its branch", "[changelog][landed]") {
    auto open = request_of(14, "Not yet");
    open.merged = false;
    open.head = sha_b;
    const auto changes =
        landed_changes({merged(sha_a, "Merge\n\nSee merge request !12", {commit_of(sha_b, "w")})}, {open}, house());
    REQUIRE(changes[0].requests.size() == 1);
    CHECK(changes[0].requests[0].iid == 12);
}

TEST_CASE("housekeeping is told by its words and its paths", "[changelog][landed]") {
    auto bump = direct(sha_a, "Build and increment version to 1.3.0");
    bump.tip.paths = {"CHANGELOG.md", "public/build/app.js"};
    auto smuggled = direct(sha_b, "Build and increment version to 1.3.0");
    smuggled.tip.paths = {"CHANGELOG.md", "src/payment.php"};
    const auto changes = landed_changes({bump, smuggled}, {}, house());
    CHECK(changes[0].kind == landed_kind::housekeeping);
    CHECK(changes[1].kind == landed_kind::direct);
    CHECK(reconcile(changes, {}, 5).unexplained == std::vector<std::string>{sha_b});
}

TEST_CASE("a revert takes its target out, and a revert of the revert puts it back", "[changelog][reverts]") {
    auto request = request_of(12, "Login");
    request.merge_commit = sha_a;
    const auto landing = merged(sha_a, "Merge branch 'login' into 'main'\n\nLogin\n\nSee merge request shop/app!12",
                                {commit_of(sha_d, "w")});
    const auto revert = direct(sha_b, "Revert \"Merge branch 'login' into 'main'\"\n\nThis reverts merge request !12");
    const auto again = direct(sha_c, "Reapply \"Merge branch\"\n\nThis reverts commit " + sha_b + ".");

    const auto once = landed_changes({revert, landing}, {request}, house());
    CHECK(once[1].reverted_by == sha_b);
    CHECK(once[0].reverts == sha_a);
    CHECK(entry_items(once, {request}).empty());
    CHECK(reconcile(once, {request}, 5).reverted == std::vector<std::int64_t>{12});
    CHECK(reconcile(once, {request}, 5).not_landed.empty());

    const auto twice = landed_changes({again, revert, landing}, {request}, house());
    CHECK(twice[2].alive());
    CHECK_FALSE(twice[1].alive());
    CHECK(iids(entry_items(twice, {request})) == std::vector<std::int64_t>{12});
    CHECK(reconcile(twice, {request}, 5).agreed == std::vector<std::int64_t>{12});
}

TEST_CASE("a revert merged by its own request counts, and one of an earlier release is news", "[changelog][reverts]") {
    auto request = request_of(12, "Login");
    request.merge_commit = sha_a;
    auto undo = request_of(13, "Revert \"Login\"");
    undo.merge_commit = sha_b;
    const auto landing = merged(sha_a, "Merge\n\nSee merge request shop/app!12", {commit_of(sha_d, "w")});
    const auto revert = merged(sha_b, "Merge branch 'revert-1' into 'main'\n\nSee merge request shop/app!13",
                               {commit_of(sha_c, "Revert \"Login\"\n\nThis reverts merge request shop/app!12")});
    const auto both = landed_changes({revert, landing}, {request, undo}, house());
    CHECK_FALSE(both[1].alive());
    CHECK(both[0].kind == landed_kind::revert);
    CHECK(entry_items(both, {request, undo}).empty());

    const auto alone = landed_changes({revert}, {undo}, house());
    CHECK(alone[0].reverts_outside == "!12");
    CHECK(iids(entry_items(alone, {undo})) == std::vector<std::int64_t>{13});
}

TEST_CASE("taking back one commit of a branch is a partial revert", "[changelog][reverts]") {
    const auto landing =
        merged(sha_a, "Merge\n\nSee merge request !12", {commit_of(sha_b, "one"), commit_of(sha_c, "two")});
    const auto changes =
        landed_changes({direct(sha_d, "Revert \"one\"\n\nThis reverts commit " + sha_b + "."), landing}, {}, house());
    CHECK(changes[1].alive());
    CHECK(changes[1].partly_reverted);
}

TEST_CASE("the milestone is compared with the range, both ways", "[changelog][reconcile]") {
    auto landed = request_of(1, "Landed");
    landed.merge_commit = sha_a;
    auto other = request_of(2, "Other milestone", 9);
    other.merge_commit = sha_b;
    auto elsewhere = request_of(3, "Merged elsewhere");
    elsewhere.target_branch = "legacy";
    auto open = request_of(4, "Open");
    open.merged = false;
    const auto changes = landed_changes({direct(sha_c, "quick fix"), direct(sha_b, "b"), direct(sha_a, "a")},
                                        {landed, other, elsewhere, open}, house());
    const auto found = reconcile(changes, {landed, other, elsewhere, open}, 5);
    CHECK(found.agreed == std::vector<std::int64_t>{1});
    CHECK(found.other_milestone == std::vector<std::int64_t>{2});
    CHECK(found.not_landed == std::vector<std::int64_t>{3});
    CHECK(found.not_merged == std::vector<std::int64_t>{4});
    CHECK(found.unexplained == std::vector<std::string>{sha_c});
}

TEST_CASE("an equal title is a suspicion, not proof", "[changelog][landed]") {
    const auto request = request_of(12, "Login");
    const auto changes = landed_changes({direct(sha_a, "Login")}, {request}, house());
    REQUIRE(changes[0].requests.size() == 1);
    CHECK(changes[0].requests[0].how == evidence::title);
    CHECK(changes[0].kind == landed_kind::direct);
    const auto found = reconcile(changes, {request}, 5);
    CHECK(found.not_landed == std::vector<std::int64_t>{12});
    CHECK(found.unexplained.size() == 1);
    CHECK(entry_items(changes, {request}).empty());
}

}  // namespace slipway::changelog
