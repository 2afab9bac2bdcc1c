// How a landed set is printed.
#pragma once

#include <iosfwd>

#include "commands/reconcile/ranges.hpp"

namespace slipway::reconcile {

/// {"from","to","landed":[…],"dead":[…],"orphans":[…],"housekeeping":[…],"lost":[…]} on one line.
void print_json(const reconciled_range& range, std::ostream& out);
/// For people; control characters of titles become blanks.
void print_table(const reconciled_range& range, std::ostream& out);

}  // namespace slipway::reconcile
