// An event without what nobody here reads. SDKs send mostly that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::telemetry {

/// What essence_of left of an event.
struct essence {
    struct span {
        std::size_t begin, size;  ///< bytes of `text`
    };
    std::string text;          ///< JSON
    std::vector<span> traces;  ///< objects that are the value of a "stacktrace", in order; none within another

    std::string_view trace_text(std::size_t number) const {
        return std::string_view{text}.substr(traces.at(number).begin, traces.at(number).size);
    }
};

/// `event` (JSON) with `null` in place of the objects and lists that read_event never looks into: variables, source
/// around the failing line, breadcrumbs, request, person, installed modules. What is left gives the same event, in a
/// third of the bytes; and what is personal is gone before anything is queued. What is no JSON stays none, except
/// where the damage lay in what was left out. Pure, linear.
essence essence_of(std::string_view event);

}  // namespace slipway::telemetry
