// How calls behave: pages, limits, broken answers, and where the token goes.
#include "support.hpp"

namespace slipway::gitlab::test {

TEST_CASE("the token travels in a header and nowhere else", "[gitlab][call]") {
    bench on;
    on.server.plan("GET /user", 200, R"({"id":3,"username":"slipway","name":null,"state":"active"})");
    const auto self = run(on.api->current_user()).value();
    CHECK(self.username == "slipway");
    CHECK(self.name.empty());
    REQUIRE(on.server.seen.size() == 1);
    CHECK(on.server.seen[0].headers.find("private-token") == "glpat-canary");
    CHECK(on.server.seen[0].url.find("canary") == std::string::npos);
}

TEST_CASE("settings that would leak or break the token are refused before any call", "[gitlab][settings]") {
    fake_gitlab server;
    fake_clock clock;
    const auto refused = [&](const std::string& url, const std::string& token) {
        settings with;
        with.url = url;
        with.token = token;
        const auto made = create_api(server, clock, [] { return 0.5; }, with);
        return made.has_error() && made.error() == errc::invalid &&
               made.error().sentence().find("s3cret") == std::string::npos;
    };
    CHECK(refused("http://git.example", "s3cret"));
    CHECK(refused("git.example", "s3cret"));
    CHECK(refused("https://me:s3cret@git.example", "s3cret"));
    CHECK(refused("https://git.example", ""));
    CHECK(refused("https://git.example", "s3cret\r\nX: y"));
    CHECK_FALSE(refused("http://127.0.0.1:8080", "s3cret"));
}

TEST_CASE("members of a group come with those of the groups above it, by its encoded path", "[gitlab][people]") {
    bench on;
    on.server.plan("GET /groups/cig%2Fdbas/members/all?per_page=100", 200,
                   R"([{"id":1,"username":"ann","state":"active"},{"id":2,"username":"bo","state":"blocked"}])");
    const auto found = run(on.api->group_members("cig/dbas")).value();
    REQUIRE(found.size() == 2);
    CHECK(found[0].username == "ann");
    CHECK_FALSE(found[1].active);
    on.server.plan("GET /groups/gone/members/all?per_page=100", 404, R"({"message":"404 Group Not Found"})");
    CHECK(run(on.api->group_members("gone")).error() == errc::not_found);
}

TEST_CASE("a list is read to its last page, each thing once", "[gitlab][pages]") {
    bench on;
    const std::string first = "/users?search=ann&per_page=100";
    net::headers link{{"Link", "<" + on.server.root + "/users?page=1>; rel=\"first\", <" + on.server.root +
                                   "/users?search=ann&page=2>; rel=\"next\""}};
    on.server.plan("GET " + first, 200, R"([{"id":1,"username":"ann"},{"id":2,"username":"anna"}])", link);
    on.server.plan("GET /users?search=ann&page=2", 200, R"([{"id":3,"username":"annie"}])");
    CHECK(run(on.api->search_users("ann")).value().size() == 3);
}

TEST_CASE("the token never follows a page link to another host", "[gitlab][pages]") {
    for (const std::string elsewhere :
         {"https://evil.example/gitlab/api/v4/users?page=2", "http://git.example/gitlab/api/v4/users?page=2",
          "https://git.example.evil.example/x", "https://git.example:444/x", "/relative"}) {
        bench on;
        net::headers link{{"Link", "<" + elsewhere + ">; rel=\"next\""}};
        on.server.plan("GET /users?search=ann&per_page=100", 200, R"([{"id":1,"username":"ann"}])", link);
        const auto refused = run(on.api->search_users("ann"));
        INFO(elsewhere);
        REQUIRE(refused.has_error());
        CHECK(refused.error() == errc::refused);
        CHECK(on.server.seen.size() == 1);
    }
}

TEST_CASE("a moved project is followed on the same host, and only there", "[gitlab][moved]") {
    bench on;
    on.server.plan("GET /projects/old%2Fapp", 301, "", {{"Location", on.server.root + "/projects/7"}});
    on.server.plan("GET /projects/7", 200, R"({"id":7,"path_with_namespace":"new/app","default_branch":"main"})");
    CHECK(run(on.api->project_by_path("old/app")).value().path == "new/app");

    bench other;
    other.server.plan("GET /projects/old%2Fapp", 301, "", {{"Location", "https://evil.example/projects/7"}});
    CHECK(run(other.api->project_by_path("old/app")).error() == errc::refused);
    CHECK(other.server.seen.size() == 1);
}

TEST_CASE("a throttled read waits as long as it was told, then goes on", "[gitlab][limits]") {
    bench on;
    on.server.plan("GET /version", 429, "Retry later", {{"Retry-After", "7"}});
    on.server.plan("GET /version", 429, R"({"message":{"error":"This endpoint has been requested too many times."}})");
    on.server.plan("GET /version", 200, R"({"version":"18.2.1-ee","revision":"abc"})");
    CHECK(run(on.api->version()).value().version == "18.2.1-ee");
    REQUIRE(on.clock.waits.size() == 2);
    CHECK(on.clock.waits[0] == milliseconds{7000});
    CHECK(on.clock.waits[1] == milliseconds{1000});  // half of the doubled ceiling: the chance of the test
}

TEST_CASE("a long Retry-After is handed to the caller instead of being slept through", "[gitlab][limits]") {
    bench on;
    on.server.plan("GET /version", 429, "Retry later", {{"Retry-After", "3600"}});
    const auto limited = run(on.api->version());
    REQUIRE(limited.has_error());
    CHECK(limited.error() == errc::limited);
    CHECK(limited.error().retry_after == milliseconds{3'600'000});
    CHECK(on.clock.waits.empty());
}

TEST_CASE("a maintenance page is trouble for a read and an unknown outcome for a write", "[gitlab][broken]") {
    bench on;
    const std::string page = "<html><head><title>502 Bad Gateway</title></head></html>";
    on.server.plan("GET /version", 502, page, {{"Content-Type", "text/html"}});
    const auto reading = run(on.api->version());
    REQUIRE(reading.has_error());
    CHECK(reading.error() == errc::unavailable);
    CHECK_THAT(reading.error().sentence(), Catch::Contains("502 Bad Gateway"));
    CHECK(on.server.seen.size() == 4);  // attempts

    on.server.plan("POST /projects/7/issues", 502, page, {{"Content-Type", "text/html"}});
    new_issue wanted;
    wanted.title = "Boom";
    const auto writing = run(on.api->create_issue(7, wanted));
    REQUIRE(writing.has_error());
    CHECK(writing.error() == errc::lost);
    CHECK(on.server.count("POST") == 1);
}

TEST_CASE("R5.1 a write whose answer was lost is not sent again", "[gitlab][broken]") {
    bench on;
    for (const errc kind : {errc::timed_out, errc::lost}) {
        on.server.plan_failure("POST /projects/7/pipeline", kind);
        on.server.seen.clear();
        const auto unknown = run(on.api->create_pipeline(7, "main", {{"RELEASE_STEP", "k1"}}));
        REQUIRE(unknown.has_error());
        CHECK(may_have_happened(unknown.error().kind()));
        CHECK(on.server.seen.size() == 1);
        on.server.plans.clear();
    }
    on.server.plan("POST /projects/7/pipeline", 201, "<html>login</html>");
    CHECK(run(on.api->create_pipeline(7, "main", {})).error() == errc::lost);
}

TEST_CASE("each of GitLab's error shapes reaches the person in words", "[gitlab][errors]") {
    struct shape {
        int status;
        std::string body;
        errc kind;
        std::string words;
    };
    const auto each = GENERATE(values<shape>({
        {404, R"({"message":"404 Project Not Found"})", errc::not_found, "missing or not visible to the bot"},
        {400, R"({"message":{"title":["can't be blank","is too short"],"base":["no"]}})", errc::invalid,
         "title can't be blank; title is too short; no"},
        {422, R"({"message":["Cannot do that"]})", errc::refused, "Cannot do that"},
        {400, R"({"error":"ref is missing, ref is empty"})", errc::invalid, "ref is missing"},
        {401, R"({"error":"invalid_token","error_description":"Token is expired."})", errc::unauthorised,
         "Token is expired."},
        {403, R"({"error":"insufficient_scope","scope":"api read_api"})", errc::refused,
         "needs the scope api read_api"},
        {409, R"({"message":"Release already exists"})", errc::exists, "Release already exists"},
        {400, R"({"message":"Tag 1.4.0 already exists"})", errc::exists, "already exists"},
        {429, "Retry later", errc::limited, "Retry later"},
        {418, "\x01\x02 odd", errc::refused, "odd"},
    }));
    bench on;
    on.server.plan("POST /projects/7/issues", each.status, each.body);
    new_issue wanted;
    wanted.title = "x";
    const auto refused = run(on.api->create_issue(7, wanted));
    REQUIRE(refused.has_error());
    CHECK(refused.error() == each.kind);
    CHECK(refused.error().code == std::to_string(each.status));
    CHECK_THAT(refused.error().sentence(), Catch::Contains(each.words));
    CHECK(refused.error().sentence().find('\x01') == std::string::npos);
    CHECK(on.server.seen.size() == 1);
}

TEST_CASE("the merge requests of an issue come once each, those that close it first", "[gitlab][issues]") {
    bench on;
    on.server.plan("GET /projects/7/issues/3/closed_by?per_page=100", 200, "[" + request_json(9) + "]");
    on.server.plan("GET /projects/7/issues/3/related_merge_requests?per_page=100", 200,
                   "[" + request_json(4) + "," + request_json(9) + R"(,{"iid":9,"project_id":8}])");
    const auto all = run(on.api->merge_requests_of_issue(7, 3));
    REQUIRE(all);
    REQUIRE(all->size() == 3);
    CHECK(all->at(0).iid == 9);
    CHECK(all->at(1).iid == 4);
    CHECK(all->at(2).project_id == 8);

    on.server.plan("GET /projects/7/issues/3/links?per_page=100", 200,
                   R"([{"iid":2,"project_id":8,"title":"x"},{"id":"EXT-1","title":"of another tracker"}])");
    const auto links = run(on.api->linked_issues(7, 3));
    REQUIRE(links);
    REQUIRE(links->size() == 1);
    CHECK(links->front().project_id == 8);
}

}  // namespace slipway::gitlab::test
