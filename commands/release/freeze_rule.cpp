#include "commands/release/freeze_rule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace slipway::release {
namespace {

using words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

struct field_range {
    int least, most;
    words names;  ///< instead of numbers, beginning with `least`
};

std::optional<int> one_value(std::string_view text, const field_range& range) {
    const auto named = std::ranges::find(range.names, text);
    if (named != range.names.end()) return range.least + static_cast<int>(named - range.names.begin());
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    const bool is_sunday = range.most == 6 && value == 7;
    if (is_sunday) value = 0;
    if (value < range.least || value > range.most) return std::nullopt;
    return value;
}

/// "*", "5", "1-5", "*/15", "9-17/2"
bool add_part(std::string_view part, const field_range& range, std::vector<int>& to) {
    int step = 1;
    if (const auto slash = part.find('/'); slash != std::string_view::npos) {
        const auto text = part.substr(slash + 1);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
        if (error != std::errc{} || end != text.data() + text.size() || step < 1) return false;
        part = part.substr(0, slash);
    }
    auto first = std::optional{range.least}, last = std::optional{range.most};
    if (part != "*") {
        const auto dash = part.find('-');
        first = one_value(part.substr(0, dash), range);
        last = dash == std::string_view::npos ? first : one_value(part.substr(dash + 1), range);
    }
    if (!first || !last || *first > *last) return false;
    for (int each = *first; each <= *last; each += step) to.push_back(each);
    return true;
}

bool read_field(std::string_view text, const field_range& range, std::vector<int>& to) {
    if (text == "*") return true;
    for (const auto part : split(text, ','))
        if (!add_part(part, range, to)) return false;
    std::ranges::sort(to);
    to.erase(std::unique(to.begin(), to.end()), to.end());
    return true;
}

}  // namespace

std::optional<cron_times> parse_cron(std::string_view text) {
    std::vector<std::string_view> fields;
    for (const auto each : split(text, ' '))
        if (!each.empty()) fields.push_back(each);
    if (fields.size() != 5) return std::nullopt;
    cron_times made;
    const bool good = read_field(fields[0], {0, 59, {}}, made.minutes) &&
                      read_field(fields[1], {0, 23, {}}, made.hours) && read_field(fields[2], {1, 31, {}}, made.days) &&
                      read_field(fields[3], {1, 12, month_names}, made.months) &&
                      read_field(fields[4], {0, 6, day_names}, made.weekdays);
    if (!good) return std::nullopt;
    return made;
}

std::optional<wall_time> parse_wall_time(std::string_view text) {
    const auto digits = [text](std::size_t at, std::size_t length) -> int {
        int value = 0;
        const auto part = text.substr(at, length);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        return error == std::errc{} && end == part.data() + part.size() ? value : -1;
    };
    if (text.size() != 10 && text.size() != 16) return std::nullopt;
    if (text[4] != '-' || text[7] != '-') return std::nullopt;
    wall_time made{digits(0, 4), digits(5, 2), digits(8, 2), 0, 0};
    if (text.size() == 16) {
        if ((text[10] != ' ' && text[10] != 'T') || text[13] != ':') return std::nullopt;
        made.hour = digits(11, 2);
        made.minute = digits(14, 2);
    }
    const std::chrono::year_month_day date{std::chrono::year{made.year},
                                           std::chrono::month{static_cast<unsigned>(made.month)},
                                           std::chrono::day{static_cast<unsigned>(made.day)}};
    if (made.year < 2000 || made.month < 1 || made.day < 1 || !date.ok()) return std::nullopt;
    if (made.hour < 0 || made.hour > 23 || made.minute < 0 || made.minute > 59) return std::nullopt;
    return made;
}

}  // namespace slipway::release
