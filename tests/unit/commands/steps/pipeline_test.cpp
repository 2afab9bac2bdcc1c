// Tests by a GitLab pipeline: started once, found again, explained.
#include <catch2/catch.hpp>

#include "commands/steps/reading/run_pipeline.hpp"
#include "tests/unit/integrations/gitlab/support.hpp"

using namespace slipway;
using fakes::run;

namespace {

const std::string sha(40, 'a');

/// A step that runs tests of the candidate `sha` by pipeline, against a GitLab that answers what was planned.
struct pipeline_bench {
    gitlab::test::bench gitlab;
    steps::context here;
    steps::act intent;
    release::pipeline_run how;

    pipeline_bench() {
        auto state = std::make_shared<release::release_state>();
        state->id = "core-1.4.0-1";
        state->facts["gitlab_project"] = 7;
        state->facts["candidate"] = sha;
        here.state = std::move(state);
        here.project = std::make_shared<release::project_settings>();
        here.rule.id = "tests";
        here.with.time = &gitlab.clock;
        here.with.gitlab = gitlab.api.get();
        here.log = [](const std::string&) {};
        intent.key = "k1";
    }
    static std::string pipeline(int id, const std::string& status, const std::string& of = sha) {
        return R"({"id":)" + std::to_string(id) + R"(,"sha":")" + of + R"(","ref":"master","status":")" + status +
               "\"}";
    }
    void list(const std::string& all) {
        gitlab.server.plan("GET /projects/7/pipelines?order_by=id&sort=desc&sha=" + sha + "&per_page=100", 200,
                           "[" + all + "]");
    }
    void variables(int id, const std::string& key, const std::string& value) {
        gitlab.server.plan("GET /projects/7/pipelines/" + std::to_string(id) + "/variables?per_page=100", 200,
                           R"([{"key":")" + key + R"(","value":")" + value + "\"}]");
    }
    void jobs(int id, const std::string& all) {
        gitlab.server.plan("GET /projects/7/pipelines/" + std::to_string(id) + "/jobs?per_page=100", 200,
                           "[" + all + "]");
    }
    void reads(int id, const std::string& status) {
        gitlab.server.plan("GET /projects/7/pipelines/" + std::to_string(id), 200, pipeline(id, status));
    }
    result<steps::outcome> end() { return run(steps::run_by_pipeline(here, intent, how)); }
};

}  // namespace

TEST_CASE("R5.1 P11 a pipeline is started once, with the key of its intent, and waited for", "[steps][pipeline]") {
    pipeline_bench on;
    on.list("");
    on.gitlab.server.plan("POST /projects/7/pipeline", 201, pipeline_bench::pipeline(9, "created"));
    on.reads(9, "running");
    on.reads(9, "success");
    on.jobs(9, R"({"id":1,"name":"lint","status":"failed","allow_failure":true})");
    const auto ended = on.end();
    REQUIRE(ended);
    CHECK(ended->ok);
    CHECK(ended->text.find("pipeline #9 of aaaaaaaaaa succeeded") == 0);
    CHECK(ended->text.find("job `lint` failed, which it may") != std::string::npos);
    CHECK(on.gitlab.server.count("POST") == 1);
    for (const auto& each : on.gitlab.server.seen)
        if (each.method == "POST") {
            CHECK(each.body.find(R"("key":"RELEASE_STEP","value":"k1")") != std::string::npos);
            CHECK(each.body.find(R"("ref":"master")") != std::string::npos);
        }
}

TEST_CASE("R5.1 P11 after a restart the same pipeline is found by its variable and none is started",
          "[steps][pipeline]") {
    pipeline_bench on;
    on.list(pipeline_bench::pipeline(9, "success") + "," + pipeline_bench::pipeline(8, "running"));
    on.variables(9, "RELEASE_STEP", "k1");
    on.variables(8, "RELEASE_STEP", "of another release");
    on.jobs(9, "");
    const auto ended = on.end();
    REQUIRE(ended);
    CHECK(ended->ok);
    CHECK(on.gitlab.server.count("POST") == 0);
}

