#include "commands/steps/machines/approved_run.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "commands/steps/machines/salt_words.hpp"
#include "integrations/async/timers.hpp"

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
failure why_no_dry_run(const salt::salt_rows& rows) {
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

std::map<std::string, std::string> approved_prints(const context& here) {
    std::map<std::string, std::string> prints;
    if (!here.step.look) return prints;
    for (const auto& [host, print] : object_at(here.step.look->data, "prints"))
        if (print.is_string()) prints[std::string{host}] = print.get_string();
    return prints;
}

std::string left_out_words(const context& here) {
    std::string words;
    for (const auto& [host, reason] : object_at(here.state->facts, "hosts_left_out"))
        if (reason.is_string())
            words += (words.empty() ? "Left out: " : ", ") + std::string{host} + " (" +
                     std::string{reason.get_string()} + ")";
    return words;
}

/// The hour of the deployment is known from when something was begun: errors are counted against it.
json::object facts_of(const context& here, const salt_run& run) {
    auto facts = done_fact(*here.state, here.rule.id, run.commit, run.done());
    facts["deployed_at"] = to_iso(run.began);
    return facts;
}

task<> note_doubt(context here, std::string key) {
    auto run = co_await read_run(*here.with.store, key);
    if (!run || !*run) co_return;
    (*run)->unsure = true;
    const auto kept = co_await write_run(*here.with.store, **run);
    if (!kept) here.log("that this run's outcome is not known could not be stored: " + kept.error().sentence());
}

}  // namespace

task<> approved_run::remember(context) const {
    co_return;
}

task<result<salt::salt_rows>> approved_run::readable_dry_run(context here, salt_work what,
                                                             std::vector<std::string> hosts) const {
    if (hosts.empty())
        co_return failure{errc::refused, "No hosts are pinned yet. `/release retry connectivity` asks them."};
    auto rows = co_await dry_run(here, std::move(what), std::move(hosts));
    if (!rows) co_return rows.error();
    if (!is_dry_run_ok(*rows)) co_return why_no_dry_run(*rows);
    co_return rows;
}

task<result<look_outcome>> approved_run::look(context here) {
    const auto what = co_await work(here);
    if (!what) co_return what.error();
    const auto hosts = hosts_to_do(*here.state, here.rule.id, commit_of(here));
    const auto dry = co_await readable_dry_run(here, *what, hosts);
    if (!dry) co_return dry.error();
    look_outcome seen;
    seen.found.lines = introduction(here);
    if (auto without = left_out_words(here); !without.empty()) seen.found.lines.push_back(std::move(without));
    for (auto& each : dry_run_lines(*dry)) seen.found.lines.push_back(std::move(each));
    seen.found.fingerprint = salt::dry_run_fingerprint(*dry, hosts, commit_of(here));
    const auto& name = what->arguments.empty() ? what->function : what->arguments.front();
    seen.found.summary = fmt::format("{}dry run of {}: {} of {} would change", heading(here), name,
                                     count(dry->of(salt::reply::would).size(), "host"), hosts.size());
    const auto pinned = pinned_hosts(*here.state);
    if (hosts.size() < pinned.size())
        seen.found.summary +=
            fmt::format("; {} done already and will not be touched", count(pinned.size() - hosts.size(), "host"));
    json::object prints;
    for (const auto& [host, print] : salt::host_fingerprints(*dry, commit_of(here))) prints[host] = print;
    seen.found.data["hosts"] = as_json(hosts);
    seen.found.data["prints"] = std::move(prints);
    seen.found.data["argv"] = process::to_words(here.with.salt->call_argv(hosts, what->function, what->arguments));
    co_return seen;
}

task<result<probe_outcome>> approved_run::probe(context here, act intent) {
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

task<result<outcome>> approved_run::perform(context here, act intent) {
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

/// The last look before the run: only what is still exactly as people approved it is run.
task<result<salt_run>> approved_run::begin(context here, act intent) const {
    const auto what = co_await work(here);
    if (!what) co_return what.error();
    const auto hosts = hosts_to_do(*here.state, here.rule.id, commit_of(here));
    const auto now = co_await readable_dry_run(here, *what, hosts);
    if (!now) co_return now.error();
    const auto news = salt::compare_dry_runs(approved_prints(here), *now, commit_of(here));
    if (!news.changed.empty())
        co_return failure{errc::refused, "The dry run is no longer the one that was approved: on " +
                                             listed(news.changed) +
                                             " something else would happen now. Nothing was run. `/release retry " +
                                             here.rule.id + "` shows it and asks again."};
    salt_run run;
    run.key = intent.key;
    run.function = what->function;
    run.arguments = what->arguments;
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

task<result<outcome>> approved_run::conclude(context here, salt_run run) const {
    const auto silent = run.of(salt::reply::missing);
    if (!silent.empty()) co_return failure{errc::lost, "The run was sent, but " + run.sentence()};
    outcome done;
    done.ok = run.all_done();
    done.facts = facts_of(here, run);
    done.data["hosts"] = as_json(run.done());
    for (const auto& [name, each] : run.hosts)
        done.detail +=
            name + ": " + std::string{salt::to_string(each.what)} + (each.why.empty() ? "" : ", " + each.why) + "\n";
    if (!done.ok) {
        const auto left = run.hosts.size() - run.done().size() + run.untouched().size();
        done.text = run.sentence() + ". `/release retry " + here.rule.id + "` touches only " +
                    (left == 1 ? "this one" : "these " + std::to_string(left));
        co_return done;
    }
    done.text = heading(here) + "built on " + count(run.hosts.size(), "host");
    if (run.waves.size() > 1) done.text += fmt::format(" in {} waves", run.waves.size());
    co_await remember(here);
    co_return done;
}

}  // namespace slipway::steps
