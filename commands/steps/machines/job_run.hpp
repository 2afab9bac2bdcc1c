// A job of any driver as a step sees it: probed, taken up, followed to its end. What it is and what people read of it
// is the step's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/steps/step.hpp"
#include "integrations/runner/pursue.hpp"

namespace slipway::steps {

struct job_run {
    runner::driver* with = nullptr;  ///< outlives the run
    runner::order what;              ///< its key is the intent's
    runner::limits within;
    std::string name;  ///< in sentences: "`smoke`"
};

/// done when it succeeded; cannot_tell when it was begun and nobody knows how it is. Not done is also one that runs or
/// said no: follow() takes it up, and nothing is begun a second time under one key.
task<result<probe_outcome>> probe_job(context here, job_run of);

/// Begins it, or takes up what was begun under its key. Lines go to the thread's log. errc::lost and errc::timed_out
/// when nobody can say what it did; an aborted release ends it.
task<result<runner::ended>> follow_job(context here, job_run of);

/// Hosts as data, and as lines for people.
json::array rows_as_json(const std::vector<runner::row>& rows);
std::string row_lines(const std::vector<runner::row>& rows);

}  // namespace slipway::steps
