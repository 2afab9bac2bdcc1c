// salt_state: a dry run that people read and approve, host by host; then the real run on exactly those hosts, in one go
// or in waves, followed by job id so that it outlives the bot. A retry touches only hosts that are not done.
#include <fmt/format.h>
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "commands/steps/machines/salt_run.hpp"
#include "commands/steps/machines/salt_words.hpp"
#include "commands/steps/machines/three_commits.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

std::string commit_of(const context& here) {
    return here.state->fact("stable_commit");
}

/// No failure, no lock, nobody silent, nobody who was not asked.
bool is_dry_run_ok(const salt::salt_rows& rows) {
    return !rows.complaint && rows.unexpected().empty() && rows.of(salt::reply::failed).empty() &&
           rows.of(salt::reply::busy).empty() && rows.of(salt::reply::missing).empty();
}

/// "Said no", or "could not know": a lock and a silent host may be gone in a moment.
failure why_not(const salt::salt_rows& rows) {
    const auto strangers = rows.unexpected();
    if (!strangers.empty())
        return failure{errc::refused, "Hosts answered that nobody asked: " + listed(strangers) +
                                          ". Find out why Salt sends it there before anything is run."};
    const auto busy = rows.of(salt::reply::busy);
    if (!rows.of(salt::reply::failed).empty() || rows.complaint)
        return failure{errc::refused, "The dry run failed: " + rows.summary() + ". " + first_cause(rows)};
    if (!busy.empty())
        return failure{errc::unavailable, "Another state run holds the lock on " + listed(busy) + ": " +
                                              first_cause(rows) + ". Wait for it to end, or end it there."};
    return failure{errc::refused, "The dry run is not complete: " + rows.summary()};
}

task<result<salt::salt_rows>> dry_run(context here, std::vector<std::string> hosts) {
    if (here.with.salt == nullptr || here.with.salt_jobs == nullptr || here.project->salt.state.empty())
        co_return not_configured("Salt", "salt.state");
    if (hosts.empty())
        co_return failure{errc::refused, "No hosts are pinned yet. `/release retry connectivity` asks them."};
    auto rows = co_await here.with.salt->state(std::move(hosts), here.project->salt.state, salt::run_mode::dry_run);
    co_return rows;
}

std::map<std::string, std::string> approved_prints(const context& here) {
    std::map<std::string, std::string> prints;
    if (!here.step.look) return prints;
    for (const auto& [host, print] : object_at(here.step.look->data, "prints"))
        if (print.is_string()) prints[std::string{host}] = print.get_string();
    return prints;
}

json::object facts_of(const context& here, const salt_run& run) {
    auto facts = done_fact(*here.state, here.rule.id, run.commit, run.done());
    facts["deployed_at"] = to_iso(run.began);
    return facts;
}

class salt_state final : public step_kind {
public:
    release::kind_facts facts() const override {
        auto made =
            make_facts("salt_state", release::step_class::action, true, true, release::side_effect::irreversible);
        made.ends_itself = true;
        return made;
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        const auto& waves = project.salt.waves;
        std::string how;
        if (waves.hosts > 0) how = ", " + count(static_cast<std::size_t>(waves.hosts), "host") + " at a time";
        if (waves.percent > 0) how = ", " + std::to_string(waves.percent) + " % of the hosts at a time";
        return "state.sls " + project.salt.state + " test=true on the pinned hosts, show it, ask, then run it" + how;
    }

    task<result<look_outcome>> look(context here) override {
        if (const auto same = co_await check_three_commits(here); !same) co_return same.error();
        const auto hosts = hosts_to_do(*here.state, here.rule.id, commit_of(here));
        const auto dry = co_await dry_run(here, hosts);
        if (!dry) co_return dry.error();
        if (!is_dry_run_ok(*dry)) co_return why_not(*dry);
        look_outcome seen;
        seen.found.lines = dry_run_lines(*dry);
        seen.found.fingerprint = salt::dry_run_fingerprint(*dry, hosts, commit_of(here));
        seen.found.summary = fmt::format("dry run of {}: {} of {} would change", here.project->salt.state,
                                         count(dry->of(salt::reply::would).size(), "host"), hosts.size());
        const auto pinned = pinned_hosts(*here.state);
        if (hosts.size() < pinned.size())
            seen.found.summary +=
                fmt::format("; {} done already and will not be touched", count(pinned.size() - hosts.size(), "host"));
        json::object prints;
        for (const auto& [host, print] : salt::host_fingerprints(*dry, commit_of(here))) prints[host] = print;
        seen.found.data["hosts"] = as_json(hosts);
        seen.found.data["prints"] = std::move(prints);
        seen.found.data["argv"] =
            process::to_words(here.with.salt->state_argv(hosts, here.project->salt.state, salt::run_mode::real));
        co_return seen;
    }

