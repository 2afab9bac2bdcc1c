// Reading JSON that others wrote: a missing or wrongly typed member is an answer, never an exception.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "integrations/base/result.hpp"

namespace slipway {

namespace json = boost::json;

/// errc::lost with the position when `text` is not JSON (what was read from a peer), never throws.
result<json::value> parse_json(std::string_view text);

/// The value at a dotted path ("user.id", "actions.0.value"), or nullptr.
const json::value* at_path(const json::value& from, std::string_view path) noexcept;
const json::value* at_path(const json::object& from, std::string_view path) noexcept;

/// The string at the path; "" when it is missing, null or not a string. Numbers and booleans are not converted.
std::string text_at(const json::value& from, std::string_view path);
std::string text_at(const json::object& from, std::string_view path);
/// The whole number at the path (a number, not text); `otherwise` when missing.
std::int64_t number_at(const json::value& from, std::string_view path, std::int64_t otherwise = 0) noexcept;
std::int64_t number_at(const json::object& from, std::string_view path, std::int64_t otherwise = 0) noexcept;
/// True only for JSON true: GitLab sends null for false.
bool flag_at(const json::value& from, std::string_view path) noexcept;
bool flag_at(const json::object& from, std::string_view path) noexcept;
/// The array or object at the path; an empty one when missing.
const json::array& array_at(const json::value& from, std::string_view path) noexcept;
const json::array& array_at(const json::object& from, std::string_view path) noexcept;
const json::object& object_at(const json::value& from, std::string_view path) noexcept;
const json::object& object_at(const json::object& from, std::string_view path) noexcept;

}  // namespace slipway
