// git_merge: trunk into stable, in memory, with a pinned date, so that a rebuilt merge is the same object.
#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

std::string joined(const std::vector<std::string>& paths) {
    std::string text;
    for (const auto& each : paths) text += (text.empty() ? "" : ", ") + each;
    return text;
}

class git_merge_kind final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("git_merge", release::step_class::action, false, true, release::side_effect::reversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "merge " + project.repository.trunk + " into " + project.repository.stable + ", in memory";
    }
    task<result<probe_outcome>> probe(context here, act intent) override {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto head = co_await (*open)->resolve(stable_ref(*here.project));
        if (!head) co_return head.error();
        if (*head == here.state->fact("base")) co_return probe_outcome{};
        const auto wanted = co_await build(here, intent, *open);
        probe_outcome seen;
        seen.what = wanted && *wanted == *head ? answer::done : answer::different;
        seen.text = seen.what == answer::done
                        ? "the merge " + short_id(*head) + " is on " + here.project->repository.stable
                        : here.project->repository.stable + " in the clone is at " + short_id(*head) +
                              ", which is neither the pinned base nor this merge; `/release retry pull` starts from "
                              "the remote again";
        if (seen.what == answer::done) seen.facts["stable_commit"] = *head;
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto made = co_await build(here, intent, *open);
        if (!made) co_return made.error();
        const auto base = here.state->fact("base");
        const auto moved = co_await (*open)->move_ref(stable_ref(*here.project), *made, base);
        if (!moved) co_return moved.error();
        outcome done;
        done.text = "merge commit " + short_id(*made) + " on " + here.project->repository.stable;
        done.facts["stable_commit"] = *made;
        co_return done;
    }

private:
    static task<result<std::string>> build(context here, act intent, git::repository* repository) {
        const auto base = need_fact(here, "base", "pull");
        if (!base) co_return base.error();
        const auto commit = need_fact(here, "commit", "commit");
        if (!commit) co_return commit.error();
        const auto merged = co_await repository->merge(*base, *commit);
        if (!merged) co_return merged.error();
        if (!merged->clean())
            co_return failure{errc::refused,
                              "Merging " + here.project->repository.trunk + " into " + here.project->repository.stable +
                                  " conflicts in " + joined(merged->conflicts) + ". Resolve it on " +
                                  here.project->repository.trunk + " (merge " + here.project->repository.stable +
                                  " into it), then `/release retry pull`."};
        git::new_commit wanted;
        wanted.parents = {*base, *commit};
        wanted.base_tree = merged->tree;
        wanted.author = wanted.committer = pinned_signature(*here.project, intent.intended);
        wanted.message = "Merge branch '" + here.project->repository.trunk + "' into '" +
                         here.project->repository.stable + "'\n\nRelease " + here.state->version +
                         "\n\nRelease-Id: " + here.state->id + "\n";
        auto made = co_await repository->create_commit(std::move(wanted));
        co_return made;
    }
};

/// stable_diff: trunk and stable differ only in the files that may differ.
class stable_diff_kind final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("stable_diff", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "check that " + project.repository.trunk + " and " + project.repository.stable + " differ only in " +
               joined(project.stable_differs);
    }
    task<result<outcome>> perform(context here, act) override {
        const auto trunk = need_fact(here, "commit", "commit");
        if (!trunk) co_return trunk.error();
        const auto stable = need_fact(here, "stable_commit", "merge-stable");
        if (!stable) co_return stable.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        git::diff_options options;
        options.lines = git::line_counts::skipped;
        const auto changes = co_await (*open)->diff(*trunk, *stable, options);
        if (!changes) co_return changes.error();
        std::vector<std::string> foreign;
        std::vector<std::string> allowed;
        for (const auto& each : *changes) {
            const auto& list = here.project->stable_differs;
            const bool may_differ =
                std::ranges::find(list, each.new_path) != list.end() && each.kind == git::change_kind::modified;
            (may_differ ? allowed : foreign)
                .push_back(each.new_path + (each.kind == git::change_kind::mode_only ? " (mode)" : ""));
        }
        if (!foreign.empty())
            co_return failure{errc::refused, here.project->repository.stable + " and " +
                                                 here.project->repository.trunk + " would differ in " +
                                                 joined(foreign) + ", but only " +
                                                 joined(here.project->stable_differs) + " may. Somebody committed to " +
                                                 here.project->repository.stable + " alone; bring it to " +
                                                 here.project->repository.trunk + ", then `/release retry pull`."};
        outcome done;
        done.text = allowed.empty() ? "no difference" : "they differ only in " + joined(allowed);
        co_return done;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_git_merge() {
    return std::make_unique<git_merge_kind>();
}
std::unique_ptr<step_kind> create_stable_diff() {
    return std::make_unique<stable_diff_kind>();
}

}  // namespace slipway::steps
