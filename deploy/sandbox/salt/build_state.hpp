// The state "cig-rsi.website.build": the newest tag of stable, checked out and switched to.
#pragma once

#include "deploy/sandbox/salt/master.hpp"

namespace slipway::sandbox::salt {

inline constexpr const char* website_build = "cig-rsi.website.build";

enum class trouble { none, compile_error, failing_state, half_done, busy };

/// state.sls or state.apply on one minion: state results, or a list of sentences. With test=true nothing is written.
minion_return run_build_state(const master& of, const std::string& id, const arguments& job, trouble wanted,
                              instant now);

}  // namespace slipway::sandbox::salt
