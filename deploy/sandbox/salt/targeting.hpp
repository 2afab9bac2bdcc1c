// Which minions an expression means, as Salt reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::sandbox::salt {

struct minion {
    std::string id;
    std::vector<std::string> roles;  ///< the grain "roles"
};

enum class target_kind { glob, list, compound, grain, regex };

/// Ids in the order of `known`. Unknown names of a list are dropped silently, as Salt does.
/// errc::invalid when a compound expression has no meaning (two atoms without a word between them, an open bracket).
result<std::vector<std::string>> match(const std::vector<minion>& known, target_kind kind,
                                       const std::string& expression);

}  // namespace slipway::sandbox::salt
