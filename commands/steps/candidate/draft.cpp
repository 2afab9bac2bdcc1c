#include "commands/steps/candidate/draft.hpp"

namespace slipway::steps {
namespace {

std::string release_trailer(const context& here) {
    return "Release-Id: " + here.state->id + "\n";
}
std::string step_trailer(const context& here) {
    return "Release-Step: " + here.rule.id + "\n";
}

}  // namespace

std::string draft_or_candidate(const release::release_state& state) {
    const auto draft = state.fact("draft");
    return draft.empty() ? state.fact("candidate") : draft;
}

task<result<std::string>> draft_before(context here, git::repository* repository) {
    constexpr int most_drafts = 20;
    const auto newest = draft_or_candidate(*here.state);
    if (newest.empty()) co_return need_fact(here, "candidate", "pull").error();
    const auto own = step_trailer(here);
    auto at = newest;
    for (int each = 0; each < most_drafts; ++each) {
        const auto commit = co_await repository->read_commit(at);
        if (!commit) co_return commit.error();
        const auto& message = commit->message.raw();
        if (message.find(release_trailer(here)) == std::string::npos || commit->parents.size() != 1) break;
        if (message.find(own) != std::string::npos) co_return commit->parents.front();
        at = commit->parents.front();
    }
    co_return newest;
}

task<result<std::string>> grow_draft(context here, act intent, git::repository* repository, std::string before,
                                     git::edits edits, std::string message) {
    git::new_commit wanted;
    wanted.parents = {std::move(before)};
    wanted.edits = std::move(edits);
    wanted.author = wanted.committer = pinned_signature(*here.project, intent.intended);
    wanted.message = std::move(message) + "\n\n" + release_trailer(here) + step_trailer(here);
    const auto made = co_await repository->create_commit(std::move(wanted));
    if (!made) co_return made.error();
    const auto named = co_await keep_commit(here, repository, *made);
    if (!named) co_return named.error();
    co_return *made;
}

task<result<>> keep_commit(context here, git::repository* repository, std::string commit) {
    const auto name = "refs/slipway/" + here.state->id + "/" + here.rule.id;
    const auto known = co_await repository->resolve(name);
    if (!known && !(known.error() == errc::not_found)) co_return known.error();
    const auto expected = known ? *known : std::string{};
    auto named = co_await repository->move_ref(name, std::move(commit), expected);
    co_return named;
}

task<result<std::vector<git::delta>>> built_changes(git::repository* repository, std::string built) {
    const auto commit = co_await repository->read_commit(built);
    if (!commit) co_return commit.error();
    if (commit->parents.empty()) co_return failure{errc::refused, built + " is no commit of an asset build"};
    git::diff_options options;
    options.lines = git::line_counts::skipped;
    auto changes = co_await repository->diff(commit->parents.front(), built, std::move(options));
    co_return changes;
}

task<result<std::string>> file_with_entry(context here, git::repository* repository, std::string commit,
                                          std::string entry) {
    auto file = co_await repository->read_file(commit, here.project->changelog.file);
    if (!file && file.error() == errc::not_found) file = std::string{"# Changelog\n"};
    if (!file) co_return file.error();
    auto inserted = changelog::insert_entry(*file, entry);
    if (!inserted) co_return inserted.error().within(here.project->changelog.file);
    co_return inserted;
}

}  // namespace slipway::steps
