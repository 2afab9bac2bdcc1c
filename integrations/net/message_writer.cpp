#include "integrations/net/message_writer.hpp"

#include <algorithm>

namespace slipway::net {

void write_header(std::string& to, std::string_view name, std::string_view value) {
    to.append(name).append(": ").append(value).append("\r\n");
}

bool is_same_name(std::string_view one, std::string_view other) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

bool is_token(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_clean(const header& which) {
    const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    return is_token(which.name) && std::ranges::none_of(which.value, breaks);
}

task<written> write_all(stream_ptr to, std::string bytes) {
    written so_far;
    while (so_far.bytes < bytes.size()) {
        const auto rest = asio::buffer(bytes) + so_far.bytes;
        const auto [ec, count] = co_await async_write_some(*to, asio::const_buffer{rest}, as_values);
        so_far.bytes += count;
        so_far.ec = ec;
        if (ec) break;
    }
    co_return so_far;
}

}  // namespace slipway::net
