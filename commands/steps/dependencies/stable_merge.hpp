// Inside this story only: one repository's merge into its stable branch, in memory, pushed with a lease and read back.
#pragma once

#include "commands/steps/step.hpp"
#include "integrations/git/repository.hpp"
#include "integrations/git/transport.hpp"

namespace slipway::steps {

/// What shall happen to one repository. Pinned when it was looked at: the same plan and time give the same commits.
struct merge_plan {
    std::string path;  ///< "cig/money-format"
    std::string url;
    std::string stable_branch;         ///< "stable"
    std::string stable;                ///< its commit when it was looked at
    std::vector<std::string> sources;  ///< commits that stable has to contain
    std::vector<std::string> names;    ///< of the sources: "master", "!12"
};

json::object to_json(const merge_plan& plan);
merge_plan plan_from_json(const json::object& kept);

struct built_merge {
    std::string head;                    ///< the last merge commit; `stable` itself when there is nothing to merge
    std::vector<std::string> conflicts;  ///< files; then nothing was built
    std::string conflicting;             ///< name of the source that conflicts
    std::string conflicting_source;      ///< its commit
};

/// Merge commits on top of plan.stable, one for each source that is not in it yet. Objects only: no name moves.
task<result<built_merge>> build_merge(context here, git::repository* repository, merge_plan plan, instant when);

/// Builds and pushes under the lease of plan.stable, then reads the remote back. errc::moved names who moved the branch
/// meanwhile; errc::lost when it was pushed but could not be read back.
task<result<std::string>> push_merge(context here, merge_plan plan, instant when);

/// The merge commit when the remote's stable branch contains it; "" when it does not.
task<result<std::string>> find_pushed(context here, merge_plan plan, instant when);

/// "@U1" or a name: who last changed the file on the way from `base` to `head`; "" when nobody did.
task<result<std::string>> last_author(context here, git::repository* repository, std::string base, std::string head,
                                      std::string file);

/// The commit of a branch as the remote showed it; "" when there is none.
std::string head_of(const std::vector<git::remote_ref>& remote, const std::string& branch);

}  // namespace slipway::steps
