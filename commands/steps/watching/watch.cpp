// telemetry_baseline and telemetry_watch: the state of the errors before, and whether it got worse after.
#include <fmt/format.h>
#include <algorithm>

#include "commands/errors/verdict.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/watching/windows.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::steps {
namespace {

class baseline final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("telemetry_baseline", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "store the errors of the last " + to_words(project.watch.before);
    }
    task<result<outcome>> perform(context here, act intent) override {
        if (here.with.errors == nullptr) co_return not_configured("The error ingest", "ingest.public_key");
        const auto where = place_of(here);
        const telemetry::window before{intent.intended - here.project->watch.before,
                                       intent.intended + std::chrono::minutes{1}};
        const auto traffic = here.with.errors->traffic_of(where, before);
        const auto groups = here.with.errors->active_groups({where, {}, {}, {}}, before);
        outcome done;
        done.text = fmt::format("{} in {} in the last {}{}", count(traffic.errors, "error"),
                                count(groups.size(), "group"), to_words(here.project->watch.before),
                                traffic.any() ? "" : "; no sign of life from the site at all");
        done.data["errors"] = traffic.errors;
        done.data["groups"] = groups.size();
        done.facts["baseline_at"] = to_iso(intent.intended);
        for (const auto& each : groups) done.detail += fmt::format("{:>6} × {}\n", each.count, each.group.title.raw());
        co_return done;
    }
};

errors::group_counts counts_of(const telemetry::error_ledger& ledger, const telemetry::group_activity& active,
                               const telemetry::place& where, const comparison_windows& windows) {
    errors::group_counts counts;
    counts.group = active.group.hash;
    counts.title = active.group.title;
    counts.before = ledger.per_minute({where, {}, active.group.hash, {}}, windows.before);
    counts.after = ledger.per_minute({where, {}, active.group.hash, {}}, windows.after);
    for (const auto& since : ledger.active_groups({where, {}, active.group.hash, {}}, windows.after))
        counts.servers_after = since.servers.size();
    counts.seen_before = active.group.first_seen < windows.deployed;
    counts.below_error = active.group.level < telemetry::severity::error;
    return counts;
}

json::object as_json(const errors::group_verdict& judged) {
    json::object made;
    made["hash"] = judged.group;
    made["title"] = judged.title.raw();
    made["what"] = errors::to_string(judged.what);
    made["before"] = judged.before;
    made["after"] = judged.after;
    made["why"] = judged.why;
    return made;
}

class watch final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("telemetry_watch", release::step_class::watch); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        const auto last = project.watch.looks.empty() ? milliseconds{0} : project.watch.looks.back();
        return "compare the errors before and after the deploy, for " + to_words(last);
    }
    task<result<outcome>> perform(context here, act intent) override {
        if (here.with.errors == nullptr) co_return not_configured("The error ingest", "ingest.public_key");
        // The window is absolute: a bot that comes back late looks at the same minutes.
        for (const auto& each : here.project->watch.looks) {
            const auto due = intent.intended + each;
            const auto now = here.with.time->now();
            if (due > now) co_await here.with.time->sleep(std::chrono::duration_cast<milliseconds>(due - now));
        }
        const auto judged = judge_now(here);
        if (judged.overall == errors::health::inconclusive)
            co_return failure{errc::timed_out, "Nothing can be said about the errors: " + judged.why +
                                                   ". Look at the site yourself, then `/release retry " + here.rule.id +
                                                   "` or skip the step with a reason."};
        outcome done;
        json::array groups;
        for (const auto& each : judged.needing_issues()) groups.emplace_back(as_json(each));
        done.text = (judged.overall == errors::health::worse ? "worse: " : "healthy: ") + judged.why;
        for (const auto& each : judged.groups)
            done.detail +=
                std::string{errors::to_string(each.what)} + ": " + each.title.raw() + " (" + each.why + ")\n";
        done.data["overall"] = errors::to_string(judged.overall);
        done.data["groups"] = groups;
        done.facts["error_groups"] = std::move(groups);
        done.facts["watched_until"] = to_iso(here.with.time->now());
        co_return done;
    }

private:
    static errors::verdict judge_now(const context& here) {
        const auto where = place_of(here);
        const auto windows = windows_of(here);
        errors::comparison_input input;
        // Also the groups that went quiet: without them the rest would look louder in total.
        for (const auto& each :
             here.with.errors->active_groups({where, {}, {}, {}}, {windows.before.from, windows.after.to}))
            input.groups.push_back(counts_of(*here.with.errors, each, where, windows));
        const auto minutes = [](telemetry::window of) {
            return std::chrono::duration<double, std::ratio<60>>(of.to - of.from).count();
        };
        input.before_minutes = minutes(windows.before);
        input.after_minutes = minutes(windows.after);
        input.restart_minutes =
            static_cast<std::size_t>(std::chrono::ceil<std::chrono::minutes>(here.project->watch.settle).count());
        input.traffic_before = here.with.errors->traffic_of(where, windows.before).any();
        input.traffic_after = here.with.errors->traffic_of(where, windows.after).any();
        input.looks = std::max<std::size_t>(1, here.project->watch.looks.size());
        return errors::judge(input);
    }
};

}  // namespace

telemetry::place place_of(const context& here) {
    return {here.project->name, here.project->ingest.environment};
}

comparison_windows windows_of(const context& here) {
    comparison_windows windows;
    const auto known = from_iso(here.state->fact("deployed_at"));
    windows.deployed = known.value_or(here.step.began);
    windows.before = {windows.deployed - here.project->watch.before, windows.deployed};
    windows.after = {windows.deployed, here.with.time->now() + std::chrono::minutes{1}};
    return windows;
}

std::unique_ptr<step_kind> create_telemetry_baseline() {
    return std::make_unique<baseline>();
}
std::unique_ptr<step_kind> create_telemetry_watch() {
    return std::make_unique<watch>();
}

}  // namespace slipway::steps
