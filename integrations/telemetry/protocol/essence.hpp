// An event without what nobody here reads. SDKs send mostly that.
#pragma once

#include <string>
#include <string_view>

namespace slipway::telemetry {

/// `event` (JSON) with `null` in place of the objects and lists that read_event never looks into: variables, source
/// around the failing line, breadcrumbs, request, person, installed modules. What is left gives the same event, in a
/// third of the bytes; and what is personal is gone before anything is queued. What is no JSON stays none, except
/// where the damage lay in what was left out. Pure, linear.
std::string essence_of(std::string_view event);

}  // namespace slipway::telemetry
