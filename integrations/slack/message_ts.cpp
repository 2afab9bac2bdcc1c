#include "integrations/slack/message_ts.hpp"

#include <charconv>

namespace slipway::slack {

std::string ts_at(instant moment) {
    return std::to_string(to_unix(moment)) + ".000000";
}

std::optional<instant> moment_of(std::string_view ts) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(ts.data(), ts.data() + ts.size(), seconds);
    if (error != std::errc{} || seconds <= 0 || end == ts.data() + ts.size() || *end != '.') return std::nullopt;
    constexpr std::int64_t furthest = 100'000'000'000;  // beyond it no clock of ours counts
    if (seconds > furthest) return std::nullopt;
    return instant{std::chrono::seconds{seconds}};
}

}  // namespace slipway::slack
