#include "commands/steps/merge/reconcile_rows.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"

namespace slipway::steps {
namespace {

using changelog::attribution;
using changelog::landed_change;
using changelog::landed_request;
using gitlab::merge_request;
using gitlab::merge_request_state;

constexpr std::size_t most_names = 12;  ///< in one line of evidence

std::string request_id(std::int64_t iid) {
    return "!" + std::to_string(iid);
}

class comparing {
public:
    comparing(const landed_set& found, std::int64_t milestone, std::string project, std::string trunk)
        : found_{found}, milestone_{milestone}, project_{std::move(project)}, trunk_{std::move(trunk)} {
        for (const auto& each : found_.summary.landed)
            if (is_ours(each)) live_[each.request.iid] = &each;
        for (const auto& each : found_.summary.dead)
            if (is_ours(each)) dead_[each.request.iid] = &each;
    }

    reconciled run() {
        for (const auto& [iid, request] : found_.requests)
            if (request.milestone_id == milestone_) look_at_member(request);
        for (const auto& each : found_.summary.landed) look_at_landed(each);
        for (const auto& each : found_.summary.dead) look_at_dead(each);
        for (const auto& each : found_.summary.orphans) look_at_orphan(each);
        for (const auto& each : found_.changes) look_at_change(each);
        for (const auto& each : found_.lost) {
            auto& row = add(row_class::lost, row_list::other, short_id(each.id), each.subject());
            row.commit = each.id;
            row.evidence.push_back("shipped with the previous tag, but neither stable nor the candidate has it");
        }
        for (const auto& each : found_.without_code) look_at_issue(each);
        in_order();
        return std::move(made_);
    }

private:
    /// List by list, what needs a decision first.
    void in_order() {
        std::vector<reconcile_row> sorted;
        for (const auto list : {row_list::not_in_diff, row_list::not_in_milestone, row_list::reverted, row_list::other})
            for (const bool blocking : {true, false})
                for (const auto& each : made_.rows)
                    if (each.list == list && each.blocking == blocking) sorted.push_back(each);
        made_.rows = std::move(sorted);
    }
    bool is_ours(const landed_request& each) const { return each.request.project == project_; }
    bool is_member(std::int64_t iid) const {
        const auto known = found_.requests.find(iid);
        return known != found_.requests.end() && known->second.milestone_id == milestone_;
    }

    reconcile_row& add(row_class what, row_list list, std::string id, untrusted title) {
        reconcile_row row;
        row.what = what;
        row.list = list;
        row.id = std::move(id);
        row.title = std::move(title);
        made_.rows.push_back(std::move(row));
        return made_.rows.back();
    }
    reconcile_row& add(row_class what, row_list list, const merge_request& request) {
        auto& row = add(what, list, request_id(request.iid), request.title);
        row.iid = request.iid;
        return row;
    }

    void look_at_member(const merge_request& request) {
        if (request.state == merge_request_state::closed) {
            auto& row = add(row_class::closed, row_list::not_in_diff, request);
            row.blocking = false;
            row.evidence.push_back("closed without merging: take it out of the milestone");
            return;
        }
        if (request.state != merge_request_state::merged) {
            auto& row = add(row_class::not_merged, row_list::not_in_diff, request);
            row.evidence.push_back("still open: merge it and pull again, or move it to a later milestone");
            return;
        }
        if (const auto live = live_.find(request.iid); live != live_.end()) {
            ++made_.agreed;
            look_for_twin(*live->second);
            if (!live->second->request.partly_reverted) return;
            auto& row = add(row_class::partly_reverted, row_list::reverted, request);
            row.commit = live->second->landing;
            row.blocking = false;
            row.evidence.push_back(landing_words(*live->second) + "; some of its commits were taken back");
            return;
        }
        if (const auto dead = dead_.find(request.iid); dead != dead_.end()) {
            auto& row = add(row_class::reverted, row_list::reverted, request);
            row.commit = dead->second->landing;
            row.evidence.push_back(landing_words(*dead->second) + ", and was taken back by " +
                                   short_id(dead->second->request.reverted_by));
            add_empty_remerge(row, *dead->second);
            return;
        }
        look_at_missing(request);
    }

