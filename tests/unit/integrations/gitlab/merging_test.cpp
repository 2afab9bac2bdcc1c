// Milestones, their merge requests, and merging exactly what was reviewed.
#include "support.hpp"

namespace slipway::gitlab::test {
namespace {

milestone five() {
    milestone which;
    which.id = 5;
    which.project_id = 7;
    which.title = untrusted{"1.4.0"};
    return which;
}

const std::string list_call =
    "GET /projects/7/merge_requests?scope=all&state=all&order_by=created_at&sort=asc&milestone=1.4.0&per_page=100";

}  // namespace

TEST_CASE("a milestone is found by its exact title, the project's own before a group's", "[gitlab][milestone]") {
    bench on;
    const std::string call = "GET /projects/7/milestones?include_ancestors=true&title=1.4.0&per_page=100";
    on.server.plan(
        call, 200,
        R"([{"id":9,"iid":1,"group_id":2,"title":"1.4.0"},{"id":5,"iid":3,"project_id":7,"title":"1.4.0","description":null,"state":"active"},
                       {"id":6,"project_id":7,"title":"1.4.0-rc"}])");
    const auto found = run(on.api->milestone_by_title(7, "1.4.0")).value();
    CHECK(found.id == 5);
    CHECK(found.description.empty());

    bench none;
    none.server.plan(call, 200, "[]");
    const auto missing = run(none.api->milestone_by_title(7, "1.4.0"));
    REQUIRE(missing.has_error());
    CHECK(missing.error() == errc::not_found);
    CHECK_THAT(missing.error().sentence(), Catch::Contains("1.4.0"));
}

TEST_CASE("a milestone's merge requests are matched by its id, not its title", "[gitlab][milestone]") {
    bench on;
    on.server.plan(
        list_call, 200,
        "[" + request_json(2) + "," + request_json(1) + "," + request_json(3, 9) + "," + request_json(2) + "]");
    const auto found = run(on.api->merge_requests_of(7, five())).value();
    REQUIRE(found.size() == 2);
    CHECK(found[0].iid == 1);
    CHECK(found[1].iid == 2);
}

TEST_CASE("a list of several pages is read until it holds still", "[gitlab][milestone]") {
    bench on;
    const net::headers link{{"Link", "<" + on.server.root + "/next>; rel=\"next\""}};
    on.server.plan(list_call, 200, "[" + request_json(1) + "]", link);
    on.server.plan("GET /next", 200, "[" + request_json(2) + "]");
    on.server.plan("GET /next", 200, "[" + request_json(2) + "," + request_json(3) + "]");
    const auto found = run(on.api->merge_requests_of(7, five())).value();
    CHECK(found.size() == 3);
    CHECK(on.server.seen.size() == 6);  // three passes of two pages
}

TEST_CASE("what people wrote stays data, and what GitLab leaves out is empty", "[gitlab][read]") {
    bench on;
    on.server.plan(
        "GET /projects/7/merge_requests/1", 200,
        R"({"iid":1,"project_id":7,"title":"<!channel> `rm` *x*","description":null,"state":"merged","draft":null,
                       "sha":"abc","merge_commit_sha":null,"squash_commit_sha":"def","detailed_merge_status":"brand_new_rule",
                       "merged_at":"2026-02-02T10:11:12.345Z","labels":["bug","db, migrations"],"author":{"id":4,"username":"ada","state":"blocked"},
                       "merge_user":null,"head_pipeline":null,"has_conflicts":null,"milestone":null})");
    const auto one = run(on.api->read_merge_request(7, 1)).value();
    CHECK(one.title.raw() == "<!channel> `rm` *x*");
    CHECK(one.state == merge_request_state::merged);
    CHECK(one.merge_commit.empty());
    CHECK(one.squash_commit == "def");
    CHECK(one.milestone_id == 0);
    CHECK(one.status == merge_status::other);
    CHECK_THAT(to_words(one.status, one.status_text), Catch::Contains("brand_new_rule"));
    CHECK(to_iso(*one.merged_at) == "2026-02-02T10:11:12.345Z");
    CHECK_FALSE(one.author.active);
    CHECK_FALSE(one.merged_by);

    on.server.plan("GET /projects/7/merge_requests/2", 200, R"({"hello":"I am a proxy"})");
    CHECK(run(on.api->read_merge_request(7, 2)).error() == errc::lost);
}

TEST_CASE("merging names the reviewed head", "[gitlab][merge]") {
    bench on;
    on.server.plan("PUT /projects/7/merge_requests/1/merge", 200,
                   R"({"iid":1,"project_id":7,"state":"merged","sha":"aaa","merge_commit_sha":"mmm"})");
    const auto merged = run(on.api->merge(7, 1, "aaa")).value();
    CHECK(merged.merge_commit == "mmm");
    CHECK(on.server.seen[0].body == R"({"sha":"aaa"})");
    CHECK(run(on.api->merge(7, 1, "")).error() == errc::invalid);
}

