#include "commands/slash/desk.hpp"

namespace slipway::slash {

release::actor actor_of(const release::project_settings& project, const std::string& team, const std::string& user) {
    return {.who = {team, user}, .roles = project.roles_of(user), .roles_known = true, .is_robot = false};
}

task<result<conductor::state_pointer>> live_release(desk& with, project_pointer project) {
    const auto live = co_await with.releases.live(project->name);
    if (!live) co_return live.error();
    if (!*live)
        co_return failure{errc::not_found,
                          "No release of " + project->name +
                              " is under way. `/release start VERSION` starts one; `/release status` shows the last."};
    auto state = co_await with.releases.load(**live);
    co_return state;
}

task<result<conductor::state_pointer>> current_release(desk& with, project_pointer project) {
    const auto live = co_await with.releases.live(project->name);
    if (!live) co_return live.error();
    if (*live) {
        auto state = co_await with.releases.load(**live);
        co_return state;
    }
    const auto ids = co_await with.releases.ids(project->name);
    if (!ids) co_return ids.error();
    if (ids->empty())
        co_return failure{errc::not_found, "There has been no release of " + project->name +
                                               " yet. `/release start VERSION` starts one."};
    auto state = co_await with.releases.load(ids->back());
    co_return state;
}

}  // namespace slipway::slash
