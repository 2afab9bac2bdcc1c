#include "commands/steps/merge/whereabouts.hpp"

#include <algorithm>

#include "commands/changelog/messages.hpp"
#include "commands/changelog/version.hpp"
#include "commands/steps/common.hpp"
#include "commands/steps/merge/reconcile_rows.hpp"
#include "commands/steps/merge/request_words.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

using gitlab::merge_request_state;

std::string state_words(const gitlab::merge_request& request) {
    const auto milestone =
        request.milestone_id == 0 ? std::string{"no milestone"} : "milestone " + request.milestone_title.raw();
    switch (request.state) {
        case merge_request_state::merged:
            return "merged into " + request.target_branch +
                   (request.merged_by ? " by " + request.merged_by->username : "") + "; " + milestone;
        case merge_request_state::closed:
            return "closed without merging; " + milestone;
        default:
            break;
    }
    const auto holds = gitlab::to_words(request.status, request.status_text);
    return "still open, " + (holds.empty() ? std::string{"ready to merge"} : holds) + "; " + milestone;
}

/// The first version, in the order of versions, whose tag contains one of the commits; "" = none.
task<result<std::string>> first_tag(context here, git::repository* repository, std::vector<std::string> commits) {
    const auto grammar = changelog::version_grammar::create(here.project->version.grammar);
    if (!grammar) co_return grammar.error();
    const auto tags = co_await repository->references("refs/tags/");
    if (!tags) co_return tags.error();
    std::vector<std::string> names;
    std::map<std::string, std::string> commit_of;
    for (const auto& each : *tags) {
        if (each.commit.empty()) continue;
        names.push_back(each.name.substr(std::string_view{"refs/tags/"}.size()));
        commit_of[names.back()] = each.commit;
    }
    for (const auto& version : changelog::versions_in(names, *grammar, here.project->version.tag_prefix)) {
        const auto name = here.project->tag_name(grammar->text(version));
        for (const auto& commit : commits) {
            const auto inside = co_await repository->is_ancestor(commit, commit_of[name]);
            if (!inside && inside.error() == errc::not_found) continue;
            if (!inside) co_return inside.error();
            if (*inside) co_return name;
        }
    }
    co_return std::string{};
}

/// "1-3-stable has a pick of it, 0123456789": branches that are no part of trunk.
task<result<std::vector<std::string>>> picks_elsewhere(context here, git::repository* repository,
                                                       std::vector<std::string> commits) {
    constexpr std::size_t most_branches = 40;
    std::vector<std::string> found;
    const std::string prefix = "refs/remotes/origin/";
    const auto branches = co_await repository->references(prefix);
    if (!branches) co_return branches.error();
    const auto trunk = co_await repository->resolve(trunk_ref(*here.project));
    if (!trunk) co_return trunk.error();
    std::size_t looked_at = 0;
    for (const auto& branch : *branches) {
        if (branch.commit.empty() || ++looked_at > most_branches) continue;
        const auto own = co_await repository->range(*trunk, branch.commit);
        if (!own) co_return own.error();
        for (const auto& each : *own)
            for (const auto& source : changelog::detail::facts_in(each.message.raw()).sources)
                if (std::ranges::any_of(commits, [&](const auto& id) { return id.starts_with(source); }))
                    found.push_back("branch " + branch.name.substr(prefix.size()) + " has a pick of it, " +
                                    short_id(each.id));
    }
    co_return found;
}

const changelog::landed_request* find_in(const std::vector<changelog::landed_request>& list, const std::string& project,
                                         std::int64_t iid) {
    const auto found = std::ranges::find_if(list, [&](const changelog::landed_request& each) {
        return each.request.iid == iid && each.request.project == project;
    });
    return found == list.end() ? nullptr : &*found;
}

/// What this release does to something that an earlier one shipped.
void add_earlier(const landed_set& found, std::int64_t iid, whereabouts& made) {
    for (const auto& change : found.changes)
        for (const auto& effect : change.earlier) {
            if (effect.iid != iid) continue;
            made.facts.push_back(
                (effect.restores ? "this release brings it back with " : "this release takes it back with ") +
                short_id(change.commit));
        }
}

void add_landing(const landed_set& found, const context& here, std::int64_t iid, whereabouts& made) {
    const auto& project = here.project->gitlab.project;
    const auto* live = find_in(found.summary.landed, project, iid);
    const auto* landed = live != nullptr ? live : find_in(found.summary.dead, project, iid);
    made.in_release = live != nullptr;
    if (landed == nullptr) {
        const auto where = found.not_in_range.find(iid);
        if (where != found.not_in_range.end() && where->second == elsewhere::after)
            made.facts.push_back("it was merged after the candidate was taken: `/release retry pull` takes it along");
        else
            made.facts.push_back(found.base.empty() ? std::string{"no commit is it"}
                                                    : "no commit since " + here.state->fact("previous_tag") + " is it");
        add_earlier(found, iid, made);
        return;
    }
    made.facts.push_back(landing_words(*landed));
    for (const auto& each : landed->also) made.facts.push_back("also in " + short_id(each));
    if (found.picked_from_shipped.contains(iid)) made.facts.push_back("an earlier release has what it was picked from");
    if (!landed->request.alive())
        made.facts.push_back("taken back by " + short_id(landed->request.reverted_by) + ", so its change is not in");
    if (landed->request.partly_reverted) made.facts.push_back("some of its commits were taken back");
    add_earlier(found, iid, made);
}

/// The commits that are it: those that GitLab recorded, and where this release has it.
std::vector<std::string> commits_of(const gitlab::merge_request& request, const landed_set* found,
                                    const std::string& project) {
    std::vector<std::string> commits;
    for (const auto& each : {request.merge_commit, request.squash_commit, request.head})
        if (!each.empty()) commits.push_back(each);
    const auto* landed = found == nullptr ? nullptr : find_in(found->summary.landed, project, request.iid);
    if (landed != nullptr) commits.push_back(landed->landing);
    return commits;
}

}  // namespace

task<result<whereabouts>> where_is(context here, std::int64_t iid) {
    if (here.with.gitlab == nullptr) co_return not_configured("GitLab", "gitlab.project");
    if (here.with.clone == nullptr) co_return not_configured("the repository", "repository.url");
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto request = co_await here.with.gitlab->read_merge_request(project, iid);
    if (!request) co_return request.error();
    whereabouts made;
    made.title = request->title;
    made.url = request->web_url;
    made.facts.push_back(state_words(*request));
    std::optional<landed_set> found;
    auto range = release_range(here);
    if (range) {
        range->scope = landed_scope::milestone;
        auto read = co_await read_landed(here, std::move(*range));
        if (!read) co_return read.error();
        found = std::move(*read);
        add_landing(*found, here, iid, made);
    } else {
        made.facts.push_back("this release has not compared trunk with the last tag yet");
    }
    const auto commits = commits_of(*request, found ? &*found : nullptr, here.project->gitlab.project);
    const auto open = co_await here.with.clone->ready();
    if (!open) co_return open.error();
    const auto picks = co_await picks_elsewhere(here, *open, commits);
    if (!picks) co_return picks.error();
    made.facts.insert(made.facts.end(), picks->begin(), picks->end());
    const auto tag = co_await first_tag(here, *open, commits);
    if (!tag) co_return tag.error();
    made.facts.push_back(tag->empty() ? std::string{"no tag contains it yet"}
                                      : "the first tag that contains it is " + *tag);
    co_return made;
}

}  // namespace slipway::steps
