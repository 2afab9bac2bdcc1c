// What GitLab knows and git does not: recorded ids, commit lists, answers about commits, equal changes.
#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/changelog/entry.hpp"
#include "commands/changelog/summary.hpp"

namespace slipway::changelog {
namespace {

using numbers = std::vector<std::int64_t>;

std::string sha(char letter) {
    return std::string(40, letter);
}

range_commit commit_of(const std::string& id, const std::string& message, std::vector<std::string> parents = {"p"}) {
    range_commit made;
    made.id = id;
    made.message = untrusted{message};
    made.parents = std::move(parents);
    return made;
}

range_landing direct(const std::string& id, const std::string& message, const std::string& patch = "") {
    range_landing made{commit_of(id, message), {}, ""};
    made.tip.patch_id = patch;
    return made;
}

known_request request_of(std::int64_t iid, std::int64_t merged_at = 0) {
    known_request made;
    made.iid = iid;
    made.title = untrusted{"Title of " + std::to_string(iid)};
    made.merged = true;
    made.target_branch = "main";
    made.milestone_id = 5;
    made.merged_at = merged_at;
    return made;
}

attribution_settings house() {
    attribution_settings settings;
    settings.project_path = "shop/app";
    settings.target_branch = "main";
    return settings;
}

numbers iids(const std::vector<attribution>& some) {
    numbers all;
    for (const auto& each : some) all.push_back(each.iid);
    return all;
}

numbers iids(const std::vector<landed_request>& some) {
    numbers all;
    for (const auto& each : some) all.push_back(each.request.iid);
    std::ranges::sort(all);
    return all;
}

range_summary summary_of(const std::vector<range_landing>& range, const std::vector<known_request>& known,
                         const range_surroundings& around = {}) {
    return summarise(landed_changes(range, known, house(), around), known, house());
}

}  // namespace

TEST_CASE("a squash commit under a merge commit is one landing, known by either recorded id", "[changelog][api]") {
    auto request = request_of(12);
    request.merge_commit = sha('a');
    request.squash_commit = sha('b');
    request.commits = {sha('8'), sha('9')};  // GitLab lists the commits from before the squash
    const range_landing landing{commit_of(sha('a'), "Merge", {"p", sha('b')}), {commit_of(sha('b'), "Squashed")}, ""};
    const auto changes = landed_changes({landing}, {request}, house());
    REQUIRE(iids(changes[0].requests) == numbers{12});
    CHECK(changes[0].requests[0].how == evidence::merge_id);
    CHECK(changes[0].requests[0].way == arrival::merge);
    request.merge_commit.clear();
    CHECK(iids(landed_changes({landing}, {request}, house())[0].requests) == numbers{12});
}

TEST_CASE("a fast-forward with squash and no word of it is known by its recorded squash commit", "[changelog][api]") {
    auto request = request_of(12);
    request.squash_commit = sha('a');
    const auto changes = landed_changes({direct(sha('a'), "Login page")}, {request}, house());
    REQUIRE(iids(changes[0].requests) == numbers{12});
    CHECK(changes[0].requests[0].way == arrival::squash);
}

TEST_CASE("stacked fast-forwards: a shared commit belongs to the request that was merged first", "[changelog][api]") {
    auto lower = request_of(20, 1000);  // opened later, merged earlier
    lower.head = sha('b');
    lower.commits = {sha('a'), sha('b')};
    auto upper = request_of(12, 2000);
    upper.head = sha('c');
    upper.commits = {sha('a'), sha('b'), sha('c')};
    const std::vector range{direct(sha('c'), "three"), direct(sha('b'), "two"), direct(sha('a'), "one")};
    for (const auto& known : {std::vector{lower, upper}, std::vector{upper, lower}}) {
        const auto changes = landed_changes(range, known, house());
        CHECK(iids(changes[0].requests) == numbers{12});
        CHECK(iids(changes[1].requests) == numbers{20});
        CHECK(iids(changes[2].requests) == numbers{20});
        CHECK(reconcile(changes, known, 5).not_landed.empty());
    }
    SECTION("and by number when nobody knows when they were merged") {
        lower.merged_at = upper.merged_at = 0;
        CHECK(iids(landed_changes(range, {lower, upper}, house())[2].requests) == numbers{12});
    }
}

TEST_CASE("GitLab's only answer about a commit attributes it", "[changelog][api]") {
    auto open = request_of(13);
    open.merged = false;
    auto legacy = request_of(14);
    legacy.target_branch = "legacy";
    const std::vector known{request_of(12), open, legacy};
    range_surroundings around;
    around.asked = {{sha('a'), {12, 13, 14, 99}}};  // open, into another branch, and not visible
    const auto changes = landed_changes({direct(sha('a'), "x")}, known, house(), around);
    REQUIRE(iids(changes[0].requests) == numbers{12});
    CHECK(changes[0].requests[0].how == evidence::asked);
    CHECK_FALSE(changes[0].ambiguous);
    CHECK(iids(summary_of({direct(sha('a'), "x")}, known, around).landed) == numbers{12});
}

TEST_CASE("several answers about one commit decide nothing: a person must say which", "[changelog][api]") {
    const std::vector known{request_of(12), request_of(13)};
    range_surroundings around;
    around.asked = {{sha('a'), {13, 12}}};
    const std::vector range{direct(sha('a'), "x")};
    const auto changes = landed_changes(range, known, house(), around);
    CHECK(changes[0].ambiguous);
    CHECK(iids(changes[0].requests) == numbers{12, 13});
    CHECK(entry_items(changes, known).empty());
    CHECK(reconcile(changes, known, 5).unexplained == std::vector{sha('a')});
    CHECK(reconcile(changes, known, 5).agreed.empty());
    const auto found = summary_of(range, known, around);
    CHECK(found.landed.empty());
    REQUIRE(found.orphans.size() == 1);
    CHECK(found.orphans[0].ambiguous);
}

TEST_CASE("nobody is asked about a commit that its own words explain", "[changelog][api]") {
    range_surroundings around;
    around.asked = {{sha('a'), {13}}};
    const auto changes =
        landed_changes({direct(sha('a'), "x (!12)")}, {request_of(12), request_of(13)}, house(), around);
    CHECK(iids(changes[0].requests) == numbers{12});
}

TEST_CASE("an equal change is the request's, and the merged one's when another was closed", "[changelog][api]") {
    auto merged = request_of(12);
    merged.patch_ids = {"same"};
    auto closed = request_of(11);
    closed.merged = false;
    closed.patch_ids = {"same"};
    const auto changes = landed_changes({direct(sha('a'), "by hand", "same"), direct(sha('b'), "other", "different")},
                                        {closed, merged}, house());
    REQUIRE(iids(changes[0].requests) == numbers{12});
    CHECK(changes[0].requests[0].how == evidence::patch);
    CHECK_FALSE(changes[0].ambiguous);
    CHECK(changes[1].requests.empty());
    SECTION("two merged ones of the same change are ambiguous") {
        closed.merged = true;
        const auto found = summary_of({direct(sha('a'), "by hand", "same")}, {closed, merged});
        CHECK(found.landed.empty());
        REQUIRE(found.orphans.size() == 1);
        CHECK(found.orphans[0].ambiguous);
    }
}

TEST_CASE("a change applied again by hand is the request of the commit it repeats", "[changelog][api]") {
    range_surroundings around;
    around.elsewhere = {direct(sha('e'), "On another branch (!12)", "same")};
    const auto changes = landed_changes({direct(sha('a'), "again", "same")}, {}, house(), around);
    REQUIRE(iids(changes[0].requests) == numbers{12});
    CHECK(changes[0].requests[0].way == arrival::cherry_pick);
}

TEST_CASE("a revert that is not the exact inverse leaves both visible", "[changelog][api][reverts]") {
    auto landing = direct(sha('a'), "Login (!12)", "change");
    landing.tip.inverse_patch_id = "inverse";
    const auto undo = [](const std::string& patch) {
        return direct(sha('b'), "Undo (!13)\n\nThis reverts commit " + sha('a') + ".", patch);
    };
    const auto impure = landed_changes({undo("more than that"), landing}, {}, house());
    CHECK(impure[0].impure_revert);
    CHECK(impure[1].alive());
    CHECK(impure[1].partly_reverted);
    CHECK(entry_items(impure, {}).size() == 2);
    const auto exact = landed_changes({undo("inverse"), landing}, {}, house());
    CHECK_FALSE(exact[0].impure_revert);
    CHECK(exact[1].reverted_by == sha('b'));
    CHECK(entry_items(exact, {}).empty());
    CHECK_FALSE(landed_changes({undo(""), landing}, {}, house())[1].alive());  // content not compared
}

TEST_CASE("one commit takes a whole fast-forward back, though it is the inverse of no single commit",
          "[changelog][api][reverts]") {
    auto request = request_of(12);
    request.head = sha('b');
    request.commits = {sha('a'), sha('b')};
    auto one = direct(sha('a'), "one", "1");
    one.tip.inverse_patch_id = "-1";
    auto two = direct(sha('b'), "two", "2");
    two.tip.inverse_patch_id = "-2";
    const std::vector range{direct(sha('c'), "Undo\n\nThis reverts merge request !12", "-12"), two, one};
    const auto changes = landed_changes(range, {request}, house());
    CHECK_FALSE(changes[0].impure_revert);
    CHECK(changes[1].reverted_by == sha('c'));
    CHECK(changes[2].reverted_by == sha('c'));
    CHECK(iids(summary_of(range, {request}).dead) == numbers{12});
}

TEST_CASE("a merge of what was taken back is empty and brings nothing back", "[changelog][api][reverts]") {
    range_landing landing{commit_of(sha('a'), "Merge branch 'x'\n\nSee merge request !12", {"p", sha('b')}),
                          {commit_of(sha('b'), "work")},
                          ""};
    const auto undo = direct(sha('c'), "Undo\n\nThis reverts commit " + sha('a') + ".");
    range_landing again{commit_of(sha('d'), "Merge branch 'x'\n\nSee merge request !14", {sha('c'), sha('b')}), {}, ""};
    again.tip.tree = again.first_parent_tree = sha('7');
    const auto changes = landed_changes({again, undo, landing}, {}, house());
    CHECK(changes[0].empty);
    CHECK(changes[0].reverted_by == sha('c'));
    CHECK_FALSE(changes[2].alive());
    again.tip.tree = sha('6');  // it does bring something
    CHECK(landed_changes({again, undo, landing}, {}, house())[0].alive());
}

TEST_CASE("a security mirror counts for itself until it is an alias", "[changelog][api]") {
    const std::vector range{direct(sha('b'), "Undo\n\nThis reverts merge request shop/security/app!88"),
                            direct(sha('a'), "Fix\n\nSee merge request shop/security/app!88"),
                            direct(sha('c'), "Ours (!88)")};
    const auto changes = landed_changes(range, {request_of(88)}, house());
    CHECK(changes[1].foreign == std::vector<std::string>{"shop/security/app!88"});
    CHECK(changes[1].reverted_by == sha('b'));
    CHECK(changes[2].alive());  // the mirror's number says nothing about ours
    const auto found = summarise(changes, {request_of(88)}, house());
    REQUIRE(iids(found.landed) == numbers{88});
    CHECK(found.landed[0].request.project == "shop/app");
    REQUIRE(iids(found.dead) == numbers{88});
    CHECK(found.dead[0].request.project == "shop/security/app");

    auto settings = house();
    settings.aliases = {"Shop/Security/App"};
    const auto alias =
        landed_changes({direct(sha('a'), "Fix\n\nSee merge request shop/security/app!88")}, {}, settings);
    CHECK(iids(alias[0].requests) == numbers{88});
    CHECK(alias[0].foreign.empty());
}

TEST_CASE("numbers of a project's earlier life are not today's requests", "[changelog][api]") {
    auto today = request_of(7);
    today.merge_commit = sha('a');
    const std::vector range{direct(sha('a'), "New"), direct(sha('b'), "Old\n\nSee merge request old/app!7")};
    const auto changes = landed_changes(range, {today}, house());
    CHECK(iids(changes[0].requests) == numbers{7});
    CHECK(changes[1].requests.empty());
    CHECK(changes[1].foreign == std::vector<std::string>{"old/app!7"});
    CHECK(summarise(changes, {today}, house()).landed.size() == 2);
}

TEST_CASE("one milestone over several repositories is compared with each by its own range", "[changelog][api]") {
    auto here = request_of(12);
    here.merge_commit = sha('a');
    auto there = request_of(12);  // the same number in another project
    there.merge_commit = sha('b');
    const auto app = landed_changes({direct(sha('a'), "x")}, {here}, house());
    auto shop = house();
    shop.project_path = "shop/library";
    const auto library = landed_changes({direct(sha('c'), "y")}, {there}, shop);
    CHECK(reconcile(app, {here}, 5).agreed == numbers{12});
    CHECK(reconcile(library, {there}, 5).not_landed == numbers{12});
}

}  // namespace slipway::changelog
