// Version numbers of a project: "X.Y.Z" unless its project file says otherwise.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/base/result.hpp"

namespace slipway::changelog {

/// Compares number by number. Made by a grammar only, so all versions of a project have the same length.
struct version {
    std::vector<std::uint32_t> numbers;
    friend auto operator<=>(const version&, const version&) = default;
};

/// Either text in which the letters W, X, Y and Z each stand for one number ("X.Y.Z", "vX.Y"), or text with named
/// numbers in braces ("v{major}.{minor}.{patch}", "{year}.{number}", "{year}.{month:2}"). ":2" = at least two digits,
/// filled with zeros; without it a number has no leading zeros. Everything else stands for itself.
class version_grammar {
public:
    /// errc::invalid: no number, two of them side by side, or characters that no tag name may have.
    static result<version_grammar> create(std::string pattern);
    /// "X.Y.Z"
    static version_grammar standard();

    /// errc::invalid with the pattern and an example in the sentence.
    result<version> parse(std::string_view text) const;
    std::string text(const version& of) const;
    const std::string& pattern() const noexcept { return pattern_; }
    /// Has a number called "year": versions follow the calendar, so any later one may come next.
    bool is_calendar() const noexcept;

    /// May `candidate` come after `last`? A step of one in any place with zeros behind it; with a calendar anything
    /// later.
    bool follows(const version& last, const version& candidate) const;
    /// The nearest version after `last`, for sentences.
    version nearest_after(const version& last) const;

private:
    struct part {
        std::string text;  ///< as it stands, or the name of a number
        bool number = false;
        std::size_t width = 0;  ///< least digits; 0 = no leading zeros
    };
    static result<std::vector<part>> parts_of(const std::string& pattern);
    version_grammar(std::string pattern, std::vector<part> parts)
        : pattern_{std::move(pattern)}, parts_{std::move(parts)} {}
    static std::optional<std::uint32_t> take_number(std::string_view& text, std::size_t width);

    std::string pattern_;
    std::vector<part> parts_;
};

/// The next version in place `place` (0 = leftmost), the numbers to its right are 0: next(1.4.2, 1) = 1.5.0.
version next(const version& of, std::size_t place);
/// Places at which `candidate` follows `last` as a step of one with zeros to its right; nullopt when it skips or goes
/// back.
std::optional<std::size_t> step_between(const version& last, const version& candidate);
/// The greatest of `known` that is less than `of`.
std::optional<version> previous(const version& of, const std::vector<version>& known);
/// The greatest of `known`.
std::optional<version> latest(const std::vector<version>& known);
/// The tag names that are `prefix` and a version of the grammar, ascending.
std::vector<version> versions_in(const std::vector<std::string>& names, const version_grammar& grammar,
                                 std::string_view prefix = {});
/// The version in a milestone's title, by the project's pattern for titles ("Platform-{version}"); errc::invalid says
/// what a title has to look like.
result<version> version_in_title(std::string_view title, std::string_view title_pattern,
                                 const version_grammar& grammar);

}  // namespace slipway::changelog
