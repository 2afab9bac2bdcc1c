// What the release says to the whole channel: that it starts, what has changed, how it ended.
#pragma once

#include "commands/views/parts.hpp"

namespace slipway::views {

/// A notify step's message: the checklist's words, or the changelog when `with.what` says so.
rendered post(const release::release_state& state, const release::step_rule& rule, const names& people);

/// The changelog entry of the release as a message; titles in it are text of others.
rendered changelog_post(const release::release_state& state, const names& people);

/// In the thread, once, when a step runs far longer than it usually does (R7.13). Nobody is called.
rendered late_post(const release::release_state& state, const release::step_state& step, const names& people);

/// For a release that is over: how it ended, what took effect, what is left, by whom and how long.
rendered summary(const release::release_state& state, const names& people);

}  // namespace slipway::views
