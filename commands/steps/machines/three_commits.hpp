// Before servers get anything: what people approved, what the tag names and what the servers would check out are one
// and the same (R8.10).
#pragma once

#include <string>

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// Full ids; "" = there is none (a checklist without a tag, or without a gate before it).
struct three_commits {
    std::string approved;         ///< the candidate, as the newest approved gate showed it
    std::string merged;           ///< what this release made of it: the commit that was pushed to stable
    bool holds_approved = false;  ///< `merged` is `approved`, or the merge of it into stable
    std::string tagged;           ///< the commit behind the tag, as the remote shows it now
    std::string deployed;         ///< stable, as the remote shows it now: what the servers check out
};

/// "" when they agree, else a sentence that names all three and the way out.
std::string disagreement(const three_commits& seen, const std::string& version, const std::string& stable);

/// The candidate that people approved last, before `step_id`; "" when nothing was approved.
std::string approved_commit(const release::release_state& state, std::string_view step_id);

/// Reads remote and clone, and compares. errc::refused with the sentence when they differ; what the remote could not
/// say stays a failure of the remote. Releases that push no tag have nothing to compare.
task<result<>> check_three_commits(context here);

}  // namespace slipway::steps
