// Where the function that failed begins and ends in its file: a change inside it is nearer than one elsewhere.
#pragma once

#include <optional>
#include <string_view>

namespace slipway::errors {

/// 1-based, both ends belong to it.
struct line_range {
    int first = 0, last = 0;
};

/// The function named `function` around `line`, as its head and its indentation tell (no parser: that is right for
/// formatted code of any language). nullopt when no head is found within 400 lines above.
std::optional<line_range> function_around(std::string_view text, int line, std::string_view function);

/// True when `line` holds `word` as a whole word.
bool holds_word(std::string_view line, std::string_view word) noexcept;
/// True when `line` looks like the place that makes the name: "function total(", "def total", "TOTAL =", "class Total".
bool looks_like_definition(std::string_view line, std::string_view name) noexcept;

}  // namespace slipway::errors
