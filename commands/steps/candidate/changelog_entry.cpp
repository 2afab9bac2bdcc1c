// changelog: one new entry from what landed since the previous tag and from the notes; old bytes stay.
#include <algorithm>

#include "commands/changelog/entry.hpp"
#include "commands/changelog/landed.hpp"
#include "commands/steps/candidate/draft.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

changelog::range_commit as_range(const git::commit& from) {
    return {from.id, from.parents, from.message, from.author.email, {}};
}

changelog::known_request as_known(const gitlab::merge_request& from) {
    changelog::known_request known;
    known.iid = from.iid;
    known.title = from.title;
    known.labels = from.labels;
    known.author = from.author.username;
    known.merged = from.state == gitlab::merge_request_state::merged;
    known.target_branch = from.target_branch;
    known.head = from.head;
    known.merge_commit = from.merge_commit;
    known.squash_commit = from.squash_commit;
    known.milestone_id = from.milestone_id;
    return known;
}

task<result<std::vector<changelog::known_request>>> read_known(context here) {
    std::vector<changelog::known_request> known;
    if (here.with.gitlab == nullptr) co_return known;
    const auto all = co_await here.with.gitlab->merge_requests_of(number_at(here.state->facts, "gitlab_project"),
                                                                  milestone_of(*here.state));
    if (!all) co_return all.error();
    for (const auto& each : *all) known.push_back(as_known(each));
    co_return known;
}

class changelog_kind final : public step_kind {
public:
    release::kind_facts facts() const override { return make_facts("changelog", release::step_class::check); }
    std::string plan(const release::step_rule&, const release::project_settings& project,
                     const std::string& version) const override {
        return "add the entry " + version + " to " + project.changelog.file + " from the merge requests that landed";
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto candidate = need_fact(here, "candidate", "pull");
        if (!candidate) co_return candidate.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto known = co_await read_known(here);
        if (!known) co_return known.error();
        const auto steps = co_await (*open)->landings(here.state->fact("previous_commit"), *candidate);
        if (!steps) co_return steps.error();
        const auto plan = plan_entry(here, intent, *steps, *known);
        const auto text = changelog::entry_text(plan);
        auto file = co_await (*open)->read_file(draft_or_candidate(*here.state), here.project->changelog.file);
        if (!file && file.error() == errc::not_found) file = std::string{"# Changelog\n"};
        if (!file) co_return file.error();
        const auto inserted = changelog::insert_entry(*file, text);
        if (!inserted) co_return inserted.error().within(here.project->changelog.file);
        outcome done;
        done.text = count(plan.items.size(), "change") +
                    (plan.notes.empty() ? "" : " and " + count(plan.notes.size(), "note")) + " in " +
                    here.project->changelog.file;
        done.detail = text;
        done.facts["changelog"] = text;
        if (*inserted != *file) {
            git::edits edits;
            edits[here.project->changelog.file].content = *inserted;
            const auto draft = co_await grow_draft(here, intent, *open, std::move(edits),
                                                   "Draft: changelog of " + here.state->version);
            if (!draft) co_return draft.error();
            done.facts["draft"] = *draft;
        }
        co_return done;
    }

private:
    static changelog::entry_plan plan_entry(const context& here, const act& intent,
                                            const std::vector<git::landing>& steps,
                                            const std::vector<changelog::known_request>& known) {
        std::vector<changelog::range_landing> range;
        for (const auto& each : steps) {
            changelog::range_landing landing{as_range(each.tip), {}};
            for (const auto& commit : each.brought) landing.brought.push_back(as_range(commit));
            range.push_back(std::move(landing));
        }
        changelog::attribution_settings settings;
        settings.project_path = here.project->gitlab.project;
        settings.target_branch = here.project->repository.trunk;
        settings.housekeeping_subjects = {"Build and increment version to "};
        settings.housekeeping_paths = here.project->asset_paths;
        settings.housekeeping_paths.push_back(here.project->changelog.file);
        settings.housekeeping_paths.push_back(here.project->version.file);
        const auto landed = changelog::landed_changes(range, known, settings);
        changelog::entry_plan plan;
        plan.version = here.state->version;
        plan.date = to_iso(intent.intended).substr(0, 10);
        plan.items = changelog::entry_items(landed, known);
        for (const auto& each : here.state->notes) plan.notes.push_back(each.text);
        for (const auto& [label, heading] : here.project->changelog.groups) plan.groups.push_back({label, heading});
        return plan;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_changelog() {
    return std::make_unique<changelog_kind>();
}

}  // namespace slipway::steps
