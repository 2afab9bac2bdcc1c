#include "commands/steps/watching/range_facts.hpp"

#include <algorithm>

#include "commands/changelog/landed.hpp"
#include "commands/errors/commit_words.hpp"
#include "integrations/git/history.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_counted = 60;  ///< commits whose files are counted; each costs a comparison of two trees

/// The commits that some evidence names, those of lines first.
std::vector<std::string> named_commits(const errors::suspect_input& in) {
    std::vector<std::string> found;
    std::set<std::string> seen;
    const auto add = [&](const std::string& id) {
        if (in.commits.contains(id) && seen.insert(id).second) found.push_back(id);
    };
    for (const auto& each : in.removed) add(each.commit);
    for (const auto& frame : in.frames)
        for (const auto& line : frame.lines) add(line.commit);
    for (const auto& frame : in.frames)
        for (const auto& id : frame.range_commits) add(id);
    return found;
}

task<result<>> count_files(git::repository* repository, std::vector<std::string> ids, errors::suspect_input& into) {
    std::erase_if(ids, [&](const std::string& id) { return into.commits[id].merge_or_bot; });
    if (ids.size() > most_counted) ids.resize(most_counted);
    const auto counts = co_await repository->files_changed(ids);
    if (!counts) co_return counts.error();
    for (std::size_t each = 0; each < ids.size(); ++each)
        into.commits[ids[each]].files = std::max<std::size_t>(1, (*counts)[each]);
    co_return result<>{};
}

task<result<>> mark_ignored(git::repository* repository, std::string head, std::string file,
                            errors::suspect_input& into) {
    const auto text = co_await repository->read_file(head, file);
    if (!text && text.error() == errc::not_found) co_return result<>{};
    if (!text) co_return text.error();
    for (const auto& id : errors::ignored_revisions(*text))
        if (const auto known = into.commits.find(id); known != into.commits.end()) known->second.ignored = true;
    co_return result<>{};
}

/// A revert answers for nothing: what it takes back does.
task<result<>> read_reverted(git::repository* repository, std::vector<std::string> ids, errors::suspect_input& into) {
    for (const auto& id : ids) {
        auto& fact = into.commits[id];
        if (fact.reverts.empty()) continue;
        const auto whole = co_await repository->resolve(fact.reverts);
        fact.reverts = whole ? *whole : std::string{};
        if (!whole || into.commits.contains(*whole)) continue;
        const auto commit = co_await repository->read_commit(*whole);
        if (commit) into.commits[*whole] = as_fact(*commit, false);
    }
    co_return result<>{};
}

/// Merges and robots stand for whoever wrote their merge request.
task<result<>> ask_for_authors(context here, std::vector<std::string> ids, errors::suspect_input& into) {
    if (here.with.gitlab == nullptr) co_return result<>{};
    std::vector<std::int64_t> requests;
    for (const auto& id : ids)
        if (const auto& fact = into.commits[id]; fact.merge_or_bot && fact.request != 0)
            if (std::ranges::find(requests, fact.request) == requests.end()) requests.push_back(fact.request);
    if (requests.empty()) co_return result<>{};
    if (requests.size() > 100) requests.resize(100);
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto found = co_await here.with.gitlab->merge_requests_by_iid(project, requests);
    if (!found) co_return found.error();
    for (auto& [id, fact] : into.commits)
        for (const auto& each : *found)
            if (fact.merge_or_bot && fact.request == each.iid)
                fact.request_author = errors::developer{each.author.name.raw(), {}, each.author.username};
    co_return result<>{};
}

/// One person, one name: `.mailmap` first, then whom the project file knows under that address or account.
task<result<>> name_people(context here, git::repository* repository, std::string head, errors::suspect_input& into) {
    std::vector<errors::developer*> all;
    for (auto& [id, fact] : into.commits) {
        all.push_back(&fact.author);
        for (auto& each : fact.co_authors) all.push_back(&each);
    }
    std::vector<git::signature> written;
    for (const auto* each : all) {
        git::signature one;
        one.name = each->name;
        one.email = each->email;
        written.push_back(std::move(one));
    }
    const auto proper = co_await repository->proper_names(head, written);
    if (!proper) co_return proper.error();
    for (std::size_t each = 0; each < all.size(); ++each) {
        all[each]->name = (*proper)[each].name;
        all[each]->email = (*proper)[each].email;
    }
    for (auto& [id, fact] : into.commits)
        if (fact.request_author) all.push_back(&*fact.request_author);
    for (auto* each : all) {
        const auto* person = here.project->by_email(each->email);
        if (person == nullptr && !each->username.empty()) person = here.project->by_gitlab(each->username);
        if (person == nullptr) continue;
        if (!person->emails.empty()) each->email = person->emails.front();
        each->username = person->gitlab;
    }
    co_return result<>{};
}

std::int64_t request_in(const git::commit& of) {
    for (const auto& each : changelog::references_in(of.message.raw()))
        if (each.iid != 0) return each.iid;
    return 0;
}

}  // namespace

errors::commit_fact as_fact(const git::commit& from, bool in_range) {
    errors::commit_fact fact;
    fact.id = from.id;
    fact.title = from.subject().raw();
    fact.author = {from.author.name, from.author.email, ""};
    fact.co_authors = errors::co_authors_in(from.message.raw());
    fact.reverts = errors::reverted_in(from.message.raw());
    fact.when = from_unix_ms(from.author.time * 1000);
    fact.in_range = in_range;
    fact.merge_or_bot = from.parents.size() > 1 || errors::is_robot(fact.author);
    return fact;
}

task<result<std::map<std::string, errors::commit_fact>>> read_range(git::repository* repository, std::string base,
                                                                    std::string head) {
    auto commits = co_await repository->range(base, head);
    if (!commits) co_return commits.error();
    const git::history all{std::move(*commits)};
    std::map<std::string, errors::commit_fact> facts;
    for (std::size_t each = 0; each < all.size(); ++each) facts[all.at(each).id] = as_fact(all.at(each), true);
    // Oldest merges first: what a branch brought into another one belongs to its own merge request.
    for (auto each = all.size(); each-- > 0;) {
        const auto request = request_in(all.at(each));
        if (request == 0) continue;
        auto& own = facts[all.at(each).id].request;
        if (own == 0) own = request;
        if (all.at(each).parents.size() < 2) continue;
        const auto first = all.find(all.at(each).parents.front());
        const auto parts = all.range(first, each);
        if (parts.steps.empty()) continue;
        for (const auto brought : parts.steps.front().brought)
            if (auto& fact = facts[all.at(brought).id]; fact.request == 0) fact.request = request;
    }
    co_return facts;
}

task<result<>> complete_facts(context here, git::repository* repository, errors::suspect_input& into) {
    const auto head = here.state->fact("stable_commit");
    const auto ids = named_commits(into);
    const auto counted = co_await count_files(repository, ids, into);
    if (!counted) co_return counted.error();
    const auto ignored = co_await mark_ignored(repository, head, here.project->suspects.ignore_revs, into);
    if (!ignored) co_return ignored.error();
    const auto reverted = co_await read_reverted(repository, ids, into);
    if (!reverted) co_return reverted.error();
    const auto asked = co_await ask_for_authors(here, ids, into);
    if (!asked) co_return asked.error();
    const auto named = co_await name_people(here, repository, head, into);
    if (!named) co_return named.error();
    for (const auto& each : here.project->suspects.ignore_people) into.unavailable.insert(each);
    co_return result<>{};
}

}  // namespace slipway::steps
