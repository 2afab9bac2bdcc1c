#include "commands/changelog/version.hpp"

#include <algorithm>
#include <charconv>

#include "commands/changelog/tag_order.hpp"

namespace slipway::changelog {
namespace {

constexpr std::size_t most_digits = 9;  // fits 32 bits

bool is_number_letter(char c) noexcept {
    return c >= 'W' && c <= 'Z';
}

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '-' || c == '_' ||
           c == '+';
}

failure refuse(const std::string& pattern, const std::string& why) {
    return failure{errc::invalid, "The version pattern \"" + pattern + "\" " + why +
                                      "; usual ones are X.Y.Z, {major}.{minor}.{patch} and {year}.{number}"};
}

}  // namespace

/// The number at the start of `text`, taken off it. No leading zeros beyond its width: 1.04.0 and 1.4.0 would be two
/// tags of one version.
std::optional<std::uint32_t> version_grammar::take_number(std::string_view& text, std::size_t width) {
    const auto length = std::min(text.find_first_not_of("0123456789"), text.size());
    const bool filled = length > std::max<std::size_t>(width, 1) && text.front() == '0';
    if (length == 0 || length > most_digits || length < width || filled) return std::nullopt;
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + length, number);
    text.remove_prefix(length);
    return number;
}

result<std::vector<version_grammar::part>> version_grammar::parts_of(const std::string& pattern) {
    std::vector<part> parts;
    const auto literal = [&parts](char c) {
        if (parts.empty() || parts.back().number) parts.push_back({});
        parts.back().text += c;
    };
    const bool named = pattern.find('{') != std::string::npos;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (!named && is_number_letter(pattern[at])) {
            parts.push_back({std::string{pattern[at]}, true, 0});
        } else if (pattern[at] == '{') {
            const auto close = pattern.find('}', at);
            if (close == std::string::npos) return refuse(pattern, "opens a { and does not close it");
            part made{pattern.substr(at + 1, close - at - 1), true, 0};
            if (const auto colon = made.text.find(':'); colon != std::string::npos) {
                const auto width = made.text.substr(colon + 1);
                if (width.size() != 1 || !is_digit(width.front()))
                    return refuse(pattern, "has a width that is no digit in {" + made.text + "}");
                made.width = static_cast<std::size_t>(width.front() - '0');
                made.text.erase(colon);
            }
            if (made.text.empty()) return refuse(pattern, "has a number without a name: {}");
            parts.push_back(std::move(made));
            at = close;
        } else if (!is_plain(pattern[at])) {
            return refuse(pattern, "has characters other than letters, digits and ._-+");
        } else {
            literal(pattern[at]);
        }
    }
    return parts;
}

result<version_grammar> version_grammar::create(std::string pattern) {
    auto parts = parts_of(pattern);
    if (!parts) return parts.error();
    if (std::ranges::none_of(*parts, &part::number)) return refuse(pattern, "has no number (W, X, Y, Z or {name})");
    if (pattern.front() == '-' || pattern.front() == '.' || pattern.back() == '.' ||
        pattern.find("..") != std::string::npos) {
        return refuse(pattern, "does not make names that git accepts for tags");
    }
    const auto touching = [](const part& a, const part& b) {
        return a.number && (b.number || is_digit(b.text.front()));
    };
    if (std::ranges::adjacent_find(*parts, touching) != parts->end())
        return refuse(pattern, "has two numbers side by side");
    return version_grammar{std::move(pattern), std::move(*parts)};
}

version_grammar version_grammar::standard() {
    return *create("X.Y.Z");
}

result<version> version_grammar::parse(std::string_view text) const {
    const auto unlike = [&] {
        version example;
        for (const auto& each : parts_)
            if (each.number)
                example.numbers.push_back(each.text == "year" ? 2026
                                                              : static_cast<std::uint32_t>(example.numbers.size() + 1));
        return failure{errc::invalid, "\"" + std::string{text.substr(0, 40)} + "\" is not a version like " +
                                          this->text(example) + " (pattern " + pattern_ + ")"};
    };
    version made;
    std::string_view rest = text;
    for (const auto& each : parts_) {
        if (each.number) {
            const auto number = take_number(rest, each.width);
            if (!number) return unlike();
            made.numbers.push_back(*number);
        } else {
            if (!rest.starts_with(each.text)) return unlike();
            rest.remove_prefix(each.text.size());
        }
    }
    if (!rest.empty()) return unlike();
    return made;
}

std::string version_grammar::text(const version& of) const {
    std::string made;
    std::size_t next = 0;
    for (const auto& each : parts_) {
        if (!each.number) {
            made += each.text;
            continue;
        }
        const auto digits = std::to_string(next < of.numbers.size() ? of.numbers[next] : 0);
        ++next;
        if (digits.size() < each.width) made.append(each.width - digits.size(), '0');
        made += digits;
    }
    return made;
}

bool version_grammar::is_calendar() const noexcept {
    return std::ranges::any_of(parts_, [](const part& each) { return each.number && each.text == "year"; });
}

bool version_grammar::follows(const version& last, const version& candidate) const {
    return is_calendar() ? last < candidate : step_between(last, candidate).has_value();
}

version version_grammar::nearest_after(const version& last) const {
    return next(last, last.numbers.size() - 1);
}

version next(const version& of, std::size_t place) {
    version made = of;
    for (std::size_t each = place; each < made.numbers.size(); ++each) {
        made.numbers[each] = each == place ? made.numbers[each] + 1 : 0;
    }
    return made;
}

std::optional<std::size_t> step_between(const version& last, const version& candidate) {
    for (std::size_t place = 0; place < last.numbers.size(); ++place) {
        if (candidate == next(last, place)) return place;
    }
    return std::nullopt;
}

std::optional<version> previous(const version& of, const std::vector<version>& known) {
    std::optional<version> best;
    for (const auto& each : known) {
        if (each < of && (!best || *best < each)) best = each;
    }
    return best;
}

std::optional<version> latest(const std::vector<version>& known) {
    const auto best = std::ranges::max_element(known);
    return best == known.end() ? std::nullopt : std::optional<version>{*best};
}

std::vector<version> versions_in(const std::vector<std::string>& names, const version_grammar& grammar,
                                 std::string_view prefix) {
    std::vector<version> found;
    for (const auto& each : names) {
        if (!each.starts_with(prefix)) continue;
        const auto parsed = grammar.parse(std::string_view{each}.substr(prefix.size()));
        if (parsed) found.push_back(*parsed);
    }
    std::ranges::sort(found);
    return found;
}

result<version> version_in_title(std::string_view title, std::string_view title_pattern,
                                 const version_grammar& grammar) {
    constexpr std::string_view place = "{version}";
    const auto at = title_pattern.find(place);
    const auto before = title_pattern.substr(0, at);
    const auto after = at == std::string_view::npos ? std::string_view{} : title_pattern.substr(at + place.size());
    const bool fits = at != std::string_view::npos && title.size() > before.size() + after.size() &&
                      title.starts_with(before) && title.ends_with(after);
    if (fits) {
        auto inside = title;
        inside.remove_prefix(before.size());
        inside.remove_suffix(after.size());
        if (const auto parsed = grammar.parse(inside)) return *parsed;
    }
    return failure{errc::invalid, "The milestone's title \"" + std::string{title.substr(0, 80)} +
                                      "\" does not say a version: titles look like \"" + std::string{title_pattern} +
                                      "\", with a version like " + grammar.pattern()};
}

}  // namespace slipway::changelog
