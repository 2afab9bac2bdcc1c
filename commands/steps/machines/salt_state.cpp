// salt_state: the build of the new code on the servers (D6).
#include "commands/steps/common.hpp"
#include "commands/steps/machines/approved_run.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "commands/steps/machines/three_commits.hpp"

namespace slipway::steps {
namespace {

class salt_state final : public approved_run {
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

private:
    task<result<salt_work>> work(context here) const override {
        if (here.with.salt == nullptr || here.with.salt_jobs == nullptr || here.project->salt.state.empty())
            co_return not_configured("Salt", "salt.state");
        if (const auto same = co_await check_three_commits(here); !same) co_return same.error();
        salt_work made;
        made.function = "state.sls";
        made.arguments = {here.project->salt.state};
        co_return made;
    }
    task<result<salt::salt_rows>> dry_run(context here, salt_work, std::vector<std::string> hosts) const override {
        auto rows = co_await here.with.salt->state(std::move(hosts), here.project->salt.state, salt::run_mode::dry_run);
        co_return rows;
    }
    task<> remember(context here) const override {
        const auto kept = co_await remember_deploy(here, pinned_hosts(*here.state));
        if (!kept) here.log("the next deploy will not know these hosts: " + kept.error().sentence());
    }
};

}  // namespace

std::unique_ptr<step_kind> create_salt_state() {
    return std::make_unique<salt_state>();
}

}  // namespace slipway::steps
