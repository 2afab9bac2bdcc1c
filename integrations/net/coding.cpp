// Header lists, percent and form coding: the text side of HTTP.
#include <algorithm>
#include <cctype>

#include "integrations/net/http.hpp"

namespace slipway::net {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::optional<std::string> headers::find(std::string_view name) const {
    for (const auto& each : all_) {
        const auto same = [](char a, char b) { return lower(a) == lower(b); };
        if (std::ranges::equal(each.name, name, same)) return each.value;
    }
    return std::nullopt;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size();
        const int high = escape ? hex_value(text[i + 1]) : -1;
        const int low = escape ? hex_value(text[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::string encode_form(const std::vector<field>& fields) {
    std::string out;
    for (const auto& each : fields) {
        if (!out.empty()) out += '&';
        out += percent_encode(each.name) + '=' + percent_encode(each.value);
    }
    return out;
}

std::vector<field> decode_form(std::string_view body) {
    std::vector<field> fields;
    while (!body.empty()) {
        const auto end = std::min(body.find('&'), body.size());
        const auto pair = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
        fields.push_back({percent_decode(pair.substr(0, equals), /*plus_is_space=*/true),
                          percent_decode(value, /*plus_is_space=*/true)});
    }
    return fields;
}

std::string field_of(const std::vector<field>& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &field::name);
    return found == fields.end() ? std::string{} : found->value;
}

}  // namespace slipway::net
