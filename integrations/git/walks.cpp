// Ranges of commits. Order comes from the graph; dates are only a tie-break, because clocks are wrong.
#include <algorithm>

#include "integrations/git/history.hpp"
#include "integrations/git/jobs.hpp"

namespace slipway::git::detail {
namespace {

struct walk_question {
    std::vector<git_oid> from;
    std::vector<git_oid> hidden;
};

result<std::vector<commit>> walk(git_repository& repo, const walk_question& question) {
    const std::string what = "Cannot walk the history";
    const auto walker = acquire<revwalk_handle>(what, git_revwalk_new, &repo);
    if (!walker) return walker.error();
    git_revwalk_sorting(walker->get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
    for (const auto& each : question.from) {
        if (const int code = git_revwalk_push(walker->get(), &each); code < 0) return git_failure(code, what);
    }
    for (const auto& each : question.hidden) {
        if (const int code = git_revwalk_hide(walker->get(), &each); code < 0) return git_failure(code, what);
    }
    std::vector<commit> found;
    git_oid id;
    int code = 0;
    while ((code = git_revwalk_next(&id, walker->get())) == 0) {
        const auto each = acquire<commit_handle>("Cannot read commit " + to_text(id), git_commit_lookup, &repo, &id);
        if (!each) return each.error();
        found.push_back(to_commit(**each));
    }
    if (code != GIT_ITEROVER) return git_failure(code, what);
    return found;
}

/// The id of the commit, or its failure.
result<git_oid> commit_oid(git_repository& repo, const object_id& id) {
    const auto found = find_commit(repo, id);
    if (!found) return found.error();
    return *git_commit_id(found->get());
}

result<walk_question> between(git_repository& repo, const object_id& base, const object_id& head) {
    const auto newest = commit_oid(repo, head);
    if (!newest) return newest.error();
    walk_question question{{*newest}, {}};
    if (base.empty()) return question;
    const auto oldest = commit_oid(repo, base);
    if (!oldest) return oldest.error();
    question.hidden.push_back(*oldest);
    return question;
}

result<git_oid> first_parent(git_repository& repo, const git_oid& of) {
    const auto raw = acquire<commit_handle>("Cannot read commit " + to_text(of), git_commit_lookup, &repo, &of);
    if (!raw) return raw.error();
    if (git_commit_parentcount(raw->get()) == 0) return failure{errc::not_found, "the first commit has no parent"};
    return *git_commit_parent_id(raw->get(), 0);
}

}  // namespace

result<std::vector<commit>> range(git_repository& repo, const object_id& base, const object_id& head) {
    const auto question = between(repo, base, head);
    if (!question) return question.error();
    return walk(repo, *question);
}

result<std::vector<landing>> landings(git_repository& repo, const object_id& base, const object_id& head) {
    const auto question = between(repo, base, head);
    if (!question) return question.error();
    std::vector<object_id> hidden;
    for (const auto& each : question->hidden) hidden.push_back(to_text(each));
    const auto newest = to_text(question->from.front());
    auto all = read_many(repo, {newest}, hidden, 0);
    if (!all) return all.error();
    const history commits{std::move(*all)};
    const auto tip = commits.find(newest);
    std::vector<landing> found;
    if (!tip) return found;
    for (const auto& step : commits.range(std::nullopt, *tip).steps) {
        landing made{commits.at(step.tip), {}};
        for (const auto each : step.brought) made.brought.push_back(commits.at(each));
        found.push_back(std::move(made));
    }
    return found;
}

result<object_id> landing_of(git_repository& repo, const object_id& id, const object_id& branch_head) {
    const auto wanted = commit_oid(repo, id);
    if (!wanted) return wanted.error();
    const auto head = commit_oid(repo, branch_head);
    if (!head) return head.error();
    if (!reaches(repo, *head, *wanted)) {
        return failure{errc::not_found, branch_head.substr(0, 12) + " does not contain " + id.substr(0, 12)};
    }
    // Along the first-parent line "contains it" is true down to the landing and false below. Doubling steps find the
    // stretch, halving finds the commit: few of the costly reachability questions, also in long histories.
    std::vector<git_oid> line{*head};
    std::size_t holds = 0;
    std::size_t lacks = 0;  // 0 = not found yet
    for (std::size_t probe = 1; lacks == 0; probe *= 2) {
        while (line.size() <= probe) {
            const auto parent = first_parent(repo, line.back());
            if (!parent && parent.error() == errc::not_found) break;
            if (!parent) return parent.error();
            line.push_back(*parent);
        }
        const std::size_t reached = std::min(probe, line.size() - 1);
        if (reached > holds && reaches(repo, line[reached], *wanted))
            holds = reached;
        else
            lacks = reached > holds ? reached : line.size();
    }
    while (holds + 1 < lacks) {
        const std::size_t middle = holds + (lacks - holds) / 2;
        (reaches(repo, line[middle], *wanted) ? holds : lacks) = middle;
    }
    return to_text(line[holds]);
}

}  // namespace slipway::git::detail
