#include "bot/whereabouts.hpp"

#include <spdlog/spdlog.h>

#include <set>

#include "integrations/base/json.hpp"

namespace slipway::bot {
namespace {

task<std::vector<std::string>> live_releases(slash::desk& with) {
    std::vector<std::string> all;
    for (const auto& name : with.project_names()) {
        const auto live = co_await with.releases.live(name);
        if (!live)
            spdlog::warn("project={} whether a release is under way cannot be read: {}", name, live.error().sentence());
        else if (*live)
            all.push_back(**live);
    }
    co_return all;
}

task<std::vector<gateway::listening_place>> places_of(slash::desk& with) {
    std::vector<gateway::listening_place> all;
    std::set<std::string> channels;
    for (const auto& name : with.project_names())
        if (const auto project = with.project(name); project && channels.insert(project->channel).second)
            all.push_back({project->channel, ""});
    const auto live = co_await live_releases(with);
    for (const auto& id : live) {
        const auto board = co_await with.memory.outbox_row_of(conductor::board_key(id));
        if (!board || !*board) continue;
        const auto& shown = (*board)->receipt;
        if (auto ts = text_at(shown, "ts"); !ts.empty()) all.push_back({text_at(shown, "channel"), std::move(ts)});
    }
    co_return all;
}

task<> show_again(slash::desk& with) {
    const auto live = co_await live_releases(with);
    for (const auto& id : live) {
        const auto shown = co_await with.releases.show_again(id);
        if (!shown)
            spdlog::warn("release={} what waits for people is not shown again: {}", id, shown.error().sentence());
        else
            spdlog::info("release={} shown-again={}", id, *shown);
    }
}

}  // namespace

gateway::surroundings whereabouts(slash::desk& with, std::function<bool()> listening) {
    return {std::move(listening), [&with] { return places_of(with); }, [&with] { return show_again(with); }};
}

}  // namespace slipway::bot
