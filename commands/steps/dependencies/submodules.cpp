#include "commands/steps/dependencies/submodules.hpp"

#include <algorithm>
#include <set>

#include "commands/changelog/landed.hpp"
#include "commands/changelog/summary.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/dependencies/linked.hpp"
#include "commands/steps/merge/landed_range.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using changelog::submodule_change;
using changelog::submodule_way;

constexpr std::chrono::hours skew{48};  ///< commit dates and GitLab's clock differ by design

/// From the oldest place of each path to the newest.
std::vector<git::submodule_move> first_to_last(const std::vector<git::submodule_move>& newest_first) {
    std::map<std::string, git::submodule_move> by_path;
    for (const auto& each : newest_first) by_path.try_emplace(each.path, each).first->second.from = each.from;
    std::vector<git::submodule_move> all;
    for (auto& [path, each] : by_path)
        if (each.from != each.to) all.push_back(std::move(each));
    return all;
}

/// Where the commits of one submodule are; `repository` null = they cannot be had, and `why`.
struct source {
    std::string why;
    std::int64_t id = 0;  ///< in GitLab; 0 = not known there
    std::string web_url;
    std::string trunk;
    git::repository* repository = nullptr;
    local_clone* clone = nullptr;
};

/// Two submodules of one project share a source. One per reading.
class reader {
public:
    reader(context here, git::repository* repository, std::string base, std::string head)
        : here_{std::move(here)}, git_{repository}, base_{std::move(base)}, head_{std::move(head)} {}

    task<result<std::vector<submodule_change>>> run(submodule_scope scope) {
        std::vector<submodule_change> all;
        auto moves = co_await git_->submodule_moves(base_, head_);
        if (!moves) co_return moves.error();
        if (moves->empty()) co_return all;
        if (scope == submodule_scope::whole_range) moves = first_to_last(*moves);
        const auto named = co_await read_addresses();
        if (!named) co_return named.error();
        for (const auto& move : *moves) {
            auto change = co_await read(move);
            if (!change) co_return change.error().within(move.path);
            all.push_back(std::move(*change));
        }
        co_return all;
    }

private:
    task<result<>> read_addresses() {
        const std::vector<std::string> both{base_, head_};  // what `head` says goes
        for (const auto& commit : both) {
            if (commit.empty()) continue;
            const auto text = co_await git_->read_file(commit, ".gitmodules");
            if (!text && !(text.error() == errc::not_found)) co_return text.error();
            if (!text) continue;
            for (auto& [path, address] : changelog::submodule_addresses(*text)) addresses_[path] = address;
        }
        co_return result<>{};
    }

    task<result<submodule_change>> read(git::submodule_move move) {
        submodule_change made;
        made.path = move.path;
        made.landing = move.landing;
        made.from = move.from;
        made.to = move.to;
        const auto& own = here_.project->gitlab.project;
        if (const auto address = addresses_.find(move.path); address != addresses_.end())
            made.project = changelog::project_of_address(address->second, own, here_.project->dependencies.group);
        if (move.from.empty() || move.to.empty()) {
            made.way = move.from.empty() ? submodule_way::added : submodule_way::removed;
            co_return made;
        }
        if (made.project.empty()) {
            made.why = "whose project is not configured under `dependencies`";
            co_return made;
        }
        const auto from = co_await source_of(made.project);
        if (!from) co_return from.error();
        if (from->repository == nullptr) {
            made.why = from->why;
            co_return made;
        }
        const std::vector<std::string> both{made.from, made.to};
        for (const auto& commit : both) {
            const auto there = co_await has(*from, commit);
            if (!there) co_return there.error();
            if (*there) continue;
            made.why = "but " + made.project + " has no commit " + short_id(commit) + " in any branch (was it pushed?)";
            co_return made;
        }
        co_return co_await compare(*from, std::move(made));
    }

    task<result<source>> source_of(std::string project) {
        if (const auto known = sources_.find(project); known != sources_.end()) co_return known->second;
        const auto opened = co_await open(project);
        if (!opened) co_return opened.error();
        sources_[project] = *opened;
        co_return *opened;
    }

    task<result<source>> open(std::string project) {
        source made;
        const auto& rules = here_.project->dependencies;
        const auto own = rules.projects.find(project);
        const auto rule = own == rules.projects.end() ? rules.usual : own->second;
        made.trunk = rule.trunk;
        gitlab::project home;
        home.path = project;
        if (here_.with.gitlab != nullptr) {
            const auto found = co_await here_.with.gitlab->project_by_path(project);
            const bool hidden = !found && (found.error() == errc::not_found || found.error() == errc::refused);
            if (!found && !hidden) co_return found.error();
            made.why = "but " + project + " is missing in GitLab, or not visible to the bot";
            if (!found) co_return made;
            home = *found;
            made.id = home.id;
            made.web_url = home.web_url;
        }
        const auto url = address_of(*here_.project, rule, home);
        made.why = "and nothing says where " + project + " is cloned from (`dependencies.url`)";
        if (url.empty() || here_.with.dependencies == nullptr) co_return made;
        // As the step dependencies names it, so that both work in one clone.
        const auto clone = here_.with.dependencies->at(home.path, url);
        if (!clone) {
            made.why = "but " + clone.error().sentence();
            co_return made;
        }
        const auto ready = co_await (*clone)->ready();
        if (!ready && (ready.error() == errc::not_found || ready.error() == errc::unauthorised)) {
            made.why = "but it cannot be cloned: " + ready.error().sentence();
            co_return made;
        }
        if (!ready) co_return ready.error();
        made.clone = *clone;
        made.repository = *ready;
        co_return made;
    }

