// Writes HTTP heads as text, and bytes to a stream. Internal to this room.
#pragma once

#include <string>
#include <string_view>

#include "integrations/net/http.hpp"
#include "integrations/net/stream.hpp"

namespace slipway::net {

/// "name: value\r\n"
void write_header(std::string& to, std::string_view name, std::string_view value);
/// The name is a token and the value has no line break: nothing can be smuggled into the message.
bool is_clean(const header& which);
/// Whether two header names are one: case does not matter.
bool is_same_name(std::string_view one, std::string_view other);
/// A token of RFC 9110: what a method or a header name may consist of.
bool is_token(std::string_view text);

struct written {
    std::size_t bytes = 0;  ///< handed to the system before it failed, or all
    error_code ec;
};
/// All of `bytes`, or until the first failure.
task<written> write_all(stream_ptr to, std::string bytes);

}  // namespace slipway::net
