// salt_ping pins the hosts; salt_state shows a dry run, lets people approve exactly that, then runs it on exactly those
// hosts.
#include <fmt/format.h>
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/three_commits.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& each : names) text += (text.empty() ? "" : ", ") + each;
    return text;
}

std::vector<std::string> pinned_hosts(const release::release_state& state) {
    std::vector<std::string> hosts;
    for (const auto& each : array_at(state.facts, "hosts"))
        if (each.is_string()) hosts.emplace_back(each.get_string());
    return hosts;
}

json::array as_json(const std::vector<std::string>& names) {
    json::array all;
    for (const auto& each : names) all.emplace_back(each);
    return all;
}

class salt_ping final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("salt_ping", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "test.ping on " + project.salt.target + "; at least " +
               count(static_cast<std::size_t>(project.salt.minimum_hosts), "host") + " must answer";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto& settings = here.project->salt;
        if (here.with.salt == nullptr || settings.target.empty()) co_return not_configured("Salt", "salt.target");
        const auto rows = co_await here.with.salt->ping(settings.target);
        if (!rows) co_return rows.error();
        const auto answered = rows->of(salt::reply::ok);
        const auto missing = rows->of(salt::reply::missing);
        outcome done;
        done.data["answered"] = as_json(answered);
        done.data["missing"] = as_json(missing);
        if (rows->complaint) {
            done.ok = false;
            done.text = "salt could not ask the hosts of " + settings.target;
            done.detail = rows->complaint->raw();
        } else if (!missing.empty()) {
            done.ok = false;
            done.text = "no answer from " + joined(missing) + "; bring " + (missing.size() == 1 ? "it" : "them") +
                        " back, then `/release retry " + here.rule.id + "`";
        } else if (static_cast<int>(answered.size()) < settings.minimum_hosts) {
            done.ok = false;
            done.text = fmt::format(
                "{} matched {}, but at least {} are expected (salt.minimum_hosts); has a host lost its role?",
                settings.target, count(answered.size(), "host"), settings.minimum_hosts);
        } else {
            done.text = count(answered.size(), "host") + " answered: " + joined(answered);
            done.facts["hosts"] = as_json(answered);
        }
        co_return done;
    }
};

/// What a run said, host by host, for the thread.
std::vector<std::string> lines_of(const salt::salt_rows& rows) {
    std::vector<std::string> lines;
    for (const auto& [name, row] : rows.hosts) {
        std::string line = name + ": " + std::string{salt::to_string(row.what)};
        if (const auto* cause = row.cause())
            line += ", because of " + cause->id + " (" + cause->function + "): " + cause->comment.raw();
        else if (!row.text.empty())
            line += ": " + row.text.raw();
        else if (!row.states.empty())
            line += fmt::format(", {} of {} states {}", row.changed(), row.states.size(),
                                row.what == salt::reply::would ? "would change" : "changed");
        lines.push_back(std::move(line));
    }
    for (const auto& each : rows.chatter) lines.push_back("salt: " + each.raw());
    if (rows.complaint) lines.push_back("salt: " + rows.complaint->raw());
    return lines;
}

std::string detail_of(const salt::salt_rows& rows) {
    std::string text;
    for (const auto& each : lines_of(rows)) text += each + "\n";
    return text;
}

bool is_dry_run_ok(const salt::salt_rows& rows) {
    return !rows.complaint && rows.unexpected().empty() && rows.of(salt::reply::failed).empty() &&
           rows.of(salt::reply::busy).empty() && rows.of(salt::reply::missing).empty();
}

std::size_t would_change(const salt::salt_rows& rows) {
    std::size_t hosts = 0;
    for (const auto& [name, row] : rows.hosts) hosts += row.what == salt::reply::would ? 1 : 0;
    return hosts;
}

