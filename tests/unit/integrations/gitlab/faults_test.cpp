// What GitLab does on bad days: each fault has its answer, and none of them makes the bot guess, loop or leak.
#include "support.hpp"

namespace slipway::gitlab::test {
namespace {

const std::string one = "GET /projects/7/merge_requests/1";
const std::string merging = "PUT /projects/7/merge_requests/1/merge";

std::string with_status(const std::string& status, const std::string& more = "") {
    return request_json(1, 5, R"(,"detailed_merge_status":")" + status + "\"" + more);
}

milestone with_text(const std::string& description) {
    milestone which;
    which.id = 5;
    which.project_id = 7;
    which.title = untrusted{"1.4.0"};
    which.description = untrusted{description};
    return which;
}

}  // namespace

TEST_CASE("a merge that GitLab refuses while it is still checking is asked for again once it has checked",
          "[gitlab][merge][fault]") {
    bench on;
    on.server.plan(merging, 405, R"({"message":"405 Method Not Allowed"})");
    on.server.plan(merging, 200, R"({"iid":1,"project_id":7,"state":"merged","sha":"aaa"})");
    on.server.plan(one, 200, with_status("checking"));
    on.server.plan(one, 200, with_status("unchecked"));
    on.server.plan(one, 200, with_status("mergeable"));
    const auto merged = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(merged);
    CHECK(merged->state == merge_request_state::merged);
    CHECK(on.server.count("PUT") == 2);
    CHECK(on.clock.waits == std::vector<milliseconds>{milliseconds{1'000}, milliseconds{2'000}});
}

