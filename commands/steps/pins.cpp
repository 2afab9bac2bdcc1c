#include "commands/steps/pins.hpp"

#include "commands/changelog/version.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/migrations/authorship.hpp"
#include "integrations/base/digest.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

std::string target_of(const std::vector<git::remote_ref>& remote, const std::string& name) {
    for (const auto& each : remote)
        if (each.name == name) return each.target;
    return {};
}

/// "the next one, 1.4.1": by the project's own grammar; just "the next one" when it cannot be told.
std::string next_words(const release::project_settings& project, const std::string& version) {
    const auto grammar = changelog::version_grammar::create(project.version.grammar);
    const auto parsed = grammar ? grammar->parse(version) : result<changelog::version>{grammar.error()};
    return parsed ? "the next one, " + grammar->text(grammar->nearest_after(*parsed)) : std::string{"the next one"};
}

task<result<>> pin_milestone(services with, std::shared_ptr<const release::project_settings> project,
                             std::string version, json::object* facts) {
    const auto home = co_await with.gitlab->project_by_path(project->gitlab.project);
    if (!home) co_return home.error();
    const auto title = project->milestone_title(version);
    const auto found = co_await with.gitlab->milestone_by_title(home->id, title);
    if (!found && found.error() == errc::not_found)
        co_return failure{errc::not_found,
                          "GitLab has no milestone “" + title + "” in " + project->gitlab.project +
                              " that I can see. Create it, or check the version: `/release start VERSION`."};
    if (!found) co_return found.error();
    (*facts)["gitlab_project"] = home->id;
    (*facts)["gitlab_url"] = home->web_url;
    (*facts)["milestone_id"] = found->id;
    (*facts)["milestone_iid"] = found->iid;
    (*facts)["milestone_project"] = found->project_id;
    (*facts)["milestone_group"] = found->group_id;
    (*facts)["milestone_title"] = found->title.raw();
    (*facts)["milestone_url"] = found->web_url;
    co_return result<>{};
}

/// A milestone that was renamed, closed or deleted is not the one that this release was started for. Once it is pushed
/// people may close it.
task<result<>> see_milestone(std::shared_ptr<const release::release_state> state, services with,
                             std::vector<release::drift_seen>* seen) {
    const bool pinned = number_at(state->facts, "milestone_id") != 0;
    if (with.gitlab == nullptr || !pinned || !state->fact("tag_pushed").empty()) co_return result<>{};
    const auto title = state->fact("milestone_title");
    const auto now = co_await with.gitlab->read_milestone(milestone_of(*state));
    if (!now && now.error() == errc::not_found) {
        seen->push_back({"milestone", title, "deleted"});
        co_return result<>{};
    }
    if (!now) co_return now.error();
    const auto present = now->title.raw() + (now->active ? "" : " (closed)");
    if (present != title) seen->push_back({"milestone", title, present});
    co_return result<>{};
}

/// Branches and tag on the remote, once they are pinned.
task<result<>> see_branches(std::shared_ptr<const release::release_state> state, services with,
                            std::shared_ptr<const release::project_settings> project,
                            std::vector<release::drift_seen>* seen) {
    const auto* pulled = state->step("pull");
    // Before the pull trunk is expected to move: the merges of this very release move it.
    const bool is_pinned = pulled == nullptr || pulled->is_settled();
    if (with.transport == nullptr || with.clone == nullptr || !is_pinned) co_return result<>{};
    const auto* push = state->step("push");
    if (push != nullptr && push->status == release::step_status::running) co_return result<>{};
    const auto remote = co_await with.transport->list_remote(with.clone->url());
    if (!remote) co_return remote.error();
    const auto compare = [&](const std::string& what, const std::string& ref, const std::string& fact) {
        const auto pinned = state->fact(fact);
        const auto now = target_of(*remote, ref);
        if (!pinned.empty() && now != pinned) seen->push_back({what, pinned, now});
    };
    // A hotfix is made of stable; trunk may go on.
    if (state->kind == "release") compare(project->repository.trunk, trunk_ref(*project), "trunk_head");
    compare(project->repository.stable, stable_ref(*project), "stable_head");
    if (const auto tag = state->fact("tag_pushed"); !tag.empty())
        compare("tag " + tag_name(*state), tag_ref(*state), "tag_pushed");
    co_return result<>{};
}

}  // namespace

