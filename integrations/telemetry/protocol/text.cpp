#include "integrations/telemetry/protocol/text.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace slipway::telemetry::text {
namespace {

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

constexpr char lower(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c + 32) : c;
}

}  // namespace

std::string lower(std::string_view from) {
    std::string out{from};
    for (char& c : out) c = lower(c);
    return out;
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::string_view trim(std::string_view from) noexcept {
    while (!from.empty() && is_blank(from.front())) from.remove_prefix(1);
    while (!from.empty() && is_blank(from.back())) from.remove_suffix(1);
    return from;
}

std::string collapse(std::string_view from) {
    std::string out;
    out.reserve(from.size());
    for (const char c : trim(from)) {
        if (!is_blank(c))
            out += c;
        else if (out.back() != ' ')
            out += ' ';
    }
    return out;
}

std::string scalar(const json::value* from, std::size_t most) {
    if (from == nullptr) return {};
    if (const auto* found = from->if_string()) return printable({found->data(), found->size()}, most);
    if (const auto* yes = from->if_bool()) return *yes ? "true" : "false";
    if (const auto* number = from->if_int64()) return std::to_string(*number);
    if (const auto* large = from->if_uint64()) return std::to_string(*large);
    if (const auto* real = from->if_double()) {
        std::array<char, 32> digits{};
        std::snprintf(digits.data(), digits.size(), "%.6g", *real);
        return digits.data();
    }
    return {};
}

int whole(const json::value* from, int otherwise) noexcept {
    constexpr double limit = 2'000'000'000;
    if (from == nullptr) return otherwise;
    double value = 0;
    if (const auto* number = from->if_int64())
        value = static_cast<double>(*number);
    else if (const auto* large = from->if_uint64())
        value = static_cast<double>(*large);
    else if (const auto* real = from->if_double())
        value = *real;
    else
        return otherwise;
    return std::isfinite(value) && std::abs(value) < limit ? static_cast<int>(value) : otherwise;
}

result<json::value> parse_lenient(std::string_view bytes, json::storage_ptr storage) {
    json::parse_options options;
    options.max_depth = 128;
    options.allow_invalid_utf8 = true;
    json::error_code error;
    auto value = json::parse({bytes.data(), bytes.size()}, error, std::move(storage), options);
    if (error) return failure{errc::invalid, "the report is not JSON: " + error.message()};
    return value;
}

}  // namespace slipway::telemetry::text
