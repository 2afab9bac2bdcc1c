// The Salt steps against the sandbox's master: real programs, real job files, a store in memory.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/salt_run.hpp"
#include "commands/steps/step.hpp"
#include "deploy/sandbox/salt/deployment.hpp"
#include "deploy/sandbox/salt/jobs.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/jobs.hpp"
#include "integrations/store/store.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/run_until.hpp"
#include "tests/unit/deploy/sandbox/company_folder.hpp"

namespace slipway::steps::test {

using names = std::vector<std::string>;

struct salt_bench {
    salt_bench() {
        program = {folder.path + "/bin/salt"};
        salt::cli_settings cli;
        cli.program = program;
        cli.reply_timeout_s = 1;
        client = salt::create_salt_cli(*processes, cli);
        jobs = salt::create_cli_jobs(*processes, cli);
        memory = store::open_sqlite(loop.get_executor(), ":memory:", [this] { return time->now(); }).value();
        project.name = "core";
        project.salt.target = "p-prod* and G@roles:rsi-app-server";
        project.salt.state = "cig-rsi.website.build";
        project.salt.minimum_hosts = 3;
        project.salt.reply_timeout_s = 1;
        project.salt.poll = milliseconds{100};
        project.salt.grace = milliseconds{300};
        state.id = "core-1.4.0-1";
        state.version = "1.4.0";
        state.facts["stable_commit"] = "c1";
        release("1.4.0");
    }
    ~salt_bench() { fakes::run_on(loop, memory->close()); }

    /// What the bot pushed: a new tag on stable.
    void release(const std::string& version) {
        auto& git = company.gitlab.projects.front()->git;
        const sandbox::signature by{"Ana Reyes", "ana@harbour.test", *from_iso("2026-11-24T10:00:00.000Z")};
        const auto stable = *git.branch("stable");
        const auto tree =
            git.tree_with(stable, {{"config/app.properties", "centrifuge.project.version=" + version + "\n", false}});
        const auto made = git.create_commit(*tree, {stable}, by, by, "Release\n");
        REQUIRE(git.set_ref("refs/heads/stable", *made).has_value());
        REQUIRE(git.create_tag(version, *made, by, "Version\n").has_value());
    }
    void fault(const std::string& body) {
        REQUIRE(sandbox::salt::write_file(folder.path + "/salt/faults.json", body).has_value());
    }

    context here() {
        context made;
        made.state = std::make_shared<release::release_state>(state);
        made.rule.id = "build";
        made.rule.kind = "salt_state";
        made.rule.timeout = milliseconds{120'000};
        made.rule.effect = release::side_effect::irreversible;
        made.step = step;
        made.project = std::make_shared<release::project_settings>(project);
        made.with.time = time.get();
        made.with.salt = client.get();
        made.with.salt_jobs = jobs.get();
        made.with.processes = processes.get();
        made.with.store = memory.get();
        made.log = [this](const std::string& line) { lines.push_back(line); };
        made.is_aborting = [this] { return aborting(this); };
        return made;
    }
    static task<bool> aborting(salt_bench* of) { co_return of->aborts; }
    static act intent(const std::string& key) {
        act made;
        made.key = key;
        return made;
    }

    /// Who answers; the silent ones are its items.
    result<look_outcome> call() {
        auto seen = fakes::run_on(loop, pings->look(here()));
        if (!seen) return seen;
        for (const auto& [name, value] : seen->facts) state.facts[name] = value;
        auto fresh = seen->items;
        for (auto& each : fresh)  // as the rules keep what people decided
            if (const auto* old = step.item(each.id); old != nullptr) {
                each.chosen = old->chosen;
                each.reason = old->reason;
            }
        step.items = std::move(fresh);
        return seen;
    }
    /// The ping, whose hosts are pinned.
    result<outcome> ping() {
        auto done = fakes::run_on(loop, pings->perform(here(), {}));
        if (done)
            for (const auto& [name, value] : done->facts) state.facts[name] = value;
        return done;
    }
    /// The look, which people approve.
    result<look_outcome> look() {
        auto seen = fakes::run_on(loop, builds->look(here()));
        if (seen) step.look = seen->found;
        return seen;
    }
    result<probe_outcome> probe(const std::string& key = "k1") {
        return fakes::run_on(loop, builds->probe(here(), intent(key)));
    }
    result<outcome> perform(const std::string& key = "k1") {
        auto done = fakes::run_on(loop, builds->perform(here(), intent(key)));
        if (done)
            for (const auto& [name, value] : done->facts) state.facts[name] = value;
        return done;
    }
    /// Performs and is gone, as a killed bot is, once `is_true`.
    template <class Claim>
    void perform_until(Claim is_true) {
        boost::asio::cancellation_signal end;
        bool over = false;
        boost::asio::co_spawn(loop, builds->perform(here(), intent("k1")),
                              boost::asio::bind_cancellation_slot(
                                  end.slot(), [&over](std::exception_ptr, const result<outcome>&) { over = true; }));
        fakes::run_until(loop, is_true);
        end.emit(boost::asio::cancellation_type::terminal);
        fakes::run_until(loop, [&over] { return over; });
    }

    /// Real runs of the state on a host.
    int runs_on(const std::string& host) {
        int runs = 0;
        const auto logs = sandbox::salt::host_logs(folder.path);
        for (const auto& each : array_at(logs, host))
            runs += text_at(each, "fun") == "state.sls" && !flag_at(each, "test") ? 1 : 0;
        return runs;
    }
    /// Jobs of the real run that the master was ever sent.
    std::size_t jobs_sent() {
        std::size_t sent = 0;
        for (const auto& [jid, about] : sandbox::salt::list_jobs(folder.path, {}))
            sent += about.as_object().contains("Metadata") ? 1 : 0;
        return sent;
    }
    std::string version_on(const std::string& host) {
        const auto found = sandbox::salt::deployed(folder.path, host);
        return found ? found->version : "";
    }

    sandbox::temporary_folder folder;
    sandbox::built_company company = sandbox::build_test_company(folder);
    boost::asio::io_context loop;
    std::unique_ptr<timers> time = create_system_timers();
    std::unique_ptr<process::runner> processes = process::create_runner(loop.get_executor());
    names program;
    std::unique_ptr<salt::salt_client> client;
    std::unique_ptr<salt::job_client> jobs;
    std::unique_ptr<store::store> memory;
    std::unique_ptr<step_kind> pings = create_salt_ping(), builds = create_salt_state();
    release::project_settings project;
    release::release_state state;
    release::step_state step;
    std::vector<std::string> lines;
    bool aborts = false;
};

inline const names web{"p-prod-web1", "p-prod-web2", "p-prod-web3", "p-prod-web4", "p-prod-web5"};

}  // namespace slipway::steps::test
