// changelog: one new entry from what landed since the previous tag and from the notes; old bytes stay.
#include <algorithm>

#include "commands/changelog/entry.hpp"
#include "commands/changelog/landed.hpp"
#include "commands/steps/candidate/draft.hpp"
#include "commands/steps/merge/landed_set.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

/// The milestone's merge requests: titles, labels, authors.
task<result<std::vector<gitlab::merge_request>>> read_requests(context here) {
    if (here.with.gitlab == nullptr) co_return std::vector<gitlab::merge_request>{};
    std::vector<std::int64_t> picks;  // a hotfix has no milestone, but its merge requests by number
    for (const auto& each : array_at(here.state->facts, "picks"))
        if (each.is_int64()) picks.push_back(each.get_int64());
    if (!picks.empty()) {
        auto named = co_await here.with.gitlab->merge_requests_by_iid(number_at(here.state->facts, "gitlab_project"),
                                                                      std::move(picks));
        co_return named;
    }
    auto all = co_await here.with.gitlab->merge_requests_of(number_at(here.state->facts, "gitlab_project"),
                                                            milestone_of(*here.state));
    co_return all;
}

/// Who made what the entry names, in its order: GitLab's names, else those of the commits.
std::vector<untrusted> contributors_of(const std::vector<changelog::entry_item>& items,
                                       const std::vector<changelog::landed_change>& landed,
                                       const std::vector<gitlab::merge_request>& requests,
                                       const std::vector<git::landing>& steps) {
    std::vector<untrusted> names;
    const auto add = [&names](const std::string& name) {
        const bool known = std::ranges::any_of(names, [&](const untrusted& each) { return each.raw() == name; });
        if (!name.empty() && !known) names.emplace_back(name);
    };
    const auto of_commits = [&](const std::string& tip) {
        for (const auto& step : steps) {
            if (step.tip.id != tip) continue;
            for (auto each = step.brought.rbegin(); each != step.brought.rend(); ++each)
                if (each->parents.size() == 1) add(each->author.name);
            if (step.brought.empty()) add(step.tip.author.name);
        }
    };
    for (const auto& item : items) {
        const auto request = std::ranges::find(requests, item.iid, &gitlab::merge_request::iid);
        if (request != requests.end()) {
            add(request->author.name.empty() ? request->author.username : request->author.name.raw());
            continue;
        }
        for (const auto& change : landed)
            if (std::ranges::find(change.requests, item.iid, &changelog::attribution::iid) != change.requests.end())
                of_commits(change.commit);
    }
    return names;
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
        const auto requests = co_await read_requests(here);
        if (!requests) co_return requests.error();
        const auto steps = co_await (*open)->landings(here.state->fact("previous_commit"), *candidate);
        if (!steps) co_return steps.error();
        const auto plan = plan_entry(here, intent, *steps, *requests);
        const auto text = changelog::entry_text(plan);
        const auto before = draft_or_candidate(*here.state);
        const auto inserted = co_await file_with_entry(here, *open, before, text);
        if (!inserted) co_return inserted.error();
        const auto file = co_await (*open)->read_file(before, here.project->changelog.file);
        if (!file && !(file.error() == errc::not_found)) co_return file.error();
        outcome done;
        done.text = count(plan.items.size(), "change") +
                    (plan.notes.empty() ? "" : " and " + count(plan.notes.size(), "note")) + " in " +
                    here.project->changelog.file;
        done.detail = text;
        done.facts["changelog"] = text;
        done.facts["changelog_plan"] = changelog::to_json(plan);
        if (!file || *inserted != *file) {
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
                                            const std::vector<gitlab::merge_request>& requests) {
        std::vector<changelog::known_request> known;
        for (const auto& each : requests) known.push_back(as_known_request(each));
        std::vector<changelog::range_landing> range;
        for (const auto& each : steps) {
            changelog::range_landing landing{as_range_commit(each.tip), {}};
            for (const auto& commit : each.brought) landing.brought.push_back(as_range_commit(commit));
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
        const auto& wanted = here.project->changelog;
        for (const auto& [label, heading] : wanted.groups) plan.groups.push_back({label, heading});
        plan.other = wanted.other;
        plan.notes_heading = wanted.notes_heading;
        if (wanted.contributors) plan.contributors = contributors_of(plan.items, landed, requests, steps);
        const auto home = here.state->fact("gitlab_url");
        if (wanted.links && !home.empty()) {
            plan.request_url = home + "/-/merge_requests/";
            const auto previous = here.state->fact("previous_tag");
            if (!previous.empty()) plan.compare_url = home + "/-/compare/" + previous + "..." + tag_name(*here.state);
        }
        return plan;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_changelog() {
    return std::make_unique<changelog_kind>();
}

}  // namespace slipway::steps
