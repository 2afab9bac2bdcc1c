// How often a random test goes round.
#pragma once

namespace slipway::fakes {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// All of them in a plain build. A tenth under a sanitizer, which looks at what code does and not at how often, for ten
/// times the time.
constexpr auto rounds(auto wanted) {
    return sanitized ? static_cast<decltype(wanted)>(wanted / 10) : wanted;
}

}  // namespace slipway::fakes
