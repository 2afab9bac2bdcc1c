// The migrations of the release's milestone, or of what a hotfix picks, read from GitLab.
#pragma once

#include "commands/migrations/collection.hpp"
#include "commands/steps/step.hpp"
#include "integrations/gitlab/objects.hpp"

namespace slipway::steps {

/// Issues of the milestone with the migrations label, in order, each with the merge request that carries its change;
/// then merge requests of the milestone with that label that no such issue speaks for.
task<result<std::vector<migrations::migration>>> gather_migrations(context here);

/// What these merge requests of the project carry, of whatever milestone: issues with the label that one of them says
/// it closes; else themselves, when they have it.
task<result<std::vector<migrations::migration>>> migrations_carried_by(context here,
                                                                       std::vector<gitlab::merge_request> requests);

/// The merge requests that a hotfix names (fact "picks"); errc::not_found names the one that is not there.
task<result<std::vector<gitlab::merge_request>>> picked_requests(context here);

/// One sentence that names everything that makes a text unusable, with the way out; nullopt = all are usable.
std::optional<failure> problems_of(const std::vector<migrations::migration>& all, const std::string& step);

/// Everybody who wrote one of these changes, or words of its SQL, as accounts belong together now: linked by the people
/// themselves, else by the project file. Whoever is neither stays with an empty `slack`.
task<result<std::vector<release::change_author>>> authors_of(context here, std::vector<migrations::migration> all);

/// What later steps need: `migrations` (a list with id, title, url, author, merge_request, head, when, hash, sql) and
/// `migrations_hash` (64 hex digits over all SQL, in order) and release::migration_authors_fact.
json::object migration_facts(const std::vector<migrations::migration>& all,
                             const std::vector<release::change_author>& authors);
/// The last of them alone.
json::array author_facts(const std::vector<release::change_author>& authors);

/// Makes the milestone's description hold exactly this collection. Re-reads and starts over when somebody edits it
/// meanwhile; errc::moved when that happens again and again. True when something was written.
task<result<bool>> write_section(context here, std::vector<migrations::migration> all);
/// True when it does already.
task<result<bool>> section_is_there(context here, std::vector<migrations::migration> all);

/// "3 migrations (2 before the build, 1 after)"
std::string count_migrations(const std::vector<migrations::migration>& all);

}  // namespace slipway::steps
