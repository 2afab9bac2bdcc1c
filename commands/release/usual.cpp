#include "commands/release/usual.hpp"

#include <algorithm>

namespace slipway::release {
namespace {

constexpr std::size_t most_kept = 20;
constexpr std::size_t least_known = 3;
constexpr milliseconds least_margin{10'000};

}  // namespace

std::vector<milliseconds> with_duration(std::vector<milliseconds> known, milliseconds one) {
    known.push_back(std::max(one, milliseconds{0}));
    if (known.size() > most_kept) known.erase(known.begin(), known.end() - most_kept);
    return known;
}

std::optional<milliseconds> usual_of(std::vector<milliseconds> durations) {
    if (durations.size() < least_known) return std::nullopt;
    std::ranges::sort(durations);
    const auto rank = (durations.size() * 9 + 9) / 10;  // ⌈0.9 n⌉
    return durations[rank - 1];
}

std::optional<milliseconds> usual_time(const release_state& state, std::string_view step) {
    const auto* all = state.facts.if_contains(usual_fact);
    if (all == nullptr || !all->is_object()) return std::nullopt;
    const auto* one = all->get_object().if_contains(step);
    if (one == nullptr || !one->is_int64()) return std::nullopt;
    return milliseconds{one->get_int64()};
}

std::optional<instant> late_at(const release_state& state, const step_state& step) {
    if (step.status != step_status::running || !step.intent) return std::nullopt;
    const auto usual = usual_time(state, step.id);
    if (!usual) return std::nullopt;
    return step.intent->at + std::max(*usual * 2, *usual + least_margin);
}

}  // namespace slipway::release
