// Runners and waves of a project file, and a dry run that has aged.
#include <catch2/catch.hpp>

#include "commands/release/project.hpp"
#include "tests/fakes/small_release.hpp"

using namespace slipway;
using namespace slipway::release;
using namespace slipway::fakes;

namespace {

checked_project with(const std::string& more) {
    return read_project(
        "name: shop\nchannel: C1\ngitlab: {project: a/b}\nrepository: {url: /srv/shop.git}\nversion: {file: v}\n"
        "roles: {release-manager: [U1]}\n" +
            more,
        "shop.yaml");
}

/// deploy looks (a dry run counts for half an hour), asks a developer, acts.
story dry_run_release() {
    checklist plan;
    plan.name = "deploy";
    plan.stages = {{"deploy", "Deploy"}};
    plan.steps = {small_step("announce", "deploy", "tell", {}), small_step("deploy", "deploy", "run", {"announce"})};
    plan.steps[1].effect = side_effect::irreversible;
    plan.steps[1].fresh = milliseconds{30 * 60'000};
    plan.steps[1].gate = {small_gate({{"developer", 1}})};
    story told{small_wish(plan)};
    told.known["run"] = {"run", step_class::action, true, true, side_effect::irreversible, {}, {}};
    told.ended("announce");
    return told;
}

void looked(story& told, const std::string& fingerprint) {
    look_finished seen;
    seen.step = "deploy";
    seen.attempt = told.at("deploy").attempt;
    seen.found.fingerprint = fingerprint;
    seen.found.at = told.now;
    told.must(seen, machine());
}

}  // namespace

TEST_CASE("a runner says who runs it, what its codes mean, and its limits", "[release][project]") {
    const auto checked = with(R"(
runners:
  smoke: {command: [scripts/smoke, "{version}"], environment: [HOME], ok_codes: [0, 2], warn_codes: [3], unreachable_codes: [255], idle_timeout: 5m, grace: 2s, poll: 500ms}
  ansible: {driver: [deploy/drivers/ansible], params: {playbook: site.yml, check: true, version: "1.10", vars: {forks: 5}}}
  jobs: {http: {url: "https://jobs.example/run", token_from: JOBS_TOKEN, params: {a: b}}}
  pipeline: {pipeline: {ref: master, variables: {DEPLOY: "yes"}}}
  press: {manual_job: deploy-production}
  restart: {salt: {function: service.restart, arguments: [workers], target: "G@roles:worker"}}
salt: {waves: {percent: 25, pause: 30s}}
)");
    for (const auto& each : checked.problems) UNSCOPED_INFO(each.text());
    REQUIRE(checked.problems.empty());
    const auto& all = checked.settings.runners;
    REQUIRE(all.size() == 6);
    CHECK(all.at("smoke").argv == std::vector<std::string>{"scripts/smoke", "{version}"});
    CHECK(all.at("smoke").unreachable_codes == std::vector<int>{255});
    CHECK(all.at("smoke").idle_timeout == milliseconds{300'000});
    CHECK(all.at("ansible").kind == runner_kind::external);
    CHECK(boost::json::serialize(all.at("ansible").params) ==
          R"({"playbook":"site.yml","check":true,"version":"1.10","vars":{"forks":5}})");
    CHECK(all.at("jobs").token_from == "JOBS_TOKEN");
    CHECK(all.at("pipeline").variables.at("DEPLOY") == "yes");
    CHECK(all.at("press").job == "deploy-production");
    CHECK(all.at("restart").salt_target == "G@roles:worker");
    CHECK(checked.settings.salt.waves.percent == 25);
}

TEST_CASE("a runner with two masters, or none, and a wave without a size are faults", "[release][project]") {
    CHECK(with("runners: {a: {command: [x], manual_job: y}}\n").problems.size() == 1);
    CHECK(with("runners: {a: {poll: 1s}}\n").problems.size() == 1);
    CHECK(with("runners: {A b: {command: [x]}}\n").problems.size() == 1);
    CHECK(with("salt: {waves: {pause: 1s}}\n").problems.size() == 1);
    CHECK(with("salt: {waves: {hosts: 2, percent: 10}}\n").problems.size() == 1);
}

TEST_CASE("an approved dry run that has aged is made again, the same one runs, another closes the gate",
          "[release][gates]") {
    auto told = dry_run_release();
    looked(told, "d1");
    REQUIRE(told.at("deploy").gate);
    SECTION("fresh: it runs at once") {
        told.must(approve{"deploy", told.fingerprint("deploy")}, dee());
        CHECK(told.status("deploy") == step_status::running);
    }
    SECTION("aged") {
        told.now += milliseconds{31 * 60'000};
        told.must(approve{"deploy", told.fingerprint("deploy")}, dee());
        CHECK(told.status("deploy") == step_status::looking);
        SECTION("and the same") {
            looked(told, "d1");
            CHECK(told.status("deploy") == step_status::running);
        }
        SECTION("and changed: nothing runs, the question is asked anew") {
            looked(told, "d2");
            CHECK(told.status("deploy") == step_status::asking);
            CHECK(told.at("deploy").gate->number == 2);
            CHECK(told.at("deploy").gate->status == gate_status::open);
            CHECK(count<step_intended>(told.journal) == 1);  // the announcement
        }
    }
}
