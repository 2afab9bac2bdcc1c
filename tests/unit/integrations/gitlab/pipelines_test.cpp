// Pipelines, their variables, jobs and logs.
#include <catch2/catch.hpp>

#include "tests/unit/integrations/gitlab/support.hpp"

using namespace slipway;
using namespace slipway::gitlab::test;

TEST_CASE("a pipeline is found again by the variables it was started with", "[gitlab][pipelines]") {
    bench on;
    on.server.plan("GET /projects/7/pipelines/9/variables?per_page=100", 200,
                   R"([{"key":"RELEASE_STEP","value":"k1","variable_type":"env_var"}])");
    const auto found = run(on.api->pipeline_variables(7, 9));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().key == "RELEASE_STEP");
    CHECK(found->front().value == "k1");
}

TEST_CASE("jobs tell whether their failure counts and who started them", "[gitlab][pipelines]") {
    bench on;
    on.server.plan("GET /projects/7/pipelines/9/jobs?per_page=100", 200,
                   R"([{"id":31,"name":"unit","stage":"test","status":"failed","allow_failure":false,
                        "failure_reason":"script_failure","user":{"id":4,"username":"ben"},"web_url":"https://x/31"},
                       {"id":32,"name":"lint","status":"failed","allow_failure":null,"user":null},{"name":"broken"}])");
    const auto found = run(on.api->jobs_of(7, 9));
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    CHECK(found->front().failure_reason == "script_failure");
    CHECK(found->front().owner.username == "ben");
    CHECK_FALSE(found->back().allow_failure);
}

TEST_CASE("of a long log only the end comes back, and text is text", "[gitlab][pipelines]") {
    bench on;
    on.server.plan("GET /projects/7/jobs/31/trace", 200, std::string(5'000, 'x') + "\nlast line\n");
    const auto log = run(on.api->job_trace(7, 31, 10));
    REQUIRE(log);
    CHECK(log->raw() == "last line\n");
}

TEST_CASE("every state of a pipeline is said in words, and a new one is shown as it is", "[gitlab][pipelines]") {
    for (const auto* each : {"success", "failed", "canceled", "skipped", "manual", "scheduled", "blocked", "created",
                             "waiting_for_resource", "pending", "running", "canceling"})
        CHECK(gitlab::pipeline_words(each).find("do not know") == std::string::npos);
    CHECK(gitlab::pipeline_words("frobnicating") == "is in a state I do not know: frobnicating");
}