    /// Fetches once when the clone does not have it yet.
    task<result<bool>> has(source from, std::string commit) {
        const auto there = co_await from.repository->read_commit(commit);
        if (there) co_return true;
        if (!(there.error() == errc::not_found)) co_return there.error();
        if (!fetched_.insert(from.clone->directory()).second) co_return false;
        const auto got = co_await from.clone->fetch();
        if (!got) co_return got.error();
        const auto now = co_await from.repository->read_commit(commit);
        if (!now && !(now.error() == errc::not_found)) co_return now.error();
        co_return now.has_value();
    }

    task<result<submodule_change>> compare(source from, submodule_change made) {
        const auto base = co_await from.repository->merge_base(made.from, made.to);
        if (!base && !(base.error() == errc::not_found)) co_return base.error();
        if (!base) {
            made.why = "which have no common history in " + made.project;
            co_return made;
        }
        const auto apart = co_await from.repository->compare(made.to, made.from);
        if (!apart) co_return apart.error();
        made.commits_lost = apart->behind;
        made.way = *base == made.from ? submodule_way::forward
                   : *base == made.to ? submodule_way::back
                                      : submodule_way::sideways;
        if (made.way == submodule_way::back) co_return made;
        const auto listed = co_await list(from, &made);
        if (!listed) co_return listed.error();
        co_return made;
    }

    /// What landed between the two commits, with all that the submodule's own GitLab project knows.
    task<result<>> list(source from, submodule_change* made) {
        auto settings = attribution_for(*here_.project);
        settings.project_path = made->project;
        settings.aliases.clear();
        settings.target_branch.clear();
        const auto steps = co_await from.repository->landings(made->from, made->to);
        if (!steps) co_return steps.error();
        const auto range = co_await as_range(from.repository, *steps, settings);
        if (!range) co_return range.error();
        std::map<std::int64_t, gitlab::merge_request> requests;
        const auto merged = co_await merged_since(from, made->from, &requests);
        if (!merged) co_return merged.error();
        auto known = as_known(requests);
        auto changes = changelog::landed_changes(*range, known, settings);
        const auto named = co_await read_named(from, changes, &requests);
        if (!named) co_return named.error();
        known = as_known(requests);
        changes = changelog::landed_changes(*range, known, settings);
        made->items = changelog::entry_items(changes, known);
        const auto root = from.web_url.empty() ? std::string{} : from.web_url + "/-/";
        for (auto& item : made->items) {
            item.project = made->project;
            if (!root.empty()) item.url = root + "merge_requests/" + std::to_string(item.iid);
            const auto request = requests.find(item.iid);
            made->lines.push_back({made->project + "!" + std::to_string(item.iid), item.title,
                                   request == requests.end() ? std::string{} : request->second.author.username,
                                   item.url});
        }
        const auto summary = changelog::summarise(changes, known, settings);
        for (auto each = summary.orphans.rbegin(); each != summary.orphans.rend(); ++each)
            if (each->alive() && each->reverts.empty())
                made->lines.push_back({"commit " + short_id(each->commit), each->subject, each->author.raw(),
                                       root.empty() ? std::string{} : root + "commit/" + each->commit});
        co_return result<>{};
    }

    task<result<>> merged_since(source from, std::string oldest, std::map<std::int64_t, gitlab::merge_request>* into) {
        if (from.id == 0) co_return result<>{};
        const auto commit = co_await from.repository->read_commit(oldest);
        if (!commit) co_return commit.error();
        const auto since = from_unix_ms(commit->committer.time * 1000) - skew;
        const auto merged = co_await here_.with.gitlab->merged_into(from.id, from.trunk, since);
        if (!merged) co_return merged.error();
        for (const auto& each : *merged) into->emplace(each.iid, each);
        co_return result<>{};
    }

    task<result<>> read_named(source from, std::vector<changelog::landed_change> changes,
                              std::map<std::int64_t, gitlab::merge_request>* into) {
        std::set<std::int64_t> wanted;
        for (const auto& change : changes)
            for (const auto& each : change.requests)
                if (!into->contains(each.iid)) wanted.insert(each.iid);
        if (wanted.empty() || from.id == 0) co_return result<>{};
        const auto read = co_await here_.with.gitlab->merge_requests_by_iid(
            from.id, std::vector<std::int64_t>(wanted.begin(), wanted.end()));
        if (!read) co_return read.error();
        for (const auto& each : *read) into->emplace(each.iid, each);
        co_return result<>{};
    }

    static std::vector<changelog::known_request> as_known(const std::map<std::int64_t, gitlab::merge_request>& from) {
        std::vector<changelog::known_request> all;
        all.reserve(from.size());
        for (const auto& [iid, request] : from) all.push_back(as_known_request(request));
        return all;
    }

    context here_;
    git::repository* git_;
    std::string base_, head_;
    std::map<std::string, std::string> addresses_;
    std::map<std::string, source> sources_;
    std::set<std::string> fetched_;
};

}  // namespace

task<result<std::vector<submodule_change>>> read_submodules(context here, git::repository* repository, std::string base,
                                                            std::string head, submodule_scope scope) {
    reader one{std::move(here), repository, std::move(base), std::move(head)};
    auto read = co_await one.run(scope);
    co_return read;
}

}  // namespace slipway::steps
