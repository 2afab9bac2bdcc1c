// D2 and D6: pinned hosts, an approved dry run, and a real run that survives the bot and touches nothing twice.
#include "commands/steps/machines/salt_hosts.hpp"
#include "tests/unit/commands/steps/salt_bench.hpp"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::test;
using Catch::Contains;

TEST_CASE("D2 the ping pins who answered, and says what differs from the last deploy", "[steps][salt]") {
    salt_bench on;
    const auto seen = on.call();
    REQUIRE(seen);
    CHECK(seen->complete);  // nothing to decide: the look is the whole step
    CHECK(pinned_hosts(on.state) == web);
    const auto first = on.ping();
    REQUIRE(first);
    CHECK(first->ok);
    CHECK(array_at(first->facts, "hosts").size() == 5);
    CHECK_THAT(first->text, !Contains("New since"));

    store::batch last;
    json::object body;
    body["hosts"] = json::array{"p-prod-web1", "p-prod-web2", "p-prod-web9"};
    body["version"] = "1.3.0";
    last.documents.push_back({"deployed_hosts", "core", body});
    REQUIRE(fakes::run_on(on.loop, on.memory->commit(last)));
    const auto again = on.ping();
    REQUIRE(again);
    CHECK_THAT(again->text, Contains("New since 1.3.0: p-prod-web3, p-prod-web4, p-prod-web5") &&
                                Contains("Gone since 1.3.0: p-prod-web9"));

    SECTION("a silent host that the last deploy did not know may be a stranger of the grains cache") {
        on.fault(R"({"silent":["p-prod-web5"]})");
        const auto silent = on.call();
        REQUIRE(silent);
        CHECK_FALSE(silent->complete);
        REQUIRE(silent->items.size() == 1);
        CHECK(silent->items.front().id == "p-prod-web5");
        CHECK_THAT(silent->items.front().title.raw(), Contains("does not answer") && Contains("grains"));
    }
    SECTION("zero hosts, and too few, are a no with the reason") {
        on.project.salt.target = "nobody*";
        CHECK_THAT(on.call().error().sentence(), Contains("No minions matched"));
        on.project.salt.target = "p-prod-web1";
        on.project.salt.minimum_hosts = 5;
        CHECK_THAT(on.call().error().sentence(), Contains("at least 5 are expected"));
    }
    SECTION("hosts of the last deploy that lost their role are asked for by name") {
        on.project.salt.target = "p-prod-web1";
        const auto few = on.call();
        REQUIRE(few);
        REQUIRE(few->items.size() == 2);
        CHECK(few->items.front().id == "p-prod-web2");
        CHECK_THAT(few->items.front().title.raw(), Contains("1.3.0") && Contains("not on the target any more"));
    }
}

TEST_CASE("D2 a silent host is left out by a person with a reason, and stays out", "[steps][salt]") {
    salt_bench on;
    on.fault(R"({"silent":["p-prod-web2"]})");
    auto seen = on.call();
    REQUIRE(seen);
    REQUIRE(seen->items.size() == 1);
    const auto* without = seen->items.front().find("leave-out");
    REQUIRE(without != nullptr);
    CHECK(without->needs_reason);
    CHECK(without->roles == names{"release-manager"});
    const auto undecided = on.ping();
    REQUIRE(undecided);
    CHECK_FALSE(undecided->ok);
    CHECK_THAT(undecided->text, Contains("no answer from p-prod-web2"));

    on.step.items.front().status = release::item_status::done;
    on.step.items.front().chosen = "leave-out";
    on.step.items.front().reason = "its disk is being replaced";
    SECTION("while it is silent") {
        CHECK(on.call()->complete);
    }
    SECTION("and when it answers again in the middle of the repair") {
        on.fault("{}");
        seen = on.call();
        CHECK(seen->complete);
        REQUIRE(seen->items.size() == 1);
        CHECK_THAT(seen->items.front().title.raw(), Contains("answers again"));
    }
    const auto pinned = on.ping();
    REQUIRE(pinned);
    CHECK(pinned->ok);
    CHECK_THAT(pinned->text, Contains("Left out: p-prod-web2 (its disk is being replaced)"));
    CHECK(names_in(array_at(pinned->facts, "hosts")) ==
          names{"p-prod-web1", "p-prod-web3", "p-prod-web4", "p-prod-web5"});
    REQUIRE(on.look());
    CHECK(on.perform()->ok);
    CHECK(on.runs_on("p-prod-web2") == 0);
    CHECK(on.runs_on("p-prod-web3") == 1);
}

