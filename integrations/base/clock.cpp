#include "integrations/base/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace slipway {
namespace {

using namespace std::chrono;

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<minutes> offset(std::string_view zone) {
    if (zone.empty() || zone == "Z" || zone == "z") return minutes{0};
    if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
    std::string digits;
    for (const char c : zone.substr(1))
        if (c != ':') digits += c;
    if (digits.size() != 4) return std::nullopt;
    const auto hour = number(std::string_view{digits}.substr(0, 2));
    const auto minute = number(std::string_view{digits}.substr(2));
    if (!hour || !minute) return std::nullopt;
    const auto span = hours{*hour} + minutes{*minute};
    return zone[0] == '-' ? -span : span;
}

}  // namespace

std::string to_iso(instant at) {
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss<milliseconds> time{at - day};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text.data();
}

std::optional<instant> from_iso(std::string_view text) {
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
    const auto y = number(text.substr(0, 4)), mo = number(text.substr(5, 2)), d = number(text.substr(8, 2)),
               h = number(text.substr(11, 2)), mi = number(text.substr(14, 2)), s = number(text.substr(17, 2));
    if (!y || !mo || !d || !h || !mi || !s) return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
    auto rest = text.substr(19);
    milliseconds fraction{0};
    if (!rest.empty() && rest[0] == '.') {
        const auto end = rest.find_first_not_of("0123456789", 1);
        auto digits = std::string{rest.substr(1, end == std::string_view::npos ? end : end - 1)};
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
        digits.resize(3, '0');
        const auto value = number(digits);
        if (!value) return std::nullopt;
        fraction = milliseconds{*value};
    }
    const auto zone = offset(rest);
    if (!zone) return std::nullopt;
    return instant{sys_days{date}} + hours{*h} + minutes{*mi} + seconds{*s} + fraction - *zone;
}

std::string to_words(milliseconds span) {
    const auto total = floor<seconds>(span < milliseconds{0} ? milliseconds{0} : span).count();
    std::array<char, 32> text{};
    if (total >= 3600)
        std::snprintf(text.data(), text.size(), "%dh %02dm", static_cast<int>(total / 3600),
                      static_cast<int>(total / 60 % 60));
    else if (total >= 60)
        std::snprintf(text.data(), text.size(), "%dm %02ds", static_cast<int>(total / 60),
                      static_cast<int>(total % 60));
    else
        std::snprintf(text.data(), text.size(), "%ds", static_cast<int>(total));
    return text.data();
}

}  // namespace slipway
