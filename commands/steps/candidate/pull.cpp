// git_pull: the clone's trunk and stable become what the remote has; from here on the release works on pinned commits.
#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

/// Fast-forwards a local branch to what was fetched; refuses when somebody committed in our clone.
task<result<std::string>> forward(git::repository* repository, std::string branch,
                                  std::vector<git::remote_ref> remote) {
    const auto name = "refs/heads/" + branch;
    std::string there;
    for (const auto& each : remote)
        if (each.name == name) there = each.target;
    if (there.empty())
        co_return failure{errc::not_found,
                          "The remote has no branch `" + branch + "`. Check `repository` in the project file."};
    const auto here = co_await repository->resolve(name);
    if (!here) {
        if (!(here.error() == errc::not_found)) co_return here.error();
        const auto made = co_await repository->move_ref(name, there, "");
        if (!made) co_return made.error();
        co_return there;
    }
    const auto forward = co_await repository->is_ancestor(*here, there);
    if (!forward) co_return forward.error();
    if (!*forward) {
        // What an earlier, unfinished attempt of ours left in the private clone was never published: the remote wins.
        const auto merged = co_await repository->read_commit(*here);
        if (!merged) co_return merged.error();
        const bool ours = merged->message.raw().find("Release-Id: ") != std::string::npos;
        if (!ours)
            co_return failure{errc::refused, "The branch `" + branch + "` has diverged: our clone has " +
                                                 short_id(*here) + ", which the remote (" + short_id(there) +
                                                 ") does not contain. Somebody force-pushed, or committed in the "
                                                 "clone; find out who before you release."};
    }
    const auto moved = co_await repository->move_ref(name, there, *here);
    if (!moved) co_return moved.error();
    co_return there;
}

/// A tag of ours that an earlier, unfinished attempt left in the clone and that was never published.
task<result<>> drop_unpublished_tag(git::repository* repository, std::string name,
                                    std::vector<git::remote_ref> remote) {
    for (const auto& each : remote)
        if (each.name == name) co_return result<>{};
    const auto tags = co_await repository->references(name);
    if (!tags) co_return tags.error();
    for (const auto& each : *tags)
        if (each.name == name) {
            auto removed = co_await repository->remove_ref(name, each.target);
            co_return removed;
        }
    co_return result<>{};
}

class git_pull final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("git_pull", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "fetch " + project.repository.url + " and fast-forward " + project.repository.trunk + " and " +
               project.repository.stable;
    }
    task<result<outcome>> perform(context here, act) override {
        if (here.with.clone == nullptr) co_return not_configured("The repository", "repository.url");
        const auto got = co_await here.with.clone->fetch();
        if (!got) co_return got.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto trunk = co_await forward(*open, here.project->repository.trunk, got->remote);
        if (!trunk) co_return trunk.error();
        const auto stable = co_await forward(*open, here.project->repository.stable, got->remote);
        if (!stable) co_return stable.error();
        const auto tidy = co_await drop_unpublished_tag(*open, tag_ref(*here.state), got->remote);
        if (!tidy) co_return tidy.error();
        const auto apart = co_await (*open)->compare(*trunk, *stable);
        if (!apart) co_return apart.error();
        outcome done;
        done.text = here.project->repository.trunk + " is at " + short_id(*trunk) + ", " +
                    count(apart->ahead, "commit") + " ahead of " + here.project->repository.stable;
        done.facts["candidate"] = *trunk;
        done.facts["trunk_head"] = *trunk;
        done.facts["base"] = *stable;
        done.facts["stable_head"] = *stable;
        // What an earlier attempt made of an older trunk is void.
        for (const char* made : {"draft", "changelog_plan", "commit", "stable_commit", "tag_object"})
            done.facts[made] = nullptr;
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_git_pull() {
    return std::make_unique<git_pull>();
}

}  // namespace slipway::steps
