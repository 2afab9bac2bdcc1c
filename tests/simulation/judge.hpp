// What has to be true after a run, of the journal, the workspace and the world.
#pragma once

#include "tests/simulation/sim_bot.hpp"

namespace slipway::simulation {

/// A release as its journal tells it.
release::release_state replayed(const company& all, const std::string& project);
std::string release_of(const std::string& project);

/// A sentence for each promise that was broken.
std::vector<std::string> judge(const company& all);

}  // namespace slipway::simulation
