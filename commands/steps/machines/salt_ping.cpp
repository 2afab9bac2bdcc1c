// salt_ping: who answers on the target. Compared with the least that must, and with whom the last deploy reached; then
// pinned, so that everything later goes to exactly these hosts.
#include <fmt/format.h>
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/machines/salt_hosts.hpp"
#include "commands/steps/machines/salt_words.hpp"
#include "integrations/salt/salt.hpp"

namespace slipway::steps {
namespace {

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
        const auto before = co_await hosts_of_last_deploy(here);
        if (!before) co_return before.error();
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
            done.text = "no answer from " + listed(missing) + advice(missing, *before) + "; bring " +
                        (missing.size() == 1 ? "it" : "them") + " back, then `/release retry " + here.rule.id + "`";
        } else if (static_cast<int>(answered.size()) < settings.minimum_hosts) {
            done.ok = false;
            done.text = fmt::format(
                "{} matched {}, but at least {} are expected (salt.minimum_hosts); has a host lost its role?",
                settings.target, count(answered.size(), "host"), settings.minimum_hosts);
        } else {
            done.text = count(answered.size(), "host") + " answered: " + listed(answered);
            done.facts["hosts"] = as_json(answered);
        }
        const auto moved = difference(answered, *before);
        if (!rows->complaint && !moved.empty()) done.text += ". " + moved;
        co_return done;
    }

private:
    /// A minion without cached grains matches every G@: one that the last deploy never knew may be such a stranger.
    static std::string advice(const std::vector<std::string>& missing, const deployed_hosts& before) {
        std::vector<std::string> strangers;
        for (const auto& each : missing)
            if (!before.hosts.empty() && !among(before.hosts, each)) strangers.push_back(each);
        if (strangers.empty()) return {};
        return " (" + listed(strangers) +
               " was not there at the last deploy either: the master matches hosts whose grains it does not know)";
    }
    static std::string difference(const std::vector<std::string>& now, const deployed_hosts& before) {
        if (before.hosts.empty()) return {};
        std::vector<std::string> fresh, gone;
        for (const auto& each : now)
            if (!among(before.hosts, each)) fresh.push_back(each);
        for (const auto& each : before.hosts)
            if (!among(now, each)) gone.push_back(each);
        std::string text;
        if (!fresh.empty()) text += "New since " + before.version + ": " + listed(fresh);
        if (!gone.empty())
            text += (text.empty() ? "" : ". ") + std::string{"Gone since "} + before.version + ": " + listed(gone);
        return text;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_salt_ping() {
    return std::make_unique<salt_ping>();
}

}  // namespace slipway::steps
