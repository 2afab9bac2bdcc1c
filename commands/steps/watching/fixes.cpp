// Is the fix of an error in what was deployed? Git's ancestry answers, not the numbers of versions.
#include <algorithm>

#include "commands/steps/common.hpp"
#include "commands/steps/watching/measure.hpp"
#include "integrations/async/timers.hpp"
#include "integrations/gitlab/gitlab.hpp"

namespace slipway::steps {
namespace {

constexpr std::size_t most_issues = 50;  ///< closed ones whose notes are read

/// "<!-- slipway:group=<hash> project=… -->" in a description.
std::string hash_in(const std::string& description) {
    constexpr std::string_view lead = "slipway:group=";
    const auto at = description.find(lead);
    if (at == std::string::npos) return {};
    const auto from = at + lead.size();
    return description.substr(from, description.find_first_not_of("0123456789abcdef", from) - from);
}

struct closing {
    std::int64_t request = 0;  ///< 0 = closed by hand
    std::string commit;        ///< when a commit message closed it
    std::string at;            ///< ISO
};

/// GitLab writes down how an issue was closed: "closed via merge request !12", "closed via commit abc1234", "closed".
closing closing_of(const std::vector<gitlab::note>& notes) {
    closing last;
    for (const auto& each : notes) {
        const auto& body = each.body.raw();
        if (!each.system || !body.starts_with("closed")) continue;
        closing found;
        found.at = each.created_at;
        if (const auto at = body.rfind('!'); at != std::string::npos)
            found.request = std::strtoll(body.c_str() + at + 1, nullptr, 10);
        else if (const auto id = body.rfind("commit "); id != std::string::npos)
            found.commit = body.substr(id + 7, body.find_first_not_of("0123456789abcdef", id + 7) - id - 7);
        if (found.at >= last.at) last = found;
    }
    return last;
}

task<result<bool>> contains(git::repository* repository, std::string head, std::string commit) {
    const auto whole = co_await repository->resolve(commit);
    // A commit this clone does not have cannot be in what was deployed from it.
    if (!whole && whole.error() == errc::not_found) co_return false;
    if (!whole) co_return whole.error();
    if (*whole == head) co_return true;
    const auto inside = co_await repository->is_ancestor(*whole, head);
    co_return inside;
}

task<result<std::string>> fix_by(context here, git::repository* repository, gitlab::issue issue, std::string head) {
    const auto project = number_at(here.state->facts, "gitlab_project");
    const auto notes = co_await here.with.gitlab->issue_notes(project, issue.iid);
    if (!notes) co_return notes.error();
    const auto how = closing_of(*notes);
    const auto name = "issue #" + std::to_string(issue.iid);
    if (how.request != 0) {
        const auto request = co_await here.with.gitlab->read_merge_request(project, how.request);
        if (!request) co_return request.error();
        const auto commit = request->merge_commit.empty() ? request->head : request->merge_commit;
        const auto inside = co_await contains(repository, head, commit);
        if (!inside) co_return inside.error();
        if (!*inside) co_return std::string{};
        co_return name + " was closed by !" + std::to_string(how.request) + " (" + short_id(commit) +
            "), which is in this release";
    }
    if (!how.commit.empty()) {
        const auto inside = co_await contains(repository, head, how.commit);
        if (!inside) co_return inside.error();
        co_return *inside ? name + " was closed by " + short_id(how.commit) + ", which is in this release"
                          : std::string{};
    }
    // Closed by hand: no commit to ask git about, so only an earlier closing counts.
    const auto at = from_iso(how.at);
    if (!at || *at >= here.state->started) co_return std::string{};
    co_return name + " was closed by hand before this release began";
}

task<result<>> ask_gitlab(context here, std::set<std::string> alive, known_fixes& into) {
    if (here.with.gitlab == nullptr || here.with.clone == nullptr || alive.empty()) co_return result<>{};
    gitlab::issue_query query;
    query.state = "closed";
    query.in_description = "slipway:group=";
    const auto closed = co_await here.with.gitlab->issues(number_at(here.state->facts, "gitlab_project"), query);
    if (!closed) co_return closed.error();
    const auto repository = co_await here.with.clone->ready();
    if (!repository) co_return repository.error();
    std::size_t read = 0;
    for (const auto& each : *closed) {
        const auto hash = hash_in(each.description.raw());
        if (!alive.contains(hash) || into.contains(hash) || ++read > most_issues) continue;
        const auto fix = co_await fix_by(here, *repository, each, here.state->fact("stable_commit"));
        if (!fix) co_return fix.error();
        if (!fix->empty()) into[hash] = *fix;
    }
    co_return result<>{};
}

task<result<>> ask_marks(context here, std::set<std::string> alive, error_marks marks, known_fixes& into) {
    const auto head = here.state->fact("stable_commit");
    for (const auto& [hash, mark] : marks) {
        if (mark.resolved_in.empty() || !alive.contains(hash)) continue;
        bool inside = mark.resolved_in == here.state->id || (!head.empty() && mark.resolved_commit == head);
        if (!inside && here.with.clone != nullptr && !head.empty() && !mark.resolved_commit.empty()) {
            const auto repository = co_await here.with.clone->ready();
            if (!repository) co_return repository.error();
            const auto asked = co_await contains(*repository, head, mark.resolved_commit);
            if (!asked) co_return asked.error();
            inside = *asked;
        }
        if (inside) into[hash] = "it was marked as resolved at " + short_id(mark.resolved_commit);
    }
    co_return result<>{};
}

}  // namespace

task<known_fixes> fixes_of(context here, watch_plan plan, error_marks marks, std::shared_ptr<std::string> trouble) {
    known_fixes found;
    std::set<std::string> alive;
    const auto until = here.with.time->now() + std::chrono::minutes{1};
    for (const auto& each : here.with.errors->active_groups({place_of(here), {}, {}, {}}, {plan.settled, until}))
        alive.insert(each.group.hash);
    const auto marked = co_await ask_marks(here, alive, std::move(marks), found);
    if (!marked) *trouble = marked.error().sentence();
    const auto asked = co_await ask_gitlab(here, std::move(alive), found);
    if (!asked) *trouble = asked.error().sentence();
    co_return found;
}

}  // namespace slipway::steps
