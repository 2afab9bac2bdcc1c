#include "commands/steps/merge/landed_set.hpp"

#include <algorithm>
#include <set>

#include "commands/steps/common.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using changelog::range_landing;

constexpr std::chrono::hours skew{48};  ///< commit dates and GitLab's clock differ by design

/// Collects into one landed_set, story by story. One per reading.
class reading {
public:
    reading(context here, json::object asked) : here_{std::move(here)}, settings_{attribution_for(*here_.project)} {
        found_.asked = std::move(asked);
    }

    task<result<landed_set>> run() {
        const auto base = need_fact(here_, "previous_commit", "expected-tag");
        if (!base) co_return base.error();
        const auto head = need_fact(here_, "candidate", "pull");
        if (!head) co_return head.error();
        found_.base = *base;
        found_.head = *head;
        const auto open = co_await here_.with.clone->ready();
        if (!open) co_return open.error();
        git_ = *open;
        const auto ranged = co_await read_range();
        if (!ranged) co_return ranged.error();
        const auto listed = co_await read_requests();
        if (!listed) co_return listed.error();
        attribute();
        const auto named = co_await read_named();
        if (!named) co_return named.error();
        const auto answered = co_await ask_about_orphans();
        if (!answered) co_return answered.error();
        const auto again = co_await read_named();
        if (!again) co_return again.error();
        const auto placed = co_await place_missing();
        if (!placed) co_return placed.error();
        const auto lost = co_await find_lost();
        if (!lost) co_return lost.error();
        co_return std::move(found_);
    }

private:
    task<result<>> read_range() {
        const auto steps = co_await git_->landings(found_.base, found_.head);
        if (!steps) co_return steps.error();
        for (const auto& each : *steps) {
            range_landing landing{as_range_commit(each.tip), {}};
            if (changelog::needs_paths(landing.tip, settings_) && !each.tip.parents.empty()) {
                git::diff_options names;
                names.lines = git::line_counts::skipped;
                const auto changed = co_await git_->diff(each.tip.parents.front(), each.tip.id, names);
                if (!changed) co_return changed.error();
                for (const auto& one : *changed) landing.tip.paths.push_back(one.new_path);
            }
            for (const auto& commit : each.brought) landing.brought.push_back(as_range_commit(commit));
            range_.push_back(std::move(landing));
        }
        co_return result<>{};
    }

    task<result<>> read_requests() {
        const auto members = co_await here_.with.gitlab->merge_requests_of(project(), milestone_of(*here_.state));
        if (!members) co_return members.error();
        keep(*members);
        const auto base = co_await git_->read_commit(found_.base);
        if (!base) co_return base.error();
        const auto since = from_unix_ms(base->committer.time * 1000) - skew;
        const auto merged = co_await here_.with.gitlab->merged_into(project(), here_.project->repository.trunk, since);
        if (!merged) co_return merged.error();
        keep(*merged);
        co_return result<>{};
    }

    void attribute() {
        known_.clear();
        for (const auto& [iid, request] : found_.requests) known_.push_back(as_known_request(request));
        changelog::range_surroundings around;
        for (const auto& [commit, iids] : found_.asked) {
            changelog::asked_commit answer{std::string{commit}, {}};
            for (const auto& each : iids.as_array()) answer.iids.push_back(each.to_number<std::int64_t>());
            around.asked.push_back(std::move(answer));
        }
        found_.changes = changelog::landed_changes(range_, known_, settings_, around);
        found_.summary = changelog::summarise(found_.changes, known_, settings_);
    }

    /// Requests that only commits speak of: opened for another milestone or before the period.
    task<result<>> read_named() {
        std::set<std::int64_t> wanted;
        for (const auto* list : {&found_.summary.landed, &found_.summary.dead})
            for (const auto& each : *list) {
                const bool ours = each.request.project == settings_.project_path;
                if (ours && !found_.requests.contains(each.request.iid)) wanted.insert(each.request.iid);
            }
        for (const auto each : looked_up_) wanted.erase(each);
        if (wanted.empty()) co_return result<>{};
        looked_up_.insert(wanted.begin(), wanted.end());
        const auto read = co_await here_.with.gitlab->merge_requests_by_iid(
            project(), std::vector<std::int64_t>(wanted.begin(), wanted.end()));
        if (!read) co_return read.error();
        keep(*read);
        attribute();
        co_return result<>{};
    }

