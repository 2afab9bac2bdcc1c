// Time as a value. Nothing that decides reads a clock: it is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

/// A moment in UTC, to the millisecond: precise enough to order clicks, exact in JSON.
using instant = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;

/// "2026-11-23T18:04:05.123Z"
std::string to_iso(instant at);
/// Accepts what to_iso writes, with or without milliseconds, with "Z" or an offset such as "+02:00".
std::optional<instant> from_iso(std::string_view text);

constexpr std::int64_t to_unix_ms(instant at) {
    return at.time_since_epoch().count();
}
constexpr instant from_unix_ms(std::int64_t ms) {
    return instant{milliseconds{ms}};
}
/// Whole seconds since 1970, as git signatures and Slack date tokens want them.
constexpr std::int64_t to_unix(instant at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

/// "4m 07s", "1h 02m", "38s": a duration as people read it on the board.
std::string to_words(milliseconds span);

}  // namespace slipway