TEST_CASE("a check that never ends is given up after a minute, with words", "[gitlab][merge][fault]") {
    bench on;
    on.server.plan(merging, 405, R"({"message":"405 Method Not Allowed"})");
    on.server.plan(one, 200, with_status("checking"));
    const auto merged = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(merged.has_error());
    CHECK(merged.error() == errc::refused);
    CHECK_THAT(merged.error().sentence(), Catch::Contains("checking whether it can be merged"));
    CHECK(on.server.count("PUT") == 1);
    CHECK(on.clock.slept < milliseconds{70'000});
}

TEST_CASE("a merge is not asked for again when its head moved meanwhile", "[gitlab][merge][fault]") {
    bench on;
    on.server.plan(merging, 405, R"({"message":"405 Method Not Allowed"})");
    on.server.plan(one, 200,
                   R"({"iid":1,"project_id":7,"state":"opened","sha":"bbb","detailed_merge_status":"mergeable"})");
    const auto merged = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(merged.has_error());
    CHECK(merged.error() == errc::moved);
    CHECK(on.server.count("PUT") == 1);
}

TEST_CASE("every known merge status has its own words, an unheard-of one is shown as it is and blocks",
          "[gitlab][status]") {
    const std::vector<std::string> known{"unchecked",
                                         "checking",
                                         "preparing",
                                         "approvals_syncing",
                                         "ci_still_running",
                                         "ci_must_pass",
                                         "not_approved",
                                         "requested_changes",
                                         "discussions_not_resolved",
                                         "draft_status",
                                         "conflict",
                                         "need_rebase",
                                         "not_open",
                                         "commits_status",
                                         "merge_request_blocked",
                                         "merge_time",
                                         "status_checks_must_pass",
                                         "security_policy_violations",
                                         "security_policy_pipeline_check",
                                         "jira_association_missing",
                                         "title_regex",
                                         "locked_paths",
                                         "locked_lfs_files"};
    for (const auto& each : known) {
        INFO(each);
        const auto words = to_words(parse_merge_status(each), each);
        CHECK_FALSE(words.empty());
        CHECK(words.find("GitLab says") == std::string::npos);
        CHECK(parse_merge_status(each) != merge_status::mergeable);
    }
    CHECK(to_words(merge_status::mergeable, "mergeable").empty());
    CHECK(parse_merge_status("phase_of_the_moon") == merge_status::other);
    CHECK_THAT(to_words(merge_status::other, "phase_of_the_moon"), Catch::Contains("phase_of_the_moon"));
}

TEST_CASE("a refused token stops at the first answer, nothing is tried again", "[gitlab][token][fault]") {
    bench on;
    on.server.plan(one, 401, R"({"error":"invalid_token","error_description":"Token is expired."})");
    const auto read = run(on.api->read_merge_request(7, 1));
    REQUIRE(read.has_error());
    CHECK(read.error() == errc::unauthorised);
    CHECK_THAT(read.error().sentence(),
               Catch::Contains("Token is expired") && Catch::Contains("Check the GitLab token"));
    CHECK(on.server.seen.size() == 1);
    CHECK(on.clock.waits.empty());

    bench list;
    const std::string call =
        "GET /projects/7/merge_requests?scope=all&state=all&order_by=created_at&sort=asc&milestone=1.4.0&per_page=100";
    list.server.plan(call, 401, R"({"message":"401 Unauthorized"})");
    CHECK(run(list.api->merge_requests_of(7, with_text(""))).error() == errc::unauthorised);
    CHECK(list.server.seen.size() == 1);
}

TEST_CASE("404 says that it may be there and only hidden from the bot", "[gitlab][fault]") {
    bench on;
    on.server.plan(one, 404, R"({"message":"404 Not found"})");
    const auto read = run(on.api->read_merge_request(7, 1));
    REQUIRE(read.has_error());
    CHECK(read.error() == errc::not_found);
    CHECK_THAT(read.error().sentence(), Catch::Contains("missing or not visible to the bot"));
}

TEST_CASE("a throttle that names no time is waited out with growing pauses", "[gitlab][limits][fault]") {
    bench on;
    net::response throttled;
    throttled.status = 429;
    throttled.headers.add("Content-Type", "text/plain");
    throttled.body = "Retry later\n";
    on.server.plans[one] = {throttled, throttled};
    on.server.plan(one, 200, with_status("mergeable"));
    CHECK(run(on.api->read_merge_request(7, 1)));
    CHECK(on.clock.waits.size() == 2);
    CHECK(on.clock.waits[1] > on.clock.waits[0]);
}

TEST_CASE("a write to a project that moved is not followed: the settings are stale", "[gitlab][moved][fault]") {
    bench on;
    on.server.plan(merging, 301, "", net::headers{{"Location", on.server.root + "/projects/8/merge_requests/1/merge"}});
    const auto merged = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(merged.has_error());
    CHECK(merged.error() == errc::refused);
    CHECK(on.server.seen.size() == 1);
}

TEST_CASE("null stands for false, and a capped count stays a text", "[gitlab][read][fault]") {
    bench on;
    on.server.plan(one, 200,
                   with_status("mergeable", R"(,"draft":null,"has_conflicts":null,"work_in_progress":null,)"
                                            R"("changes_count":"1000+","merge_error":null,"head_pipeline":null)"));
    const auto read = run(on.api->read_merge_request(7, 1)).value();
    CHECK_FALSE(read.draft);
    CHECK_FALSE(read.has_conflicts);
    CHECK(read.changes == "1000+");
    CHECK(read.status == merge_status::mergeable);
}

TEST_CASE("a page that shows one merge request twice and hides another is read again, without X-Total",
          "[gitlab][pages][fault]") {
    bench on;
    const std::string call =
        "GET /projects/7/merge_requests?scope=all&state=all&order_by=created_at&sort=asc&milestone=1.4.0&per_page=100";
    const net::headers link{{"Link", "<" + on.server.root + "/next>; rel=\"next\""}};
    // While the second page was fetched, !2 slid onto the first: the first pass shows !1 !2 and !2 again, never !3.
    on.server.plan(call, 200, "[" + request_json(1) + "," + request_json(2) + "]", link);
    on.server.plan("GET /next", 200, "[" + request_json(2) + "]");
    on.server.plan("GET /next", 200, "[" + request_json(3) + "]");
    const auto found = run(on.api->merge_requests_of(7, with_text(""))).value();
    REQUIRE(found.size() == 3);
    CHECK(found[2].iid == 3);
}

TEST_CASE("a list that never holds still is an error, not a guess", "[gitlab][pages][fault]") {
    bench on;
    const std::string call =
        "GET /projects/7/merge_requests?scope=all&state=all&order_by=created_at&sort=asc&milestone=1.4.0&per_page=100";
    const net::headers link{{"Link", "<" + on.server.root + "/next>; rel=\"next\""}};
    on.server.plan(call, 200, "[" + request_json(1) + "]", link);
    for (std::int64_t each = 2; each < 8; ++each) on.server.plan("GET /next", 200, "[" + request_json(each) + "]");
    const auto found = run(on.api->merge_requests_of(7, with_text("")));
    REQUIRE(found.has_error());
    CHECK(found.error() == errc::moved);
}

TEST_CASE("a milestone that somebody edited after it was read is not written over", "[gitlab][milestone][fault]") {
    bench on;
    on.server.plan("GET /projects/7/milestones/5", 200,
                   R"({"id":5,"project_id":7,"title":"1.4.0","description":"theirs"})");
    on.server.plan("PUT /projects/7/milestones/5", 200,
                   R"({"id":5,"project_id":7,"title":"1.4.0","description":"new"})");
    const auto refused = run(on.api->set_milestone_description(with_text("as read"), "new"));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::moved);
    CHECK(on.server.count("PUT") == 0);

    CHECK(run(on.api->set_milestone_description(with_text("theirs"), "new")));
    CHECK(on.server.count("PUT") == 1);
}

TEST_CASE("merge requests are looked up by number, a hundred in one call", "[gitlab][pages]") {
    bench on;
    std::vector<std::int64_t> wanted;
    std::string first = "GET /projects/7/merge_requests?scope=all&state=all";
    for (std::int64_t each = 1; each <= 101; ++each) {
        wanted.push_back(each);
        if (each <= 100) first += "&iids%5B%5D=" + std::to_string(each);
    }
    on.server.plan(first + "&per_page=100", 200, "[" + request_json(1) + "]");
    on.server.plan("GET /projects/7/merge_requests?scope=all&state=all&iids%5B%5D=101&per_page=100", 200,
                   "[" + request_json(101) + "]");
    const auto found = run(on.api->merge_requests_by_iid(7, wanted)).value();
    CHECK(found.size() == 2);
    CHECK(on.server.seen.size() == 2);
}

}  // namespace slipway::gitlab::test
