// git_commit: changelog, version and built assets as one commit on trunk, in our clone. Nothing leaves the machine yet.
#include <algorithm>

#include "commands/steps/candidate/draft.hpp"
#include "commands/views/changelog_text.hpp"

namespace slipway::steps {
namespace {

std::string trailer(const release::release_state& state) {
    return "Release-Id: " + state.id;
}

/// A release commits on trunk, a hotfix (`with: {onto: stable}`) on what it picked onto stable.
struct ground {
    bool on_stable = false;
    std::string ref, branch;
    std::string parent_fact;  ///< the commit below ours
    std::string stands_fact;  ///< where the clone's branch is before
};

ground ground_of(const context& here) {
    if (text_at(here.rule.with, "onto") == "stable")
        return {true, stable_ref(*here.project), here.project->repository.stable, "candidate", "base"};
    return {false, trunk_ref(*here.project), here.project->repository.trunk, "trunk_head", "trunk_head"};
}

json::object facts_of(const ground& on, const std::string& made) {
    json::object facts;
    facts["commit"] = made;
    facts["candidate"] = made;
    if (on.on_stable) facts["stable_commit"] = made;
    return facts;
}

class git_commit_kind final : public step_kind {
public:
    release::kind_facts facts() const override {
        return make_facts("git_commit", release::step_class::action, false, true, release::side_effect::reversible,
                          {"message", "onto"});
    }
    std::string plan(const release::step_rule& rule, const release::project_settings& project,
                     const std::string& version) const override {
        return "one commit on " +
               (text_at(rule.with, "onto") == "stable" ? project.repository.stable : project.repository.trunk) + ": “" +
               message_of(rule, version) + "”";
    }
    task<result<probe_outcome>> probe(context here, act) override {
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto on = ground_of(here);
        const auto head = co_await (*open)->resolve(on.ref);
        if (!head) co_return head.error();
        const auto candidate = here.state->fact("candidate");
        if (*head == candidate || *head == here.state->fact(on.stands_fact)) co_return probe_outcome{};
        const auto found = co_await (*open)->read_commit(*head);
        if (!found) co_return found.error();
        probe_outcome seen;
        const bool ours = found->message.raw().find(trailer(*here.state)) != std::string::npos &&
                          found->parents.size() == 1 && found->parents.front() == here.state->fact(on.parent_fact);
        seen.what = ours ? answer::done : answer::different;
        seen.text =
            ours ? "the commit " + short_id(*head) + " is on " + on.branch
                 : on.branch + " in the clone is at " + short_id(*head) +
                       ", which is not this release's commit; `/release retry pull` starts from the remote again";
        if (ours) seen.facts = facts_of(on, *head);
        co_return seen;
    }
    task<result<outcome>> perform(context here, act intent) override {
        const auto on = ground_of(here);
        const auto parent = need_fact(here, on.parent_fact, on.on_stable ? "pick" : "pull");
        if (!parent) co_return parent.error();
        const auto stands = need_fact(here, on.stands_fact, "pull");
        if (!stands) co_return stands.error();
        const auto open = co_await here.with.clone->ready();
        if (!open) co_return open.error();
        const auto draft = co_await (*open)->read_commit(draft_or_candidate(*here.state));
        if (!draft) co_return draft.error();
        git::new_commit wanted;
        wanted.parents = {*parent};
        wanted.base_tree = draft->tree;
        auto edits = co_await built_assets(here, *open);
        if (!edits) co_return edits.error();
        const auto entry = views::entry_now(*here.state);
        if (!entry.empty()) {
            // Notes may have come since the draft: the entry is written again, into the file as trunk has it.
            auto file = co_await file_with_entry(here, *open, *parent, entry);
            if (!file) co_return file.error();
            (*edits)[here.project->changelog.file].content = std::move(*file);
        }
        wanted.edits = std::move(*edits);
        wanted.author = wanted.committer = pinned_signature(*here.project, intent.intended);
        wanted.message = message_of(here.rule, here.state->version) + "\n\n" + trailer(*here.state) + "\n";
        const auto made = co_await (*open)->create_commit(std::move(wanted));
        if (!made) co_return made.error();
        const auto expected = co_await only_expected_paths(here, *open, *parent, *made);
        if (!expected) co_return expected.error();
        const auto moved = co_await (*open)->move_ref(on.ref, *made, *stands);
        if (!moved) co_return moved.error();
        outcome done;
        done.text = "commit " + short_id(*made) + " on " + on.branch;
        done.facts = facts_of(on, *made);
        if (!entry.empty()) done.facts["changelog"] = entry;
        co_return done;
    }

private:
    /// The commit holds the changelog, the version and assets, and nothing else.
    static task<result<>> only_expected_paths(context here, git::repository* repository, std::string parent,
                                              std::string made) {
        git::diff_options options;
        options.lines = git::line_counts::skipped;
        const auto changes = co_await repository->diff(parent, made, options);
        if (!changes) co_return changes.error();
        auto allowed = here.project->asset_paths;
        allowed.push_back(here.project->changelog.file);
        allowed.push_back(here.project->version.file);
        std::string foreign;
        for (const auto& each : *changes) {
            const auto fits = [&each](const std::string& path) { return lies_in(each.new_path, path); };
            if (std::ranges::none_of(allowed, fits)) foreign += (foreign.empty() ? "" : ", ") + each.new_path;
        }
        if (foreign.empty()) co_return result<>{};
        co_return failure{errc::refused, "The release commit would change " + foreign +
                                             ", which is neither the changelog, the version nor an asset. Nothing was "
                                             "committed; `/release retry pull` starts from the remote again."};
    }
    static std::string message_of(const release::step_rule& rule, const std::string& version) {
        auto text = text_at(rule.with, "message");
        if (text.empty()) text = "Build and increment version to {version}";
        const auto at = text.find("{version}");
        return at == std::string::npos ? text : text.replace(at, 9, version);
    }
    static task<result<git::edits>> built_assets(context here, git::repository* repository) {
        const auto built = here.state->fact("assets_commit");
        std::vector<std::string> paths;
        for (const auto& each : array_at(here.state->facts, "asset_changes"))
            if (each.is_string()) paths.emplace_back(each.get_string());
        if (built.empty() || paths.empty()) co_return git::edits{};
        const auto changes = co_await built_changes(repository, built);
        if (!changes) co_return changes.error();
        git::edits edits;
        for (const auto& each : *changes) {
            if (std::ranges::find(paths, each.new_path) == paths.end()) continue;
            auto& edit = edits[each.new_path];
            if (each.new_mode == git::file_mode::absent) continue;  // neither content nor mode: it is removed
            auto bytes = co_await repository->read_file(built, each.new_path);
            if (!bytes) co_return bytes.error();
            edit.content = std::move(*bytes);
            edit.mode = each.new_mode;
        }
        co_return edits;
    }
};

}  // namespace

std::unique_ptr<step_kind> create_git_commit() {
    return std::make_unique<git_commit_kind>();
}

}  // namespace slipway::steps
