// merge_back: what a hotfix made of stable goes back into trunk, or the next release would take it away again (R6.9).
#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

/// Trunk as the remote has it, fetched, and whether the hotfix is in it.
struct trunk_view {
    std::string head;
    bool contains = false;
};

class merge_back final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("merge_back", release::step_class::action, false, true, release::side_effect::irreversible);
    }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string&) const override {
        return "merge " + project.repository.stable + " back into " + project.repository.trunk + " and push it";
    }
    task<result<probe_outcome>> probe(context here, act) override {
        const auto seen = co_await look_at_trunk(here);
        if (!seen) co_return seen.error();
        probe_outcome probed;
        probed.what = seen->contains ? answer::done : answer::not_done;
        probed.text = here.project->repository.trunk + " (" + short_id(seen->head) + ") " +
                      (seen->contains ? "contains the hotfix" : "does not contain the hotfix");
        if (seen->contains) probed.facts["merged_back"] = seen->head;
        co_return probed;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto fix = need_fact(here, "stable_commit", "commit");
        if (!fix) co_return fix.error();
        const auto seen = co_await look_at_trunk(here);
        if (!seen) co_return seen.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        // The files that may differ stay as trunk has them, as they stay stable's own the other way round.
        const auto merged = co_await (*open)->merge(seen->head, *fix, here.project->stable_differs);
        if (!merged) co_return merged.error();
        const auto& names = here.project->repository;
        outcome done;
        if (!merged->clean()) {
            done.ok = false;
            done.text = "Merging " + names.stable + " into " + names.trunk + " conflicts in " +
                        joined(merged->conflicts) + ". Merge it by hand (git merge " + names.stable +
                        "), push it, then `/release retry " + here.rule.id + "`; the release is not over before";
            co_return done;
        }
        git::new_commit wanted;
        wanted.parents = {seen->head, *fix};
        wanted.base_tree = merged->tree;
        wanted.author = wanted.committer = pinned_signature(*here.project, intent.intended);
        wanted.message = "Merge hotfix " + here.state->version + " back into '" + names.trunk +
                         "'\n\nRelease-Id: " + here.state->id + "\n";
        const auto made = co_await (*open)->create_commit(std::move(wanted));
        if (!made) co_return made.error();
        std::vector<git::push_ref> refs;
        refs.push_back({trunk_ref(*here.project), *made, seen->head});
        const auto pushed =
            co_await here.with.transport->push(here.with.clone->directory(), here.with.clone->url(), std::move(refs));
        if (!pushed && pushed.error() == errc::moved) {
            done.ok = false;
            done.text = "somebody pushed to " + names.trunk +
                        " at the same moment; nothing was overwritten. `/release "
                        "retry " +
                        here.rule.id + "` merges again from what is there now";
            co_return done;
        }
        if (!pushed) co_return pushed.error();
        done.text = "hotfix " + here.state->version + " is in " + names.trunk + " (" + short_id(*made) + ")";
        done.detail = pushed->remote_text;
        done.facts["merged_back"] = *made;
        co_return done;
    }

private:
    static task<result<trunk_view>> look_at_trunk(context here) {
        const auto fix = need_fact(here, "stable_commit", "commit");
        if (!fix) co_return fix.error();
        const auto got = co_await here.with.clone->fetch();
        if (!got) co_return got.error();
        trunk_view seen;
        for (const auto& each : got->remote)
            if (each.name == trunk_ref(*here.project)) seen.head = each.target;
        if (seen.head.empty())
            co_return failure{errc::not_found, "The remote has no branch `" + here.project->repository.trunk + "`."};
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto inside = co_await (*open)->is_ancestor(*fix, seen.head);
        if (!inside) co_return inside.error();
        seen.contains = *inside;
        co_return seen;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_merge_back() {
    return std::make_unique<merge_back>();
}

}  // namespace slipway::steps
