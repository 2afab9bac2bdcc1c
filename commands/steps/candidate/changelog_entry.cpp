// changelog: one new entry from what landed since the previous tag and from the notes; old bytes stay.
#include <algorithm>

#include "commands/changelog/entry.hpp"
#include "commands/changelog/landed.hpp"
#include "commands/steps/candidate/draft.hpp"
#include "commands/steps/dependencies/submodules.hpp"
#include "commands/steps/merge/landed_set.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

/// Who made what the entry names, in its order: GitLab's names, else those of the commits.
std::vector<untrusted> contributors_of(const std::vector<changelog::entry_item>& items, const landed_set& found) {
    std::vector<untrusted> names;
    const auto add = [&names](const std::string& name) {
        const bool known = std::ranges::any_of(names, [&](const untrusted& each) { return each.raw() == name; });
        if (!name.empty() && !known) names.emplace_back(name);
    };
    const auto of_commits = [&](const std::string& tip) {
        for (const auto& step : found.steps) {
            if (step.tip.id != tip) continue;
            for (auto each = step.brought.rbegin(); each != step.brought.rend(); ++each)
                if (each->parents.size() == 1) add(each->author.name);
            if (step.brought.empty()) add(step.tip.author.name);
        }
    };
    for (const auto& item : items) {
        if (!item.project.empty()) continue;  // numbers of another project
        const auto request = found.requests.find(item.iid);
        if (request != found.requests.end()) {
            const auto& author = request->second.author;
            add(author.name.empty() ? author.username : author.name.raw());
            continue;
        }
        for (const auto& change : found.changes)
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
        const auto range = release_range(here);
        if (!range) co_return range.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto found = co_await read_landed(here, *range);
        if (!found) co_return found.error();
        const auto moved =
            co_await read_submodules(here, *open, range->base, range->head, submodule_scope::whole_range);
        if (!moved) co_return moved.error();
        const auto plan = plan_entry(here, intent, *found, *moved);
        const auto text = changelog::entry_text(plan);
        const auto before = co_await draft_before(here, *open);
        if (!before) co_return before.error();
        const auto inserted = co_await file_with_entry(here, *open, *before, text);
        if (!inserted) co_return inserted.error();
        const auto file = co_await (*open)->read_file(*before, here.project->changelog.file);
        if (!file && !(file.error() == errc::not_found)) co_return file.error();
        outcome done;
        done.text = count(plan.items.size(), "change") +
                    (plan.notes.empty() ? "" : " and " + count(plan.notes.size(), "note")) + " in " +
                    here.project->changelog.file;
        for (const auto& each : *moved)
            if (changelog::is_noteworthy(each)) done.text += "; " + changelog::words_of(each);
        done.detail = text;
        done.facts["changelog"] = text;
        done.facts["changelog_plan"] = changelog::to_json(plan);
        done.facts["draft"] = *before;
        if (!file || *inserted != *file) {
            git::edits edits;
            edits[here.project->changelog.file].content = *inserted;
            const auto draft = co_await grow_draft(here, intent, *open, *before, std::move(edits),
                                                   "Draft: changelog of " + here.state->version);
            if (!draft) co_return draft.error();
            done.facts["draft"] = *draft;
        }
        co_return done;
    }

private:
    static changelog::entry_plan plan_entry(const context& here, const act& intent, const landed_set& found,
                                            const std::vector<changelog::submodule_change>& moved) {
        changelog::entry_plan plan;
        plan.version = here.state->version;
        plan.date = to_iso(intent.intended).substr(0, 10);
        plan.items = changelog::entry_items(found.changes, found.known);
        auto brought = changelog::entry_items(moved);
        if (!here.project->changelog.links)
            for (auto& each : brought) each.url.clear();
        plan.items.insert(plan.items.end(), brought.begin(), brought.end());
        for (const auto& each : here.state->notes) plan.notes.push_back(each.text);
        const auto& wanted = here.project->changelog;
        for (const auto& [label, heading] : wanted.groups) plan.groups.push_back({label, heading});
        plan.other = wanted.other;
        plan.notes_heading = wanted.notes_heading;
        if (wanted.contributors) plan.contributors = contributors_of(plan.items, found);
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