    /// A pick beside what it was picked from: either is enough for the milestone, and people see both.
    void look_for_twin(const landed_request& landed) {
        const bool shipped = found_.picked_from_shipped.contains(landed.request.iid);
        const bool picked =
            landed.request.way == changelog::arrival::cherry_pick && landed.request.how != changelog::evidence::patch;
        const auto is_pick = [&](const std::string& commit) {
            const auto same = std::ranges::find(found_.changes, commit, &landed_change::commit);
            return same != found_.changes.end() && !same->picked_from.empty();
        };
        const bool twice = std::ranges::any_of(landed.also, is_pick);
        if (!shipped && !picked && !twice) return;
        auto& row =
            add(row_class::backport_twin, row_list::other, request_id(landed.request.iid) + "-twin", landed.title);
        row.iid = landed.request.iid;
        row.commit = landed.landing;
        row.blocking = false;
        row.evidence.push_back(landing_words(landed));
        for (const auto& each : landed.also) row.evidence.push_back("also in " + short_id(each));
        if (shipped) row.evidence.push_back("an earlier release has the source of the pick");
    }

    void look_at_issue(const gitlab::issue& issue) {
        auto& row = add(row_class::no_code, row_list::other, "#" + std::to_string(issue.iid), issue.title);
        row.url = issue.web_url;
        row.blocking = false;
        row.evidence.push_back("no merge request and no commit of this release speaks of it");
    }

    void look_at_missing(const merge_request& request) {
        const auto known = found_.not_in_range.find(request.iid);
        const auto where = known == found_.not_in_range.end() ? elsewhere::nowhere : known->second;
        if (where == elsewhere::shipped) {
            auto& row = add(row_class::already_shipped, row_list::not_in_diff, request);
            row.blocking = false;
            row.evidence.push_back("an earlier release has it already: it belongs to that milestone");
            return;
        }
        if (request.target_branch != trunk_) {
            auto& row = add(row_class::wrong_target, row_list::not_in_diff, request);
            row.evidence.push_back("merged into " + request.target_branch + ", not into " + trunk_);
            return;
        }
        auto& row = add(row_class::missing, row_list::not_in_diff, request);
        if (where == elsewhere::after)
            row.evidence.push_back("merged after the candidate was taken: `/release retry pull` takes it along");
        else if (where == elsewhere::unmerged)
            row.evidence.push_back("GitLab says merged, but " + trunk_ + " does not contain it");
        else
            row.evidence.push_back("GitLab says merged, but no commit of the range is it");
        for (const auto& change : found_.changes)
            for (const auto& each : change.requests)
                if (each.iid == request.iid && each.how == changelog::evidence::title) {
                    row.commit = change.commit;
                    row.evidence.push_back(short_id(change.commit) + " has the same title");
                }
    }

    /// Merged again after its revert, with the same commits: git had them already, so nothing came back.
    void add_empty_remerge(reconcile_row& row, const landed_request& dead) const {
        const auto same = std::ranges::find(found_.changes, dead.landing, &landed_change::commit);
        if (same != found_.changes.end() && same->empty)
            row.evidence.push_back(
                "its merge is empty: the commits were there already when the revert took them back. Revert the revert "
                "to bring them back");
    }

    void look_at_landed(const landed_request& landed) {
        if (!is_ours(landed)) {
            auto& row = add(row_class::foreign, row_list::not_in_milestone,
                            landed.request.project + request_id(landed.request.iid), landed.title);
            row.commit = landed.landing;
            row.evidence.push_back(landing_words(landed) + "; it belongs to another project");
            return;
        }
        if (is_member(landed.request.iid)) return;
        look_for_twin(landed);
        const auto known = found_.requests.find(landed.request.iid);
        const bool visible = known != found_.requests.end();
        const bool merged = visible && known->second.state == merge_request_state::merged;
        if (!merged) {
            auto& row =
                add(row_class::unproven, row_list::not_in_milestone, request_id(landed.request.iid), landed.title);
            row.iid = visible ? landed.request.iid : 0;
            row.commit = landed.landing;
            row.evidence.push_back(landing_words(landed));
            row.evidence.push_back(visible ? "but GitLab does not say that it was merged"
                                           : "but it is missing in GitLab, or not visible to the bot");
            return;
        }
        const bool elsewhere = known->second.milestone_id != 0;
        auto& row = add(elsewhere ? row_class::other_milestone : row_class::no_milestone, row_list::not_in_milestone,
                        known->second);
        row.commit = landed.landing;
        if (elsewhere) row.evidence.push_back("in milestone " + known->second.milestone_title.raw());
        row.evidence.push_back(landing_words(landed));
    }

