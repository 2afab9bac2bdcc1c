// Inside this story only: one line of the runbook, run once.
#pragma once

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// Runs the argv, once for the intent's key: `salt` as a job of the project's master on the hosts it names, everything
/// else as a program that goes on when the bot ends (integrations/runner). Whoever comes back follows it to its end.
/// The whole output comes as a file.
task<result<outcome>> run_line(context here, std::vector<std::string> argv, act intent, std::string name);

/// What became of that intent: done when it went well; cannot tell when it was begun and nobody knows how it is. Not
/// done is also a line that runs, or that ended with an error: run_line says which.
task<result<probe_outcome>> probe_line(context here, std::vector<std::string> argv, act intent);

}  // namespace slipway::steps
