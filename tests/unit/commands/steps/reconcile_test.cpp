// The milestone against what landed: every class of difference, and what people read about merge requests.
#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/steps/merge/next_milestone.hpp"
#include "commands/steps/merge/reconcile_rows.hpp"
#include "commands/steps/merge/request_words.hpp"

namespace slipway::steps {
namespace {

constexpr std::int64_t ours = 5;
constexpr std::int64_t later = 6;
const std::string project = "cig/shop";

std::string id_of(char digit) {
    return std::string(40, digit);
}

gitlab::merge_request request(std::int64_t iid, std::int64_t milestone,
                              gitlab::merge_request_state state = gitlab::merge_request_state::merged) {
    gitlab::merge_request made;
    made.iid = iid;
    made.project_id = 7;
    made.title = untrusted{"Title " + std::to_string(iid)};
    made.state = state;
    made.target_branch = "master";
    made.milestone_id = milestone;
    made.milestone_title = untrusted{milestone == later ? "1.5.0" : "1.4.0"};
    made.author.username = "ben";
    return made;
}

changelog::landed_request landed(std::int64_t iid, char commit, std::string reverted_by = "") {
    changelog::landed_request made;
    made.request.iid = iid;
    made.request.how = changelog::evidence::trailer;
    made.request.project = project;
    made.request.reverted_by = std::move(reverted_by);
    made.landing = id_of(commit);
    made.title = untrusted{"Title " + std::to_string(iid)};
    return made;
}

landed_set with(std::vector<gitlab::merge_request> requests) {
    landed_set made;
    for (auto& each : requests) made.requests.emplace(each.iid, std::move(each));
    return made;
}

reconciled judged(const landed_set& found) {
    return reconcile_rows(found, ours, project, "master");
}

reconcile_row only_row(const landed_set& found) {
    const auto seen = judged(found);
    REQUIRE(seen.rows.size() == 1);
    return seen.rows.front();
}

}  // namespace

TEST_CASE("R2.8 what is in the milestone and landed is agreed and asks nobody", "[reconcile]") {
    auto found = with({request(1, ours)});
    found.summary.landed.push_back(landed(1, 'a'));
    const auto seen = judged(found);
    CHECK(seen.rows.empty());
    CHECK(seen.agreed == 1);
}

TEST_CASE("R2.8 merged in the milestone but in no commit blocks, and says where it is", "[reconcile]") {
    auto found = with({request(1, ours)});
    CHECK(only_row(found).what == row_class::missing);
    CHECK(only_row(found).list == row_list::not_in_diff);
    CHECK(only_row(found).blocking);

    found.not_in_range[1] = elsewhere::after;
    CHECK_THAT(only_row(found).evidence.front(), Catch::Contains("retry pull"));
    found.not_in_range[1] = elsewhere::shipped;
    CHECK(only_row(found).what == row_class::already_shipped);
    CHECK_FALSE(only_row(found).blocking);
}

TEST_CASE("merged into another branch blocks unless it landed inside another merge request", "[reconcile]") {
    auto side = request(1, ours);
    side.target_branch = "feature";
    auto found = with({side});
    CHECK(only_row(found).what == row_class::wrong_target);
    CHECK(only_row(found).blocking);

    auto inside = landed(1, 'a');
    inside.request.through = true;
    inside.request.outer = 2;
    found.summary.landed.push_back(inside);
    CHECK(judged(found).rows.empty());
    CHECK_THAT(landing_words(inside), Catch::Contains("inside !2"));
}

TEST_CASE("open in the milestone blocks, closed only warns", "[reconcile]") {
    const auto open = only_row(with({request(1, ours, gitlab::merge_request_state::opened)}));
    CHECK(open.what == row_class::not_merged);
    CHECK(open.blocking);
    const auto closed = only_row(with({request(1, ours, gitlab::merge_request_state::closed)}));
    CHECK(closed.what == row_class::closed);
    CHECK_FALSE(closed.blocking);
}

TEST_CASE("R2.8 landed without a milestone or in another one blocks and names it", "[reconcile]") {
    auto none = with({request(1, 0)});
    none.summary.landed.push_back(landed(1, 'a'));
    CHECK(only_row(none).what == row_class::no_milestone);
    CHECK(only_row(none).list == row_list::not_in_milestone);
    CHECK(only_row(none).blocking);

    auto other = with({request(1, later)});
    other.summary.landed.push_back(landed(1, 'a'));
    CHECK(only_row(other).what == row_class::other_milestone);
    CHECK_THAT(only_row(other).evidence.front(), Catch::Contains("1.5.0"));
}

TEST_CASE("R2.8 reverted in the milestone blocks, a dead pair outside it is only told", "[reconcile]") {
    auto member = with({request(1, ours)});
    member.summary.dead.push_back(landed(1, 'a', id_of('b')));
    CHECK(only_row(member).what == row_class::reverted);
    CHECK(only_row(member).list == row_list::reverted);
    CHECK(only_row(member).blocking);

    auto stranger = with({request(1, 0)});
    stranger.summary.dead.push_back(landed(1, 'a', id_of('b')));
    CHECK(only_row(stranger).what == row_class::dead_pair);
    CHECK_FALSE(only_row(stranger).blocking);
}

TEST_CASE("a commit without a merge request blocks, and says when GitLab was not asked about it", "[reconcile]") {
    landed_set found;
    changelog::landed_change orphan;
    orphan.commit = id_of('c');
    orphan.subject = untrusted{"Quick fix"};
    orphan.author = untrusted{"Leo"};
    found.summary.orphans.push_back(orphan);
    CHECK(only_row(found).what == row_class::orphan);
    CHECK(only_row(found).blocking);
    CHECK_THAT(only_row(found).evidence.front(), Catch::Contains("Leo"));
    CHECK(only_row(found).evidence.size() == 1);
    found.unasked.push_back(orphan.commit);
    CHECK(only_row(found).evidence.size() == 2);
}

TEST_CASE("another project's, invisible and unmerged requests are not taken on trust", "[reconcile]") {
    landed_set foreign;
    foreign.summary.landed.push_back(landed(88, 'a'));
    foreign.summary.landed.front().request.project = "cig/security/shop";
    CHECK(only_row(foreign).what == row_class::foreign);
    CHECK(only_row(foreign).id == "cig/security/shop!88");

    landed_set invisible;
    invisible.summary.landed.push_back(landed(88, 'a'));
    CHECK(only_row(invisible).what == row_class::unproven);
    CHECK_THAT(only_row(invisible).evidence.back(), Catch::Contains("not visible to the bot"));

    auto open = with({request(88, 0, gitlab::merge_request_state::opened)});
    open.summary.landed.push_back(landed(88, 'a'));
    CHECK(only_row(open).what == row_class::unproven);
    CHECK(only_row(open).blocking);
}

TEST_CASE("a revert of what shipped blocks unless its own request is in the milestone", "[reconcile]") {
    auto found = with({request(2, ours)});
    found.summary.landed.push_back(landed(2, 'a'));
    changelog::landed_change change;
    change.commit = id_of('a');
    change.earlier.push_back({"!1", 1, "", false});
    found.changes.push_back(change);
    CHECK(only_row(found).what == row_class::removes_shipped);
    CHECK(only_row(found).blocking);

    found.changes.front().requests.push_back(found.summary.landed.front().request);
    CHECK_FALSE(only_row(found).blocking);
}

TEST_CASE("a commit of the last tag that no branch has any more is lost, and blocks", "[reconcile]") {
    landed_set found;
    git::commit gone;
    gone.id = id_of('d');
    gone.message = untrusted{"Hot fix\n"};
    found.lost.push_back(gone);
    CHECK(only_row(found).what == row_class::lost);
    CHECK(only_row(found).blocking);
}

TEST_CASE("R2.8 rows come list by list, what needs a decision first", "[reconcile]") {
    auto found = with({request(1, ours), request(2, 0), request(3, ours, gitlab::merge_request_state::closed)});
    found.summary.landed.push_back(landed(2, 'a'));
    const auto seen = judged(found);
    REQUIRE(seen.rows.size() == 3);
    CHECK(seen.rows[0].id == "!1");
    CHECK(seen.rows[1].id == "!3");
    CHECK(seen.rows[2].id == "!2");
}

TEST_CASE("the next milestone is the nearest later version, else the one that is due next", "[reconcile]") {
    const auto open = [](std::int64_t id, const std::string& title, const std::string& due = "") {
        gitlab::milestone made;
        made.id = id;
        made.title = untrusted{title};
        made.due_date = due;
        return made;
    };
    release::project_settings shop;
    shop.milestone = "Platform {version}";
    const std::vector<gitlab::milestone> all{open(1, "Platform 1.10.0"), open(2, "Platform 1.5.0"),
                                             open(ours, "Platform 1.4.0", "2026-11-24"), open(3, "Platform 1.3.1"),
                                             open(4, "Someday", "2027-01-01")};
    CHECK(next_milestone(all, shop, "1.4.0", ours)->id == 2);
    const std::vector<gitlab::milestone> dated{all[2], all[3], all[4]};
    CHECK(next_milestone(dated, shop, "1.4.0", ours)->id == 4);
    CHECK_FALSE(next_milestone({all[2], all[3]}, shop, "1.4.0", ours));
}

TEST_CASE("what holds a merge request up names who can change it", "[merge_requests]") {
    auto one = request(1, ours, gitlab::merge_request_state::opened);
    release::project_settings shop;
    const auto says = [&](const std::string& status, const gitlab::approvals* approved) {
        one.status_text = status;
        one.status = gitlab::parse_merge_status(status);
        std::string all;
        for (const auto& each : details_of(one, approved, shop)) all += each + "\n";
        return all;
    };
    CHECK_THAT(says("conflict", nullptr), Catch::Contains("conflicts") && Catch::Contains("its author ben"));
    CHECK_THAT(says("draft_status", nullptr), Catch::Contains("its author ben"));
    CHECK_THAT(says("mergeable", nullptr), Catch::Contains("ready to merge") && !Catch::Contains("cannot"));
    CHECK_THAT(says("brand_new", nullptr), Catch::Contains("brand_new") && Catch::Contains("maintainer"));

    gitlab::user chi, quinn;
    chi.username = "chi";
    quinn.username = "quinn";
    one.reviewers = {chi, quinn};
    gitlab::approvals approved;
    approved.required = 2;
    approved.left = 1;
    approved.by = {chi};
    const auto waiting = says("not_approved", &approved);
    CHECK_THAT(waiting, Catch::Contains("1 approval missing, approved by chi"));
    CHECK_THAT(waiting, Catch::Contains("its reviewers quinn"));
    one.changes = "1000+";
    CHECK_THAT(says("mergeable", &approved), Catch::Contains("1000+ files"));
}

}  // namespace slipway::steps
