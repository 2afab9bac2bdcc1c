// Names that an error message says are missing: whoever removed them is the first to ask.
#include <array>
#include <string_view>

#include "commands/errors/suspects.hpp"

namespace slipway::errors {
namespace {

constexpr bool is_name(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
/// What joins names into a path of names: "App\Cart::total", "shop.cart", "$this->rate".
constexpr bool is_path(char c) noexcept {
    return is_name(c) || c == '\\' || c == ':' || c == '.' || c == '$' || c == '-' || c == '>';
}

/// The last name of a path of names.
std::string last_name(std::string_view path) {
    while (!path.empty() && !is_name(path.back())) path.remove_suffix(1);
    auto start = path.size();
    while (start > 0 && is_name(path[start - 1])) --start;
    return std::string{path.substr(start)};
}

/// The name that begins after `at`, past quotes and blanks.
std::string name_after(std::string_view text, std::size_t at) {
    while (at < text.size() && std::string_view{" \"'`:$("}.find(text[at]) != std::string_view::npos) ++at;
    auto end = at;
    while (end < text.size() && is_path(text[end])) ++end;
    return last_name(text.substr(at, end - at));
}

/// The name that ends before `at`, past quotes and blanks.
std::string name_before(std::string_view text, std::size_t at) {
    while (at > 0 && std::string_view{" \"'`()"}.find(text[at - 1]) != std::string_view::npos) --at;
    auto start = at;
    while (start > 0 && is_path(text[start - 1])) --start;
    return last_name(text.substr(start, at - start));
}

/// The name follows these words …
constexpr std::array<std::string_view, 19> before_name{"Call to undefined function",
                                                       "Call to undefined method",
                                                       "Undefined variable",
                                                       "Undefined array key",
                                                       "Undefined index",
                                                       "Undefined property",
                                                       "Undefined constant",
                                                       "has no attribute",
                                                       "cannot import name",
                                                       "No module named",
                                                       "(reading",
                                                       "undefined method",
                                                       "undefined local variable or method",
                                                       "uninitialized constant",
                                                       "Unknown column",
                                                       "no such column",
                                                       "no such table",
                                                       "undefined symbol",
                                                       "Class \""};
/// … and stands before these.
constexpr std::array<std::string_view, 6> after_name{"is not a function", "is not defined", "is not a constructor",
                                                     "does not exist",    "doesn't exist",  "not found"};

std::string find_name(std::string_view text) {
    for (const auto words : before_name) {
        const auto at = text.find(words);
        if (at == std::string_view::npos) continue;
        auto name = name_after(text, at + words.size());
        if (!name.empty()) return name;
    }
    for (const auto words : after_name) {
        const auto at = text.find(words);
        if (at == std::string_view::npos) continue;
        auto name = name_before(text, at);
        if (!name.empty()) return name;
    }
    return {};
}

}  // namespace

std::optional<std::string> missing_symbol(const telemetry::event& of) {
    constexpr std::size_t shortest = 3;  // "i" is in every line
    const auto good = [](const std::string& name) { return name.size() >= shortest; };
    for (const auto& each : of.exceptions) {
        const auto value = std::string_view{each.value}.substr(0, 1000);
        auto name = each.type == "KeyError" ? name_after(value, 0) : find_name(value);
        if (good(name)) return name;
    }
    auto name = find_name(std::string_view{of.message}.substr(0, 1000));
    return good(name) ? std::optional{std::move(name)} : std::nullopt;
}

}  // namespace slipway::errors
