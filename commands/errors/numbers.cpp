#include "commands/errors/numbers.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace slipway::errors {
namespace {

std::string formatted(const char* form, double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), form, value);
    return text.data();
}

}  // namespace

std::string times(std::uint64_t count) {
    return count == 1 ? "once" : std::to_string(count) + " times";
}
std::string minutes(double count) {
    // Looks in the first minute of a deploy measure parts of one.
    if (count < 1) return formatted("%.0f", count * 60) + " seconds";
    return formatted("%.0f", count) + (std::lround(count) == 1 ? " minute" : " minutes");
}
std::string whole(double count) {
    return formatted("%.0f", count);
}
std::string servers(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " server" : " servers");
}
std::string factor(double ratio) {
    return formatted(ratio < 9.95 ? "%.1f" : "%.0f", ratio) + " times";
}
std::string small(double probability) {
    return formatted("%.1g", probability);
}

}  // namespace slipway::errors
