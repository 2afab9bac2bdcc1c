// One release through nearly everything that the world outside can do to it; it ends like any other.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/scenarios/outside.hpp"

using namespace slipway;
using namespace slipway::scenarios;

namespace {

constexpr auto tests_program = R"(#!/bin/sh
if [ -e "$(dirname "$0")/tests-fail" ]; then
    i=0; while [ $i -lt 400 ]; do echo "line $i of a long story"; i=$((i+1)); done
    echo "ship_test: crew is 3, expected 4" >&2
    exit 7
fi
exec substance run test
)";

/// Asks again while something that hangs on the step still runs.
void retry(company& all, const std::string& step) {
    all.wait_until("the retry of " + step + " is taken", [&] {
        const auto said = all.ask(ana, "/release retry " + step);
        return said.find("tried again") != std::string::npos;
    });
}

void work_until_said(company& all, const std::string& words) {
    all.work_until("a message says “" + words + "”", [&] { return !all.find_message(words).empty(); });
}

std::string refs_of_remote(company& all) {
    return all.git({"for-each-ref", "refs/heads/master", "refs/heads/stable", "refs/tags"});
}

}  // namespace

TEST_CASE("a release gets through merges that conflict, failing tests, a refusing remote and silent servers",
          "[scenario][trouble]") {
    company all{{.project = {{"command: [substance, run, test]", "command: [sh, \"{folder}/tests.sh\"]"}}}};
    write_text(all.file("tests.sh"), tests_program);
    write_text(all.file("tests-fail"), "");
    all.put("/gitlab/refuse", {{"refs", json::array{"refs/heads/stable"}}});
    all.put("/salt/faults", {{"silent", json::array{"p-prod-web2"}}});
    all.put("/gitlab/faults", {{"kind", "reply_lost"}, {"path_ends", "/merge"}, {"times", 1}});
    all.post("/faults", {{"method", "chat.postMessage"}, {"answer", "ratelimited"}, {"times", 2}, {"wait_ms", 1000}});
    const auto properties = all.remote_file("stable", "config/app.properties");
    const auto hot_fix = [&](const std::string& message, const std::string& version) {
        return json::object{
            {"branch", "stable"},
            {"file", "config/app.properties"},
            {"content", replaced(properties, "project.version=1.3.0", "project.version=" + version) + "\n"},
            {"message", message},
            {"by", "chi.nakamura"}};
    };
    all.post("/gitlab/commits", hot_fix("Hot fix", "1.3.1"));
    all.command(ana, "/release start 1.4.0");

    // Somebody takes the tag under our hands.
    all.left_alone = {"Merge the milestone"};
    all.wait_for_message("merge requests of 7 still open");
    all.git({"tag", "1.4.0", "master"});
    all.left_alone.clear();
    work_until_said(all, "The tag 1.4.0 is already");
    all.git({"tag", "-d", "1.4.0"});
    retry(all, "pull");

    work_until_said(all, "exit code 7");
    CHECK_THAT(all.find_message("exit code 7"), Catch::Contains("crew is 3, expected 4"));
    std::filesystem::remove(all.file("tests-fail"));
    all.post("/faults", {{"drop", "reset"}});
    retry(all, "tests");

    work_until_said(all, "conflicts in config/app.properties");
    // The hot fix is taken back; merging stable into master would have brought stable's make.conf along.
    all.post("/gitlab/commits", hot_fix("Take the hot fix back", "1.3.0"));
    all.post("/faults", {{"garbage", "text"}});
    retry(all, "pull");

    const auto before = refs_of_remote(all);
    work_until_said(all, "not allowed to push code to protected branches");
    CHECK(refs_of_remote(all) == before);
    all.put("/gitlab/refuse", {{"refs", json::array{}}});
    retry(all, "push");

    work_until_said(all, "p-prod-web2");
    all.remove("/salt/faults");
    retry(all, "connectivity");
    all.post("/faults", {{"garbage", "binary"}});

    all.work_until("the release is done", [&] { return all.is_done(); });
    all.wait_for_message("1.4.0 · done");
    check_released(all);
    check_messages(all);
}
