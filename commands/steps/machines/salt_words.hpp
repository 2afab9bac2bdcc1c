// What a run of Salt said, as people read it: the cause first, what only followed from it folded. Pure.
#pragma once

#include <string>
#include <vector>

#include "integrations/salt/rows.hpp"

namespace slipway::steps {

/// "a, b, c"
std::string listed(const std::vector<std::string>& names);
/// Why this host is not done: "website-checkout (git.latest): connection timed out; 3 states only followed". One line.
std::string cause_of(const salt::host_row& row);
/// One line a host, then chatter and the complaint of the whole run.
std::vector<std::string> host_lines(const salt::salt_rows& rows);
/// A dry run state by state; hosts that would be made to do the same share their lines.
std::vector<std::string> dry_run_lines(const salt::salt_rows& dry);
/// "web3: cause", of the first host that has one; the complaint otherwise.
std::string first_cause(const salt::salt_rows& rows);

}  // namespace slipway::steps
