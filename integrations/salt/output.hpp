// From salt's standard output to JSON rows and chatter. Room-internal, pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/json.hpp"
#include "integrations/base/untrusted.hpp"

namespace slipway::salt {

struct split_output {
    std::vector<json::object> documents;  ///< in order; each maps hosts to values
    std::vector<untrusted> chatter;       ///< everything else, line by line, capped
};

/// Finds the JSON objects that begin a line, however many lines they take; what does not parse is chatter.
split_output split(std::string_view out);

}  // namespace slipway::salt
