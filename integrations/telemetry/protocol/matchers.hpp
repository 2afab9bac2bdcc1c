// What varies in messages. Each matcher answers how many bytes at the front of `rest` are such a value (0 = none) and
// requires that no word character follows. Room-internal.
#pragma once

#include <cstddef>
#include <string_view>

namespace slipway::telemetry::match {

std::size_t email(std::string_view rest);        ///< anna@example.com
std::size_t url(std::string_view rest);          ///< https://example.com/x?y
std::size_t hostname(std::string_view rest);     ///< db1.example.com: at least one dot and a known ending
std::size_t ip(std::string_view rest);           ///< 10.0.0.1, ::1, fe80::1
std::size_t traceparent(std::string_view rest);  ///< 00-<32 hex>-<16 hex>-01
std::size_t uuid(std::string_view rest);
std::size_t sha1(std::string_view rest);  ///< 40 hex
std::size_t md5(std::string_view rest);   ///< 32 hex
std::size_t date(std::string_view rest);  ///< 2026-11-23T18:04:05Z, 23/11/2026, 18:04:05, Mon, 23 Nov 2026 18:04:05 GMT
std::size_t duration(std::string_view rest);  ///< 12ms, 1.5s
std::size_t hex(std::string_view rest);       ///< 0x1f; 8 to 128 hex digits of one case with a digit among them
std::size_t git_sha(std::string_view rest);   ///< 7 lower-case hex digits, letters and digits
std::size_t floating(std::string_view rest);  ///< -1.5, 2.0e-3
std::size_t integer(std::string_view rest);   ///< -5, 1234567
std::size_t quoted(std::string_view rest);    ///< 'x' or "x", at most 1024 bytes
std::size_t boolean(std::string_view rest);   ///< true, false

}  // namespace slipway::telemetry::match
