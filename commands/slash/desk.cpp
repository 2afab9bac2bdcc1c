#include "commands/slash/desk.hpp"

#include "integrations/base/json.hpp"
#include "integrations/slack/methods.hpp"

namespace slipway::slash {

task<release::actor> actor_of(desk& with, project_pointer project, std::string team, std::string user) {
    if (with.who) co_return co_await with.who(project, std::move(team), std::move(user));
    release::actor listed;
    listed.roles = project->roles_of(user);
    listed.who = {std::move(team), std::move(user)};
    co_return listed;
}

task<std::string> link_to(desk& with, std::string key) {
    const auto row = co_await with.memory.outbox_row_of(std::move(key));
    if (!row || !*row) co_return std::string{};
    const auto ts = text_at((*row)->receipt, "ts");
    if (ts.empty()) co_return std::string{};
    slack::message_ref where{text_at((*row)->receipt, "channel"), ts};
    const auto link = co_await slack::permalink(with.slack, where);
    co_return link ? *link : std::string{};
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
