// Inside this story only: one line of the runbook, run once.
#pragma once

#include "commands/steps/step.hpp"

namespace slipway::steps {

/// Runs the argv: `salt` on the hosts it names through the project's Salt client, everything else as a program. Leaves
/// a receipt in the store before it begins and after it ended, under the intent's key. The whole output comes as a
/// file.
task<result<outcome>> run_line(context here, std::vector<std::string> argv, act intent, std::string name);

/// What the receipt of that intent says: not done when there is none; done or different (it ended with an error) when
/// it ended; cannot tell when it was begun and nobody saw its end.
task<result<probe_outcome>> look_for_receipt(context here, act intent);

}  // namespace slipway::steps