    /// Fast-forward with squash leaves no trace in the commit: only GitLab knows. Oldest first, a few in one look.
    task<result<>> ask_about_orphans() {
        std::size_t questions = 0;
        for (auto each = found_.summary.orphans.rbegin(); each != found_.summary.orphans.rend(); ++each) {
            const bool explained = !each->reverts.empty() || !each->alive();
            if (explained || found_.asked.contains(each->commit)) continue;
            if (questions == most_questions) {
                found_.unasked.push_back(each->commit);
                continue;
            }
            ++questions;
            const auto answer = co_await here_.with.gitlab->merge_requests_with(project(), each->commit);
            // A commit that GitLab cannot show is one that was never pushed there; it stays unexplained.
            if (!answer && !(answer.error() == errc::not_found)) co_return answer.error();
            json::array iids;
            if (answer)
                for (const auto& one : *answer)
                    if (one.project_id == project()) {
                        iids.push_back(one.iid);
                        found_.requests.emplace(one.iid, one);
                    }
            found_.asked[each->commit] = std::move(iids);
        }
        if (!found_.asked.empty()) attribute();
        co_return result<>{};
    }

    /// Where the merged members are that did not land.
    task<result<>> place_missing() {
        std::set<std::int64_t> seen;
        for (const auto* list : {&found_.summary.landed, &found_.summary.dead})
            for (const auto& each : *list)
                if (each.request.project == settings_.project_path) seen.insert(each.request.iid);
        const auto milestone = number_at(here_.state->facts, "milestone_id");
        const auto trunk = co_await git_->resolve(trunk_ref(*here_.project));
        for (const auto& [iid, request] : found_.requests) {
            const bool is_member = request.milestone_id == milestone;
            if (!is_member || request.state != gitlab::merge_request_state::merged || seen.contains(iid)) continue;
            auto where = elsewhere::nowhere;
            for (const auto& id : {request.merge_commit, request.squash_commit, request.head}) {
                if (id.empty()) continue;
                const auto shipped = co_await git_->is_ancestor(id, found_.base);
                if (!shipped && shipped.error() == errc::not_found) continue;
                if (!shipped) co_return shipped.error();
                const auto later = co_await git_->is_ancestor(id, trunk ? *trunk : found_.head);
                if (*shipped)
                    where = elsewhere::shipped;
                else if (later && *later)
                    where = elsewhere::after;
                else if (where == elsewhere::nowhere)
                    where = elsewhere::unmerged;
                if (*shipped) break;
            }
            found_.not_in_range[iid] = where;
        }
        co_return result<>{};
    }

    /// Commits of the previous tag that neither stable nor the candidate has: the release would lose them.
    task<result<>> find_lost() {
        const auto stable = here_.state->fact("stable_head");
        if (stable.empty()) co_return result<>{};
        const auto gone = co_await git_->range(stable, found_.base);
        if (!gone) co_return gone.error();
        for (const auto& each : *gone) {
            const auto kept = co_await git_->is_ancestor(each.id, found_.head);
            if (!kept) co_return kept.error();
            if (!*kept) found_.lost.push_back(each);
        }
        co_return result<>{};
    }

    void keep(const std::vector<gitlab::merge_request>& read) {
        for (const auto& each : read) found_.requests.emplace(each.iid, each);
    }
    std::int64_t project() const { return number_at(here_.state->facts, "gitlab_project"); }

    context here_;
    changelog::attribution_settings settings_;
    git::repository* git_ = nullptr;
    std::vector<range_landing> range_;
    std::vector<changelog::known_request> known_;
    std::set<std::int64_t> looked_up_;
    landed_set found_;
};

}  // namespace

changelog::attribution_settings attribution_for(const release::project_settings& project) {
    changelog::attribution_settings settings;
    settings.project_path = project.gitlab.project;
    settings.target_branch = project.repository.trunk;
    settings.housekeeping_subjects = {"Build and increment version to "};
    settings.housekeeping_paths = project.asset_paths;
    settings.housekeeping_paths.push_back(project.changelog.file);
    settings.housekeeping_paths.push_back(project.version.file);
    return settings;
}

changelog::range_commit as_range_commit(const git::commit& from) {
    changelog::range_commit made;
    made.id = from.id;
    made.parents = from.parents;
    made.message = from.message;
    made.author_email = from.author.email;
    made.author = untrusted{from.author.name};
    made.tree = from.tree;
    return made;
}

changelog::known_request as_known_request(const gitlab::merge_request& from) {
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
    if (from.merged_at) known.merged_at = to_unix_ms(*from.merged_at);
    return known;
}

task<result<landed_set>> read_landed(context here, json::object asked) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    if (here.with.clone == nullptr) co_return not_configured("the repository", "repository.url");
    reading one{std::move(here), std::move(asked)};
    auto read = co_await one.run();
    co_return read;
}

}  // namespace slipway::steps