class salt_state final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("salt_state", release::step_class::action, true, true, release::side_effect::irreversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "state.sls " + project.salt.state + " test=true on the pinned hosts, show it, ask, then run it";
    }
    task<result<look_outcome>> look(context here) override {
        if (const auto same = co_await check_three_commits(here); !same) co_return same.error();
        const auto dry = co_await dry_run(here);
        if (!dry) co_return dry.error();
        look_outcome seen;
        seen.found.lines = lines_of(*dry);
        if (!is_dry_run_ok(*dry))
            co_return failure{errc::refused, "The dry run failed: " + dry->summary() + ". " + first_cause(*dry)};
        const auto hosts = pinned_hosts(*here.state);
        seen.found.fingerprint = salt::dry_run_fingerprint(*dry, hosts, here.state->fact("stable_commit"));
        seen.found.summary = fmt::format("dry run of {}: {} of {} would change", here.project->salt.state,
                                         count(would_change(*dry), "host"), hosts.size());
        seen.found.data["argv"] =
            process::to_words(here.with.salt->state_argv(hosts, here.project->salt.state, salt::run_mode::real));
        co_return seen;
    }
    /// The dry run is the probe: nothing left to change = it ran; what people approved is still to come = it did not.
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto dry = co_await dry_run(here);
        if (!dry) co_return dry.error();
        probe_outcome seen;
        seen.text = "a dry run now says: " + dry->summary();
        if (!is_dry_run_ok(*dry)) {
            seen.what = answer::cannot_tell;
            co_return seen;
        }
        const auto hosts = pinned_hosts(*here.state);
        const auto now = salt::dry_run_fingerprint(*dry, hosts, here.state->fact("stable_commit"));
        const auto approved = here.step.look ? here.step.look->fingerprint : std::string{};
        if (now == approved) {
            seen.what = answer::not_done;
        } else if (would_change(*dry) == 0) {
            seen.what = answer::done;
            seen.facts["deployed_at"] = to_iso(intent.intended);
            seen.text = "every host already has it: a dry run finds nothing to change";
        } else {
            seen.what = answer::different;
            seen.text = "the dry run is not the one that was approved: " + dry->summary() +
                        ". Look at it and ask again with `/release retry " + here.rule.id + "`";
        }
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        if (const auto same = co_await check_three_commits(here); !same) co_return same.error();
        const auto hosts = pinned_hosts(*here.state);
        const auto sink = [log = here.log](const std::string& line, bool) { log(line); };
        const auto rows = co_await here.with.salt->state(hosts, here.project->salt.state, salt::run_mode::real, sink);
        if (!rows) co_return rows.error();
        outcome done;
        done.detail = detail_of(*rows);
        done.data["hosts"] = as_json(rows->of(salt::reply::ok));
        done.facts["deployed_at"] = to_iso(intent.intended);
        if (!rows->of(salt::reply::missing).empty())
            co_return failure{errc::lost, "The run was sent, but " + rows->summary()};
        done.ok = rows->all_well();
        done.text = done.ok ? "built on " + count(hosts.size(), "host") : rows->summary() + ". " + first_cause(*rows);
        co_return done;
    }

private:
    static std::string first_cause(const salt::salt_rows& rows) {
        for (const auto& [name, row] : rows.hosts) {
            if (const auto* cause = row.cause()) return name + ": " + cause->comment.raw();
            if (row.what == salt::reply::failed || row.what == salt::reply::busy) return name + ": " + row.text.raw();
        }
        return rows.complaint ? rows.complaint->raw() : std::string{};
    }
    static task<result<salt::salt_rows>> dry_run(context here) {
        if (here.with.salt == nullptr || here.project->salt.state.empty())
            co_return not_configured("Salt", "salt.state");
        const auto hosts = pinned_hosts(*here.state);
        if (hosts.empty())
            co_return failure{errc::refused, "No hosts are pinned yet. `/release retry connectivity` asks them."};
        auto rows = co_await here.with.salt->state(hosts, here.project->salt.state, salt::run_mode::dry_run);
        co_return rows;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_salt_ping() {
    return std::make_unique<salt_ping>();
}
std::unique_ptr<step_kind> create_salt_state() {
    return std::make_unique<salt_state>();
}

}  // namespace slipway::steps
