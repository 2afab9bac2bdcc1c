// telemetry_baseline: the state of the errors before the deploy, kept with its numbers (R10.5).
#include <fmt/format.h>

#include "commands/steps/common.hpp"
#include "commands/steps/watching/windows.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_groups = 30;

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
        done.data["sessions"] = traffic.sessions;
        done.data["transactions"] = traffic.transactions;
        done.data["from"] = to_iso(before.from);
        done.data["until"] = to_iso(intent.intended);
        json::array kept;
        for (const auto& each : groups) {
            done.detail += fmt::format("{:>6} × {}\n", each.count, each.group.title.raw());
            if (kept.size() < most_groups)
                kept.push_back({{"hash", each.group.hash}, {"title", each.group.title.raw()}, {"count", each.count}});
        }
        done.data["groups"] = std::move(kept);
        done.data["group_count"] = groups.size();
        done.facts["baseline_at"] = to_iso(intent.intended);
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_telemetry_baseline() {
    return std::make_unique<baseline>();
}

}  // namespace slipway::steps
