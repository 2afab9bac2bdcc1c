// Version-like tags of anybody's repository, in order: "1.4.0", "v1.4", "release-1.4.0-rc1", "REL_15_2", "app/v2.0".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::changelog {

/// An ASCII digit, whatever the locale says.
constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// A tag's name taken apart. Versions of one `family` are compared, others never.
struct tag_version {
    std::string family;                  ///< what stands before the number, without a "v", in lower case
    std::vector<std::uint64_t> numbers;  ///< trailing zeros left out: "1.0" is "1.0.0"
    std::string suffix;                  ///< "rc1"; "" sorts last: the release follows its candidates
    friend bool operator==(const tag_version&, const tag_version&) = default;
};
/// nullopt: it is no version. A single number counts only behind a "v" or a family ("v7", "release-7").
std::optional<tag_version> parse_tag(std::string_view name);
/// Only for one family. Numbers inside suffixes count as numbers: rc2 < rc10.
bool is_older(const tag_version& one, const tag_version& other);

}  // namespace slipway::changelog
