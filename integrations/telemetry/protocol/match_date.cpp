// Dates and times in the forms that end up in error messages.
#include <array>

#include "integrations/telemetry/protocol/matchers.hpp"
#include "integrations/telemetry/protocol/text.hpp"

namespace slipway::telemetry::match {
namespace {

using text::is_digit;
using text::is_word;

/// A reader that moves on only when what it is asked for is there.
class cursor {
public:
    explicit cursor(std::string_view rest) : rest_{rest} {}
    std::size_t at = 0;

    bool number(std::size_t least, std::size_t most) noexcept {
        std::size_t size = 0;
        while (size < most && at + size < rest_.size() && is_digit(rest_[at + size])) ++size;
        if (size < least) return false;
        at += size;
        return true;
    }
    bool one_of(std::string_view set) noexcept {
        if (at >= rest_.size() || set.find(rest_[at]) == std::string_view::npos) return false;
        ++at;
        return true;
    }
    template <std::size_t N>
    bool name(const std::array<std::string_view, N>& names) noexcept {
        for (const auto each : names)
            if (text::equal_without_case(rest_.substr(at, each.size()), each)) {
                at += each.size();
                return true;
            }
        return false;
    }
    void letters() noexcept {
        while (at < rest_.size() && text::is_alpha(rest_[at])) ++at;
    }
    bool ended() const noexcept { return at >= rest_.size() || !is_word(rest_[at]); }

private:
    std::string_view rest_;
};

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 3> zones{"gmt", "utc", "z"};

/// "18:04:05", "18:04:05.123", then optionally "Z", " GMT", "+02:00".
bool time_of_day(cursor& here) noexcept {
    if (!here.number(1, 2) || !here.one_of(":") || !here.number(2, 2)) return false;
    auto seconds = here;
    if (seconds.one_of(":") && seconds.number(2, 2)) here = seconds;
    auto fraction = here;
    if (fraction.one_of(".,") && fraction.number(1, 9)) here = fraction;
    auto zone = here;
    zone.one_of(" ");
    if (zone.name(zones) && zone.ended()) {
        here = zone;
        return true;
    }
    zone = here;
    zone.one_of(" ");
    if (zone.one_of("+-") && zone.number(2, 2)) {
        zone.one_of(":");
        if (zone.number(2, 2)) here = zone;
    }
    return true;
}

/// An optional time after a date that has been read.
void maybe_time(cursor& here) noexcept {
    auto time = here;
    time.one_of("T t");
    if (time.at > here.at && time_of_day(time)) here = time;
}

/// "2026-11-23", "2026/11/23", "23/11/2026", "23.11.2026"
bool numeric_date(cursor& here) noexcept {
    auto year_first = here;
    if (year_first.number(4, 4) && year_first.one_of("-/") && year_first.number(2, 2) && year_first.one_of("-/") &&
        year_first.number(2, 2)) {
        here = year_first;
        return true;
    }
    auto year_last = here;
    if (year_last.number(1, 2) && year_last.one_of("/.") && year_last.number(1, 2) && year_last.one_of("/.") &&
        year_last.number(4, 4)) {
        here = year_last;
        return true;
    }
    return false;
}

/// "Mon, 23 Nov 2026", "23 Nov 2026", "Nov 23, 2026", "Mon Nov 23 18:04:05 2026" (its time first, year after)
bool named_date(cursor& here) noexcept {
    auto found = here;
    if (found.name(days)) {
        found.letters();
        found.one_of(",");
        if (!found.one_of(" ")) return false;
    }
    const bool day_first = found.number(1, 2) && found.one_of(" -");
    if (!found.name(months)) return false;
    found.letters();
    if (!found.one_of(" -")) return false;
    if (!day_first) {  // without a year only a time tells it from "may 12"
        found.one_of(" ");
        if (!found.number(1, 2)) return false;
        found.one_of(",");
        auto year = found;
        if (year.one_of(" ") && year.number(4, 4)) {
            here = year;
            return true;
        }
        here = found;
        maybe_time(here);
        return here.at > found.at;
    }
    if (!found.number(4, 4)) return false;
    here = found;
    return true;
}

}  // namespace

std::size_t date(std::string_view rest) {
    cursor here{rest};
    if (numeric_date(here) || named_date(here))
        maybe_time(here);
    else if (!time_of_day(here))
        return 0;
    return here.ended() ? here.at : 0;
}

}  // namespace slipway::telemetry::match