task<result<json::object>> read_pins(services with, std::shared_ptr<const release::project_settings> project,
                                     std::string version) {
    json::object facts;
    if (with.gitlab != nullptr && !project->gitlab.project.empty()) {
        const auto pinned = co_await pin_milestone(with, project, version, &facts);
        if (!pinned) co_return pinned.error();
    }
    if (with.transport != nullptr && with.clone != nullptr) {
        const auto remote = co_await with.transport->list_remote(with.clone->url());
        if (!remote) co_return remote.error();
        const auto trunk = target_of(*remote, trunk_ref(*project));
        const auto stable = target_of(*remote, stable_ref(*project));
        if (trunk.empty())
            co_return failure{errc::not_found, "The remote has no branch `" + project->repository.trunk +
                                                   "`. Check `repository.trunk` in the project file."};
        if (stable.empty())
            co_return failure{errc::not_found, "The remote has no branch `" + project->repository.stable +
                                                   "`. Check `repository.stable` in the project file."};
        const auto tag = project->tag_name(version);
        if (!target_of(*remote, "refs/tags/" + tag).empty())
            co_return failure{
                errc::exists,
                "The tag " + tag +
                    " is already on the remote: this version has been published, and a published tag is never moved. "
                    "Choose " +
                    next_words(*project, version) + "."};
        facts["tag_name"] = tag;
        facts["trunk_head"] = trunk;
        facts["candidate"] = trunk;
        facts["stable_head"] = stable;
        facts["base"] = stable;
    }
    co_return facts;
}

task<result<json::object>> read_hotfix_pins(services with, std::shared_ptr<const release::project_settings> project,
                                            std::string version) {
    if (with.gitlab == nullptr || with.transport == nullptr || with.clone == nullptr || project->gitlab.project.empty())
        co_return not_configured("GitLab, where merge requests are picked from,", "gitlab.project");
    json::object facts;
    const auto home = co_await with.gitlab->project_by_path(project->gitlab.project);
    if (!home) co_return home.error();
    facts["gitlab_project"] = home->id;
    facts["gitlab_url"] = home->web_url;
    const auto remote = co_await with.transport->list_remote(with.clone->url());
    if (!remote) co_return remote.error();
    const auto stable = target_of(*remote, stable_ref(*project));
    if (stable.empty())
        co_return failure{errc::not_found, "The remote has no branch `" + project->repository.stable +
                                               "`. Check `repository.stable` in the project file."};
    const auto tag = project->tag_name(version);
    if (!target_of(*remote, "refs/tags/" + tag).empty())
        co_return failure{errc::exists, "The tag " + tag +
                                            " is already on the remote, and a published tag is never moved. Choose " +
                                            next_words(*project, version) + "."};
    facts["tag_name"] = tag;
    facts["stable_head"] = stable;
    facts["candidate"] = stable;
    facts["base"] = stable;
    co_return facts;
}

task<result<std::vector<release::drift_seen>>> find_drift(std::shared_ptr<const release::release_state> state,
                                                          services with,
                                                          std::shared_ptr<const release::project_settings> project) {
    std::vector<release::drift_seen> seen;
    const auto milestone = co_await see_milestone(state, with, &seen);
    if (!milestone) co_return milestone.error();
    const auto branches = co_await see_branches(state, with, project, &seen);
    if (!branches) co_return branches.error();
    context here;
    here.state = state;
    here.project = project;
    here.with = with;
    const auto authors = co_await see_authors(here);
    if (!authors && seen.empty()) co_return authors.error();  // what has moved is told first
    if (authors) seen.insert(seen.end(), authors->begin(), authors->end());
    co_return seen;
}

}  // namespace slipway::steps
