// Where one merge request is: in this release and by which evidence, or why not, and which tag has it first.
#pragma once

#include <string>
#include <vector>

#include "commands/steps/step.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::steps {

struct whereabouts {
    untrusted title;
    std::string url;
    bool in_release = false;
    std::vector<std::string> facts;  ///< one sentence each; plain text, may hold names from outside
};

/// `here` needs state, project and clients only. errc::not_found: GitLab has no such merge request that the bot can
/// see.
task<result<whereabouts>> where_is(context here, std::int64_t iid);

}  // namespace slipway::steps
