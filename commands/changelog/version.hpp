// Version numbers of a project: "X.Y.Z" unless its checklist says otherwise.
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

/// The pattern is text in which the letters W, X, Y and Z each stand for one number without leading zeros and
/// everything else for itself: "X.Y.Z", "X.Y.Z.W", "vX.Y", "platform-X.Y.Z".
class version_grammar {
public:
    /// errc::invalid: no number letter, two of them side by side, or characters that no tag name may have.
    static result<version_grammar> create(std::string pattern);
    /// "X.Y.Z"
    static version_grammar standard();

    /// errc::invalid with the pattern and an example in the sentence.
    result<version> parse(std::string_view text) const;
    std::string text(const version& of) const;
    const std::string& pattern() const noexcept { return pattern_; }

private:
    explicit version_grammar(std::string pattern) : pattern_{std::move(pattern)} {}
    std::string pattern_;
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
/// The tag names that fit the grammar, ascending.
std::vector<version> versions_in(const std::vector<std::string>& names, const version_grammar& grammar);

}  // namespace slipway::changelog
