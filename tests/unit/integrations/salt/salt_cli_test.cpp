#include "integrations/salt/salt.hpp"

#include "tests/fakes/run_task.hpp"

using namespace slipway;
using namespace slipway::salt;
using argv = std::vector<std::string>;

namespace {

/// Remembers what it was asked to run and answers what it was told.
struct fake_runner final : process::runner {
    std::vector<process::command> ran;
    result<process::outcome> answer = process::outcome{};
    task<result<process::outcome>> run(process::command what, process::line_sink) override {
        ran.push_back(std::move(what));
        co_return answer;
    }
};

process::outcome printed_by_salt(std::string out, int code = 0) {
    process::outcome made;
    made.out = std::move(out);
    made.code = code;
    return made;
}

}  // namespace

TEST_CASE("the compound target is one argument, and hosts are a pinned list", "[salt][cli]") {
    fake_runner runner;
    const auto client = create_salt_cli(runner, {});
    CHECK(client->ping_argv("p-prod* and G@roles:app") == argv{"salt", "--out=json", "--out-indent=-1", "--no-color",
                                                               "-t", "15", "-C", "p-prod* and G@roles:app",
                                                               "test.ping"});
    CHECK(client->state_argv({"web1", "web2"}, "shop.build", run_mode::dry_run) ==
          argv{"salt", "--out=json", "--out-indent=-1", "--no-color", "-t", "15", "-L", "web1,web2", "state.sls",
               "shop.build", "test=true"});
    CHECK(client->state_argv({"web1"}, "shop.build", run_mode::real).back() == "shop.build");
    CHECK(client->call_argv({"web1"}, "service.restart", {"workers"}).back() == "workers");
}

TEST_CASE("what salt printed becomes rows", "[salt][cli]") {
    fake_runner runner;
    runner.answer = printed_by_salt("{\"web1\": true}\n{\"web2\": \"Minion did not return. [No response]\"}\n", 1);
    const auto client = create_salt_cli(runner, {.program = {"sudo", "-n", "salt"}});
    const auto found = fakes::run(client->ping("p-prod*"));
    REQUIRE(found);
    CHECK(found->of(reply::ok) == argv{"web1"});
    CHECK(found->of(reply::missing) == argv{"web2"});
    CHECK(runner.ran.at(0).argv.at(0) == "sudo");
}

TEST_CASE("R8.5 names that salt would read as options never reach it", "[salt][cli]") {
    fake_runner runner;
    const auto client = create_salt_cli(runner, {});
    const auto kind = [](const result<salt_rows>& found) { return found ? errc{} : found.error().kind(); };
    CHECK(kind(fakes::run(client->ping("--config-dir=/tmp"))) == errc::invalid);
    CHECK(kind(fakes::run(client->ping(""))) == errc::invalid);
    CHECK(kind(fakes::run(client->state({}, "shop", run_mode::real))) == errc::invalid);
    CHECK(kind(fakes::run(client->state({"-L"}, "shop", run_mode::real))) == errc::invalid);
    CHECK(kind(fakes::run(client->state({"web1,web2"}, "shop", run_mode::real))) == errc::invalid);
    CHECK(kind(fakes::run(client->state({"web1"}, "shop;rm", run_mode::real))) == errc::invalid);
    CHECK(kind(fakes::run(client->state({"web1"}, "--batch", run_mode::real))) == errc::invalid);
    CHECK(kind(fakes::run(client->call({"web1"}, "restart", {}))) == errc::invalid);
    CHECK(kind(fakes::run(client->call({"web1"}, "service.restart", {"--async"}))) == errc::invalid);
    CHECK(runner.ran.empty());
}

TEST_CASE("a run that was cut short is never well, and silent hosts may still be at it", "[salt][cli]") {
    fake_runner runner;
    auto cut = printed_by_salt("{\"web1\": true}\n");
    cut.how = process::ending::timed_out;
    runner.answer = cut;
    const auto client = create_salt_cli(runner, {});
    const auto found = fakes::run(client->call({"web1", "web2"}, "service.restart", {"workers"}));
    REQUIRE(found);
    CHECK_FALSE(found->all_well());
    CHECK(found->of(reply::missing) == argv{"web2"});
    CHECK_THAT(found->complaint->raw(), Catch::Contains("may go on"));
}

TEST_CASE("a missing program is named with the command that needed it", "[salt][cli]") {
    fake_runner runner;
    runner.answer = failure{errc::invalid, "there is no program \"salt\" in PATH"};
    const auto client = create_salt_cli(runner, {});
    const auto found = fakes::run(client->ping("*"));
    REQUIRE_FALSE(found);
    CHECK(found.error().kind() == errc::invalid);
    CHECK_THAT(found.error().sentence(), Catch::StartsWith("running salt ") && Catch::Contains("no program"));
}
