#include "commands/changelog/version.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::changelog {
namespace {

constexpr std::size_t most_digits = 9;  // fits 32 bits

bool is_number_letter(char c) noexcept {
    return c >= 'W' && c <= 'Z';
}

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
}

/// The number at the start of `text`, taken off it. No leading zeros: 1.04.0 and 1.4.0 would be two tags of one
/// version.
std::optional<std::uint32_t> take_number(std::string_view& text) {
    const auto length = std::min(text.find_first_not_of("0123456789"), text.size());
    if (length == 0 || length > most_digits || (length > 1 && text.front() == '0')) return std::nullopt;
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + length, number);
    text.remove_prefix(length);
    return number;
}

}  // namespace

result<version_grammar> version_grammar::create(std::string pattern) {
    const auto refuse = [&pattern](const std::string& why) {
        return failure{errc::invalid, "The version pattern \"" + pattern + "\" " + why + "; a usual one is X.Y.Z"};
    };
    if (std::ranges::none_of(pattern, is_number_letter)) return refuse("has no number (W, X, Y or Z)");
    if (!std::ranges::all_of(pattern, is_plain)) return refuse("has characters other than letters, digits and ._-");
    if (pattern.front() == '-' || pattern.front() == '.' || pattern.back() == '.' ||
        pattern.find("..") != std::string::npos) {
        return refuse("does not make names that git accepts for tags");
    }
    const auto touching = [](char a, char b) {
        return is_number_letter(a) && (is_number_letter(b) || (b >= '0' && b <= '9'));
    };
    if (std::ranges::adjacent_find(pattern, touching) != pattern.end()) return refuse("has two numbers side by side");
    return version_grammar{std::move(pattern)};
}

version_grammar version_grammar::standard() {
    return version_grammar{"X.Y.Z"};
}

result<version> version_grammar::parse(std::string_view text) const {
    const auto refuse = [&] {
        version example;
        for (const char c : pattern_) {
            if (is_number_letter(c)) example.numbers.push_back(static_cast<std::uint32_t>(example.numbers.size() + 1));
        }
        return failure{errc::invalid, "\"" + std::string{text.substr(0, 40)} + "\" is not a version like " +
                                          this->text(example) + " (pattern " + pattern_ + ")"};
    };
    version made;
    std::string_view rest = text;
    for (const char c : pattern_) {
        if (is_number_letter(c)) {
            const auto number = take_number(rest);
            if (!number) return refuse();
            made.numbers.push_back(*number);
        } else {
            if (rest.empty() || rest.front() != c) return refuse();
            rest.remove_prefix(1);
        }
    }
    if (!rest.empty()) return refuse();
    return made;
}

std::string version_grammar::text(const version& of) const {
    std::string made;
    std::size_t next = 0;
    for (const char c : pattern_) {
        if (!is_number_letter(c))
            made += c;
        else
            made += std::to_string(next < of.numbers.size() ? of.numbers[next++] : 0);
    }
    return made;
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

std::vector<version> versions_in(const std::vector<std::string>& names, const version_grammar& grammar) {
    std::vector<version> found;
    for (const auto& each : names) {
        const auto parsed = grammar.parse(each);
        if (parsed) found.push_back(*parsed);
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace slipway::changelog
