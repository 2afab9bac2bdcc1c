// The freeze calendar of a project as data: when nothing may start, or when alone something may. Evaluated by
// commands/windows, which knows time zones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "integrations/base/clock.hpp"

namespace slipway::release {

/// "0 16 * * fri": minute, hour, day of the month, month, day of the week. Empty = every one.
struct cron_times {
    std::vector<int> minutes, hours, days, months, weekdays;  ///< weekdays: 0 = Sunday
};
/// nullopt when it is no such line. Lists, ranges, steps (*/15), names of months and days; a day has to fit both.
std::optional<cron_times> parse_cron(std::string_view text);

/// A wall-clock moment, without its zone: "2026-12-20 16:00".
struct wall_time {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0;
};
std::optional<wall_time> parse_wall_time(std::string_view text);

/// One line of the calendar: open again and again (`cron`, for `lasts`), or once (`from` to `until`).
struct freeze_rule {
    bool allow = false;  ///< with any `allow` in the calendar nothing may start outside of them; `deny` wins
    std::string reason;
    std::optional<cron_times> cron;
    milliseconds lasts{0};
    std::optional<wall_time> from, until;
    std::string zone = "UTC";               ///< IANA name
    std::vector<std::string> environments;  ///< empty = every one
    bool people = true;                     ///< stops what people start
    bool robots = true;                     ///< stops what Slipway starts by itself (the queue)
    bool overrun = false;                   ///< what runs already may enter its next stage
    int line = 0;                           ///< in the project file
};

}  // namespace slipway::release