    void look_at_dead(const landed_request& dead) {
        if (!is_ours(dead) || is_member(dead.request.iid)) return;
        auto& row = add(row_class::dead_pair, row_list::reverted, request_id(dead.request.iid), dead.title);
        row.iid = dead.request.iid;
        row.commit = dead.landing;
        row.blocking = false;
        add_empty_remerge(row, dead);
        row.evidence.push_back(landing_words(dead) + ", and was taken back by " + short_id(dead.request.reverted_by));
    }

    void look_at_orphan(const landed_change& change) {
        if (!change.reverts.empty()) return;             // half of a pair that its other half shows
        if (change.ambiguous && change.alive()) return;  // its own row asks which request it is
        const bool dead = !change.alive();
        auto& row =
            add(dead ? row_class::dead_pair : row_class::orphan, dead ? row_list::reverted : row_list::not_in_milestone,
                short_id(change.commit), change.subject);
        row.commit = change.commit;
        row.blocking = !dead;
        if (dead) {
            row.evidence.push_back("taken back by " + short_id(change.reverted_by));
            return;
        }
        row.evidence.push_back("pushed directly by " + change.author.raw() + ", no merge request has it");
        if (std::ranges::find(found_.unasked, change.commit) != found_.unasked.end())
            row.evidence.push_back("GitLab was not asked about it yet: there were too many; look again");
        for (const auto& each : change.requests)
            if (each.how == changelog::evidence::title)
                row.evidence.push_back("it has the same title as " + request_id(each.iid));
    }

    /// What is noteworthy of a landing beside whose it is.
    void look_at_change(const landed_change& change) {
        for (const auto& effect : change.earlier) {
            if (effect.restores) continue;
            auto& row =
                add(row_class::removes_shipped, row_list::other, short_id(change.commit) + "-removes", change.subject);
            row.commit = change.commit;
            // Its own request is in the milestone: somebody meant it.
            row.blocking =
                std::ranges::none_of(change.requests, [&](const attribution& each) { return is_member(each.iid); });
            row.evidence.push_back("takes back " + effect.what + ", which an earlier release shipped");
        }
        if (change.impure_revert) {
            auto& row =
                add(row_class::partly_reverted, row_list::other, short_id(change.commit) + "-impure", change.subject);
            row.commit = change.commit;
            row.blocking = false;
            row.evidence.push_back(
                "says that it is a revert, but does more or less than taking back what it names: read both");
        }
        if (!change.ambiguous) return;
        auto& row = add(row_class::unproven, row_list::other, short_id(change.commit) + "-which", change.subject);
        row.commit = change.commit;
        std::string names;
        for (const auto& each : change.requests) names += (names.empty() ? "" : ", ") + request_id(each.iid);
        row.evidence.push_back("several merge requests fit equally well: " + names);
    }

    const landed_set& found_;
    const std::int64_t milestone_;
    const std::string project_;
    const std::string trunk_;
    std::map<std::int64_t, const landed_request*> live_;
    std::map<std::int64_t, const landed_request*> dead_;
    reconciled made_;
};

}  // namespace

reconciled reconcile_rows(const landed_set& found, std::int64_t milestone_id, const std::string& project_path,
                          const std::string& trunk) {
    return comparing{found, milestone_id, project_path, trunk}.run();
}

std::vector<reconcile_row> submodule_rows(const std::vector<changelog::submodule_change>& moved) {
    std::vector<reconcile_row> rows;
    rows.reserve(moved.size());
    for (const auto& each : moved) {
        reconcile_row row;
        row.what = row_class::submodule;
        row.id = each.path;
        row.title = untrusted{each.project.empty() ? "a submodule" : each.project};
        row.commit = each.landing;
        row.blocking = false;
        row.evidence.push_back(changelog::words_of(each) + ", with " + short_id(each.landing));
        std::vector<std::string> names;
        for (const auto& line : each.lines)
            if (names.size() < most_names) names.push_back(line.name);
        if (each.lines.size() > most_names)
            names.push_back("and " + std::to_string(each.lines.size() - most_names) + " more");
        if (!names.empty()) row.evidence.push_back(joined(names));
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace slipway::steps
