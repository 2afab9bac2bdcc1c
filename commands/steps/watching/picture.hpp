// The errors per minute around the deploy, as a picture for the thread of the alert.
#pragma once

#include "commands/errors/verdict.hpp"
#include "commands/steps/watching/windows.hpp"

namespace slipway::steps {

/// One PNG, or nothing when it could not be drawn (logged): a look does not fail for want of a picture. `when` tells
/// the pictures of a release apart: "alarm", "end".
std::vector<attachment> picture_of(const context& here, const watch_plan& plan, instant until,
                                   const errors::verdict& judged, const std::string& when);

}  // namespace slipway::steps
