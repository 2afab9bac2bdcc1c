#include "commands/windows/calendar.hpp"

#include <date/tz.h>

#include <algorithm>

namespace slipway::windows {
namespace {

using release::freeze_rule;
using std::chrono::days;

/// Further than this nobody plans; also the bound of every search here.
constexpr days horizon{60};

const date::time_zone* zone_of(const freeze_rule& rule) {
    try {
        return date::locate_zone(rule.zone);
    } catch (const std::exception&) {
        return nullptr;  // the library's way to say: no such zone
    }
}

instant to_instant(const date::time_zone& zone, const release::wall_time& at) {
    const date::local_seconds wall = date::local_days{date::year{at.year} / at.month / at.day} +
                                     std::chrono::hours{at.hour} + std::chrono::minutes{at.minute};
    return std::chrono::time_point_cast<milliseconds>(zone.to_sys(wall, date::choose::earliest));
}

bool lists(const std::vector<int>& values, int value) {
    return values.empty() || std::ranges::binary_search(values, value);
}

/// Values to try: those that are named, else all.
std::vector<int> named_or_all(const std::vector<int>& values, int count) {
    if (!values.empty()) return values;
    std::vector<int> all;
    for (int each = 0; each < count; ++each) all.push_back(each);
    return all;
}

void add_day(const freeze_rule& rule, const date::time_zone& zone, date::local_days day, instant from, instant until,
             std::vector<span>& to) {
    const date::year_month_day date{day};
    const auto& cron = *rule.cron;
    const auto weekday = static_cast<int>(date::weekday{day}.c_encoding());
    if (!lists(cron.months, static_cast<int>(static_cast<unsigned>(date.month()))) ||
        !lists(cron.days, static_cast<int>(static_cast<unsigned>(date.day()))) || !lists(cron.weekdays, weekday))
        return;
    for (const int hour : named_or_all(cron.hours, 24))
        for (const int minute : named_or_all(cron.minutes, 60)) {
            const auto begins =
                to_instant(zone, {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
                                  static_cast<int>(static_cast<unsigned>(date.day())), hour, minute});
            if (begins < until && begins + rule.lasts > from)
                to.push_back({begins, begins + rule.lasts, rule.allow, rule.reason});
        }
}

/// What touches or overlaps becomes one: "every minute for a minute" is a single long span.
std::vector<span> joined(std::vector<span> all) {
    std::ranges::sort(all, {}, &span::from);
    std::vector<span> made;
    for (auto& each : all) {
        if (!made.empty() && each.from <= made.back().until)
            made.back().until = std::max(made.back().until, each.until);
        else
            made.push_back(std::move(each));
    }
    return made;
}

/// When the rule is open, as far as it touches [from, until).
std::vector<span> spans_of(const freeze_rule& rule, instant from, instant until) {
    std::vector<span> all;
    const auto* zone = zone_of(rule);
    if (zone == nullptr) return all;
    if (rule.from && rule.until) {
        const span once{to_instant(*zone, *rule.from), to_instant(*zone, *rule.until), rule.allow, rule.reason};
        if (once.from < until && once.until > from) all.push_back(once);
        return all;
    }
    if (!rule.cron) return all;
    const auto first = date::floor<date::days>(zone->to_local(from - rule.lasts)) - date::days{1};
    const auto last = date::floor<date::days>(zone->to_local(until)) + date::days{1};
    for (auto day = first; day <= last; day += date::days{1}) add_day(rule, *zone, day, from, until, all);
    return joined(std::move(all));
}

bool concerns(const freeze_rule& rule, const release::project_settings& project, starter who) {
    const auto& names = rule.environments;
    if (!names.empty() && std::ranges::find(names, project.environment) == names.end()) return false;
    return who == starter::person ? rule.people : rule.robots;
}

struct answer {
    bool stops = false, overrun = false;
    std::string reason;
    instant changes{};  ///< the next border after the moment
};

/// All spans of the horizon, kept once for all the moments that are asked about.
struct table {
    std::vector<std::pair<const freeze_rule*, std::vector<span>>> rows;
    bool has_allow = false;

    answer at(instant moment) const {
        answer found;
        found.changes = instant::max();
        bool allowed = false;
        bool overrun_outside = true;
        for (const auto& [rule, open] : rows) {
            if (rule->allow) overrun_outside = overrun_outside && rule->overrun;
            for (const auto& each : open) {
                for (const auto border : {each.from, each.until})
                    if (border > moment) found.changes = std::min(found.changes, border);
                if (moment < each.from || moment >= each.until) continue;
                if (rule->allow) {
                    allowed = true;
                } else {
                    found.overrun = !found.stops ? rule->overrun : found.overrun && rule->overrun;
                    found.reason += (found.stops ? "; " : "") + rule->reason;
                    found.stops = true;
                }
            }
        }
        if (found.stops || !has_allow || allowed) return found;
        found.stops = true;
        found.overrun = overrun_outside;
        found.reason = "outside of the times in which releases are allowed";
        return found;
    }
};

}  // namespace

std::optional<release::freeze_now> open_freeze(const release::project_settings& project, starter who, instant now) {
    table all;
    for (const auto& each : project.freezes) {
        if (!concerns(each, project, who)) continue;
        if (zone_of(each) == nullptr)
            return release::freeze_now{"the calendar names the time zone " + each.zone + ", which is not known here",
                                       instant{}, false};
        all.has_allow = all.has_allow || each.allow;
        all.rows.emplace_back(&each, spans_of(each, now, now + horizon));
    }
    if (all.rows.empty()) return std::nullopt;
    const auto found = all.at(now);
    if (!found.stops) return std::nullopt;
    release::freeze_now open{found.reason, instant{}, found.overrun};
    constexpr int most_borders = 5'000;
    auto moment = found.changes;
    for (int each = 0; each < most_borders && moment < now + horizon; ++each) {
        const auto then = all.at(moment);
        if (!then.stops) {
            open.until = moment;
            break;
        }
        moment = then.changes;
    }
    return open;
}

std::vector<span> spans(const release::project_settings& project, instant now, milliseconds ahead) {
    std::vector<span> all;
    for (const auto& each : project.freezes) {
        if (!concerns(each, project, starter::person) && !concerns(each, project, starter::robot)) continue;
        for (auto& open : spans_of(each, now, now + std::min<milliseconds>(ahead, horizon)))
            all.push_back(std::move(open));
    }
    std::ranges::sort(all, {}, &span::from);
    return all;
}

std::vector<yaml_problem> check_zones(const release::project_settings& project) {
    std::vector<yaml_problem> problems;
    for (const auto& each : project.freezes)
        if (zone_of(each) == nullptr)
            problems.push_back({project.file, each.line,
                                "this machine does not know the time zone `" + each.zone +
                                    "`; use an IANA name such as Europe/Berlin, and install tzdata"});
    return problems;
}

}  // namespace slipway::windows
