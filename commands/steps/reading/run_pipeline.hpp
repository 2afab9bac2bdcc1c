// A run by GitLab: one pipeline, found again by the variables it was started with.
#pragma once

#include "commands/release/project.hpp"
#include "commands/steps/common.hpp"

namespace slipway::steps {

/// Starts a pipeline on trunk once for this intent (RELEASE_STEP = its key), or goes on with the one that was started,
/// and waits until GitLab says how it ended. errc::moved when trunk is not the candidate any more: the pipeline that
/// would test something else is cancelled.
task<result<outcome>> run_by_pipeline(context here, act intent, release::pipeline_run how);

/// The end of a job's log as people read it: at most `most_lines` lines, without colours and section marks, secrets
/// masked.
std::string readable_log(const std::string& raw, std::size_t most_lines);

}  // namespace slipway::steps
