// Folders of jobs that are long over go; what runs, or was never told how it ended, stays.
#pragma once

#include <cstddef>
#include <string>

#include "integrations/async/timers.hpp"

namespace slipway::runner {

/// So long after its ending a job's folder stays: nobody comes back to a step that old.
inline constexpr milliseconds job_is_kept{30LL * 24 * 3'600'000};

/// Removes what ended before `now` - job_is_kept. Blocks for as long as that takes. How many.
std::size_t sweep_jobs(const std::string& folder, instant now);
/// The same every hour in the folder `jobs` of each project, until cancelled; first an hour after the start.
task<> keep_sweeping_jobs(timers& time, std::string projects);

}  // namespace slipway::runner