TEST_CASE("D6 a dry run is read state by state, and the run builds every host", "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    const auto seen = on.look();
    REQUIRE(seen);
    CHECK(seen->found.summary == "dry run of cig-rsi.website.build: 5 hosts of 5 would change");
    CHECK(std::ranges::find(seen->found.lines,
                            "alike on p-prod-web1, p-prod-web2, p-prod-web3, p-prod-web4, "
                            "p-prod-web5:") != seen->found.lines.end());
    CHECK(on.probe()->what == answer::not_done);
    const auto done = on.perform();
    REQUIRE(done);
    CHECK(done->ok);
    CHECK(done->text == "built on 5 hosts");
    for (const auto& host : web) CHECK(on.version_on(host) == "1.4.0");
    CHECK(on.jobs_sent() == 1);

    SECTION("R5.1 asked again under the same key, it is done and nothing is sent") {
        CHECK(on.probe()->what == answer::done);
        CHECK(on.perform()->ok);
        CHECK(on.jobs_sent() == 1);
        for (const auto& host : web) CHECK(on.runs_on(host) == 1);
    }
}

TEST_CASE("R6.11 after a run that failed on two of five hosts the next touches exactly those two", "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.fault(R"({"failing_run":["p-prod-web2"],"half_done":["p-prod-web4"]})");
    const auto first = on.perform("k1");
    REQUIRE(first);
    CHECK_FALSE(first->ok);
    CHECK_THAT(first->text, Contains("3 of 5 hosts are built") && Contains("p-prod-web2: website-checkout") &&
                                Contains("3 states only followed") && Contains("No space left on device") &&
                                Contains("touches only these 2"));
    on.fault("{}");
    const auto again = on.look();
    REQUIRE(again);
    CHECK_THAT(again->found.summary, Contains("2 hosts of 2 would change; 3 hosts done already"));
    const auto second = on.perform("k2");
    REQUIRE(second);
    CHECK(second->ok);
    for (const auto& host : web) {
        INFO(host);
        CHECK(on.version_on(host) == "1.4.0");
        const bool failed = host == "p-prod-web2" || host == "p-prod-web4";
        CHECK(on.runs_on(host) == (failed ? 2 : 1));
    }

    SECTION("negative control: what was done with another commit is not done") {
        on.state.facts["stable_commit"] = "c2";
        CHECK_THAT(on.look()->found.summary, Contains("of 5 would change"));
    }
}

TEST_CASE("R5.13 R6.11 a bot that is gone during the run is followed by one that sends nothing again",
          "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.fault(R"({"slow_ms":300})");
    on.perform_until([&] { return !on.lines.empty(); });
    CHECK(on.runs_on("p-prod-web5") == 0);
    CHECK(on.probe()->what == answer::not_done);  // it goes on; perform takes it up
    const auto done = on.perform();
    REQUIRE(done);
    CHECK(done->text == "built on 5 hosts");
    CHECK(on.jobs_sent() == 1);
    for (const auto& host : web) CHECK(on.runs_on(host) == 1);
}

TEST_CASE("R5.2 a job whose id was never written down is found by its key, not begun again", "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.fault(R"({"slow_ms":200})");
    on.perform_until([&] {
        const auto run = fakes::run_on(on.loop, read_run(*on.memory, "k1"));
        return run && *run && !(*run)->waves.front().jid.empty();
    });
    auto run = *fakes::run_on(on.loop, read_run(*on.memory, "k1")).value();
    const auto jid = run.waves.front().jid;
    run.waves.front().jid.clear();  // the crash came just before
    REQUIRE(fakes::run_on(on.loop, write_run(*on.memory, run)));
    CHECK(on.probe()->what == answer::not_done);
    CHECK(fakes::run_on(on.loop, read_run(*on.memory, "k1")).value()->waves.front().jid == jid);
    CHECK(on.perform()->ok);
    CHECK(on.jobs_sent() == 1);
}