    /// What was sent stands in the run's own note, written before Salt is asked: without one nothing was sent.
    task<result<probe_outcome>> probe(context here, act intent) override {
        if (here.with.salt_jobs == nullptr) co_return not_configured("Salt", "salt.target");
        auto known = co_await read_run(*here.with.store, intent.key);
        if (!known) co_return known.error();
        probe_outcome seen;
        if (!*known) {
            seen.text = "nothing was sent to the servers";
            co_return seen;
        }
        auto found = co_await find_lost_wave(here, **known);
        if (!found) {
            seen.what = answer::cannot_tell;
            seen.text = found.error().sentence();
            co_return seen;
        }
        seen.text = found->sentence();
        seen.facts = facts_of(here, *found);
        const bool silent = found->is_over() && !found->of(salt::reply::missing).empty();
        if (found->all_done())
            seen.what = answer::done;
        else if (silent || found->unsure)
            seen.what = answer::cannot_tell;
        // Else it goes on, or ended with a no: perform takes it up and begins nothing twice.
        co_return seen;
    }

    task<result<outcome>> perform(context here, act intent) override {
        if (here.with.salt_jobs == nullptr) co_return not_configured("Salt", "salt.target");
        auto known = co_await read_run(*here.with.store, intent.key);
        if (!known) co_return known.error();
        if (!*known) {
            auto made = co_await begin(here, intent);
            if (!made) co_return made.error();
            *known = std::move(*made);
        }
        auto ended = co_await go_on(here, **known);
        if (!ended) {
            if (may_have_happened(ended.error().kind())) co_await note_doubt(here, intent.key);
            co_return ended.error();
        }
        auto done = co_await conclude(here, std::move(*ended));
        co_return done;
    }

private:
    /// The last look before the run: only what is still exactly as people approved it is run.
    static task<result<salt_run>> begin(context here, act intent) {
        if (const auto same = co_await check_three_commits(here); !same) co_return same.error();
        const auto hosts = hosts_to_do(*here.state, here.rule.id, commit_of(here));
        const auto now = co_await dry_run(here, hosts);
        if (!now) co_return now.error();
        if (!is_dry_run_ok(*now)) co_return why_not(*now);
        const auto news = salt::compare_dry_runs(approved_prints(here), *now, commit_of(here));
        if (!news.changed.empty())
            co_return failure{errc::refused, "The dry run is no longer the one that was approved: on " +
                                                 listed(news.changed) +
                                                 " something else would happen now. Nothing was run. `/release retry " +
                                                 here.rule.id + "` shows it and asks again."};
        salt_run run;
        run.key = intent.key;
        run.sls = here.project->salt.state;
        run.commit = commit_of(here);
        run.began = here.with.time->now();
        for (const auto& each : news.settled) run.hosts[each] = {salt::reply::ok, {}};
        for (auto& each : into_waves(news.same, here.project->salt.waves)) {
            salt_wave wave;
            wave.hosts = std::move(each);
            run.waves.push_back(std::move(wave));
        }
        const auto kept = co_await write_run(*here.with.store, run);
        if (!kept) co_return kept.error();
        co_return run;
    }

    static task<> note_doubt(context here, std::string key) {
        auto run = co_await read_run(*here.with.store, key);
        if (!run || !*run) co_return;
        (*run)->unsure = true;
        const auto kept = co_await write_run(*here.with.store, **run);
        if (!kept) here.log("that this run's outcome is not known could not be stored: " + kept.error().sentence());
    }

    static task<result<outcome>> conclude(context here, salt_run run) {
        const auto silent = run.of(salt::reply::missing);
        if (!silent.empty()) co_return failure{errc::lost, "The run was sent, but " + run.sentence()};
        outcome done;
        done.ok = run.all_done();
        done.facts = facts_of(here, run);
        done.data["hosts"] = as_json(run.done());
        for (const auto& [name, each] : run.hosts)
            done.detail += name + ": " + std::string{salt::to_string(each.what)} +
                           (each.why.empty() ? "" : ", " + each.why) + "\n";
        if (!done.ok) {
            const auto left = run.hosts.size() - run.done().size() + run.untouched().size();
            done.text = run.sentence() + ". `/release retry " + here.rule.id + "` touches only " +
                        (left == 1 ? "this one" : "these " + std::to_string(left));
            co_return done;
        }
        done.text = "built on " + count(run.hosts.size(), "host");
        if (run.waves.size() > 1) done.text += fmt::format(" in {} waves", run.waves.size());
        const auto remembered = co_await remember_deploy(here, pinned_hosts(*here.state));
        if (!remembered) here.log("the next deploy will not know these hosts: " + remembered.error().sentence());
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_salt_state() {
    return std::make_unique<salt_state>();
}

}  // namespace slipway::steps
