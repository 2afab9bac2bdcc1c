// restart: one service, by command or Salt function, host by host; a host is done when it says that the service was
// started after the intent and stays up. A retry restarts only the hosts that are still missing (D8–D10).
#include <algorithm>
#include <set>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/started.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

constexpr milliseconds between_start_looks{500};

const release::restart_settings* settings_of(const context& here) {
    const auto found = here.project->restarts.find(here.rule.id);
    return found == here.project->restarts.end() ? nullptr : &found->second;
}

bool names_host(const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [](const std::string& each) { return each.find("{host}") != std::string::npos; });
}

/// One place where the service runs; "" = the only one, which has no name.
struct place {
    std::string host;
    std::string trouble;  ///< why it is not done, as a sentence
    std::string text;     ///< how it is
    bool done = false;
};

std::string since_words(instant started) {
    return "running since " + to_iso(started).substr(11, 8) + " UTC";
}

/// What earlier attempts of this step left: from when a start counts, and which hosts need no second restart.
struct earlier {
    instant since;
    std::set<std::string> done;
};

std::string fact_name(const context& here) {
    return "restarted/" + here.rule.id;
}

earlier earlier_of(const context& here, instant intended) {
    earlier made{intended, {}};
    const auto& kept = object_at(here.state->facts, fact_name(here));
    // Of another build: everything has to be restarted again.
    if (kept.empty() || text_at(kept, "deployed_at") != here.state->fact("deployed_at")) return made;
    if (const auto since = from_iso(text_at(kept, "since")); since && *since < intended) made.since = *since;
    for (const auto& each : array_at(kept, "hosts"))
        if (each.is_string()) made.done.emplace(each.get_string());
    return made;
}

json::object kept_fact(const context& here, const earlier& before, const std::vector<place>& all) {
    json::object fact;
    fact["since"] = to_iso(before.since);
    fact["deployed_at"] = here.state->fact("deployed_at");
    json::array hosts;
    for (const auto& each : all)
        if (each.done && !each.host.empty()) hosts.emplace_back(each.host);
    fact["hosts"] = std::move(hosts);
    return fact;
}

std::vector<place> as_places(const std::vector<std::string>& hosts) {
    std::vector<place> all;
    for (const auto& each : hosts) all.push_back({each, {}, {}, false});
    return all;
}

/// The hosts the service runs on; those that do not answer Salt are among them, with their trouble.
task<result<std::vector<place>>> places_of(context here, release::restart_settings settings) {
    std::vector<std::string> pinned;
    for (const auto& each : array_at(here.state->facts, "hosts"))
        if (each.is_string()) pinned.emplace_back(each.get_string());
    if (!settings.command.empty()) {
        const bool per_host =
            names_host(settings.command) || names_host(settings.probe) || names_host({settings.probe_url});
        if (!per_host) co_return as_places({""});
        auto all = as_places(settings.hosts.empty() ? pinned : settings.hosts);
        if (all.empty())
            co_return failure{errc::refused, "No hosts are pinned; `/release retry connectivity` asks them."};
        co_return all;
    }
    if (here.with.salt == nullptr) co_return not_configured("Salt", "salt.target");
    if (settings.salt_target.empty()) co_return as_places(pinned);
    const auto there = co_await here.with.salt->ping(settings.salt_target);
    if (!there) co_return there.error();
    auto all = as_places(there->of(salt::reply::ok));
    for (const auto& host : there->of(salt::reply::missing)) all.push_back({host, "does not answer Salt", {}, false});
    if (all.empty()) co_return failure{errc::refused, "no host answered for " + settings.salt_target};
    co_return all;
}

task<result<outcome>> run_command(context here, std::vector<std::string> argv) {
    process::command what;
    what.argv = argv;
    what.environment = process::inherited();
    what.environment["SLIPWAY_VERSION"] = here.state->version;
    what.log_file = here.log_file;
    what.total_timeout = here.rule.timeout;
    const auto ran = co_await here.with.processes->run(std::move(what));
    if (!ran) co_return ran.error();
    outcome done;
    done.ok = ran->how == process::ending::exited && ran->code == 0;
    if (!done.ok) done.text = "`" + process::to_words(argv) + "` ended with exit code " + std::to_string(ran->code);
    done.detail = tail(ran->out + ran->err);
    co_return done;
}