TEST_CASE("a head that moved since the review is not merged", "[gitlab][merge]") {
    bench on;
    on.server.plan("PUT /projects/7/merge_requests/1/merge", 409,
                   R"({"message":"SHA does not match HEAD of source branch: bbb"})");
    const auto moved = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(moved.has_error());
    CHECK(moved.error() == errc::moved);
    CHECK_THAT(moved.error().sentence(), Catch::Contains("new commits arrived"));
    CHECK(on.server.seen.size() == 1);
}

TEST_CASE("a merge request that cannot be merged says why", "[gitlab][merge]") {
    bench on;
    on.server.plan("PUT /projects/7/merge_requests/1/merge", 405, R"({"message":"405 Method Not Allowed"})");
    on.server.plan("GET /projects/7/merge_requests/1", 200,
                   request_json(1, 5, R"(,"detailed_merge_status":"ci_must_pass")"));
    const auto refused = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == errc::refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("pipeline has to succeed"));

    // A stale head on an unmergeable request answers 405 too, not 409.
    const auto stale = run(on.api->merge(7, 1, "old"));
    REQUIRE(stale.has_error());
    CHECK(stale.error() == errc::moved);
}

TEST_CASE("a merge that had happened already is success, when it was this head", "[gitlab][merge]") {
    bench on;
    on.server.plan("PUT /projects/7/merge_requests/1/merge", 405, R"({"message":"405 Method Not Allowed"})");
    on.server.plan("GET /projects/7/merge_requests/1", 200,
                   R"({"iid":1,"project_id":7,"state":"merged","sha":"aaa","merge_commit_sha":"mmm"})");
    CHECK(run(on.api->merge(7, 1, "aaa")).value().merge_commit == "mmm");
    CHECK(run(on.api->merge(7, 1, "bbb")).error() == errc::refused);
}

TEST_CASE("401 while merging is told apart: no right, or no token", "[gitlab][merge]") {
    bench on;
    on.server.plan("PUT /projects/7/merge_requests/1/merge", 401, R"({"message":"401 Unauthorized"})");
    on.server.plan("GET /user", 200, R"({"id":3,"username":"slipway"})");
    const auto no_right = run(on.api->merge(7, 1, "aaa"));
    REQUIRE(no_right.has_error());
    CHECK(no_right.error() == errc::refused);
    CHECK_THAT(no_right.error().sentence(), Catch::Contains("@slipway"));

    bench expired;
    expired.server.plan("PUT /projects/7/merge_requests/1/merge", 401, R"({"message":"401 Unauthorized"})");
    expired.server.plan("GET /user", 401, R"({"message":"401 Unauthorized"})");
    CHECK(run(expired.api->merge(7, 1, "aaa")).error() == errc::unauthorised);
    CHECK(expired.server.seen.size() == 2);  // never in a loop: repeated failures get the bot banned
}

TEST_CASE("an issue is found again by the marker in its description", "[gitlab][issues]") {
    bench on;
    on.server.plan(
        "GET "
        "/projects/7/"
        "issues?scope=all&order_by=created_at&sort=desc&search=slipway%3Agroup%3Dab12&in=description&per_page=100",
        200,
        R"([{"iid":4,"description":"text <!-- slipway:group=ab12 -->","state":"opened"},{"iid":5,"description":"slipway group ab12"}])");
    issue_query query;
    query.in_description = "slipway:group=ab12";
    const auto found = run(on.api->issues(7, query)).value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].iid == 4);
}

TEST_CASE("an issue is created with its labels and assignee, and changed only where asked", "[gitlab][issues]") {
    bench on;
    on.server.plan("POST /projects/7/issues", 201, R"({"iid":8,"web_url":"https://git.example/g/p/-/issues/8"})");
    new_issue wanted;
    wanted.title = "Boom";
    wanted.labels = {"bug", "production"};
    wanted.assignee_ids = {42};
    CHECK(run(on.api->create_issue(7, wanted)).value().iid == 8);
    const auto sent = parse_json(on.server.seen.back().body).value();
    CHECK(text_at(sent, "labels") == "bug,production");
    CHECK(number_at(sent, "assignee_ids.0") == 42);
    CHECK(at_path(sent, "milestone_id") == nullptr);

    on.server.plan("PUT /projects/7/issues/8", 200, R"({"iid":8})");
    issue_change change;
    change.assignee_ids.emplace();
    REQUIRE(run(on.api->update_issue(7, 8, change)));
    CHECK(on.server.seen.back().body == R"({"assignee_ids":[0]})");
}

TEST_CASE("a person is found by the exact name only", "[gitlab][users]") {
    bench on;
    on.server.plan("GET /users?username=Ada&per_page=100", 200, R"([{"id":4,"username":"ada","name":"Ada"}])");
    CHECK(run(on.api->user_by_name("Ada")).value().id == 4);
    on.server.plan("GET /users?username=bob&per_page=100", 200, "[]");
    CHECK(run(on.api->user_by_name("bob")).error() == errc::not_found);
}

}  // namespace slipway::gitlab::test
