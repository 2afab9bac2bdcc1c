#include "commands/steps/candidate/draft.hpp"

namespace slipway::steps {

std::string draft_or_candidate(const release::release_state& state) {
    const auto draft = state.fact("draft");
    return draft.empty() ? state.fact("candidate") : draft;
}

task<result<std::string>> grow_draft(context here, act intent, git::repository* repository, git::edits edits,
                                     std::string message) {
    git::new_commit wanted;
    wanted.parents = {draft_or_candidate(*here.state)};
    wanted.edits = std::move(edits);
    wanted.author = wanted.committer = pinned_signature(*here.project, intent.intended);
    wanted.message = std::move(message) + "\n\nRelease-Id: " + here.state->id + "\n";
    const auto made = co_await repository->create_commit(std::move(wanted));
    if (!made) co_return made.error();
    const auto name = "refs/slipway/" + here.state->id + "/" + here.rule.id;
    const auto known = co_await repository->resolve(name);
    if (!known && !(known.error() == errc::not_found)) co_return known.error();
    const auto expected = known ? *known : std::string{};
    const auto named = co_await repository->move_ref(name, *made, expected);
    if (!named) co_return named.error();
    co_return *made;
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
