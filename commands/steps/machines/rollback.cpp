// rollback_target and salt_rollback: is the old tag still what was released then, and how it gets onto the servers.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/approved_run.hpp"

namespace slipway::steps {
namespace {

/// What lies between the two versions, as it was shown when the way back was asked for.
std::vector<std::string> lines_of(const context& here) {
    std::vector<std::string> lines;
    for (const auto& each : array_at(here.state->facts, "rollback_lines"))
        if (each.is_string()) lines.emplace_back(each.get_string());
    return lines;
}

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
        for (const auto& each : lines_of(here)) done.detail += each + "\n";
        done.facts["tag_object"] = there->target;
        done.facts["stable_commit"] = commit;
        done.facts["candidate"] = commit;
        co_return done;
    }
};

/// The configured function with the old tag in its arguments.
class salt_rollback final : public approved_run {
public:
    release::kind_facts facts() const override {
        auto made =
            make_facts("salt_rollback", release::step_class::action, true, true, release::side_effect::irreversible);
        made.ends_itself = true;
        return made;
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return project.rollback.function + " with tag " + project.tag_name(version) +
               " on the pinned hosts: dry run, show it, ask, then run it";
    }

private:
    task<result<salt_work>> work(context here) const override {
        if (here.with.salt == nullptr || here.with.salt_jobs == nullptr || here.project->rollback.arguments.empty())
            co_return not_configured("The way back on the servers", "rollback.arguments");
        salt_work made;
        made.function = here.project->rollback.function;
        made.arguments = arguments_of(here);
        co_return made;
    }
    task<result<salt::salt_rows>> dry_run(context here, salt_work what, std::vector<std::string> hosts) const override {
        what.arguments.push_back(here.project->rollback.dry_run);
        auto rows = co_await here.with.salt->call(std::move(hosts), what.function, std::move(what.arguments));
        co_return rows;
    }
    std::string heading(const context& here) const override {
        return here.state->fact("from_version") + " → " + here.state->version + ": ";
    }
    std::vector<std::string> introduction(const context& here) const override { return lines_of(here); }

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
};

}  // namespace

std::unique_ptr<step_kind> create_rollback_target() {
    return std::make_unique<rollback_target>();
}
std::unique_ptr<step_kind> create_salt_rollback() {
    return std::make_unique<salt_rollback>();
}

}  // namespace slipway::steps
