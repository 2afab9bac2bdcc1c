// git_pick: the merge requests that a hotfix names, and nothing else, on top of what stable has. In memory, with pinned
// dates, so that a repeated pick gives the same commits.
#include <algorithm>

#include "commands/release/authors.hpp"
#include "commands/steps/candidate/draft.hpp"
#include "commands/steps/migrations/gather.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

std::string number(const gitlab::merge_request& request) {
    return "!" + std::to_string(request.iid);
}

/// In the order in which they were merged, so that one may build on another.
task<result<std::vector<gitlab::merge_request>>> in_order(context here) {
    auto found = co_await picked_requests(here);
    if (!found) co_return found.error();
    for (const auto& each : *found)
        if (each.state != gitlab::merge_request_state::merged)
            co_return failure{errc::refused,
                              number(each) + " is not merged. A hotfix takes what has landed: merge it into " +
                                  here.project->repository.trunk + ", then `/release retry " + here.rule.id + "`."};
    std::ranges::sort(*found, {},
                      [](const gitlab::merge_request& each) { return each.merged_at ? *each.merged_at : instant{}; });
    co_return found;
}

class git_pick final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("git_pick", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "pick the named merge requests onto " + project.repository.stable + ", in memory";
    }
    /// Only objects in our own clone come out of it; nothing means anything before the push.
    task<result<outcome>> perform(context here, act intent) override {
        const auto base = need_fact(here, "base", "pull");
        if (!base) co_return base.error();
        if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto requests = co_await in_order(here);
        if (!requests) co_return requests.error();
        const auto carried = co_await migrations_carried_by(here, *requests);
        if (!carried) co_return carried.error();
        const auto authors = co_await authors_of(here, *carried);
        if (!authors) co_return authors.error();
        std::string onto = *base;
        json::array picked;
        for (const auto& request : *requests) {
            const auto commits = co_await commits_of(here, request);
            if (!commits) co_return commits.error();
            for (const auto& each : *commits) {
                const auto inside = co_await (*open)->is_ancestor(each, *base);
                if (!inside) co_return inside.error().within(number(request));
                if (*inside)
                    co_return failure{errc::refused, number(request) + " is in " + here.project->repository.stable +
                                                         " already (" + short_id(each) + "). `/release abort " +
                                                         here.state->version +
                                                         " REASON`, then name only what is "
                                                         "missing."};
                auto made = co_await pick_one(here, intent, *open, request, each, onto);
                if (!made) co_return made.error();
                onto = *made;
            }
            json::object one;
            one["iid"] = request.iid;
            one["title"] = request.title.raw();
            picked.push_back(std::move(one));
        }
        outcome done;
        done.text = count(requests->size(), "merge request") + " picked onto " + here.project->repository.stable +
                    " (" + short_id(*base) + " → " + short_id(onto) + ")";
        for (const auto& each : *requests) done.detail += number(each) + " " + each.title.raw() + "\n";
        done.facts["candidate"] = onto;
        done.facts["picked"] = std::move(picked);
        // Nobody collects the SQL of a hotfix; who wrote what it deploys is kept from the seats all the same (R3.2).
        done.facts[release::migration_authors_fact] = author_facts(*authors);
        for (const char* made : {"draft", "changelog_plan", "commit", "stable_commit", "tag_object"})
            done.facts[made] = nullptr;
        co_return done;
    }

private:
    /// The one commit that brought it, or those that a fast-forward brought, oldest first.
    static task<result<std::vector<std::string>>> commits_of(context here, gitlab::merge_request request) {
        if (!request.merge_commit.empty()) co_return std::vector<std::string>{request.merge_commit};
        if (!request.squash_commit.empty()) co_return std::vector<std::string>{request.squash_commit};
        const auto all =
            co_await here.with.gitlab->commits_of(number_at(here.state->facts, "gitlab_project"), request.iid);
        if (!all) co_return all.error();
        std::vector<std::string> ids;
        for (auto each = all->rbegin(); each != all->rend(); ++each) ids.push_back(each->id);
        if (ids.empty()) co_return failure{errc::refused, number(request) + " has no commits to pick."};
        co_return ids;
    }

    static task<result<std::string>> pick_one(context here, act intent, git::repository* repository,
                                              gitlab::merge_request request, std::string commit, std::string onto) {
        const auto original = co_await repository->read_commit(commit);
        if (!original) co_return original.error().within(number(request));
        const auto merged = co_await repository->pick(commit, onto);
        if (!merged) co_return merged.error();
        if (!merged->clean())
            co_return failure{errc::refused,
                              "Picking " + number(request) + " onto " + short_id(onto) + " conflicts in " +
                                  joined(merged->conflicts) +
                                  ". It builds on something that stable does not have: name that merge request too, "
                                  "or write a fix for stable. `/release abort " +
                                  here.state->version + " REASON`."};
        const auto below = co_await repository->read_commit(onto);
        if (!below) co_return below.error();
        if (below->tree == merged->tree)
            co_return failure{errc::refused, number(request) + " changes nothing on " +
                                                 here.project->repository.stable + ": it is there already."};
        git::new_commit wanted;
        wanted.parents = {onto};
        wanted.base_tree = merged->tree;
        wanted.author = original->author;
        wanted.committer = pinned_signature(*here.project, intent.intended);
        wanted.message = request.title.raw() + "\n\nSee merge request " + here.project->gitlab.project +
                         number(request) + "\n\n(cherry picked from commit " + commit +
                         ")\nRelease-Id: " + here.state->id + "\n";
        const auto made = co_await repository->create_commit(std::move(wanted));
        if (!made) co_return made.error();
        const auto named = co_await keep_commit(here, repository, *made);
        if (!named) co_return named.error();
        co_return made;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_git_pick() {
    return std::make_unique<git_pick>();
}

}  // namespace slipway::steps
