// Inside this story only: what a change does, as one short text that can be compared. Pure.
#pragma once

#include <string>
#include <vector>

#include "integrations/git/objects.hpp"

namespace slipway::steps {

/// "" when nothing differs. Lines count by their text, not by their place: the same change on another parent has the
/// same mark, and so has a revert after others worked in the neighbourhood.
struct change_mark {
    std::string same;     ///< with the paths: an equal one is the same change applied again
    std::string forward;  ///< without paths, because a file may have moved before it was reverted
    std::string inverse;  ///< of what would take it back: the `forward` of an exact revert
};
change_mark mark_of(const std::vector<git::file_lines>& difference);

}  // namespace slipway::steps
