// The gate rules of a start: enough people for every seat, and no change of the rules without those who had to agree.
#pragma once

#include "commands/slash/desk.hpp"

namespace slipway::slash {

/// The plan as it may run: no gate asks for more people than there are (R3.11), and when its rules are not those of the
/// release before, those who satisfy the old ones are asked first (R3.12). errc::refused and errc::unavailable say why
/// not.
task<result<release::checklist>> with_rules_kept(desk& with, project_pointer project, release::checklist plan,
                                                 std::map<std::string, std::vector<std::string>> rights);

}  // namespace slipway::slash