TEST_CASE("a wave that is not all well stops the next", "[steps][salt]") {
    salt_bench on;
    on.project.salt.waves.hosts = 2;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    SECTION("three waves") {
        CHECK(on.perform()->text == "built on 5 hosts in 3 waves");
        CHECK(on.jobs_sent() == 3);
    }
    SECTION("the second fails") {
        on.fault(R"({"failing_run":["p-prod-web3"]})");
        const auto done = on.perform();
        REQUIRE(done);
        CHECK_FALSE(done->ok);
        CHECK_THAT(done->text, Contains("3 of 5 hosts are built") && Contains("not begun on p-prod-web5"));
        CHECK(on.runs_on("p-prod-web5") == 0);
        on.fault("{}");
        REQUIRE(on.look());
        CHECK(on.perform("k2")->text == "built on 2 hosts");
        CHECK(on.runs_on("p-prod-web1") == 1);
        CHECK(on.runs_on("p-prod-web3") == 2);
    }
    CHECK(into_waves(web, {.percent = 50}).size() == 3);
    CHECK(into_waves(web, {.percent = 1}).size() == 5);
    CHECK(into_waves(web, {}).size() == 1);
}

TEST_CASE("a dry run that changed since it was approved is not run", "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.state.facts["stable_commit"] = "c2";
    const auto done = on.perform();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::refused);
    CHECK_THAT(done.error().sentence(), Contains("no longer the one that was approved") && Contains("Nothing was run"));
    CHECK(on.jobs_sent() == 0);
    CHECK(on.probe()->what == answer::not_done);
}

TEST_CASE("a lock, a compile error and a silent host are three words", "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    SECTION("busy: try again in a moment") {
        on.fault(R"({"busy":["p-prod-web3"]})");
        const auto seen = on.look();
        REQUIRE_FALSE(seen);
        CHECK(seen.error() == errc::unavailable);
        CHECK_THAT(seen.error().sentence(), Contains("holds the lock on p-prod-web3") && Contains("running as PID"));
    }
    SECTION("compile error: a no") {
        on.fault(R"({"compile_error":["p-prod-web3"],"chatter":["[WARNING ] Key is old"]})");
        const auto seen = on.look();
        REQUIRE_FALSE(seen);
        CHECK(seen.error() == errc::refused);
        CHECK_THAT(seen.error().sentence(), Contains("Rendering SLS"));
    }
}

TEST_CASE("R5.4 a host that never answers makes the outcome unknown, what is done stays done", "[steps][salt]") {
    salt_bench on;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.fault(R"({"hanging":["p-prod-web5"]})");
    on.project.salt.run_limit = milliseconds{1'500};
    const auto done = on.perform();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::lost);
    CHECK_THAT(done.error().sentence(), Contains("4 of 5 hosts are built") && Contains("no answer from p-prod-web5"));
    const auto seen = on.probe();
    REQUIRE(seen);
    CHECK(seen->what == answer::cannot_tell);
    for (const auto& [name, value] : seen->facts) on.state.facts[name] = value;
    on.fault("{}");
    // "Run again", pressed by people: another key, the same approval.
    CHECK(on.perform("k1/2")->ok);
    CHECK(on.runs_on("p-prod-web1") == 1);
    CHECK(on.runs_on("p-prod-web5") == 1);  // the first never got to its end
}

TEST_CASE("R6.3 an abort ends the job on the hosts that still work, and begins no further wave", "[steps][salt]") {
    salt_bench on;
    on.project.salt.waves.hosts = 3;
    REQUIRE(on.ping());
    REQUIRE(on.look());
    on.fault(R"({"hanging":["p-prod-web3"],"stubborn":["p-prod-web3"]})");
    on.perform_until([&] { return on.runs_on("p-prod-web2") == 1; });
    on.aborts = true;
    const auto done = on.perform();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::lost);
    CHECK_THAT(done.error().sentence(), Contains("ended because the release is being aborted") &&
                                            Contains("not begun on p-prod-web4, p-prod-web5"));
    CHECK(on.runs_on("p-prod-web4") == 0);
    const auto run = *fakes::run_on(on.loop, read_run(*on.memory, "k1")).value();
    const auto of = sandbox::salt::open_master(on.folder.path).value();
    CHECK(sandbox::salt::is_stopped(of, "p-prod-web3", run.waves.front().jid));
}
