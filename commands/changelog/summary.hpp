// The landed set of one range, each merge request once: what `slipway reconcile` prints and a milestone is compared
// with. Pure.
#pragma once

#include "commands/changelog/landed.hpp"

namespace slipway::changelog {

/// One merge request of the range.
struct landed_request {
    attribution request;            ///< by its strongest evidence; `project` is filled in
    std::string landing;            ///< the first-parent commit
    untrusted title;                ///< GitLab's when known, else what its commit calls it
    std::vector<std::string> also;  ///< other landings that name it: picks of the same request, its other commits
};

/// Each landing is behind exactly one of the four: a request in `landed` or `dead`, or itself.
struct range_summary {
    std::vector<landed_request> landed;  ///< newest first; alive at least once
    std::vector<landed_request> dead;    ///< landed and taken back in the range; reverted_by says by which commit
    std::vector<landed_change> orphans;  ///< no merge request and no housekeeping: pushed directly
    std::vector<landed_change> housekeeping;
};
range_summary summarise(const std::vector<landed_change>& newest_first, const std::vector<known_request>& known,
                        const attribution_settings& settings);

}  // namespace slipway::changelog
