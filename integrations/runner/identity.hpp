// Who a process is, so that a number that was given to somebody else is noticed. Header-only: the keeper uses it too.
#pragma once

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace slipway::runner {

/// "pid start boot": process id, field 22 of /proc/<pid>/stat (clock ticks since boot, see proc(5)), id of this boot.
/// nullopt when there is no such process, or only its zombie.
inline std::optional<std::string> identity_of(int pid) {
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{stat}, {}};
    const auto name_end = text.rfind(')');  // the name may hold blanks and brackets
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields{text.substr(name_end + 1)};
    std::string state, field, started;
    fields >> state;
    if (state == "Z" || state == "X") return std::nullopt;
    for (int each = 4; each <= 22 && fields >> field; ++each) started = field;
    std::ifstream boot{"/proc/sys/kernel/random/boot_id"};
    std::string of_boot;
    boot >> of_boot;
    return std::to_string(pid) + " " + started + " " + (of_boot.empty() ? "-" : of_boot);
}

}  // namespace slipway::runner
