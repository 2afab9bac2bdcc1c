// Alternatives of atoms, each atom once, optional or repeated; matched by keeping the set of places reached so far.
#include "commands/release/pattern.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace slipway::release {
namespace {

constexpr std::size_t longest_pattern = 200;  ///< characters
constexpr int most_repetitions = 100;

using characters = std::u32string;

/// Bytes that are no UTF-8 stand for themselves.
characters code_points(std::string_view text) {
    characters all;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (length == 1 || i + length > text.size()) {
            all.push_back(first);
            ++i;
            continue;
        }
        char32_t point = first & (0x7fU >> length);
        for (std::size_t k = 1; k < length; ++k)
            point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        all.push_back(point);
        i += length;
    }
    return all;
}

struct atom {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool inverted = false;
    bool may_miss = false;  ///< the place after it is reached without it
    bool repeats = false;

    bool takes(char32_t c) const {
        for (const auto& [first, last] : ranges)
            if (c >= first && c <= last) return !inverted;
        return inverted;
    }
};

using alternative = std::vector<atom>;

struct reader {
    characters text;
    std::size_t at = 0;

    bool over() const { return at == text.size(); }
    char32_t peek() const { return over() ? U'\0' : text[at]; }
    static failure wrong(const std::string& what) { return failure{errc::invalid, what}; }

    /// What stands after a backslash.
    result<void> escaped(atom& into) {
        if (over()) return wrong("the pattern ends with a single `\\`");
        const auto c = text[at++];
        if (c == U'd')
            into.ranges.push_back({U'0', U'9'});
        else if (c == U'w')
            into.ranges.insert(into.ranges.end(), {{U'a', U'z'}, {U'A', U'Z'}, {U'0', U'9'}, {U'_', U'_'}});
        else if (c == U's')
            into.ranges.insert(into.ranges.end(), {{U' ', U' '}, {U'\t', U'\r'}});
        else if ((c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9'))
            return wrong(std::string{"`\\"} + static_cast<char>(c) + "` is not known; there are \\d, \\w and \\s");
        else
            into.ranges.push_back({c, c});
        return {};
    }

    result<void> char_class(atom& into) {
        if (peek() == U'^') {
            into.inverted = true;
            ++at;
        }
        for (bool first = true; first || peek() != U']'; first = false) {
            if (over()) return wrong("a `[` is never closed by `]`");
            const auto c = text[at++];
            if (c == U'\\') {
                const auto read = escaped(into);
                if (!read) return read;
                continue;
            }
            const bool range = at + 1 < text.size() && text[at] == U'-' && text[at + 1] != U']';
            const auto last = range ? text[at + 1] : c;
            if (range) at += 2;
            if (last < c) return wrong("a range in `[…]` runs backwards");
            into.ranges.push_back({c, last});
        }
        ++at;
        return {};
    }

    result<atom> one() {
        atom made;
        const auto c = text[at++];
        result<void> read;
        if (c == U'.')
            made.inverted = true;  // not one of none: everything
        else if (c == U'[')
            read = char_class(made);
        else if (c == U'\\')
            read = escaped(made);
        else if (c == U'(' || c == U')')
            return wrong("groups in `(…)` are not supported; write whole alternatives with `|`");
        else if (c == U'*' || c == U'+' || c == U'?' || c == U'{')
            return wrong(std::string{"`"} + static_cast<char>(c) + "` has nothing before it to repeat");
        else
            made.ranges.push_back({c, c});
        if (!read) return read.error();
        return made;
    }

    std::optional<int> number() {
        std::optional<int> value;
        while (peek() >= U'0' && peek() <= U'9' && value.value_or(0) <= most_repetitions)
            value = value.value_or(0) * 10 + static_cast<int>(text[at++] - U'0');
        return value;
    }

    /// `{2}`, `{2,}`, `{2,5}`: after the brace. `most` −1 = without end.
    result<std::pair<int, int>> counts() {
        const auto least = number();
        auto most = least;
        if (peek() == U',') {
            ++at;
            most = peek() == U'}' ? std::optional{-1} : number();
        }
        if (!least || !most || peek() != U'}' || *least > most_repetitions || *most > most_repetitions ||
            (*most >= 0 && *most < *least) || *most == 0)
            return wrong("a repetition is written {2}, {2,} or {2,5}, with numbers up to 100");
        ++at;
        return std::pair{*least, *most};
    }

    result<void> repeated(alternative& into, atom one) {
        std::pair<int, int> wanted{1, 1};
        const auto sign = peek();
        if (sign == U'?' || sign == U'*') wanted.first = 0;
        if (sign == U'*' || sign == U'+') wanted.second = -1;
        if (sign == U'?' || sign == U'*' || sign == U'+' || sign == U'{') ++at;
        if (sign == U'{') {
            const auto read = counts();
            if (!read) return read.error();
            wanted = *read;
        }
        for (int i = 0; i < wanted.first; ++i) into.push_back(one);
        one.may_miss = true;
        for (int i = wanted.first; i < wanted.second; ++i) into.push_back(one);
        one.repeats = true;
        if (wanted.second < 0) into.push_back(one);
        return {};
    }

    result<std::vector<alternative>> all() {
        std::vector<alternative> made(1);
        if (peek() == U'^') ++at;
        while (!over()) {
            if (peek() == U'|') {
                made.emplace_back();
                ++at;
                if (peek() == U'^') ++at;
                continue;
            }
            const bool is_end = peek() == U'$' && (at + 1 == text.size() || text[at + 1] == U'|');
            if (is_end) {
                ++at;
                continue;
            }
            auto next = one();
            if (!next) return next.error();
            const auto kept = repeated(made.back(), std::move(*next));
            if (!kept) return kept.error();
        }
        return made;
    }
};

result<std::vector<alternative>> parsed(std::string_view pattern) {
    auto text = code_points(pattern);
    if (text.size() > longest_pattern)
        return failure{errc::invalid, "it is longer than " + std::to_string(longest_pattern) + " characters"};
    reader from{std::move(text)};
    return from.all();
}

/// Marks, with `place`, every place that is reached from it without a character.
void reach(const alternative& atoms, std::size_t place, std::vector<bool>& places) {
    while (!places[place]) {
        places[place] = true;
        if (place == atoms.size() || !atoms[place].may_miss) return;
        ++place;
    }
}

bool fits(const alternative& atoms, const characters& text) {
    std::vector<bool> here(atoms.size() + 1);
    reach(atoms, 0, here);
    for (const auto c : text) {
        std::vector<bool> next(atoms.size() + 1);
        for (std::size_t i = 0; i < atoms.size(); ++i)
            if (here[i] && atoms[i].takes(c)) reach(atoms, atoms[i].repeats ? i : i + 1, next);
        here = std::move(next);
    }
    return here[atoms.size()];
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) {
    const auto all = parsed(pattern);
    if (!all) return false;
    const auto given = code_points(text);
    for (const auto& each : *all)
        if (fits(each, given)) return true;
    return false;
}

result<> check_pattern(std::string_view pattern) {
    const auto all = parsed(pattern);
    if (!all) return all.error();
    return {};
}

}  // namespace slipway::release
