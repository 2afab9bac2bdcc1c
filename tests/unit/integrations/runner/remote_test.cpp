// Runners behind HTTP and GitLab: started once, found again, asked, ended.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/jumping_timers.hpp"
#include "tests/unit/integrations/gitlab/support.hpp"
#include "tests/unit/integrations/runner/bench.hpp"

using namespace slipway;
using namespace slipway::runner;
using Catch::Contains;

namespace {

const std::string url = "https://jobs.example/run";
const std::string where = "https://jobs.example/run/7";

struct service_bench {
    fakes::fake_http http;
    fakes::jumping_timers time;
    test::paper notes;
    std::vector<std::string> lines;
    std::unique_ptr<driver> with =
        create_http_driver(http, {url, "RUN_TOKEN", "token-canary", {{"version", "{version}"}}, {"token-canary"}});
    order what() {
        order made;
        made.key = test::key;
        made.words["{version}"] = "1.4.0";
        return made;
    }
    result<ended> pursue(limits within = {}, hooks told = {}) {
        told.on_line = [this](const std::string& line) { lines.push_back(line); };
        return fakes::run(runner::pursue(*with, what(), notes, time, within, told));
    }
    void says(const std::string& at, const std::string& body) { http.will_answer(at, 200, body); }
    int posts() {
        return static_cast<int>(std::ranges::count(http.requests, std::string{"POST"}, &net::request::method));
    }
};

}  // namespace

TEST_CASE("a job behind HTTP is posted with its key, followed at its Location, and its log by a cursor",
          "[runner][http]") {
    service_bench on;
    on.http.will_answer(url, 201, "", {{"Location", "/run/7"}});
    on.says(where, R"({"state":"running","log":["a","token-canary"],"cursor":"c2"})");
    on.says(where + "?cursor=c2", R"({"state":"succeeded","text":"3 hosts","log":["b"],"cursor":"c3",
                                      "rows":[{"host":"web1","ok":true,"changed":true}]})");
    const auto ended = on.pursue();
    REQUIRE(ended);
    CHECK(ended->state == state::succeeded);
    CHECK(ended->text == "3 hosts");
    CHECK(ended->rows.size() == 1);
    CHECK(on.lines == std::vector<std::string>{"a", "[masked]", "b"});
    CHECK(on.http.requests[0].headers.find("Idempotency-Key") == test::key);
    CHECK(on.http.requests[0].headers.find("Authorization") == "Bearer token-canary");
    CHECK(on.http.requests[0].body == R"({"version":"1.4.0"})");
}

TEST_CASE("R5.4 a start whose answer was lost is asked for again under the same key", "[runner][http]") {
    service_bench on;
    on.http.will_fail(url, failure{errc::lost, "the line broke"});
    on.http.will_answer(url, 200, "", {{"Location", where}});
    on.says(where, R"({"state":"succeeded"})");
    CHECK(on.pursue()->state == state::succeeded);
    CHECK(on.posts() == 2);
    CHECK(on.http.requests[0].headers.find("Idempotency-Key") == on.http.requests[1].headers.find("Idempotency-Key"));
}

TEST_CASE("R5.3 after a restart a stored Location is asked, and nothing is posted", "[runner][http]") {
    service_bench on;
    on.notes.all[test::key] = note{test::key, where, on.time.now(), "c2", false, ""};
    on.says(where + "?cursor=c2", R"({"state":"failed","text":"no"})");
    CHECK(on.pursue()->state == state::failed);
    CHECK(on.posts() == 0);
}

TEST_CASE("a service that no longer knows the job, or answers with a page, is no failure of the job",
          "[runner][http]") {
    service_bench on;
    on.http.will_answer(url, 201, "", {{"Location", where}});
    SECTION("unknown job: lost") {
        on.http.will_answer(where, 404, "<html>Not found</html>");
        const auto ended = on.pursue();
        REQUIRE(ended);
        CHECK(ended->state == state::lost);
        CHECK_THAT(ended->text, Contains("nobody knows how it ended"));
    }
    SECTION("an HTML page from a gateway is asked past") {
        on.http.will_answer(where, 502, "<html>Bad gateway</html>");
        on.http.will_answer(where, 200, "<html>Welcome</html>");
        on.says(where, R"({"state":"succeeded"})");
        CHECK(on.pursue()->state == state::succeeded);
    }
}

TEST_CASE("R8.6 the token never follows a Location to another service", "[runner][http]") {
    service_bench on;
    on.http.will_answer(url, 201, "", {{"Location", "https://evil.example/run/7"}});
    on.http.will_answer(url, 201, "", {{"Location", "https://evil.example/run/7"}});
    const auto ended = on.pursue();
    REQUIRE_FALSE(ended);
    CHECK(ended.error() == errc::lost);
    for (const auto& each : on.http.requests) CHECK(each.url == url);
}

