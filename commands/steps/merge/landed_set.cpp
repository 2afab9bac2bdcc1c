#include "commands/steps/merge/landed_set.hpp"

#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/merge/landed_content.hpp"
#include "commands/steps/merge/landed_range.hpp"
#include "commands/steps/merge/milestone_sides.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using changelog::landed_change;
using changelog::range_landing;

constexpr std::chrono::hours skew{48};  ///< commit dates and GitLab's clock differ by design

bool is_unexplained(const landed_change& change) {
    return change.kind == changelog::landed_kind::direct && change.requests.empty() &&
           change.foreign_requests.empty() && change.alive() && change.reverts.empty();
}

/// Collects into one landed_set, story by story. One per reading.
class reading {
public:
    reading(context here, landed_question what)
        : here_{std::move(here)}, what_{std::move(what)}, settings_{attribution_for(*here_.project)} {
        found_.base = what_.base;
        found_.head = what_.head;
        found_.asked = remembered_answers(here_);
    }

    task<result<landed_set>> run() {
        if (here_.with.clone == nullptr) co_return not_configured("the repository", "repository.url");
        const auto open = co_await here_.with.clone->ready();
        if (!open) co_return open.error();
        git_ = *open;
        auto steps = co_await git_->landings(found_.base, found_.head);
        if (!steps) co_return steps.error();
        found_.steps = std::move(*steps);
        auto range = co_await as_range(git_, found_.steps, settings_);
        if (!range) co_return range.error();
        range_ = std::move(*range);
        if (here_.with.gitlab != nullptr) {
            const auto asked = co_await ask_gitlab();
            if (!asked) co_return asked.error();
        }
        attribute();
        const auto around = co_await look_around();
        if (!around) co_return around.error();
        if (here_.with.gitlab != nullptr) {
            const auto named = co_await read_named();
            if (!named) co_return named.error();
        }
        const auto compared = co_await compare_content();
        if (!compared) co_return compared.error();
        if (what_.scope == landed_scope::milestone) {
            const auto both = co_await read_both_sides(here_, git_, &found_);
            if (!both) co_return both.error();
        }
        co_return std::move(found_);
    }

private:
    task<result<>> ask_gitlab() {
        const auto listed = co_await read_requests();
        if (!listed) co_return listed.error();
        attribute();
        const auto named = co_await read_named();
        if (!named) co_return named.error();
        const auto same = co_await resolve_foreign();
        if (!same) co_return same.error();
        const auto stacked = co_await ask_about_stacks();
        if (!stacked) co_return stacked.error();
        const auto answered = co_await ask_about_orphans();
        if (!answered) co_return answered.error();
        co_return co_await read_named();
    }

    task<result<std::vector<gitlab::merge_request>>> read_members() {
        std::vector<std::int64_t> picks;  // a hotfix has no milestone, but its merge requests by number
        for (const auto& each : array_at(here_.state->facts, "picks"))
            if (each.is_int64()) picks.push_back(each.get_int64());
        if (!picks.empty()) co_return co_await here_.with.gitlab->merge_requests_by_iid(project(), std::move(picks));
        co_return co_await here_.with.gitlab->merge_requests_of(project(), milestone_of(*here_.state));
    }

    task<result<>> read_requests() {
        const auto members = co_await read_members();
        if (!members) co_return members.error();
        keep(*members);
        auto oldest = found_.base;
        if (oldest.empty() && !found_.steps.empty()) oldest = found_.steps.back().tip.id;
        if (oldest.empty()) co_return result<>{};
        const auto base = co_await git_->read_commit(oldest);
        if (!base) co_return base.error();
        const auto since = from_unix_ms(base->committer.time * 1000) - skew;
        const auto merged = co_await here_.with.gitlab->merged_into(project(), here_.project->repository.trunk, since);
        if (!merged) co_return merged.error();
        keep(*merged);
        co_return result<>{};
    }

