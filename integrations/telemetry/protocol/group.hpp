// Which errors are "the same error": a versioned hash that deploys and line shifts do not change.
#pragma once

#include <string>
#include <string_view>

#include "integrations/base/untrusted.hpp"
#include "integrations/telemetry/protocol/event.hpp"

namespace slipway::telemetry {

/// Grows whenever a change of the rules would give an old event another hash.
inline constexpr int grouping_version = 1;

struct group {
    std::string hash;  ///< 32 lower-case hex
    int version = grouping_version;
    untrusted title;    ///< "Type: first line of value", at most 256 characters
    untrusted culprit;  ///< "module in function" of the innermost in-app call; may be empty
    std::string basis;  ///< what was hashed: "fingerprint", "exception", "stacktrace", "message", "nothing"
};

/// Pure, total, linear in the size of the event.
group group_of(const event& of);

/// Replaces what varies between occurrences of one message (addresses, ids, numbers, times …) by "<name>".
/// Inputs above 8192 bytes come back unchanged.
std::string parameterise(std::string_view message);

}  // namespace slipway::telemetry