TEST_CASE("a refusal to start is definite: nothing was begun", "[runner][http]") {
    service_bench on;
    on.http.will_answer(url, 422, "{}");
    CHECK(on.pursue().error() == errc::refused);
    CHECK(on.posts() == 1);
}

TEST_CASE("R6.3 an aborted job behind HTTP is deleted, and the next poll tells the truth", "[runner][http]") {
    service_bench on;
    on.http.will_answer(url, 201, "", {{"Location", where}});
    on.says(where, R"({"state":"running","cursor":"1"})");
    on.http.will_answer(where, 204, "");  // the DELETE
    hooks told;
    told.is_unwanted = []() -> task<bool> { co_return true; };
    SECTION("it ended") {
        on.says(where + "?cursor=1", R"({"state":"failed","text":"stopped"})");
        CHECK(on.pursue({}, told)->state == state::cancelled);
    }
    SECTION("R6.4 it had succeeded before it heard") {
        on.says(where + "?cursor=1", R"({"state":"succeeded"})");
        CHECK(on.pursue({}, told)->state == state::succeeded);
    }
}

namespace {

struct gitlab_bench {
    gitlab::test::bench gitlab;
    test::paper notes;
    fakes::jumping_timers time;
    static task<result<std::int64_t>> seven() { co_return 7; }
    order what() {
        order made;
        made.key = test::key;
        made.words["{commit}"] = std::string(40, 'a');
        made.words["{version}"] = "1.4.0";
        return made;
    }
    void plan(const std::string& call, int status, const std::string& body) { gitlab.server.plan(call, status, body); }
    result<ended> pursue(driver& with) { return fakes::run(runner::pursue(with, what(), notes, time, {}, {})); }
};

}  // namespace

TEST_CASE("a pipeline is started with the key among its variables, and found again by it", "[runner][gitlab]") {
    gitlab_bench on;
    const auto with = create_pipeline_driver(*on.gitlab.api, &gitlab_bench::seven, {"master", {{"V", "{version}"}}});
    on.plan("GET /projects/7/pipelines/9", 200, R"({"id":9,"ref":"master","status":"running"})");
    on.plan("GET /projects/7/pipelines/9", 200, R"({"id":9,"ref":"master","status":"success"})");
    SECTION("started") {
        on.plan("POST /projects/7/pipeline", 201, R"({"id":9,"ref":"master","status":"created"})");
        CHECK(on.pursue(*with)->state == state::succeeded);
        CHECK_THAT(on.gitlab.server.seen.at(0).body, Contains(test::key) && Contains("1.4.0"));
    }
    SECTION("found") {
        on.notes.all[test::key] = note{test::key, "", on.time.now(), "", false, ""};
        on.plan("GET /projects/7/pipelines?order_by=id&sort=desc&per_page=20&ref=master", 200,
                R"([{"id":9,"ref":"master","status":"running"}])");
        on.plan("GET /projects/7/pipelines/9/variables?per_page=100", 200,
                R"([{"key":"RELEASE_STEP","value":")" + test::key + R"("}])");
        CHECK(on.pursue(*with)->state == state::succeeded);
        CHECK(on.gitlab.server.count("POST") == 0);
    }
}

TEST_CASE("a waiting job of GitLab is pressed once: one that goes already is taken as it is", "[runner][gitlab]") {
    gitlab_bench on;
    manual_job_settings how;
    how.name = "deploy";
    const auto with = create_manual_job_driver(*on.gitlab.api, &gitlab_bench::seven, how);
    on.plan("GET /projects/7/pipelines?order_by=id&sort=desc&sha=" + std::string(40, 'a') + "&per_page=100", 200,
            R"([{"id":9,"sha":")" + std::string(40, 'a') + R"(","status":"manual"}])");
    on.plan("GET /projects/7/jobs/31", 200, R"({"id":31,"name":"deploy","status":"success"})");
    on.plan("GET /projects/7/jobs/31/trace", 200, "line\n");
    SECTION("it waits") {
        on.plan("GET /projects/7/pipelines/9/jobs?per_page=100", 200,
                R"([{"id":31,"name":"deploy","status":"manual"}])");
        on.plan("POST /projects/7/jobs/31/play", 200, R"({"id":31,"name":"deploy","status":"pending"})");
        CHECK(on.pursue(*with)->state == state::succeeded);
        CHECK(on.gitlab.server.count("POST") == 1);
    }
    SECTION("somebody pressed it, or we did before the crash") {
        on.plan("GET /projects/7/pipelines/9/jobs?per_page=100", 200,
                R"([{"id":31,"name":"deploy","status":"running"}])");
        CHECK(on.pursue(*with)->state == state::succeeded);
        CHECK(on.gitlab.server.count("POST") == 0);
    }
    SECTION("there is none of that name") {
        on.plan("GET /projects/7/pipelines/9/jobs?per_page=100", 200, "[]");
        CHECK(on.pursue(*with).error() == errc::refused);
    }
}