/// One run over all services of the step: what is done already, restarting, watching them come up.
class round {
public:
    round(context here, release::restart_settings settings, earlier before, std::vector<place> all)
        : here_{std::move(here)}, settings_{std::move(settings)}, before_{std::move(before)}, all_{std::move(all)} {}

    /// Marks what needs no restart any more.
    task<> find_done() {
        for (auto& each : all_) {
            if (!has_probe(settings_)) {
                each.done = before_.done.contains(each.host);
                if (each.done) each.text = "restarted before";
                continue;
            }
            const auto started = co_await started_at(here_, settings_, each.host);
            if (!started || !is_after(*started, before_.since)) continue;
            each.done = true;
            each.trouble.clear();
            each.text = since_words(*started);
        }
    }
    task<result<>> restart_missing() {
        if (!settings_.one_by_one) {
            std::vector<place*> todo;
            for (auto& each : all_)
                if (!each.done && each.trouble.empty()) todo.push_back(&each);
            const auto asked = co_await restart(std::move(todo));
            co_return asked;
        }
        for (auto& each : all_) {
            if (each.done || !each.trouble.empty()) continue;
            std::vector<place*> one{&each};
            const auto asked = co_await restart(std::move(one));
            if (!asked) co_return asked.error();
            // The next host goes down only when this one is back.
            if (!each.done) break;
        }
        co_return result<>{};
    }

    bool all_done() const { return std::ranges::all_of(all_, &place::done); }
    const std::vector<place>& places() const { return all_; }
    std::string output() const { return output_; }

private:
    task<result<>> restart(std::vector<place*> todo) {
        if (todo.empty()) co_return result<>{};
        if (settings_.command.empty()) {
            const auto asked = co_await by_salt(todo);
            if (!asked) co_return asked.error();
        } else {
            for (auto* each : todo) {
                const auto ran = co_await run_command(here_, with_host(settings_.command, each->host));
                if (!ran) co_return ran.error();
                if (!ran->ok) each->trouble = ran->text;
                output_ += ran->detail;
                if (!names_host(settings_.command)) break;  // one command for all of them
            }
        }
        for (auto* each : todo) {
            if (!each->trouble.empty()) continue;
            co_await wait_for(each);
        }
        co_return result<>{};
    }

    task<result<>> by_salt(std::vector<place*> todo) {
        std::vector<std::string> hosts;
        for (const auto* each : todo) hosts.push_back(each->host);
        const auto rows = co_await here_.with.salt->call(hosts, settings_.salt_function, settings_.salt_arguments);
        if (!rows) co_return rows.error();
        if (rows->complaint) co_return failure{errc::refused, "salt: " + rows->complaint->raw()};
        for (auto* each : todo) {
            const auto row = rows->hosts.find(each->host);
            const auto what = row == rows->hosts.end() ? salt::reply::missing : row->second.what;
            if (what == salt::reply::ok) continue;
            each->trouble = what == salt::reply::missing
                                ? "did not answer Salt; the restart may still be under way there"
                                : "Salt says " + std::string{salt::to_string(what)};
            if (row != rows->hosts.end() && !row->second.text.empty() && what != salt::reply::missing)
                each->trouble += ": " + row->second.text.raw();
        }
        co_return result<>{};
    }