    void attribute() {
        found_.known.clear();
        const auto stacks = object_at(found_.asked, "stacks");
        for (const auto& [iid, request] : found_.requests) {
            found_.known.push_back(as_known_request(request));
            for (const auto& each : array_at(stacks, std::to_string(iid)))
                if (each.is_string()) found_.known.back().commits.emplace_back(each.get_string());
            if (const auto marks = marks_.find(iid); marks != marks_.end())
                found_.known.back().patch_ids = marks->second;
        }
        around_.asked.clear();
        for (const auto& [commit, iids] : object_at(found_.asked, "commits")) {
            changelog::asked_commit answer{std::string{commit}, {}};
            if (const auto* list = iids.if_array())
                for (const auto& each : *list) answer.iids.push_back(each.to_number<std::int64_t>());
            around_.asked.push_back(std::move(answer));
        }
        found_.changes = changelog::landed_changes(range_, found_.known, settings_, around_);
        found_.summary = changelog::summarise(found_.changes, found_.known, settings_);
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

    /// A renamed project keeps its numbers: GitLab says whether another path is ours.
    task<result<>> resolve_foreign() {
        std::set<std::string> paths;
        for (const auto& change : found_.changes)
            for (const auto& each : change.foreign_requests) paths.insert(each.project);
        bool is_new = false;
        for (const auto& path : paths) {
            if (!memory("projects").contains(path)) {
                if (!may_ask()) continue;
                const auto home = co_await here_.with.gitlab->project_by_path(path);
                const bool hidden = !home && (home.error() == errc::not_found || home.error() == errc::refused);
                if (!home && !hidden) co_return home.error();
                memory("projects")[path] = home ? home->id : 0;
            }
            // A path may hold dots: no dotted look-up.
            const auto* id = memory("projects").if_contains(path);
            if (id == nullptr || id->to_number<std::int64_t>() != project()) continue;
            settings_.aliases.push_back(path);
            is_new = true;
        }
        if (is_new) attribute();
        co_return result<>{};
    }

    /// A fast-forward leaves only the last commit with GitLab's id: the request itself says which others are its own.
    task<result<>> ask_about_stacks() {
        std::vector<std::int64_t> wanted;
        for (std::size_t each = 0; each + 1 < found_.changes.size(); ++each) {
            if (!is_unexplained(found_.changes[each + 1]) || found_.changes[each].requests.empty()) continue;
            const auto& above = found_.changes[each].requests.front();
            const bool fits = above.how == changelog::evidence::head && above.way == changelog::arrival::fast_forward &&
                              !above.through;
            if (fits && !memory("stacks").contains(std::to_string(above.iid))) wanted.push_back(above.iid);
        }
        for (const auto iid : wanted) {
            if (!may_ask()) break;
            const auto commits = co_await here_.with.gitlab->commits_of(project(), iid);
            if (!commits) co_return commits.error();
            json::array ids;
            for (const auto& each : *commits) ids.emplace_back(each.id);
            memory("stacks")[std::to_string(iid)] = std::move(ids);
        }
        if (!wanted.empty()) attribute();
        co_return result<>{};
    }

    /// Fast-forward with squash leaves no trace in the commit: only GitLab knows. Oldest first, a few in one look.
    task<result<>> ask_about_orphans() {
        const auto orphans = found_.summary.orphans;
        bool is_new = false;
        for (auto each = orphans.rbegin(); each != orphans.rend(); ++each) {
            const bool explained = !each->reverts.empty() || !each->alive();
            if (explained || memory("commits").contains(each->commit)) continue;
            if (!may_ask()) {
                found_.unasked.push_back(each->commit);
                continue;
            }
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
            memory("commits")[each->commit] = std::move(iids);
            is_new = true;
        }
        if (is_new) attribute();
        co_return result<>{};
    }

    /// What the range says about commits outside it.
    task<result<>> look_around() {
        const auto open = loose_ends_of(found_.steps, found_.changes);
        if (open.reverts) {
            auto before = co_await look_back(here_, git_, found_.base, settings_);
            if (!before) co_return before.error();
            around_.before = std::move(*before);
        }
        if (open.picks) {
            auto sources = co_await find_pick_sources(here_, git_, found_.steps, found_.base, settings_);
            if (!sources) co_return sources.error();
            around_.elsewhere = std::move(sources->landings);
            const auto asked = co_await ask_about_sources(sources->unknown);
            if (!asked) co_return asked.error();
            attribute();
            for (const auto& landed : found_.summary.landed)
                if (std::ranges::find(sources->shipped, landed.request.commit) != sources->shipped.end())
                    found_.picked_from_shipped.insert(landed.request.iid);
        }
        if (open.reverts || open.picks) attribute();
        co_return result<>{};
    }

    /// The source of a pick that the clone does not have may be known to GitLab: then it is one of its commits.
    task<result<>> ask_about_sources(std::vector<std::string> unknown) {
        if (here_.with.gitlab == nullptr) co_return result<>{};
        for (const auto& source : unknown) {
            if (memory("sources").contains(source)) continue;
            if (!may_ask()) break;
            const auto answer = co_await here_.with.gitlab->merge_requests_with(project(), source);
            if (!answer && !(answer.error() == errc::not_found)) co_return answer.error();
            memory("sources")[source] = 0;
            if (!answer) continue;
            for (const auto& one : *answer) {
                if (one.project_id != project() || one.state != gitlab::merge_request_state::merged) continue;
                found_.requests.emplace(one.iid, one);
                memory("sources")[source] = one.iid;
            }
        }
        const json::object sources = object_at(found_.asked, "sources");
        for (const auto& [source, iid] : sources) {
            const auto number = iid.to_number<std::int64_t>();
            auto ids = array_at(memory("stacks"), std::to_string(number));
            if (number == 0 || std::ranges::find(ids, json::value(source)) != ids.end()) continue;
            ids.emplace_back(source);
            memory("stacks")[std::to_string(number)] = std::move(ids);
        }
        co_return result<>{};
    }

    /// Reverts that claim to be exact, and commits that repeat what a merge request changed.
    task<result<>> compare_content() {
        const auto reverts = co_await mark_reverts(git_, found_.known, settings_, &range_, &around_);
        if (!reverts) co_return reverts.error();
        const auto repeats = co_await mark_repeats(here_, git_, found_, &range_);
        if (!repeats) co_return repeats.error();
        marks_ = *repeats;
        if (*reverts || !marks_.empty()) attribute();
        co_return result<>{};
    }

    json::object& memory(const char* what) {
        auto& kept = found_.asked[what];
        if (!kept.is_object()) kept = json::object{};
        return kept.get_object();
    }
    bool may_ask() {
        if (questions_ == most_questions) return false;
        ++questions_;
        return true;
    }
    void keep(const std::vector<gitlab::merge_request>& read) {
        for (const auto& each : read) found_.requests.emplace(each.iid, each);
    }
    std::int64_t project() const { return number_at(here_.state->facts, "gitlab_project"); }

    context here_;
    landed_question what_;
    changelog::attribution_settings settings_;
    git::repository* git_ = nullptr;
    std::vector<range_landing> range_;
    changelog::range_surroundings around_;
    std::map<std::int64_t, std::vector<std::string>> marks_;
    std::set<std::int64_t> looked_up_;
    std::size_t questions_ = 0;
    landed_set found_;
};

}  // namespace

task<result<landed_set>> read_landed(context here, landed_question what) {
    reading one{std::move(here), std::move(what)};
    auto read = co_await one.run();
    co_return read;
}

}  // namespace slipway::steps
