// git_merge: trunk into stable, in memory, with a pinned date, so that a rebuilt merge is the same object.
#include <algorithm>

#include "commands/steps/candidate/conflict.hpp"

namespace slipway::steps {
namespace {

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
        const auto conflict = co_await look_for_conflict(here, *open);
        if (!conflict) co_return conflict.error();
        if (!conflict->ok) co_return *conflict;
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
    /// ok while trunk and stable merge; else who has to resolve what. Merging is quick, so it is simply done twice.
    static task<result<outcome>> look_for_conflict(context here, git::repository* repository) {
        outcome found;
        const auto base = need_fact(here, "base", "pull");
        if (!base) co_return base.error();
        const auto commit = need_fact(here, "commit", "commit");
        if (!commit) co_return commit.error();
        const auto merged = co_await repository->merge(*base, *commit, here.project->stable_differs);
        if (!merged) co_return merged.error();
        if (merged->clean()) co_return found;
        const auto who = co_await explain_conflict(here, repository, *base, *commit, merged->conflicts);
        if (!who) co_return who.error();
        found.ok = false;
        found.text = conflict_sentence(here, merged->conflicts);
        found.detail = *who;
        co_return found;
    }
    static std::string conflict_sentence(const context& here, const std::vector<std::string>& paths) {
        const auto& names = here.project->repository;
        return "Merging " + names.trunk + " into " + names.stable + " conflicts in " + joined(paths) +
               ". Resolve it on " + names.trunk + " (merge " + names.stable + " into it), then `/release retry pull`.";
    }
    static task<result<std::string>> build(context here, act intent, git::repository* repository) {
        const auto base = need_fact(here, "base", "pull");
        if (!base) co_return base.error();
        const auto commit = need_fact(here, "commit", "commit");
        if (!commit) co_return commit.error();
        // The files that may differ stay stable's own: after an "ours" merge of stable into trunk git would take
        // trunk's over.
        const auto merged = co_await repository->merge(*base, *commit, here.project->stable_differs);
        if (!merged) co_return merged.error();
        if (!merged->clean()) co_return failure{errc::refused, conflict_sentence(here, merged->conflicts)};
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
            const bool listed = std::ranges::find(list, each.new_path) != list.end();
            // Another mode is a difference even where the content may differ; a file that one side lacks has none.
            const bool both = each.old_mode != git::file_mode::absent && each.new_mode != git::file_mode::absent;
            const bool mode = both && each.old_mode != each.new_mode;
            (listed && !mode ? allowed : foreign).push_back(each.new_path + (mode ? " (mode)" : ""));
        }
        if (!foreign.empty())
            co_return failure{errc::refused, here.project->repository.stable + " and " +
                                                 here.project->repository.trunk + " would differ in " +
                                                 joined(foreign) + ", but only " +
                                                 joined(here.project->stable_differs) + " may. Somebody committed to " +
                                                 here.project->repository.stable + " alone; bring it to " +
                                                 here.project->repository.trunk + ", then `/release retry pull`."};
        const auto base = need_fact(here, "base", "pull");
        if (!base) co_return base.error();
        const auto taken = co_await taken_over(here, *open, *base, *stable);
        if (!taken) co_return taken.error();
        if (!taken->empty())
            co_return failure{errc::refused, "The merge would change " + joined(*taken) + " on " +
                                                 here.project->repository.stable +
                                                 ", which has to keep its own version of it. `/release retry pull` "
                                                 "merges again from what the remote has."};
        outcome done;
        done.text = allowed.empty() ? "no difference" : "they differ only in " + joined(allowed);
        co_return done;
    }

private:
    /// Files that may differ, but are not what stable had before.
    static task<result<std::vector<std::string>>> taken_over(context here, git::repository* repository,
                                                             std::string before, std::string after) {
        std::vector<std::string> paths;
        if (here.project->stable_differs.empty()) co_return paths;
        git::diff_options options;
        options.lines = git::line_counts::skipped;
        options.paths = here.project->stable_differs;
        const auto changes = co_await repository->diff(before, after, options);
        if (!changes) co_return changes.error();
        for (const auto& each : *changes) paths.push_back(each.new_path);
        co_return paths;
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
