// The freeze calendar at a moment: what is open, for whom, until when.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/release/project.hpp"
#include "commands/release/rules.hpp"

namespace slipway::windows {

enum class starter { person, robot };

/// The freeze that stops `who` in the project's environment now; nullopt = none (R4.6). A zone that this machine does
/// not know stops everybody until it is corrected: better late than on the wrong day.
std::optional<release::freeze_now> open_freeze(const release::project_settings& project, starter who, instant now);

/// A time in which a line of the calendar is open.
struct span {
    instant from{}, until{};
    bool allow = false;
    std::string reason;
};
/// What is open now or opens before `now + ahead`, in order of time.
std::vector<span> spans(const release::project_settings& project, instant now, milliseconds ahead);

/// A problem for each line whose zone this machine does not know, with the line.
std::vector<yaml_problem> check_zones(const release::project_settings& project);

}  // namespace slipway::windows
