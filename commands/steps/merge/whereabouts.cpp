#include "commands/steps/merge/whereabouts.hpp"

#include <algorithm>

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
task<result<std::string>> first_tag(git::repository* repository, std::string grammar_text,
                                    std::vector<std::string> commits) {
    const auto grammar = changelog::version_grammar::create(grammar_text);
    if (!grammar) co_return grammar.error();
    const auto tags = co_await repository->references("refs/tags/");
    if (!tags) co_return tags.error();
    std::map<std::vector<std::uint32_t>, std::string> ordered;
    std::map<std::string, std::string> commit_of;
    for (const auto& each : *tags) {
        const auto name = each.name.substr(std::string{"refs/tags/"}.size());
        const auto parsed = grammar->parse(name);
        if (!parsed || each.commit.empty()) continue;
        ordered[parsed->numbers] = name;
        commit_of[name] = each.commit;
    }
    for (const auto& [numbers, name] : ordered)
        for (const auto& commit : commits) {
            const auto inside = co_await repository->is_ancestor(commit, commit_of[name]);
            if (!inside && inside.error() == errc::not_found) continue;
            if (!inside) co_return inside.error();
            if (*inside) co_return name;
        }
    co_return std::string{};
}

const changelog::landed_request* find_in(const std::vector<changelog::landed_request>& list, const std::string& project,
                                         std::int64_t iid) {
    const auto found = std::ranges::find_if(list, [&](const changelog::landed_request& each) {
        return each.request.iid == iid && each.request.project == project;
    });
    return found == list.end() ? nullptr : &*found;
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
            made.facts.push_back("no commit since " + here.state->fact("previous_tag") + " is it");
        return;
    }
    made.facts.push_back(landing_words(*landed));
    for (const auto& each : landed->also) made.facts.push_back("also in " + short_id(each));
    if (!landed->request.alive())
        made.facts.push_back("taken back by " + short_id(landed->request.reverted_by) + ", so its change is not in");
    if (landed->request.partly_reverted) made.facts.push_back("some of its commits were taken back");
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
    const bool comparable = !here.state->fact("candidate").empty() && !here.state->fact("previous_commit").empty();
    if (comparable) {
        const auto found = co_await read_landed(here, {});
        if (!found) co_return found.error();
        add_landing(*found, here, iid, made);
    } else {
        made.facts.push_back("this release has not compared trunk with the last tag yet");
    }
    std::vector<std::string> commits;
    for (const auto& each : {request->merge_commit, request->squash_commit, request->head})
        if (!each.empty()) commits.push_back(each);
    const auto open = co_await here.with.clone->ready();
    if (!open) co_return open.error();
    const auto tag = co_await first_tag(*open, here.project->version.grammar, commits);
    if (!tag) co_return tag.error();
    made.facts.push_back(tag->empty() ? std::string{"no tag contains it yet"}
                                      : "the first tag that contains it is " + *tag);
    co_return made;
}

}  // namespace slipway::steps