TEST_CASE("P11 of two pipelines of one intent the newest counts and the other is cancelled", "[steps][pipeline]") {
    pipeline_bench on;
    on.list(pipeline_bench::pipeline(9, "success") + "," + pipeline_bench::pipeline(8, "running"));
    on.variables(9, "RELEASE_STEP", "k1");
    on.variables(8, "RELEASE_STEP", "k1");
    on.jobs(9, "");
    on.gitlab.server.plan("POST /projects/7/pipelines/8/cancel", 200, pipeline_bench::pipeline(8, "canceled"));
    REQUIRE(on.end());
    CHECK(on.gitlab.server.count("POST") == 1);
}

TEST_CASE("P11 a failed pipeline names the job, its reason, who started it and the end of its log, masked",
          "[steps][pipeline]") {
    pipeline_bench on;
    on.list(pipeline_bench::pipeline(9, "failed"));
    on.variables(9, "RELEASE_STEP", "k1");
    on.jobs(9, R"({"id":31,"name":"unit","status":"failed","failure_reason":"script_failure",
                  "user":{"id":1,"username":"ben"},"web_url":"https://git.example/31"})");
    std::string log;
    for (int line = 0; line < 50; ++line) log += "line " + std::to_string(line) + "\n";
    on.gitlab.server.plan("GET /projects/7/jobs/31/trace", 200,
                          log + "\x1b[31mtoken glpat-" + "a1b2c3d4e5f6g7h8i9j0\x1b[0m\nsection_end:1:x\r\x1b[0K\n");
    const auto ended = on.end();
    REQUIRE(ended);
    CHECK_FALSE(ended->ok);
    CHECK(ended->text.find("job `unit` failed (script_failure), started by ben") != std::string::npos);
    CHECK(ended->detail.find("line 49") != std::string::npos);
    CHECK(ended->detail.find("line 20\n") == std::string::npos);
    CHECK(ended->detail.find("a1b2c3d4e5") == std::string::npos);
    CHECK(ended->detail.find('\x1b') == std::string::npos);
}

TEST_CASE("P11 a pipeline that waits for a person says which job, and a retry takes the same one",
          "[steps][pipeline]") {
    pipeline_bench on;
    on.list(pipeline_bench::pipeline(9, "manual"));
    on.variables(9, "RELEASE_RUN", "core-1.4.0-1/tests");
    on.jobs(9, R"({"id":1,"name":"load","status":"manual","web_url":"https://git.example/1"})");
    const auto ended = on.end();
    REQUIRE(ended);
    CHECK_FALSE(ended->ok);
    CHECK(ended->text.find("job `load` waits: https://git.example/1") != std::string::npos);
    CHECK(on.gitlab.server.count("POST") == 0);
}

TEST_CASE("P11 a green pipeline of the same commit is taken only when the project says so", "[steps][pipeline]") {
    pipeline_bench on;
    on.list(pipeline_bench::pipeline(8, "success"));
    on.variables(8, "OTHER", "x");
    on.jobs(8, "");
    on.gitlab.server.plan("POST /projects/7/pipeline", 201, pipeline_bench::pipeline(9, "success"));
    on.jobs(9, "");
    CHECK(on.end()->text.find("pipeline #9") == 0);
    on.how.reuse_green = true;
    CHECK(on.end()->text.find("pipeline #8") == 0);
}

TEST_CASE("P11 a pipeline that would test other commits is cancelled, and the way out is said", "[steps][pipeline]") {
    pipeline_bench on;
    on.list("");
    on.gitlab.server.plan("POST /projects/7/pipeline", 201,
                          pipeline_bench::pipeline(9, "created", std::string(40, 'b')));
    on.gitlab.server.plan("POST /projects/7/pipelines/9/cancel", 200, pipeline_bench::pipeline(9, "canceled"));
    const auto ended = on.end();
    REQUIRE(ended.has_error());
    CHECK(ended.error() == errc::moved);
    CHECK(ended.error().sentence().find("/release retry pull") != std::string::npos);
    CHECK(on.gitlab.server.count("POST") == 2);
}