    /// Until it says that it was started after the intent, and then stays up for the settle time.
    task<> wait_for(place* each) {
        if (!has_probe(settings_)) {
            each->done = true;
            each->text = "restarted";
            co_await here_.with.time->sleep(settings_.settle);
            co_return;
        }
        const auto give_up = here_.with.time->now() + settings_.patience;
        for (;;) {
            const auto started = co_await started_at(here_, settings_, each->host);
            if (started && is_after(*started, before_.since)) {
                const auto stays = co_await stays_up(each->host, *started);
                each->done = stays.empty();
                each->trouble = stays;
                each->text = since_words(*started);
                co_return;
            }
            if (here_.with.time->now() >= give_up) {
                each->trouble =
                    started
                        ? "the restart was accepted, but the service still runs since " + to_iso(*started)
                        : "the restart was accepted, but the service does not answer: " + started.error().sentence();
                co_return;
            }
            co_await here_.with.time->sleep(between_start_looks);
        }
    }
    /// "" when it does.
    task<std::string> stays_up(std::string host, instant started) {
        if (settings_.settle <= milliseconds{0}) co_return std::string{};
        co_await here_.with.time->sleep(settings_.settle);
        const auto again = co_await started_at(here_, settings_, std::move(host));
        if (!again)
            co_return "it came up and went away within " + to_words(settings_.settle) + ": " + again.error().sentence();
        if (*again != started)
            co_return "it was started again within " + to_words(settings_.settle) + ": does it crash?";
        co_return std::string{};
    }

    context here_;
    release::restart_settings settings_;
    earlier before_;
    std::vector<place> all_;
    std::string output_;
};

std::string host_words(const place& each) {
    return each.host.empty() ? std::string{} : each.host + ": ";
}

std::string how(const place& each) {
    if (each.done) return each.text;
    return each.trouble.empty() ? "its turn did not come" : each.trouble;
}

std::string summary_of(const context& here, const std::vector<place>& all) {
    const auto done = static_cast<std::size_t>(std::ranges::count_if(all, &place::done));
    if (done == all.size())
        return all.size() == 1 ? host_words(all.front()) + all.front().text : "restarted on " + count(done, "host");
    std::string missing, why;
    for (const auto& each : all) {
        if (each.done) continue;
        if (!each.host.empty()) missing += (missing.empty() ? "" : ", ") + each.host;
        if (why.empty()) why = how(each);
    }
    if (missing.empty()) return why;
    return "restarted on " + std::to_string(done) + " of " + count(all.size(), "host") + "; missing: " + missing +
           " (" + why + "). `/release retry " + here.rule.id + "` restarts only " +
           (all.size() - done == 1 ? "it" : "those");
}

class restart final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("restart", release::step_class::action, false, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string&) const override {
        const auto found = project.restarts.find(rule.id);
        if (found == project.restarts.end())
            return "restart `" + rule.id + "`: not configured yet (restarts." + rule.id + ")";
        const auto& how = found->second;
        const auto order = how.one_by_one ? std::string{", one host after another"} : std::string{};
        if (!how.command.empty())
            return "run `" + process::to_words(how.command) + "`, then see that it started" + order;
        return "salt " + how.salt_function + " on " +
               (how.salt_target.empty() ? std::string{"the pinned hosts"} : how.salt_target) + order;
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto* settings = settings_of(here);
        probe_outcome seen;
        if (settings == nullptr || !has_probe(*settings)) co_return seen;
        auto places = co_await places_of(here, *settings);
        if (!places) co_return places.error();
        const auto before = earlier_of(here, intent.intended);
        round now{here, *settings, before, std::move(*places)};
        co_await now.find_done();
        seen.text = summary_of(here, now.places());
        if (!now.all_done()) co_return seen;
        seen.what = answer::done;
        seen.facts[fact_name(here)] = kept_fact(here, before, now.places());
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto* settings = settings_of(here);
        if (settings == nullptr) co_return not_configured("The restart of " + here.rule.id, "restarts." + here.rule.id);
        auto places = co_await places_of(here, *settings);
        if (!places) co_return places.error();
        const auto before = earlier_of(here, intent.intended);
        round now{here, *settings, before, std::move(*places)};
        co_await now.find_done();
        const auto asked = co_await now.restart_missing();
        if (!asked) co_return asked.error();
        outcome done;
        done.ok = now.all_done();
        done.text = summary_of(here, now.places());
        for (const auto& each : now.places())
            if (now.places().size() > 1) done.detail += host_words(each) + how(each) + "\n";
        done.detail += now.output();
        json::object hosts;
        for (const auto& each : now.places()) hosts[each.host] = how(each);
        done.data["hosts"] = std::move(hosts);
        done.facts[fact_name(here)] = kept_fact(here, before, now.places());
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_restart() {
    return std::make_unique<restart>();
}

}  // namespace slipway::steps
