// Inside this room only: where in a file the value of a key stands, format by format. Pure.
#pragma once

#include <vector>

#include "commands/changelog/version_key.hpp"

namespace slipway::changelog::detail {

/// Bytes of one value, quotes not included.
struct place {
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t line = 1;
    std::string trouble;  ///< why this one cannot be changed; "" = it can
};

std::vector<place> properties_places(std::string_view content, std::string_view key);
std::vector<place> ini_places(std::string_view content, std::string_view key);
std::vector<place> yaml_places(std::string_view content, std::string_view key);
/// errc::invalid with the position when it is no JSON.
result<std::vector<place>> json_places(std::string_view content, std::string_view key);
/// errc::invalid when it is no regular expression with one group. Matches stay within one line.
result<std::vector<place>> pattern_places(std::string_view content, const std::string& pattern);

/// One line of a file and where it stands; without its line end.
struct numbered_line {
    std::string_view text;
    std::size_t begin = 0;
    std::size_t number = 1;
};
std::vector<numbered_line> numbered_lines(std::string_view content);

/// `value` without blanks around it and, when it is quoted, without its quotes.
place value_place(const numbered_line& line, std::size_t begin, std::size_t end);

}  // namespace slipway::changelog::detail
