// Two looks at a list of issues become errors with a time and a number. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/sentry/objects.hpp"
#include "integrations/telemetry/protocol/group.hpp"

namespace slipway::bot {

/// What was known after the last look.
struct snapshot {
    instant taken;                                ///< epoch = there was none
    std::map<std::string, std::uint64_t> counts;  ///< by issue id
    std::uint64_t sessions = 0;                   ///< of `session_day` so far
    instant session_day;
    bool is_first() const noexcept { return taken == instant{}; }
};
json::object to_json(const snapshot& from);
snapshot snapshot_from(const json::object& saved);

/// Errors of one issue since the last look.
struct growth {
    const sentry::issue* issue = nullptr;
    std::uint32_t times = 0;  ///< 0 = it is only known from now on
    bool unknown = false;     ///< not in the last snapshot: an event of it is worth reading
};

/// `now` is the list of a look that saw every issue last seen since `before.taken`. Updates nothing.
std::vector<growth> growth_between(const snapshot& before, const std::vector<sentry::issue>& now);
/// The next snapshot: the counts of `now`, and of before what is not in it; the oldest ids go beyond `most`.
snapshot next_snapshot(snapshot before, const std::vector<sentry::issue>& now, instant taken, std::size_t most = 5'000);

/// The group that stands for an issue of this organization.
telemetry::group group_for(const std::string& organization, const sentry::issue& from);
/// The same with an issue's id alone, as a hook names it.
std::string hash_for(const std::string& organization, const std::string& issue_id);

}  // namespace slipway::bot
