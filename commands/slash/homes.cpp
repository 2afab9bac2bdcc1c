#include "commands/slash/homes.hpp"

#include <spdlog/spdlog.h>

#include "commands/steps/people.hpp"
#include "commands/views/home.hpp"
#include "commands/windows/calendar.hpp"
#include "integrations/base/json.hpp"
#include "integrations/slack/blocks/desired_message.hpp"

namespace slipway::slash {
namespace {

constexpr const char* home_collection = "home";  ///< "<team>/<user>" → {team, user, opened}
constexpr milliseconds home_memory{7LL * 24 * 3'600'000};
constexpr milliseconds home_pause{5'000};
constexpr milliseconds calendar_ahead{7LL * 24 * 3'600'000};
constexpr std::size_t past_looked_at = 5;

task<result<views::home_project>> project_as_it_stands(desk& with, project_pointer project) {
    views::home_project made;
    made.project = project;
    const auto house = co_await with.releases.load_project(project->name);
    if (!house) co_return house.error();
    made.house = *house;
    const auto ids = co_await with.releases.ids(project->name);
    if (!ids) co_return ids.error();
    for (auto each = ids->rbegin(); each != ids->rend() && made.past.size() < past_looked_at; ++each) {
        const auto state = co_await with.releases.load(*each);
        if (!state) co_return state.error();
        if ((*state)->is_live())
            made.live = *state;
        else
            made.past.push_back(*state);
    }
    const auto now = with.time.now();
    made.open = windows::open_freeze(*project, windows::starter::person, now);
    for (const auto& each : windows::spans(*project, now, calendar_ahead))
        made.coming.push_back({each.from, each.until, each.allow, each.reason});
    co_return made;
}

task<result<std::vector<views::home_project>>> all_as_they_stand(desk& with) {
    std::vector<views::home_project> all;
    for (const auto& name : with.project_names()) {
        const auto project = with.project(name);
        if (!project) continue;
        auto one = co_await project_as_it_stands(with, project);
        if (!one) co_return one.error();
        all.push_back(std::move(*one));
    }
    co_return all;
}

/// Puts the tab's row when it says something else than the row does now.
task<result<>> put_home(desk& with, release::person_id who, const std::vector<views::home_project>& all) {
    views::home_viewer viewer{who, {}};
    const auto linked = co_await with.memory.document_of(steps::link_collection, to_string(who));
    if (linked && *linked) viewer.gitlab = steps::link_from(**linked).gitlab;
    const slack::desired_home wish{who.user, views::home(all, viewer, with.time.now())};
    const auto key = "home/" + who.team + "/" + who.user;
    auto body = slack::to_json(wish);
    const auto row = co_await with.memory.outbox_row_of(key);
    if (row && *row && (*row)->body == body) co_return result<>{};
    store::batch changes;
    changes.outbox.push_back({key, slack::lane_of(wish), slack::priority::board, std::move(body), std::nullopt});
    auto committed = co_await with.memory.commit(std::move(changes));
    co_return committed;
}

}  // namespace

task<> show_home(desk& with, slack::origin from) {
    store::batch changes;
    const auto id = from.team + "/" + from.user;
    changes.documents.push_back(
        {home_collection, id, {{"team", from.team}, {"user", from.user}, {"opened", to_iso(with.time.now())}}});
    const auto noted = co_await with.memory.commit(std::move(changes));
    const auto all = co_await all_as_they_stand(with);
    auto shown = noted && all ? result<>{} : result<>{noted ? all.error() : noted.error()};
    if (shown) shown = co_await put_home(with, {from.team, from.user}, *all);
    if (!shown) spdlog::warn("user={} the Home tab is not shown: {}", from.user, shown.error().sentence());
}

task<> refresh_homes(desk& with) {
    const auto opened = co_await with.memory.documents_in(home_collection);
    if (!opened || opened->empty()) co_return;
    const auto oldest = with.time.now() - home_memory;
    const auto all = co_await all_as_they_stand(with);
    if (!all) {
        spdlog::warn("Home tabs stay as they are: {}", all.error().sentence());
        co_return;
    }
    for (const auto& each : *opened) {
        if (from_iso(text_at(each.body, "opened")).value_or(instant{}) < oldest) continue;
        const auto shown = co_await put_home(with, {text_at(each.body, "team"), text_at(each.body, "user")}, *all);
        if (!shown) spdlog::warn("home={} is not shown: {}", each.id, shown.error().sentence());
    }
}

task<> keep_homes(desk& with) {
    for (;;) {
        co_await with.time.sleep(home_pause);
        co_await refresh_homes(with);
    }
}

}  // namespace slipway::slash
