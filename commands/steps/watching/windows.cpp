#include "commands/steps/watching/windows.hpp"

#include <algorithm>

#include "integrations/async/timers.hpp"
#include "integrations/base/json.hpp"

namespace slipway::steps {
namespace {

using std::chrono::minutes;

instant minute_of(instant at) {
    return std::chrono::floor<minutes>(at);
}

watch_plan new_plan(const context& here) {
    const auto& settings = here.project->watch;
    // The watch begins when the restarts are over; the new code was there, server by server, since the build began.
    const auto began = here.step.began == instant{} ? here.with.time->now() : here.step.began;
    watch_plan plan;
    plan.deployed = minute_of(from_iso(here.state->fact("deployed_at")).value_or(began));
    plan.before_from = plan.deployed - settings.before;
    // Counts know whole minutes only: the minute in which the servers settle proves nothing.
    plan.settled = settings.settle > milliseconds{0} ? instant{std::chrono::ceil<minutes>(began + settings.settle)}
                                                     : plan.deployed;
    for (const auto& each : settings.looks) plan.looks.push_back(began + each);
    return plan;
}

}  // namespace

std::size_t watch_plan::due(instant now) const {
    return static_cast<std::size_t>(std::ranges::count_if(looks, [now](instant each) { return each <= now; }));
}

json::object to_json(const watch_plan& plan) {
    json::object made;
    made["deployed"] = to_iso(plan.deployed);
    made["before_from"] = to_iso(plan.before_from);
    made["settled"] = to_iso(plan.settled);
    json::array looks;
    for (const auto each : plan.looks) looks.emplace_back(to_iso(each));
    made["due"] = std::move(looks);
    return made;
}

std::optional<watch_plan> plan_from(const json::value& kept) {
    const auto deployed = from_iso(text_at(kept, "deployed"));
    const auto before = from_iso(text_at(kept, "before_from"));
    const auto settled = from_iso(text_at(kept, "settled"));
    if (!deployed || !before || !settled) return std::nullopt;
    watch_plan plan{*deployed, *before, *settled, {}};
    for (const auto& each : array_at(kept, "due"))
        if (const auto* text = each.if_string())
            if (const auto at = from_iso(std::string_view{text->data(), text->size()})) plan.looks.push_back(*at);
    if (plan.looks.empty()) return std::nullopt;
    return plan;
}

watch_plan plan_of(const context& here) {
    if (const auto* kept = here.state->facts.if_contains("error_watch"))
        if (auto plan = plan_from(*kept)) return *plan;
    return new_plan(here);
}

telemetry::place place_of(const context& here) {
    return {here.project->name, here.project->ingest.environment};
}

comparison_windows windows_of(const context& here) {
    const auto plan = plan_of(here);
    return {plan.deployed,
            {plan.before_from, plan.deployed},
            {plan.deployed, here.with.time->now() + std::chrono::minutes{1}}};
}

}  // namespace slipway::steps
