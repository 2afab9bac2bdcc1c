// rollback_target and salt_rollback: is the old tag still what was released then, and how it gets onto the servers.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "integrations/process/process.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

class rollback_target final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("rollback_target", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "see that tag " + project.tag_name(version) + " is on the remote and is what was released then";
    }
    task<result<outcome>> perform(context here, act) override {
        const auto name = tag_name(*here.state);
        const auto remote = co_await here.with.transport->list_remote(here.with.clone->url());
        if (!remote) co_return remote.error();
        const auto there = std::ranges::find(*remote, tag_ref(*here.state), &git::remote_ref::name);
        if (there == remote->end())
            co_return failure{errc::refused, "The tag " + name +
                                                 " is not on the remote any more: somebody deleted a published tag. "
                                                 "Push it again, or go back to another version."};
        const auto wanted = here.state->fact("wanted_tag_object");
        if (!wanted.empty() && there->target != wanted)
            co_return failure{errc::refused, "The tag " + name + " is " + short_id(there->target) +
                                                 " on the remote but was " + short_id(wanted) +
                                                 " when it was released: somebody moved a published tag. Find out who "
                                                 "and why, or go back to another version."};
        const auto commit = there->commit.empty() ? there->target : there->commit;
        outcome done;
        done.text = here.state->fact("from_version") + " → " + here.state->version + ", tag " + name + " at " +
                    short_id(commit);
        for (const auto& each : array_at(here.state->facts, "rollback_lines"))
            if (each.is_string()) done.detail += std::string{each.get_string()} + "\n";
        done.facts["tag_object"] = there->target;
        done.facts["stable_commit"] = commit;
        done.facts["candidate"] = commit;
        co_return done;
    }
};

std::vector<std::string> hosts_of(const release::release_state& state) {
    std::vector<std::string> hosts;
    for (const auto& each : array_at(state.facts, "hosts"))
        if (each.is_string()) hosts.emplace_back(each.get_string());
    return hosts;
}

std::vector<std::string> lines_of(const salt::salt_rows& rows) {
    std::vector<std::string> lines;
    for (const auto& [name, row] : rows.hosts) {
        auto line = name + ": " + std::string{salt::to_string(row.what)};
        if (const auto* cause = row.cause())
            line += ", because of " + cause->id + ": " + cause->comment.raw();
        else if (!row.text.empty())
            line += ": " + row.text.raw();
        else if (!row.states.empty())
            line += ", " + std::to_string(row.changed()) + " of " + std::to_string(row.states.size()) + " states " +
                    (row.what == salt::reply::would ? "would change" : "changed");
        lines.push_back(std::move(line));
    }
    if (rows.complaint) lines.push_back("salt: " + rows.complaint->raw());
    return lines;
}

bool is_readable(const salt::salt_rows& rows) {
    return !rows.complaint && rows.unexpected().empty() && rows.of(salt::reply::failed).empty() &&
           rows.of(salt::reply::busy).empty() && rows.of(salt::reply::missing).empty();
}

/// salt_rollback: the configured function with the old tag in its arguments; its dry run is shown before people are
/// asked, and is the probe afterwards.
class salt_rollback final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("salt_rollback", release::step_class::action, true, true, release::side_effect::irreversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return project.rollback.function + " with tag " + project.tag_name(version) +
               " on the pinned hosts: dry run, show it, ask, then run it";
    }
    task<result<look_outcome>> look(context here) override {
        const auto dry = co_await run(here, /*is_dry=*/true);
        if (!dry) co_return dry.error();
        look_outcome seen;
        const auto hosts = hosts_of(*here.state);
        seen.found.fingerprint = salt::dry_run_fingerprint(*dry, hosts, here.state->fact("stable_commit"));
        seen.found.lines = lines_of(*dry);
        if (!is_readable(*dry))
            co_return failure{errc::refused, "The dry run says no: " + dry->summary() +
                                                 ". Correct it on the hosts, then `/release retry " + here.rule.id +
                                                 "`."};
        for (const auto& each : array_at(here.state->facts, "rollback_lines"))
            if (each.is_string()) seen.found.lines.insert(seen.found.lines.begin(), std::string{each.get_string()});
        seen.found.summary = here.state->fact("from_version") + " → " + here.state->version + ": dry run of " +
                             here.project->rollback.function + " on " + count(hosts.size(), "host") + ", " +
                             std::to_string(dry->of(salt::reply::would).size()) + " would change";
        seen.found.data["argv"] =
            process::to_words(here.with.salt->call_argv(hosts, here.project->rollback.function, arguments_of(here)));
        co_return seen;
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto dry = co_await run(here, /*is_dry=*/true);
        if (!dry) co_return dry.error();
        probe_outcome seen;
        seen.text = "a dry run now says: " + dry->summary();
        if (!is_readable(*dry)) {
            seen.what = answer::cannot_tell;
        } else if (dry->of(salt::reply::would).empty()) {
            seen.what = answer::done;
            seen.text = "every host has it: a dry run finds nothing to change";
            seen.facts["deployed_at"] = to_iso(intent.intended);
        } else {
            const auto now = salt::dry_run_fingerprint(*dry, hosts_of(*here.state), here.state->fact("stable_commit"));
            const bool is_approved = here.step.look && here.step.look->fingerprint == now;
            seen.what = is_approved ? answer::not_done : answer::different;
            if (!is_approved)
                seen.text += ", which is not what was approved. `/release retry " + here.rule.id + "` asks again";
        }
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto rows = co_await run(here, /*is_dry=*/false);
        if (!rows) co_return rows.error();
        outcome done;
        for (const auto& each : lines_of(*rows)) done.detail += each + "\n";
        done.facts["deployed_at"] = to_iso(intent.intended);
        if (!rows->of(salt::reply::missing).empty())
            co_return failure{errc::lost, "The run was sent, but " + rows->summary()};
        done.ok = rows->all_well();
        done.text =
            done.ok ? here.state->version + " is on " + count(hosts_of(*here.state).size(), "host") : rows->summary();
        co_return done;
    }

private:
    static std::vector<std::string> arguments_of(const context& here) {
        std::vector<std::string> made;
        for (auto each : here.project->rollback.arguments) {
            for (const auto& [word, value] : {std::pair<std::string, std::string>{"{tag}", tag_name(*here.state)},
                                              {"{version}", here.state->version},
                                              {"{commit}", here.state->fact("stable_commit")}})
                for (auto at = each.find(word); at != std::string::npos; at = each.find(word, at + value.size()))
                    each.replace(at, word.size(), value);
            made.push_back(std::move(each));
        }
        return made;
    }
    static task<result<salt::salt_rows>> run(context here, bool is_dry) {
        if (here.with.salt == nullptr || here.project->rollback.arguments.empty())
            co_return not_configured("The way back on the servers", "rollback.arguments");
        const auto hosts = hosts_of(*here.state);
        if (hosts.empty())
            co_return failure{errc::refused, "No hosts are pinned yet. `/release retry connectivity` asks them."};
        auto arguments = arguments_of(here);
        if (is_dry) arguments.push_back(here.project->rollback.dry_run);
        process::line_sink sink;
        if (!is_dry) sink = [log = here.log](const std::string& line, bool) { log(line); };
        auto rows = co_await here.with.salt->call(hosts, here.project->rollback.function, std::move(arguments), sink);
        co_return rows;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_rollback_target() {
    return std::make_unique<rollback_target>();
}
std::unique_ptr<step_kind> create_salt_rollback() {
    return std::make_unique<salt_rollback>();
}

}  // namespace slipway::steps
