// The draft: what the release commit will contain, grown step by step as commits that no branch names yet. They are
// rebuilt to the same ids after a restart, so none of these steps has an effect that could happen twice.
#pragma once

#include "commands/changelog/entry.hpp"
#include "commands/steps/common.hpp"
#include "integrations/git/repository.hpp"

namespace slipway::steps {

/// The draft so far, or the candidate.
std::string draft_or_candidate(const release::release_state& state);
/// The commit that this step edits: the draft without what an earlier attempt of the step, and of those that built on
/// it, put there. So a retried step writes anew instead of meeting its own words.
task<result<std::string>> draft_before(context here, git::repository* repository);
/// `before` with `edits` on top; kept alive by a private reference. The fact `draft` is for the outcome.
task<result<std::string>> grow_draft(context here, act intent, git::repository* repository, std::string before,
                                     git::edits edits, std::string message);

/// Gives a commit that no branch names a private reference of this step, so that git's housekeeping leaves it alone and
/// the clones of other bots get it.
task<result<>> keep_commit(context here, git::repository* repository, std::string commit);
/// What the asset build changed, of the commit that the fact `assets_commit` names.
task<result<std::vector<git::delta>>> built_changes(git::repository* repository, std::string built);

/// The changelog file at `commit` with that entry in it. errc::exists when it has another entry for the version.
task<result<std::string>> file_with_entry(context here, git::repository* repository, std::string commit,
                                          std::string entry);

}  // namespace slipway::steps
