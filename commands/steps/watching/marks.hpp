// What people said about groups of errors: muted for a release, resolved at a commit. Documents of the store, because
// they outlive the release they were said in.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "commands/steps/step.hpp"

namespace slipway::steps {

struct error_mark {
    std::string muted_in;  ///< release id; "" = not muted
    std::string resolved_in;
    std::string resolved_commit;  ///< what was deployed when somebody said so
    instant resolved_at{};
    bool operator==(const error_mark&) const = default;
};
using error_marks = std::map<std::string, error_mark>;  ///< by group hash

task<result<error_marks>> read_marks(context here);
/// Mutes for this release, or says that it is resolved as of what is deployed now. Saying it again changes nothing.
task<result<>> mark_muted(context here, std::string hash, act intent);
task<result<>> mark_resolved(context here, std::string hash, act intent);

}  // namespace slipway::steps
