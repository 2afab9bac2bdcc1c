// Whole releases under one seed, and what has to be true of them afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/sim_bot.hpp"

namespace slipway::simulation {

struct report {
    std::uint64_t seed = 0;
    std::vector<std::string> wrong;  ///< a sentence for each promise that was broken; empty = all were kept
    std::size_t handlers = 0, clicks = 0, deaths = 0, events = 0;
    milliseconds took{};  ///< by the virtual clock
};

/// The same seed and scene give the same run.
report run(std::uint64_t seed, scene how = {});

}  // namespace slipway::simulation
