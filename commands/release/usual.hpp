// How long a step usually takes, from its last successes, and when one that runs is late (R7.13).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "commands/release/state.hpp"

namespace slipway::release {

/// The durations of the newest 20 successes, oldest first, with one more.
std::vector<milliseconds> with_duration(std::vector<milliseconds> known, milliseconds one);

/// Nine of ten took no longer (nearest rank). nullopt below three successes: two say nothing.
std::optional<milliseconds> usual_of(std::vector<milliseconds> durations);

/// Under this fact a release keeps what was usual when it began: step → milliseconds. Frozen, so that a board shows the
/// same bytes whenever it is rendered.
inline constexpr const char* usual_fact = "usual";
std::optional<milliseconds> usual_time(const release_state& state, std::string_view step);

/// When the step, which runs, has taken twice its usual time, and ten seconds more than it: a step of a second is not
/// late after two. nullopt: it does not run, or nothing is usual.
std::optional<instant> late_at(const release_state& state, const step_state& step);

}  // namespace slipway::release
