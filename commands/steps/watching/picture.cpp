#include "commands/steps/watching/picture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commands/chart/errors_chart.hpp"
#include "commands/errors/actions.hpp"
#include "commands/steps/common.hpp"
#include "commands/views/parts.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_layers = 4;

}  // namespace

std::vector<attachment> picture_of(const context& here, const watch_plan& plan, instant until,
                                   const errors::verdict& judged, const std::string& when) {
    const auto where = place_of(here);
    const auto end = instant{std::chrono::ceil<std::chrono::minutes>(until)};
    const telemetry::window all{plan.before_from, std::max(end, plan.deployed + std::chrono::minutes{5})};
    chart::errors_picture picture;
    picture.from = all.from;
    picture.deployed = plan.deployed;
    picture.settled = plan.settled;
    picture.until = all.to;
    picture.marker = "deploy of " + here.state->version;
    picture.title = fmt::format("{}: {} in {:.0f} min after the deploy, {} in {:.0f} min before",
                                views::release_name(*here.state, *here.project), count(judged.after, "error"),
                                std::max(1.0, judged.after_minutes), judged.before, judged.before_minutes);
    picture.total = here.with.errors->per_minute({where, {}, {}, {}}, all);
    for (const auto& each : judged.needing_issues())
        if (picture.layers.size() < most_layers)
            picture.layers.push_back(
                {each.title.raw(), here.with.errors->per_minute({where, {}, each.group, {}}, all)});
    auto png = chart::draw(picture);
    if (!png) {
        here.log(png.error().sentence());
        return {};
    }
    attachment made;
    made.name = fmt::format("errors-{}-{}.png", here.state->version, when);
    made.title = picture.title;
    made.content = std::move(*png);
    made.thread = errors::alert_thread;
    made.binary = true;
    return {made};
}

}  // namespace slipway::steps
